"""Names for the array shapes that travel through zarya (checked at run time in the tests)."""

from jaxtyping import Array, Float, Int

type Scalar = Float[Array, ""]
"""A scalar traced by JAX."""
type Vector3 = Float[Array, "3"]
"""Cartesian components; the frame stands in the name of the variable."""
type Matrix3 = Float[Array, "3 3"]
"""A direction cosine matrix, named `dcm_to_from_from`, or an inertia tensor."""
type Tanks = Float[Array, " tank"]
"""One value per tank of a vehicle (padded, never reshaped in flight)."""
type Index = Int[Array, ""]
"""An integer traced by JAX."""

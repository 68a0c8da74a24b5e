"""Names for the array shapes that travel through zarya (checked at run time in the tests), and how they are traced."""

from collections.abc import Callable
from typing import cast

import equinox as eqx
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


def traced_once[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """`equinox.filter_jit` with its types kept, for physics that stands in many programs.

    Inside another program it is traced and lowered once and called wherever it stands (XLA inlines the calls), which
    takes a fifth off the start of a flight; on the host it is one program instead of one for each operation.
    """
    return cast("Callable[P, R]", eqx.filter_jit(function))

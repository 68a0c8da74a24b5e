"""The tidal pull of a distant body on a body near the Earth."""

import jax.numpy as jnp

from zarya.arrays import Scalar, Vector3, traced_once


@traced_once
def third_body_acceleration(gm_m3_s2: float | Scalar, r_gcrf: Vector3, r_body_gcrf: Vector3) -> Vector3:
    """Attraction of a point at `r_body_gcrf` (m) on `r_gcrf` less that on the Earth, (3,) m/s2.

    **Model** a = -GM/d^3 (r + f(q) s), d = s - r, q = r.(r - 2 s)/s^2, f(q) = q (3 + 3 q + q^2)/(1 + (1 + q)^(3/2)): no
    difference of two nearly equal pulls.
    **Source** Battin, An Introduction to the Mathematics and Methods of Astrodynamics (1999), section 8.4.
    **Valid** any distance; ten digits and more in low orbit, where the plain difference keeps seven for the Sun.
    """
    q = jnp.dot(r_gcrf, r_gcrf - 2.0 * r_body_gcrf) / jnp.sum(r_body_gcrf**2)
    f = q * (3.0 + 3.0 * q + q * q) / (1.0 + (1.0 + q) ** 1.5)
    distance = jnp.linalg.norm(r_body_gcrf - r_gcrf)
    return jnp.asarray(-gm_m3_s2 / distance**3 * (r_gcrf + f * r_body_gcrf))

"""Who sees the Sun: the Earth's shadow and the angle of the Sun to an orbit."""

from typing import Final

import jax.numpy as jnp
import numpy as np

from zarya.arrays import Scalar, Vector3
from zarya.constants import RADIUS_SUN_M, WGS84_FLATTENING, WGS84_SEMI_MAJOR_AXIS_M

_ROUND: Final = np.array([1.0, 1.0, 1.0 / (1.0 - WGS84_FLATTENING)])
"""Scales that make the ellipsoid of the Earth a sphere of its semi-major axis."""


def shadow_fraction(r_gcrf: Vector3, r_sun_gcrf: Vector3) -> Scalar:
    """Part of the Sun's disc seen from `r_gcrf` (m): 1 in sunlight, 0 in umbra, between in penumbra.

    **Model** conical shadow: overlap of the discs of Sun and Earth as they appear, after a stretch along the axis of
    gcrf that makes the flattened Earth a sphere (a ray that touches the one touches the other).
    **Source** Montenbruck & Gill, Satellite Orbits, section 3.4.2. **Valid** outside the Earth.
    **Ignores** the 0.1 deg between the axes of gcrf and of the Earth (10 ms of the time of entry), the stretch of the
    Sun's disc (0.3 %), refraction and limb darkening.
    """
    r_gcrf, r_sun_gcrf = r_gcrf * _ROUND, r_sun_gcrf * _ROUND
    to_sun = r_sun_gcrf - r_gcrf
    distance, r = jnp.linalg.norm(to_sun), jnp.linalg.norm(r_gcrf)
    sun = jnp.arcsin(jnp.minimum(RADIUS_SUN_M / distance, 1.0))
    earth = jnp.arcsin(jnp.minimum(WGS84_SEMI_MAJOR_AXIS_M / r, 1.0))
    across = jnp.linalg.norm(jnp.cross(-r_gcrf, to_sun))
    apart = jnp.arctan2(across, jnp.dot(-r_gcrf, to_sun))
    small = jnp.minimum(sun, earth)
    touching = jnp.clip(apart, jnp.abs(earth - sun), earth + sun)  # clipped: the lens formula holds between these
    x = (touching**2 + sun**2 - earth**2) / (2.0 * touching)
    y = jnp.sqrt(jnp.maximum(sun**2 - x**2, 1e-40))
    covered = sun**2 * jnp.arctan2(y, x) + earth**2 * jnp.arctan2(y, touching - x) - touching * y
    covered = jnp.where(apart >= earth + sun, 0.0, jnp.where(apart <= earth - sun, jnp.pi * sun**2, covered))
    covered = jnp.where(apart <= sun - earth, jnp.pi * small**2, covered)
    return jnp.clip(1.0 - covered / (jnp.pi * sun**2), 0.0, 1.0)


def beta_angle_rad(r_gcrf: Vector3, v_gcrf: Vector3, r_sun_gcrf: Vector3) -> Scalar:
    """Angle of the Sun above the orbital plane, rad, positive on the side of the orbital momentum."""
    momentum = jnp.cross(r_gcrf, v_gcrf)
    across = jnp.linalg.norm(jnp.cross(momentum, r_sun_gcrf))
    return jnp.arctan2(jnp.dot(momentum, r_sun_gcrf), across)

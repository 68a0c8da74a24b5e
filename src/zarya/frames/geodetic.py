"""Latitude, longitude and height on WGS 84, and what a place sees. Single vectors; batch by `jax.vmap`."""

import jax.numpy as jnp

from zarya.arrays import Matrix3, Scalar, Vector3, traced_once
from zarya.constants import WGS84_FLATTENING, WGS84_SEMI_MAJOR_AXIS_M

_A = WGS84_SEMI_MAJOR_AXIS_M
_F = WGS84_FLATTENING
_B = _A * (1.0 - _F)
_E2 = _F * (2.0 - _F)
_EP2 = _E2 / (1.0 - _E2)


@traced_once
def geodetic_from_itrf(r_itrf: Vector3) -> tuple[Scalar, Scalar, Scalar]:
    """Latitude rad, longitude rad (-pi..pi), height m above WGS 84.

    **Model** three rounds of Bowring's formula. **Source** Bowring 1976, Survey Review 23 (181).
    **Valid** -10 km to 50 000 km: under 1e-9 rad and 1e-6 m (tested).
    """
    x, y, z = r_itrf
    p = jnp.hypot(x, y)
    beta = jnp.arctan2(_A * z, _B * p)
    latitude = beta
    for _ in range(3):
        latitude = jnp.arctan2(z + _EP2 * _B * jnp.sin(beta) ** 3, p - _E2 * _A * jnp.cos(beta) ** 3)
        beta = jnp.arctan2((1.0 - _F) * jnp.sin(latitude), jnp.cos(latitude))
    sine = jnp.sin(latitude)
    height = p * jnp.cos(latitude) + z * sine - _A * jnp.sqrt(1.0 - _E2 * sine**2)
    return latitude, jnp.arctan2(y, x), height


@traced_once
def itrf_from_geodetic(latitude_rad: Scalar, longitude_rad: Scalar, height_m: Scalar) -> Vector3:
    """Position (3,) m from latitude, longitude and height above WGS 84."""
    sine, cosine = jnp.sin(latitude_rad), jnp.cos(latitude_rad)
    n = _A / jnp.sqrt(1.0 - _E2 * sine**2)
    return jnp.stack(
        [
            (n + height_m) * cosine * jnp.cos(longitude_rad),
            (n + height_m) * cosine * jnp.sin(longitude_rad),
            (n * (1.0 - _E2) + height_m) * sine,
        ]
    )


def up_itrf(latitude_rad: Scalar, longitude_rad: Scalar) -> Vector3:
    """Unit vector across the ellipsoid, away from the Earth, (3,)."""
    cosine = jnp.cos(latitude_rad)
    return jnp.stack([cosine * jnp.cos(longitude_rad), cosine * jnp.sin(longitude_rad), jnp.sin(latitude_rad)])


def dcm_enu_from_itrf(latitude_rad: Scalar, longitude_rad: Scalar) -> Matrix3:
    """East, north, up at a geodetic latitude and longitude, (3, 3)."""
    sp, cp = jnp.sin(latitude_rad), jnp.cos(latitude_rad)
    sl, cl = jnp.sin(longitude_rad), jnp.cos(longitude_rad)
    return jnp.stack(
        [
            jnp.stack([-sl, cl, jnp.zeros_like(sl)]),
            jnp.stack([-sp * cl, -sp * sl, cp]),
            jnp.stack([cp * cl, cp * sl, sp]),
        ]
    )


def azimuth_elevation_range(
    r_itrf: Vector3, latitude_rad: Scalar, longitude_rad: Scalar, height_m: Scalar
) -> tuple[Scalar, Scalar, Scalar]:
    """Azimuth rad (0..2 pi, from north over east), elevation rad and distance m of `r_itrf` from a place.

    **Ignores** refraction and light time.
    """
    place = itrf_from_geodetic(latitude_rad, longitude_rad, height_m)
    east, north, up = dcm_enu_from_itrf(latitude_rad, longitude_rad) @ (r_itrf - place)
    level = jnp.hypot(east, north)
    return jnp.arctan2(east, north) % (2.0 * jnp.pi), jnp.arctan2(up, level), jnp.hypot(level, up)

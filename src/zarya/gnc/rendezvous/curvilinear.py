"""Where the ship is, seen from the station, along the arc instead of the chord: linear far beyond a local frame."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from zarya.arrays import Scalar, Vector3
from zarya.frames.local import absolute_from_lvlh_rotating, dcm_lvlh_from_gcrf, omega_lvlh_gcrf

type Offset = Float[Array, "6"]
"""Along the arc, across (against the momentum), down (m) and their rates in the turning frame (m/s)."""


def angle_ahead_rad(r_gcrf: Vector3, r_station_gcrf: Vector3, v_station_gcrf: Vector3) -> Scalar:
    """Angle of the ship ahead of the station about the station's orbital momentum, -pi..pi."""
    x, _, z = dcm_lvlh_from_gcrf(r_station_gcrf, v_station_gcrf) @ r_gcrf
    return jnp.arctan2(x, -z)


def turned(angle_rad: Scalar, before_rad: Scalar) -> Scalar:
    """`angle_rad` on the revolution nearest to `before_rad`: how an angle is followed through whole turns."""
    return before_rad + jnp.mod(angle_rad - before_rad + jnp.pi, 2.0 * jnp.pi) - jnp.pi


def offset(
    r_gcrf: Vector3, v_gcrf: Vector3, r_station_gcrf: Vector3, v_station_gcrf: Vector3, near_rad: Scalar
) -> Offset:
    """Offset of the ship from the station in cylindrical coordinates about the station's momentum.

    Parameters
    ----------
    r_gcrf, v_gcrf, r_station_gcrf, v_station_gcrf : (3,) m, m/s.
    near_rad : () rad, the angle ahead, followed through whole turns; the result is on its revolution.

    **Model** along = R theta, down = R - rho, across = y, with R the station's radius, (rho, theta, y) the ship's
    cylindrical coordinates in the station's lvlh; rates are those seen in the frame turning with the station.
    """
    dcm = dcm_lvlh_from_gcrf(r_station_gcrf, v_station_gcrf)
    omega = omega_lvlh_gcrf(r_station_gcrf, v_station_gcrf)
    radius = jnp.linalg.norm(r_station_gcrf)
    x, y, z = dcm @ r_gcrf
    vx, vy, vz = dcm @ (v_gcrf - jnp.cross(omega, r_gcrf))
    up = -z
    rho = jnp.hypot(x, up)
    theta = turned(jnp.arctan2(x, up), near_rad)
    rho_rate = (x * vx - up * vz) / rho
    theta_rate = (up * vx + x * vz) / rho**2
    station_up_rate = jnp.dot(r_station_gcrf, v_station_gcrf) / radius
    return jnp.stack([radius * theta, y, radius - rho, radius * theta_rate, vy, station_up_rate - rho_rate])


def offset_of_point(
    r_lvlh: Vector3, v_lvlh_rotating: Vector3, r_station_gcrf: Vector3, v_station_gcrf: Vector3
) -> Offset:
    """The same coordinates of a point given in the station's turning lvlh (less than half a turn away)."""
    r, v = absolute_from_lvlh_rotating(r_lvlh, v_lvlh_rotating, r_station_gcrf, v_station_gcrf)
    return offset(r, v, r_station_gcrf, v_station_gcrf, jnp.zeros(()))

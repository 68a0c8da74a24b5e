"""Frames that travel with an orbit (lvlh, rtn) and the axes of a docking port. Single vectors; batch by `jax.vmap`."""

import jax.numpy as jnp

from zarya.arrays import Matrix3, Vector3, traced_once


def _unit(vector: Vector3) -> Vector3:
    return jnp.asarray(vector / jnp.linalg.norm(vector))


@traced_once
def dcm_lvlh_from_gcrf(r_gcrf: Vector3, v_gcrf: Vector3) -> Matrix3:
    """x along the velocity (V-bar), y against the orbital momentum, z to the Earth's centre (R-bar), (3, 3)."""
    z = -_unit(r_gcrf)
    y = -_unit(jnp.cross(r_gcrf, v_gcrf))
    return jnp.stack([jnp.cross(y, z), y, z])


def dcm_rtn_from_gcrf(r_gcrf: Vector3, v_gcrf: Vector3) -> Matrix3:
    """Radial out, transverse, normal along the momentum, (3, 3)."""
    radial = _unit(r_gcrf)
    normal = _unit(jnp.cross(r_gcrf, v_gcrf))
    return jnp.stack([radial, jnp.cross(normal, radial), normal])


@traced_once
def omega_lvlh_gcrf(r_gcrf: Vector3, v_gcrf: Vector3) -> Vector3:
    """Angular velocity of lvlh (and rtn), gcrf axes, (3,) rad/s.

    **Model** r x v / r^2. **Ignores** the turning of the orbital plane (1e-6 rad/s by J2; none for a Kepler orbit).
    """
    return jnp.cross(r_gcrf, v_gcrf) / jnp.sum(r_gcrf**2)


@traced_once
def relative_lvlh_rotating(
    r_ship_gcrf: Vector3, v_ship_gcrf: Vector3, r_station_gcrf: Vector3, v_station_gcrf: Vector3
) -> tuple[Vector3, Vector3]:
    """Position m and velocity m/s of the ship seen from the station's turning lvlh frame."""
    dcm_lvlh = dcm_lvlh_from_gcrf(r_station_gcrf, v_station_gcrf)
    omega = omega_lvlh_gcrf(r_station_gcrf, v_station_gcrf)
    r = r_ship_gcrf - r_station_gcrf
    return dcm_lvlh @ r, dcm_lvlh @ (v_ship_gcrf - v_station_gcrf - jnp.cross(omega, r))


@traced_once
def absolute_from_lvlh_rotating(
    r_rel_lvlh: Vector3, v_rel_lvlh_rotating: Vector3, r_station_gcrf: Vector3, v_station_gcrf: Vector3
) -> tuple[Vector3, Vector3]:
    """Inertial position m and velocity m/s of the ship: the inverse of `relative_lvlh_rotating`."""
    dcm_gcrf = dcm_lvlh_from_gcrf(r_station_gcrf, v_station_gcrf).T
    omega = omega_lvlh_gcrf(r_station_gcrf, v_station_gcrf)
    r = dcm_gcrf @ r_rel_lvlh
    return r_station_gcrf + r, v_station_gcrf + dcm_gcrf @ v_rel_lvlh_rotating + jnp.cross(omega, r)


def dcm_port_from_lvlh(axis_lvlh: Vector3) -> Matrix3:
    """Axes of a docking port: x out along `axis_lvlh`, z as near to the nadir as can be, (3, 3).

    A port that looks up or down (within 18 deg) takes the velocity for the nadir's place. `axis_lvlh` of a station
    that holds its body along lvlh; any length.
    """
    x = _unit(axis_lvlh)
    nadir, ahead = jnp.array([0.0, 0.0, 1.0]), jnp.array([1.0, 0.0, 0.0])
    reference = jnp.where(jnp.abs(x[2]) > 0.95, ahead, nadir)
    y = _unit(jnp.cross(reference, x))
    return jnp.stack([x, y, jnp.cross(x, y)])

"""The docked stay: the ship rides with the station."""

import jax.numpy as jnp

from zarya.arrays import Scalar, Vector3
from zarya.dynamics.state import State
from zarya.dynamics.station_path import StationPath
from zarya.frames.local import absolute_from_lvlh_rotating
from zarya.vehicles.station import Port


def docked(
    station: StationPath, port: Port, probe_m: Scalar, t_s: Scalar, tank_kg: Scalar, inert_kg: Scalar,
    leaving_m_s: Scalar | float = 0.0,
) -> State:  # fmt: skip
    """The ship in its port at an instant, or leaving it along the port's axis.

    Parameters
    ----------
    station : path of the station, which holds its body along lvlh. port, probe_m : where the ship's centre is, m.
    t_s : () s. tank_kg : () kg propellant. inert_kg : () kg without it.
    leaving_m_s : () m/s along the port's axis, in the station's turning frame.

    **Ignores** the station's attitude motion and flexibility.
    """
    r_ship_lvlh: Vector3 = port.r_port_lvlh + probe_m * port.axis_lvlh
    motion = (station.r_gcrf(t_s), station.v_gcrf(t_s))
    r, v = absolute_from_lvlh_rotating(r_ship_lvlh, leaving_m_s * port.axis_lvlh, *motion)
    return State(t_s, r, v, jnp.atleast_1d(tank_kg), inert_kg)

"""The way down as histories: from ignition to touchdown, for tables, files and pictures."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from zarya.arrays import Index, Scalar, Vector3
from zarya.dynamics.state import State
from zarya.flight.descent.deorbit import BURNS_STEPS, COAST_STEPS, deorbit_step
from zarya.flight.descent.fall import Descent, airspeed_m_s
from zarya.flight.descent.flown import DescentLog
from zarya.frames.geodetic import geodetic_from_itrf
from zarya.programs import program

type Floats = NDArray[np.float64]


@program
def _before_entry(descent: Descent, ignition: State) -> State:
    """States of burn and coast, (sample,), ignition first."""

    def one(at: State, k: Index) -> tuple[State, State]:
        return deorbit_step(descent, ignition, k, at), at

    _, states = jax.lax.scan(one, ignition, jnp.arange(BURNS_STEPS + COAST_STEPS))
    return states


@program
def places(
    descent: Descent, t_s: Float[Array, " sample"], r_gcrf: Float[Array, "sample 3"], v_gcrf: Float[Array, "sample 3"]
) -> tuple[Float[Array, " sample"], Float[Array, " sample"], Float[Array, " sample"], Float[Array, " sample"]]:
    """Latitude and longitude, rad, height over WGS84, m, and airspeed, m/s, of (sample,) states."""

    def one(t: Scalar, r: Vector3, v: Vector3) -> tuple[Scalar, Scalar, Scalar, Scalar]:
        latitude, longitude, height = geodetic_from_itrf(descent.air.earth.dcm_itrf_from_gcrf(t) @ r)
        speed = airspeed_m_s(descent.air, State(t, r, v, jnp.zeros(1), jnp.asarray(1.0)))
        return latitude, longitude, height, speed

    return jax.vmap(one)(t_s, r_gcrf, v_gcrf)


def history(descent: Descent, ignition: State, log: DescentLog) -> dict[str, Floats]:
    """Samples of one descent in order of time. Host side.

    Parameters
    ----------
    descent : what is shared. ignition : the ship as it was flown. log : of that flight, without a lane axis.

    Returns
    -------
    (sample,) arrays `t_s`, `height_m`, `airspeed_m_s`, `load_g` (of the air), `heat_w_m2`, `latitude_rad`,
    `longitude_rad`, `mass_kg`, and `r_gcrf`, `v_gcrf` (sample, 3): every 10 s to the separation, 5 s in the entry,
    10 s under the parachutes. The mass before the separation is the ship's, then the module's at entry.
    """
    before = _before_entry(descent, ignition)
    falls = (log.entry, log.chutes)
    t_s = np.concatenate([np.asarray(before.t_s), *(np.asarray(one.t_s) for one in falls)])
    r = np.concatenate([np.asarray(before.r_gcrf), *(np.asarray(one.r_gcrf) for one in falls)])
    v = np.concatenate([np.asarray(before.v_gcrf), *(np.asarray(one.v_gcrf) for one in falls)])
    none = np.zeros(before.t_s.shape[0])
    load = np.concatenate([none, *(np.asarray(one.load_g) for one in falls)])
    heat = np.concatenate([none, *(np.asarray(one.heat_w_m2) for one in falls)])
    ship_kg = np.asarray(before.inert_kg) + np.asarray(before.tank_kg).sum(axis=-1)
    mass = np.concatenate([ship_kg, np.full(t_s.size - none.size, float(descent.module.mass_kg))])
    keep = np.concatenate([[True], np.diff(np.maximum.accumulate(t_s)) > 1e-6])
    t_s, r, v = t_s[keep], r[keep], v[keep]
    found = places(descent, *(jnp.asarray(x) for x in (t_s, r, v)))
    latitude, longitude, height, speed = (np.asarray(x) for x in found)
    return {
        "t_s": t_s, "height_m": height, "airspeed_m_s": speed, "load_g": load[keep], "heat_w_m2": heat[keep],
        "latitude_rad": latitude, "longitude_rad": longitude, "mass_kg": mass[keep], "r_gcrf": r, "v_gcrf": v,
    }  # fmt: skip

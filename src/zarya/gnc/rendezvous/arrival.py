"""When to arrive: what each arrival time costs, and whether the Sun shines on it."""

from dataclasses import dataclass
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from zarya.arrays import Scalar
from zarya.dynamics.state import State
from zarya.dynamics.station_path import StationPath
from zarya.dynamics.surroundings import Surroundings
from zarya.environment.sunlight import shadow_fraction
from zarya.errors import FlightError
from zarya.gnc.rendezvous.legs import Burns, flown, legs, offset_of
from zarya.gnc.rendezvous.optimum import least_burns
from zarya.gnc.rendezvous.planner import Desk
from zarya.gnc.rendezvous.scheme import AIM_BEFORE_CONTACT_S, Scheme
from zarya.vehicles.ship import Ship

type Floats = NDArray[np.float64]

_ROUNDS: Final = 3


@dataclass(frozen=True)
class Arrivals:
    """Arrival times side by side, each field (arrival,).

    Parameters
    ----------
    aim_t_s : s, at the aim point.
    delta_v_m_s : m/s, least sum of burns to the aim (infinite where no burns at the allowed times reach it).
    sunlight_at_aim, sunlight_at_contact : share of the Sun's disc seen by the station, 0 to 1, at the aim and
        `AIM_BEFORE_CONTACT_S` later.
    """

    aim_t_s: Floats
    delta_v_m_s: Floats
    sunlight_at_aim: Floats
    sunlight_at_contact: Floats


def arrivals(
    ship: State, station: StationPath, around: Surroundings, numbers: Ship, scheme: Scheme, aim_t_s: Floats
) -> Arrivals:
    """Cost and lighting of arrival times (arrival,), s, rising. Host side.

    **Model** the linear optimum of `plan`, linearised anew twice under J2; what J2 leaves out is taken from one free
    flight in the full model. The station, not the ship, moves from one arrival to the next.
    **Valid** two orbits: within 0.1 m/s of closed plans (tested); 34 orbits: up to 3 m/s dearer, for the change
    of drag with height is left out.
    **Ignores** the number of burns of the scheme and finite burns.
    """
    times = np.asarray(aim_t_s, dtype=np.float64)
    first = Desk(ship, station, around, numbers, scheme, float(times[0]))
    slots = np.append(times, times[-1] + 1.0)
    order, none = legs(float(ship.t_s), slots), Burns(jnp.asarray(slots), jnp.zeros((len(slots), 3)))
    _, starts, _ = flown(first.begun, order, none, numbers, station, around)
    cost = []
    for k, t_s in enumerate(times):
        at = jax.tree.map(lambda x, k=k: x[order.ignition[k]], starts)
        desk = Desk(ship, station, around, numbers, scheme, float(t_s))
        cost.append(_least_m_s(desk, np.asarray(offset_of(at, station)), float(at.ahead_rad)))
    aim_light, contact_light = _sunlight(jnp.asarray(times), station, around)
    return Arrivals(times, np.array(cost), np.asarray(aim_light), np.asarray(contact_light))


def choose_aim_time(found: Arrivals, *, lit: bool = False, spare_m_s: float = 1.0) -> float:
    """Earliest arrival within `spare_m_s` of the cheapest, s; with `lit`, among those with sunlight at contact.

    Raises
    ------
    FlightError : no arrival can be reached (or none in sunlight).
    """
    open_ = np.isfinite(found.delta_v_m_s) & ((found.sunlight_at_contact > 0.5) | (not lit))
    if not np.any(open_):
        raise FlightError(
            "no arrival time of those given can be flown" + (" in sunlight" if lit else ""),
            aim_t_s=found.aim_t_s.tolist(),
            remedy="Give a wider span of arrival times or another scheme.",
        )
    least = float(np.min(found.delta_v_m_s[open_]))
    return float(found.aim_t_s[np.flatnonzero(open_ & (found.delta_v_m_s <= least + spare_m_s))[0]])


def _least_m_s(desk: Desk, free_offset: Floats, free_ahead_rad: float) -> float:
    reference = np.zeros((desk.grid.count, 3))
    answer = desk.answer(reference, free_ahead_rad)
    beyond_j2 = free_offset - np.asarray(answer.offset)
    bound = np.inf
    try:
        for _ in range(_ROUNDS):
            by_burn = np.asarray(answer.by_burn)
            left = np.asarray(answer.offset) + beyond_j2 - desk.aim
            optimum = least_burns(by_burn, np.einsum("nij,nj->i", by_burn, reference) - left, desk.allowed)
            bound, reference = optimum.bound_m_s, optimum.dv_lvlh
            answer = desk.answer(reference)
    except FlightError:
        return np.inf
    return bound


@jax.jit
def _sunlight(
    t_s: Float[Array, " arrival"], station: StationPath, around: Surroundings
) -> tuple[Float[Array, " arrival"], Float[Array, " arrival"]]:
    def at(t_s: Scalar) -> Scalar:
        return shadow_fraction(station.r_gcrf(t_s), around.ephemeris.sun(t_s))

    return jax.vmap(at)(t_s), jax.vmap(at)(t_s + AIM_BEFORE_CONTACT_S)

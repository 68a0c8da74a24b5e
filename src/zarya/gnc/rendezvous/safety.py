"""What happens when a burn fails: does the ship drift past the station at a safe distance?"""

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
from zarya.frames.local import dcm_lvlh_from_gcrf
from zarya.gnc.rendezvous.legs import LONGEST_S, Burns, Leg, Legs, begun, flown
from zarya.gnc.rendezvous.planner import RendezvousPlan
from zarya.programs import program
from zarya.vehicles.ship import Ship

WATCH_S: Final = 86_400.0
"""How long a failed ship is followed, s."""
SAFE_M: Final = 1_000.0
"""Least distance after a failed burn: the approach ellipsoid of the ISS is 4 x 2 x 2 km, its short half axes 1 km."""


@dataclass(frozen=True)
class Clearance:
    """Closest approaches after each burn of the plan failed, each field (burn,).

    Parameters
    ----------
    least_m, at_s : m, s, least distance from the station in the time watched, and when.
    is_safe : not nearer than `SAFE_M`.
    """

    least_m: NDArray[np.float64]
    at_s: NDArray[np.float64]
    is_safe: NDArray[np.bool_]


def missed_burn_clearance(
    plan: RendezvousPlan,
    ship: State,
    station: StationPath,
    around: Surroundings,
    numbers: Ship,
    *,
    made: float = 0.0,
    watch_s: float = WATCH_S,
) -> Clearance:
    """Distance kept from the station when a burn fails and none follows. Host side.

    Parameters
    ----------
    plan, ship : the plan and the state it was made from. station, around : must reach `watch_s` beyond the last burn.
    made : part of the failed burn that was made: 0 is a missed burn, 0.5 one cut off at half.
    watch_s : s, how long the ship is followed after the burn.

    **Model** the plan up to the failed burn, then free flight in the full model; path samples every 81 s joined by
    straight lines in the station's turning frame (an error of metres within kilometres of the station).
    **Ignores** the closest approach before the failed burn (the plan itself stays behind until the aim).
    """
    slots = np.asarray(plan.slots.centre_t_s)
    burns = np.searchsorted(slots, np.asarray(plan.burn_t_s))
    count, first = len(slots), plan.order
    parts = int(np.ceil(watch_s / LONGEST_S))
    # the free flight after the last slot becomes the last coast of the order
    rows = Leg(
        jnp.concatenate([first.rows.slot, jnp.full(parts, count)]),
        jnp.concatenate([first.rows.parts, jnp.asarray(parts - np.arange(parts), dtype=jnp.float64)]),
        jnp.concatenate([first.rows.burns, jnp.zeros(parts)]),
    )
    order = Legs(rows, first.ignition)
    least, when = [], []
    dv = np.asarray(plan.slots.dv_lvlh)
    for slot in burns:
        kept = np.where((np.arange(count) < slot)[:, None], dv, 0.0)
        kept[slot] = made * dv[slot]
        centres = np.concatenate([slots, [slots[slot] + watch_s]])
        failed = Burns(jnp.asarray(centres), jnp.asarray(np.concatenate([kept, np.zeros((1, 3))])))
        _, _, path = flown(begun(ship, station, plan.ahead_rad), order, failed, numbers, station, around)
        t_s, relative = _relative(path, station)
        after = np.asarray(t_s) >= slots[slot]
        distance = _distances(np.asarray(relative)[after])
        least.append(float(distance.min()))
        when.append(float(np.asarray(t_s)[after][int(distance.argmin())]))
    found = np.array(least)
    return Clearance(found, np.array(when), found >= SAFE_M)


@program
def _relative(path: State, station: StationPath) -> tuple[Float[Array, " sample"], Float[Array, "sample 3"]]:
    """Time, and position in the station's turning lvlh, of path samples (leg, sample)."""

    def one(t_s: Scalar, r_gcrf: Float[Array, "3"]) -> Float[Array, "3"]:
        r, v = station.r_gcrf(t_s), station.v_gcrf(t_s)
        return dcm_lvlh_from_gcrf(r, v) @ (r_gcrf - r)

    t_s = path.t_s.reshape(-1)
    return t_s, jax.vmap(one)(t_s, path.r_gcrf.reshape(-1, 3))


def _distances(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Least distance of the origin from each segment between successive points."""
    start, step = points[:-1], np.diff(points, axis=0)
    length2 = np.maximum(np.sum(step**2, axis=1), 1e-12)
    part = np.clip(-np.sum(start * step, axis=1) / length2, 0.0, 1.0)
    return np.asarray(np.linalg.norm(start + part[:, None] * step, axis=1))

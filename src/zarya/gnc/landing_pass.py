"""Passes of a station over a landing zone: when it comes nearest, how near, and the element set that says so."""

from dataclasses import dataclass
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from zarya.constants import MEAN_RADIUS_EARTH_M
from zarya.dynamics.surroundings import Surroundings
from zarya.frames.earth import dcm_gcrf_from_teme
from zarya.frames.geodetic import itrf_from_geodetic
from zarya.gnc.element_choice import ElementChoice, ElementHistory, choose_element_set
from zarya.orbits.tle import ElementSet
from zarya.programs import program
from zarya.time import Epoch
from zarya.units import DAY, HOUR
from zarya.vehicles.ship import ShipData
from zarya.vehicles.site import ZoneData

type Floats = NDArray[np.float64]

NAIVE_DELAY_S: Final = 960.0
"""The rule of thumb beside our answer: landing is this long after the station's closest approach to the zone."""
IGNITION_BEFORE_CLOSEST_S: Final = 2_240.0
"""First guess of the ignition; the aiming corrects it."""
FAR_M: Final = 700_000.0
"""Passes farther from the zone than this are out of reach: the lift carries a sixth of it."""
_SEARCH_STEP_S: Final = 20.0
_CHUNK_S: Final = 6.0 * HOUR


@dataclass(frozen=True)
class Pass:
    """The station's closest approach to the zone: s from the epoch, distance m, whether it flies north, elements."""

    closest_s: float
    distance_m: float
    is_ascending: bool
    choice: ElementChoice


def passes(
    around: Surroundings, history: ElementHistory, ship: ShipData, zone: ZoneData, epoch: Epoch, span_s: float,
    start_s: float = 0.0,
) -> list[Pass]:  # fmt: skip
    """Closest approaches of the station to the zone that lead to a landing within `span_s` from `start_s` on, in order.

    Parameters
    ----------
    around : tables that reach half an hour beyond the span on both sides. history : element sets, any order.
    ship, zone : which. epoch : zero of all seconds. span_s, start_s : s, bounds of the landing; passes of the
    first day whose undocking comes before the first element set are left out.
    """
    assert ship.descent is not None
    before_s = ship.descent.undocking_to_ignition_s.value + IGNITION_BEFORE_CLOSEST_S
    first, last = start_s - NAIVE_DELAY_S - 300.0, start_s + span_s - NAIVE_DELAY_S + 300.0
    place = np.asarray(itrf_from_geodetic(*(jnp.asarray(x) for x in zone.geodetic)))
    found = []
    known_s = history.sets[0].epoch - epoch + before_s + 1.0
    at = max(first, known_s) if known_s < min(last, first + DAY) else first
    while at < last:
        stop = min(at + _CHUNK_S, last)
        choice = choose_element_set(history, epoch + (at - before_s))
        t_s = np.arange(at - 2.0 * _SEARCH_STEP_S, stop + 2.0 * _SEARCH_STEP_S, _SEARCH_STEP_S)
        distance, z = _distances_m(around, choice.element_set, epoch, t_s, place)
        for k in np.flatnonzero((distance[1:-1] <= distance[:-2]) & (distance[1:-1] < distance[2:])) + 1:
            below, here, above = distance[k - 1 : k + 2]
            offset = 0.5 * (below - above) / (below - 2.0 * here + above)
            closest_s = float(t_s[k] + offset * _SEARCH_STEP_S)
            if at <= closest_s < stop:
                own = choose_element_set(history, epoch + (closest_s - before_s))
                fine = closest_s + np.arange(-40.0, 41.0, 1.0)
                near, _ = _distances_m(around, own.element_set, epoch, fine, place)
                best = int(np.argmin(near))
                found.append(Pass(float(fine[best]), float(near[best]), bool(z[k + 1] > z[k - 1]), own))
        at = stop
    return found


@program
def _itrf(earth: Any, t_s: Any, r_gcrf: Any) -> Any:
    return jax.vmap(lambda t, r: earth.dcm_itrf_from_gcrf(t) @ r)(t_s, r_gcrf)


def _distances_m(
    around: Surroundings, element_set: ElementSet, epoch: Epoch, t_s: Floats, place: Floats
) -> tuple[Floats, Floats]:
    """Distance over the ground between the point below the station and the place, m; and the station's z, m."""
    r_teme, _ = element_set.sgp4(t_s + (epoch - element_set.epoch))
    dcm = dcm_gcrf_from_teme(epoch + float(t_s[len(t_s) // 2]))
    r = np.asarray(_itrf(around.earth, jnp.asarray(t_s), jnp.asarray(r_teme @ dcm.T)))
    cosine = r @ place / (np.linalg.norm(r, axis=1) * np.linalg.norm(place))
    return MEAN_RADIUS_EARTH_M * np.arccos(np.clip(cosine, -1.0, 1.0)), r[:, 2]

"""Ten thousand rendezvous plans: what the impulse is over the phase at insertion and the instant of docking.

>>> found = plan_map(question, element_set, liftoff, orbits=2)
>>> found.total_m_s.shape
(25, 400)
"""

import math
from dataclasses import dataclass
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from zarya.arrays import Vector3
from zarya.dynamics.state import State
from zarya.dynamics.station_path import fit_start_s, fit_station
from zarya.dynamics.surroundings import surroundings
from zarya.errors import InputError, ZaryaError
from zarya.flight import phasing
from zarya.flight.phase import Handover, Outcome
from zarya.frames import dcm_gcrf_from_teme
from zarya.gnc.launch_instant import SCHEMES as TRANSFERS
from zarya.gnc.plane_crossing import MeanPlanes, mean_planes, node_drifts
from zarya.gnc.rendezvous import SCHEMES, fixed_time_plan, fixed_times
from zarya.gnc.schemes import AIM_BEFORE_CONTACT_S, schemes_named
from zarya.orbits.mean import MeanElements, osculating_from_mean
from zarya.orbits.tle import ElementSet
from zarya.studies.windows.question import Launch
from zarya.time import Epoch
from zarya.units import DEG, HOUR
from zarya.vehicles import catalog as vehicles

type Floats = NDArray[np.float64]

CLOSED_M: Final = 500.0
"""A plan whose aim is missed by more is not one."""
ORBITS: Final = (1, 2, 4)
_FIELDS: Final = ("semi_major_axis_m", "e", "inclination_rad", "raan_rad", "u_rad")
_AFTER_S: Final = 2.0 * HOUR
_PERIGEE_RAD: Final = 82.0 * DEG
"""The ship separates at its perigee."""


@dataclass(frozen=True)
class PlanMap:
    """Plans over a grid.

    Parameters
    ----------
    orbits : scheme. liftoff : of the window.
    phase_rad : (phase,) at insertion. docking_s : (docking,) s after lift-off.
    total_m_s : (docking, phase) impulse to the aim; NaN where no plan closes.
    left_m : (docking, phase) miss at the aim.
    full_plans : made in the full model for burn times and matrices.
    """

    orbits: int
    liftoff: Epoch
    phase_rad: Floats
    docking_s: Floats
    total_m_s: Floats
    left_m: Floats
    full_plans: int


def plan_map(
    question: Launch,
    element_set: ElementSet,
    liftoff: Epoch,
    orbits: int,
    *,
    phases: int = 400,
    dockings: int = 25,
    anchors: int = 3,
    spread: float = 0.15,
) -> PlanMap:
    """Plans for every phase about the published range and every docking about the usual one.

    Parameters
    ----------
    question, element_set : who flies, and the station's orbit. liftoff : of the window. orbits : 1, 2 or 4.
    phases, dockings : points of the grid. anchors : phases for which burn times are sought at each docking.
    spread : docking from the usual transit less to more by this part.

    Raises
    ------
    InputError : another scheme; its burns need days of flight between them.

    **Model** plans in the full model at each docking for a few phases (`flight.phasing.prepare`) give burn times and
    matrices; the others are made at those times in batches (`fixed_time_plan`: impulses under the centre and J2), and
    the cheapest that closes is kept.
    **Valid** against full plans of their own: tested within 2 m/s inside the published range of two orbits.
    **Ignores** that burn times of their own would suit phases between the anchors better.
    """
    if orbits not in ORBITS:
        raise InputError(
            "plans at fixed times serve the schemes within a day", key="map", value=f"{orbits}-orbit",
            remedy="Ask for 1-orbit, 2-orbit or 4-orbit.",
        )  # fmt: skip
    scheme = schemes_named(f"{orbits}-orbit")[0]
    usual_s = TRANSFERS[orbits].transit_s
    docking_s = usual_s * (1.0 + (spread * np.linspace(-1.0, 1.0, dockings) if dockings > 1 else np.zeros(1)))
    width = max(1.5 * scheme.published_width_rad, 4.0 * DEG)
    middle = scheme.published_from_rad + 0.5 * scheme.published_width_rad
    phase = np.linspace(middle - width, middle + width, phases)
    end_s = float(docking_s[-1]) + _AFTER_S
    around = surroundings(liftoff, fit_start_s(element_set, liftoff), end_s)
    data = vehicles.station(question.station)
    area = data.drag_area_m2.value * data.drag_coefficient.value
    station = fit_station(element_set, liftoff, around, data.mass_kg.value, area, 0.0, end_s)
    points = _starts(question, element_set, liftoff, phase, orbits)
    chosen = ((np.arange(anchors) + 0.5) / anchors * phases).astype(int)
    numbers = question.ship.pytree()
    many = jax.jit(jax.vmap(fixed_time_plan, in_axes=(0, None)))
    total, left = np.full((dockings, phases), np.inf), np.full((dockings, phases), np.inf)
    made = 0
    for k, at in enumerate(docking_s):
        for place in chosen:
            base = _state(question, points[place])
            handover = Handover(base, base.r_gcrf, base.v_gcrf, jnp.asarray(Outcome.FLYING))
            aim_s = float(at) - AIM_BEFORE_CONTACT_S
            try:
                plan = phasing.prepare(handover, station, around, numbers, SCHEMES[orbits], aim_s)
            except ZaryaError:
                continue  # no plan from here: the other anchors serve, or the row stays empty
            made += 1
            dv, miss = many(points, fixed_times(plan.burns, base, station, around))
            away = np.linalg.norm(np.asarray(miss)[:, :3], axis=1)
            impulse = np.sum(np.linalg.norm(np.asarray(dv), axis=2), axis=1)
            better = (away < CLOSED_M) & (impulse < total[k])
            total[k] = np.where(better, impulse, total[k])
            left[k] = np.where(better, away, np.minimum(left[k], away))
    total[~np.isfinite(total)] = np.nan
    return PlanMap(orbits, liftoff, phase, docking_s, total, left, made)


def _starts(
    question: Launch, element_set: ElementSet, liftoff: Epoch, phase_rad: Floats, orbits: int
) -> Float[Array, "phase 6"]:
    """Ships at separation in GCRF with these phases (phase,), each in the plane that meets the station's."""
    insertion, count = question.insertion, len(phase_rad)
    at = liftoff + insertion.time_from_liftoff_s
    plane = mean_planes([element_set], at, np.zeros(1))
    many = MeanPlanes(*(np.full(count, float(getattr(plane, name)[0])) for name in _FIELDS))
    drift, _ = node_drifts(phase_rad, many, insertion, [TRANSFERS[orbits]] * count)
    shape = (
        insertion.semi_major_axis_m,
        insertion.e * math.cos(_PERIGEE_RAD),
        insertion.e * math.sin(_PERIGEE_RAD),
        insertion.inclination_rad,
    )
    numbers = [np.full(count, x) for x in shape] + [many.raan_rad - drift, many.u_rad - phase_rad]
    r, v = _separated(jnp.asarray(np.stack(numbers, axis=1)))
    dcm = jnp.asarray(dcm_gcrf_from_teme(at))
    found: Float[Array, "phase 6"] = jnp.concatenate([r @ dcm.T, v @ dcm.T], axis=1)
    return found


@jax.jit
@jax.vmap
def _separated(elements: Float[Array, "6"]) -> tuple[Vector3, Vector3]:
    """Position and velocity in TEME of mean elements."""
    return osculating_from_mean(MeanElements(*elements))


def _state(question: Launch, point: Float[Array, "6"]) -> State:
    """A ship as loaded at this position and velocity."""
    ship = question.ship
    tank_kg, mass_kg = ship.propellant_kg.value, ship.mass_kg.value
    at_s = question.insertion.time_from_liftoff_s
    return State(jnp.asarray(at_s), point[:3], point[3:], jnp.array([tank_kg]), jnp.asarray(mass_kg - tank_kg))

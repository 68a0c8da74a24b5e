"""The ascent of a mission: prepared, flown, and put into the words of the timeline."""

from dataclasses import dataclass, fields
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np

from zarya.arrays import Scalar
from zarya.dynamics.propagate import path
from zarya.dynamics.state import State
from zarya.dynamics.station_path import StationPath, states
from zarya.dynamics.surroundings import Surroundings, orbital_loads
from zarya.flight import ascent
from zarya.flight.ascent.events import events
from zarya.flight.ascent.impacts import ballistic_coefficients, impacts
from zarya.flight.ascent.lead import lead_study
from zarya.flight.descent.zone_wind import wind_over
from zarya.flight.phase import Handover
from zarya.mission.insertion import insertion_orbit
from zarya.mission.lift import LiftOff
from zarya.mission.result import Floats, InsertionOrbit, Track
from zarya.mission.scenario import Scenario
from zarya.programs import program
from zarya.units import HOUR, KM
from zarya.vehicles.launcher import LauncherData

type Impact = tuple[float, float, float]

REVOLUTION_S: Final = 5340.0
"""A little over one revolution at insertion height: where perigee and apogee are looked for."""


@dataclass(frozen=True)
class Launch:
    """A flown ascent.

    Parameters
    ----------
    handover : the ship at separation. events : name, t_s, whether commanded by the launcher's clock.
    impacts : spent parts by name: latitude, longitude (rad), downrange (m).
    history : (n,) histories by name. track : of the ship. figures : scalars by name. insertion : the orbit.
    """

    handover: Handover
    events: list[tuple[str, float, bool]]
    history: dict[str, Floats]
    track: Track
    figures: dict[str, float]
    insertion: InsertionOrbit
    impacts: dict[str, Impact]


def planned_ascent(scenario: Scenario, lift: LiftOff, around: Surroundings) -> ascent.AscentPlan:
    """The ascent of the mission into the plane the countdown chose. Host side."""
    ship = scenario.ship
    wanted = scenario.launcher.insertion_for(ship.name)
    target = ascent.InsertionTarget(
        wanted.perigee_km.value * KM, wanted.apogee_km.value * KM, lift.inclination_ship_rad, lift.raan_ship_rad
    )
    return ascent.prepare(
        scenario.launcher,
        ship.mass_kg.value,
        scenario.site,
        lift.epoch,
        around,
        target,
        wind=wind_over(scenario.site, scenario.wind, lift.epoch, 0.0, HOUR).profile(0.0),
        ship_tank_kg=np.array([ship.propellant_kg.value]),
    )


def launch(
    scenario: Scenario, lift: LiftOff, around: Surroundings, station: StationPath, plan: ascent.AscentPlan
) -> Launch:
    """Fly the ascent and measure the orbit it ends in."""
    ship = scenario.ship
    handover, log = ascent.fly(plan, ascent.nominal(len(scenario.launcher.stage)))
    state, t_s = handover.ship, float(handover.ship.t_s)
    area = ship.drag_area_m2.value * ship.drag_coefficient.value
    r_itrf = _left_alone(state, around, jnp.asarray(area))
    there = [np.asarray(x)[0] for x in states(station, jnp.asarray(np.array([t_s])))]
    orbit = insertion_orbit(
        lift.epoch + t_s,
        (np.asarray(state.r_gcrf), np.asarray(state.v_gcrf)),
        (there[0], there[1]),
        np.asarray(r_itrf),
        lift.instant.phase_rad,
    )
    history = {item.name: np.asarray(getattr(log.history, item.name)) for item in fields(log.history)}
    keep = np.concatenate([[True], np.diff(history["t_s"]) > 0.0])
    history = {name: values[keep] for name, values in history.items()}
    track = Track(history["t_s"], history["r_gcrf"], history["v_gcrf"], history["mass_kg"])
    happened = [
        (item.name, item.met_s, item.is_commanded and item.name != "liftoff")  # the lift-off is ours
        for item in events(scenario.launcher, handover, log)
    ]
    thrown = _impacts(scenario.launcher, plan, log)
    return Launch(handover, happened, history, track, _figures(log), orbit, thrown)


def studied_leads(plan: ascent.AscentPlan, lead_s: float) -> dict[str, float]:
    """Lead of the minimum-propellant ascent (s) and propellant left against the lead (kg), by name."""
    study = lead_study(plan, lead_s)
    left = {f"propellant_left_at_lead_{lead:.0f}_s_kg": float(kg) for lead, kg in
            zip(study.lead_s, study.propellant_left_kg, strict=True)}  # fmt: skip
    return {"optimum_lead_s": study.optimum_s, **left}


@program
def _left_alone(at: State, around: Surroundings, drag_area_m2: Scalar) -> jax.Array:
    """The ship without burns for one revolution, every 44.5 s, in ITRF."""
    _, states = path(
        at,
        jnp.asarray(REVOLUTION_S / 4.0),
        orbital_loads(around, drag_area_m2),
        around.field.gm_m3_s2,
        arcs=4,
        samples=30,
    )
    r_itrf: jax.Array = jax.vmap(lambda t, r: around.earth.dcm_itrf_from_gcrf(t) @ r)(states.t_s, states.r_gcrf)
    return r_itrf


def _impacts(data: LauncherData, plan: ascent.AscentPlan, log: ascent.AscentLog) -> dict[str, Impact]:
    """Impact points of what was thrown off, by name."""
    found = impacts(plan, log.parted, ballistic_coefficients(data))
    names = [stage.name.replace("-", "_") for stage in data.stage[:-1]] + [item.name for item in data.parts]
    columns = [np.asarray(x) for x in (found.latitude_rad, found.longitude_rad, found.downrange_m)]
    rows = zip(names, zip(*columns, strict=True), strict=True)
    return {name: (float(a), float(b), float(c)) for name, (a, b, c) in rows if np.isfinite(a)}


def _figures(log: ascent.AscentLog) -> dict[str, float]:
    budget, course = log.budget, log.course
    figures = {f"ascent_{item.name}": float(getattr(budget, item.name)) for item in fields(budget)}
    return figures | {
        "third_stage_propellant_left_kg": float(course.propellant_left_kg),
        "max_dynamic_pressure_kpa": float(course.max_dynamic_pressure_pa) / 1e3,
        "max_dynamic_pressure_s": float(course.max_dynamic_pressure_s),
        "max_q_alpha_kpa_deg": float(np.degrees(float(course.max_q_alpha_pa_rad))) / 1e3,
        "max_axial_g": float(course.max_axial_g),
    }

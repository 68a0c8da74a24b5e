"""The way home: the docked stay, departure, deorbit, entry and landing."""

import math
from dataclasses import dataclass, fields, replace
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np

from zarya.dynamics.state import State
from zarya.dynamics.station_path import StationPath, states
from zarya.dynamics.surroundings import Surroundings, surroundings
from zarya.errors import FlightError, InputError
from zarya.flight.departure import AROUND_IGNITION_S, WATCH_S, Departed, depart
from zarya.flight.descent.fall import Descent
from zarya.flight.descent.flown import DescentLog
from zarya.flight.descent.history import history
from zarya.flight.descent.loads import Air
from zarya.flight.descent.plan import Aimed, aimed, descent, east_north_m, ship_path
from zarya.flight.descent.plasma import blackout_s
from zarya.flight.descent.zone_wind import drift_m, wind_over
from zarya.flight.phase import OUTCOMES, Handover, Outcome
from zarya.gnc.element_choice import ElementChoice, ElementHistory, choose_element_set
from zarya.gnc.landing_pass import FAR_M, IGNITION_BEFORE_CLOSEST_S, passes
from zarya.mission.book import Book
from zarya.mission.lift import PHASE_SIGMA_LIMIT_RAD
from zarya.mission.result import Ballistic, Burn, Departure, Floats, Home, Landing, Track
from zarya.mission.scenario import Return, Scenario
from zarya.mission.setting import Progress, station_days
from zarya.time import Epoch
from zarya.units import DAY, DEG, HOUR, KM
from zarya.vehicles.ship import ShipData
from zarya.vehicles.site import ZoneData

LANDED_M: Final = 1_000.0
"""A descent that is not aimed nearer than this does not reach the zone's aim."""
SOONEST_LANDING_S: Final = 5_700.0
"""After an ordered undocking: 42 min to the deorbit burn at least, 53 min from there. MS-22 took 6540 s."""
SEARCH_DAYS: Final = 3
"""Days searched for a pass in reach."""
GRAVITY_DEGREE: Final = 8
"""Of the field in the pass search and from the deorbit burn to the separation of the modules."""
DESCENT_EVENTS: Final = (
    "deorbit_ignition", "deorbit_cutoff", "module_separation", "entry_interface", "blackout_start", "peak_load",
    "blackout_end", "parachute", "main_parachute", "landing",
)  # fmt: skip
"""Of the timeline, in order."""
_STATION_STEP_S: Final = 60.0


def check_way(scenario: Scenario) -> None:
    """Refuse a way home that cannot be planned, before anything flies.

    Raises
    ------
    InputError : the mission has no [landing], or its element sets are too old for the date.
    """
    way = _way(scenario)
    choice = choose_element_set(ElementHistory(way.element_sets), way.undocking or way.not_before)
    if choice.phase_sigma_rad > PHASE_SIGMA_LIMIT_RAD:
        raise InputError(
            f"the last element set before the way home is {choice.age_s / DAY:.1f} days old; the station's place is "
            f"known to {choice.phase_sigma_rad / DEG:.0f} deg (limit {PHASE_SIGMA_LIMIT_RAD / DEG:.0f})",
            file=str(scenario.path), key="landing.element_sets", value=choice.element_set.epoch.iso(),
            remedy="Give sets from the days before the undocking.",
        )  # fmt: skip


def _way(scenario: Scenario) -> Return:
    if scenario.home is None:
        raise InputError(
            "the mission does not say where it lands", file=str(scenario.path), key="landing",
            remedy="Add a [landing] table, or stop at the docking (--until docking).",
        )  # fmt: skip
    return scenario.home


@dataclass(frozen=True)
class HomePlan:
    """The way home before it is flown.

    Parameters
    ----------
    scenario, epoch : what flies; zero of all seconds. craft : the ship with its mass at the deorbit burn.
    choice : element set of the station. around, path : tables of the days, the station. undocking_s, ignition_s : s.
    shared : what every descent of that day shares.
    """

    scenario: Scenario
    epoch: Epoch
    craft: ShipData
    choice: ElementChoice
    around: Surroundings
    path: StationPath
    undocking_s: float
    ignition_s: float
    shared: Descent


def prepare_home(scenario: Scenario, epoch: Epoch) -> HomePlan:
    """Choose the pass, the undocking and the expected deorbit burn, and fly the station of those days. Host side.

    Raises
    ------
    FlightError : no pass in reach.
    """
    way = _way(scenario)
    craft = _homebound(scenario, way)
    assert craft.descent is not None
    choice, ignition_s, shared = _landing_pass(craft, way, epoch)
    undocking_s = ignition_s - craft.descent.undocking_to_ignition_s.value
    if way.undocking is not None:
        undocking_s = way.undocking - epoch
    around, path = station_days(
        scenario, choice.element_set, epoch, undocking_s - 600.0, ignition_s + WATCH_S + AROUND_IGNITION_S
    )
    return HomePlan(scenario, epoch, craft, choice, around, path, undocking_s, ignition_s, shared)


def fly_home(plan: HomePlan, at: Handover, book: Book, *, until: str, say: Progress) -> None:
    """From the docked ship to the ground.

    Parameters
    ----------
    plan : from `prepare_home`. at : the ship at contact. book : what the flight leaves behind, written on.
    until : `departure` or `descent`. say : told what begins.

    Raises
    ------
    FlightError : the ship would leave before it has come, or its departure does not clear the station.
    """
    scenario, craft, docked_s = plan.scenario, plan.craft, float(at.ship.t_s)
    assert craft.descent is not None
    assert craft.departure is not None
    if plan.undocking_s <= docked_s:
        raise FlightError(f"the ship would undock {(docked_s - plan.undocking_s) / HOUR:.1f} h before it has docked")
    say("departure")
    usual_s = craft.descent.undocking_to_ignition_s.value
    tank_kg = float(jnp.sum(at.ship.tank_kg))
    inert_kg = craft.descent.ignition_mass_kg.value - tank_kg
    masses = (jnp.asarray([tank_kg]), jnp.asarray(inert_kg))
    riding = State(jnp.asarray(plan.undocking_s), jnp.zeros(3), jnp.zeros(3), *masses)
    port = scenario.station.port_pytree(scenario.port.name)
    departed = depart(
        craft, craft.departure.pytree(), scenario.station.pytree(), port, plan.path, plan.around,
        Handover(riding, jnp.zeros(3), jnp.zeros(3), at.outcome), plan.undocking_s, plan.ignition_s,
        craft.descent.distance_ahead_km.value * KM * min(1.0, (plan.ignition_s - plan.undocking_s) / usual_s),
    )  # fmt: skip
    home = _begun(plan, departed, docked_s, book)
    if until == "descent":
        say("deorbit, entry, landing")
        _land(plan, departed, home, book)


def _homebound(scenario: Scenario, way: Return) -> ShipData:
    """The ship with the mass and propellant it has at the deorbit burn."""
    craft = scenario.ship
    assert craft.descent is not None
    if way.ignition_mass_kg is None:
        return craft
    mass = craft.descent.ignition_mass_kg.model_copy(
        update={"value": way.ignition_mass_kg, "source": "mission file", "sigma": None}
    )
    return craft.model_copy(update={"descent": craft.descent.model_copy(update={"ignition_mass_kg": mass})})


def _landing_pass(craft: ShipData, way: Return, epoch: Epoch) -> tuple[ElementChoice, float, Descent]:
    """Element set, ignition (s) and surroundings of the first pass that reaches the zone's aim."""
    assert craft.descent is not None
    sets = ElementHistory(way.element_sets)
    start_s = way.not_before - epoch
    if way.undocking is not None:
        start_s = max(start_s, way.undocking - epoch + SOONEST_LANDING_S)
    nearest = math.inf
    for day in range(SEARCH_DAYS):
        from_s = start_s + DAY * day
        span = (epoch, from_s - 2.0 * HOUR, from_s + DAY + 2.0 * HOUR)
        around = surroundings(*span, degree=GRAVITY_DEGREE)
        found = passes(around, sets, craft, way.zone, epoch, DAY, from_s)
        nearest = min([nearest, *(one.distance_m for one in found)])
        near = [one for one in found if one.distance_m < FAR_M]
        if not near:
            continue
        first = np.array([one.closest_s - IGNITION_BEFORE_CLOSEST_S for one in near])
        paths = [
            ship_path(one.choice.element_set, epoch, float(t) - 1_800.0, craft)
            for one, t in zip(near, first, strict=True)
        ]
        shared = descent(around, craft, way.zone.height_m.value, wind_over(way.zone, way.wind, *span))
        result = aimed(shared, craft, paths, first, *way.zone.geodetic[:2])
        for k, one in enumerate(near):
            is_down = int(result.log.outcome[k]) == Outcome.FLYING
            if is_down and np.linalg.norm(result.miss_m[k]) < LANDED_M and float(result.log.landing_s[k]) >= start_s:
                return one.choice, float(result.log.ignition_s[k]), shared
    raise FlightError(
        f"no pass within {SEARCH_DAYS} days of {way.not_before.iso()} lands at {way.zone.name}: the nearest track is "
        f"{nearest / KM:.0f} km from it"
    )


def _begun(plan: HomePlan, departed: Departed, docked_s: float, book: Book) -> Home:
    """Write down the way up to the expected deorbit burn."""
    scenario, craft, path, epoch = plan.scenario, plan.craft, plan.path, plan.epoch
    undocking_s, choice = plan.undocking_s, plan.choice
    assert craft.departure is not None
    assert craft.descent is not None
    leaving, log = craft.departure, departed.log
    t_s = np.asarray(log.path.t_s)
    free = t_s <= plan.ignition_s
    mass = np.asarray(log.path.inert_kg) + np.asarray(log.path.tank_kg).sum(axis=-1)
    ship = Track(t_s[free], np.asarray(log.path.r_gcrf)[free], np.asarray(log.path.v_gcrf)[free], mass[free])
    grid = np.arange(undocking_s, plan.ignition_s + HOUR, _STATION_STEP_S)
    r, v = states(path, jnp.asarray(grid))
    station = Track(grid, np.asarray(r), np.asarray(v), np.full(grid.size, scenario.station.mass_kg.value))
    rows: dict[str, Floats] = {
        "t_s": t_s[free],
        "r_rel_lvlh": np.asarray(log.r_rel_lvlh)[free],
        "v_rel_lvlh": np.asarray(log.v_rel_lvlh)[free],
    }
    failures = tuple((one.part, one.nearest_m, one.at_s) for one in departed.failures)
    stay_s = undocking_s - docked_s
    home = Home(
        stay_s, choice.element_set.epoch, undocking_s - (choice.element_set.epoch - epoch), choice.phase_sigma_rad,
        _unique(ship), station, Departure(undocking_s, departed.clear_s, departed.distance_m, failures, rows),
    )  # fmt: skip
    hooks = undocking_s - leaving.hooks_s.value
    book.home, book.outcome = home, OUTCOMES[Outcome.UNDOCKED]
    book.events += [
        ("undocking_command", hooks, True),
        ("undocking", undocking_s, _way(scenario).undocking is not None),
        ("attitude_control_on", undocking_s + leaving.control_after_s.value, True),
        ("keep_out_sphere_left", departed.clear_s, False),
    ]
    for k, dv in enumerate(np.asarray(log.burn_dv_lvlh)):
        x, y, z = (float(part) for part in dv)
        book.burns.append(
            Burn(
                f"separation_{k + 1}", "departure", float(log.burn_s[k]), math.hypot(x, y, z),
                float(log.burn_lasts_s[k]), float(log.burn_kg[k]), (x, y, z),
            )
        )  # fmt: skip
    book.used_kg["departure"] = departed.propellant_kg
    book.figures["departure_distance_at_ignition_m"] = departed.distance_m
    life = craft.docked_life_days
    if life is not None and stay_s > life.value * DAY:
        book.notes.append(f"docked for {stay_s / DAY:.1f} days, longer than the ship's published {life.value:.0f} days")
    mass_kg = craft.descent.ignition_mass_kg
    book.notes.append(
        f"mass at the deorbit burn {mass_kg.value:.0f} kg ({mass_kg.source}): what was carried up and down is not known"
    )
    return home


def _unique(track: Track) -> Track:
    """The track without repeated instants."""
    keep = np.concatenate([[True], np.diff(track.t_s) > 1e-6])
    return Track(track.t_s[keep], track.r_gcrf[keep], track.v_gcrf[keep], track.mass_kg[keep])


def _land(plan: HomePlan, departed: Departed, home: Home, book: Book) -> None:
    """Aim the deorbit burn from the path that was flown, come down, and write it down."""
    craft, zone, shared = plan.craft, _way(plan.scenario).zone, plan.shared
    assert craft.descent is not None
    result = aimed(shared, craft, [departed.path], np.array([plan.ignition_s]), *zone.geodetic[:2])
    log: DescentLog = jax.tree.map(lambda leaf: leaf[0], result.log)
    if int(log.outcome) != Outcome.FLYING:
        book.outcome = OUTCOMES[int(log.outcome)]
        return
    ignition_s, burn_s = float(log.ignition_s), float(log.cutoff_s - log.ignition_s)
    now = departed.path(jnp.asarray(ignition_s))
    propellant = craft.propellant_kg.value
    ignition = State(
        jnp.asarray(ignition_s), now[:3], now[3:], jnp.asarray([propellant]),
        jnp.asarray(craft.descent.ignition_mass_kg.value - propellant),
    )  # fmt: skip
    rows = history(shared, ignition, log)
    landing = _landing(result, log, shared.air, zone, rows)
    flown = Track(rows["t_s"], rows["r_gcrf"], rows["v_gcrf"], rows["mass_kg"])
    book.home = replace(home, landing=landing, ship=_followed(home.ship, flown, ignition_s))
    book.outcome = OUTCOMES[Outcome.LANDED if landing.is_inside_zone else Outcome.LANDED_OUTSIDE_ZONE]
    limits = craft.descent.limits
    silence = blackout_s(shared.air, log.entry, limits.blackout_height_km.value * KM, limits.link_mhz.value * 1e6)
    instants = log.instants_s() | dict(zip(("blackout_start", "blackout_end"), silence, strict=True))
    book.events += [(name, float(instants[name]), False) for name in DESCENT_EVENTS]
    dv = craft.deorbit.delta_v_m_s.value
    burned = float(shared.burn.flow_kg_s) * burn_s
    book.burns.append(Burn("deorbit", "deorbit", ignition_s, dv, burn_s, burned, (-dv, 0.0, 0.0)))
    book.used_kg["deorbit"] = burned


def _landing(result: Aimed, log: DescentLog, air: Air, zone: ZoneData, rows: dict[str, Floats]) -> Landing:
    """The touchdown of lane 0 of the descents aimed at the zone; `log` is that lane, `rows` its history."""
    place = (float(log.latitude_rad), float(log.longitude_rad))
    miss = float(np.linalg.norm(east_north_m(*place, *zone.geodetic[:2])))
    marks, drift = log.marks, drift_m(air, log.chutes)
    return Landing(
        t_s=float(log.landing_s),
        zone=zone.name,
        latitude_rad=place[0],
        longitude_rad=place[1],
        miss_m=miss,
        is_inside_zone=miss <= zone.radius_km.value * KM,
        entry_angle_rad=float(marks.entry_angle_rad),
        peak_load_g=float(marks.peak_load_g),
        peak_heat_w_m2=float(marks.peak_heat_w_m2),
        heat_load_j_m2=float(marks.heat_load_j_m2),
        sink_m_s=float(log.descent_speed_m_s),
        cross_range_m=float(result.needed_m[0]),
        reach_m=(float(result.reach_m[0, 0]), float(result.reach_m[0, 1])),
        parachute_rad=drift[:2],
        drift_m=drift[2],
        ballistic=_ballistic(jax.tree.map(lambda leaf: leaf[0], result.ballistic), place),
        history=rows,
    )


def _ballistic(log: DescentLog, guided: tuple[float, float]) -> Ballistic | None:
    """The landing of a spinning module, and how far it is from the guided one (latitude and longitude, rad)."""
    if int(log.outcome) != Outcome.FLYING:
        return None
    place = (float(log.latitude_rad), float(log.longitude_rad))
    short = float(np.linalg.norm(east_north_m(*place, *guided)))
    return Ballistic(float(log.landing_s), *place, float(log.marks.peak_load_g), short)


def _followed(track: Track, after: Track, from_s: float) -> Track:
    """One track until an instant and another from there on."""
    first = track.t_s < from_s
    return Track(
        *(np.concatenate([getattr(track, one.name)[first], getattr(after, one.name)]) for one in fields(Track))
    )

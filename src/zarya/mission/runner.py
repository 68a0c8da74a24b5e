"""`fly`: walks the phases of a mission in order, pad to docking and home, and gathers what they leave behind."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from zarya.dynamics.state import State
from zarya.dynamics.station_path import StationPath, states
from zarya.dynamics.surroundings import orbital_loads
from zarya.errors import FlightError, InputError
from zarya.flight import approach, phasing
from zarya.flight.phase import OUTCOMES, Handover, Outcome
from zarya.frames import absolute_from_lvlh_rotating
from zarya.gnc.proximity import perfect_navigation
from zarya.gnc.rendezvous import AIM_BEFORE_CONTACT_S, SCHEMES, Scheme
from zarya.mission.arrival import choose_contact
from zarya.mission.as_flown import as_flown
from zarya.mission.book import Book
from zarya.mission.contact import coverage
from zarya.mission.home import HomePlan, check_way, fly_home, prepare_home
from zarya.mission.launch import launch, studied_leads
from zarya.mission.result import Burn, BurnPhase, Docking, Flight, Floats, Propellant, Track
from zarya.mission.scenario import Scenario
from zarya.mission.setting import Progress, Setting, longer, prepared
from zarya.mission.shortfall import opens_next, too_heavy
from zarya.mission.timeline import timeline
from zarya.programs import program

PHASES: Final = ("ascent", "phasing", "approach", "docking", "departure", "descent")
"""What `until` may name."""
HOMEWARD: Final = ("departure", "descent")
APPROACH_ALLOWANCE_KG: Final = 60.0
"""Propellant kept for approach and docking when a plan is judged: measured 34-61 kg by port."""
_STATION_STEP_S: Final = 60.0


def fly(
    scenario: Scenario, *, until: str | None = None, lead_study: bool = False, on_progress: Progress | None = None
) -> Flight:
    """Fly a mission from the pad to docking and, where the mission says where it lands, home again.

    Parameters
    ----------
    scenario : from `load`.
    until : last phase to fly, one of `PHASES`; by default the last the mission describes.
    lead_study : also fly the ascent for a range of leads, for the lead of least propellant beside the calibrated one.
    on_progress : called with a few words when a step begins.

    Returns the flight; its `outcome` is `landed`, `docked`, `undocked`, `stopped` (by `until`), or what ended it.

    Raises
    ------
    InputError : what only shows when dates and data meet (an element set too old, a date without space weather).
    FlightError : no plan meets the aim, the orbit cannot be reached.
    """
    if until is None:
        until = "docking" if scenario.home is None else "descent"
    if until not in PHASES:
        raise InputError("no such phase", key="until", value=until, remedy=f"Use one of {', '.join(PHASES)}.")
    if until in HOMEWARD:
        check_way(scenario)
    say = on_progress or (lambda _: None)
    setting = prepared(scenario, say)
    with ThreadPoolExecutor(1) as beside:  # the way home is prepared while the way up is flown: two cores compile
        way = beside.submit(prepare_home, scenario, setting.epoch) if until in HOMEWARD else None
        try:
            return _flown(setting, until, way, lead_study=lead_study, say=say)
        finally:
            beside.shutdown(wait=False, cancel_futures=True)


def _flown(setting: Setting, until: str, way: "Future[HomePlan] | None", *, lead_study: bool, say: Progress) -> Flight:
    """The phases in order; the first that fails ends the flight."""
    book = Book()
    book.figures["station_drag_scale"] = float(setting.station.drag_scale)
    say("ascent")
    at = _ascent(setting, book)
    if lead_study:
        say("ascents for other leads")
        book.figures |= studied_leads(setting.ascent, setting.lift.record.lead_s)
    if _goes_on(at, book) and until != "ascent":
        at, setting = _phasing(setting, at, book, say)
        if _goes_on(at, book) and until != "phasing":
            say("approach and docking")
            at = _approach(setting, at, book)
            book.outcome = OUTCOMES[int(at.outcome)]
            if way is not None and int(at.outcome) == Outcome.DOCKED:
                say("landing pass and station of those days")
                _home(way, at, book, until, say)
    return _flight(setting, at, book)


def _home(way: "Future[HomePlan]", at: Handover, book: Book, until: str, say: Progress) -> None:
    """The way home; where it cannot be flown the flight up to the docking stays, with the reason."""
    try:
        fly_home(way.result(), at, book, until=until, say=say)
    except FlightError as error:
        book.outcome = OUTCOMES[Outcome.NO_WAY_HOME]
        book.notes.append(str(error))


def _goes_on(at: Handover, book: Book) -> bool:
    """Whether the ship is still flying; what ended the flight is written down."""
    is_flying = int(at.outcome) == Outcome.FLYING
    if not is_flying:
        book.outcome = OUTCOMES[int(at.outcome)]
    return is_flying


def _ascent(setting: Setting, book: Book) -> Handover:
    flown = launch(setting.scenario, setting.lift, setting.around, setting.station, setting.ascent)
    book.events += flown.events
    book.ascent = flown.history
    book.tracks.append(flown.track)
    book.figures |= flown.figures
    if int(flown.handover.outcome) == Outcome.FLYING:
        book.insertion = flown.insertion
    else:
        too_heavy(setting, book)
    book.impacts = flown.impacts
    return flown.handover


def _track(states: State) -> Track:
    return Track(
        np.asarray(states.t_s),
        np.asarray(states.r_gcrf),
        np.asarray(states.v_gcrf),
        np.asarray(states.inert_kg) + np.asarray(states.tank_kg).sum(axis=-1),
    )


def _phasing(setting: Setting, at: Handover, book: Book, say: Progress) -> tuple[Handover, Setting]:
    """Plan and fly to the aim; a scheme that closes gives way to the next longer one."""
    plan, setting = _planned(setting, at, book, say)
    scheme = setting.scheme
    say("phasing")
    errors = phasing.no_errors(plan.burns.slots.centre_t_s.shape[0])
    arrived, log = phasing.fly(plan, at, errors)
    _book_burns(plan, log, scheme, book)
    book.tracks.append(_track(phasing.sampled_path(plan, log)))
    book.figures |= {
        "phasing_delta_v_m_s": float(log.total_m_s),
        "phasing_bound_m_s": float(plan.burns.bound_m_s),
        "aim_residual_m": float(jnp.linalg.norm(log.residual[:3])),
        "aim_residual_m_s": float(jnp.linalg.norm(log.residual[3:])),
    }
    book.used_kg["phasing"] = float(log.propellant_total_kg)
    book.events.append(("aim_point", float(plan.burns.aim_t_s), False))
    return arrived, setting


def _planned(setting: Setting, at: Handover, book: Book, say: Progress) -> tuple[phasing.PhasingPlan, Setting]:
    """The plan of the scheme, or of the next longer one that can be paid; every closed one leaves a note."""
    numbers = setting.scenario.ship.pytree()
    spare = float(numbers.propellant_kg - numbers.deorbit_reserve_kg) - APPROACH_ALLOWANCE_KG
    why = ""
    for orbits in [n for n in sorted(SCHEMES) if n >= setting.scheme.orbits]:
        if orbits != setting.scheme.orbits:
            say(f"{setting.scheme.orbits}-orbit scheme closed, trying {orbits} orbits")
            setting = longer(setting, orbits)
        try:
            if not setting.is_contact_ordered:
                say("choosing the arrival")
                contact_s, reason = choose_contact(
                    setting.scenario, setting.epoch, at, setting.around, setting.station, setting.scheme
                )
                setting = replace(setting, contact_s=contact_s)
                book.notes.append(reason)
            say("rendezvous plan")
            aim_s = setting.contact_s - AIM_BEFORE_CONTACT_S
            plan = phasing.prepare(at, setting.station, setting.around, numbers, setting.scheme, aim_s)
        except FlightError as error:
            why = str(error)
        else:
            needed = float(np.sum(np.asarray(plan.burns.propellant_kg)))
            if needed <= spare:
                return plan, setting
            why = f"the plan needs {needed:.0f} kg of propellant, {spare:.0f} kg may be spent"
        book.notes.append(f"the {orbits}-orbit scheme is closed: {why}{opens_next(setting, orbits)}")
    raise FlightError(f"{setting.scenario.name}: no scheme reaches the station; {why}", notes=list(book.notes))


def _book_burns(plan: phasing.PhasingPlan, log: phasing.PhasingLog, scheme: Scheme, book: Book) -> None:
    names = phasing.burn_names(scheme)
    dv = np.asarray(log.made.dv_lvlh)
    times = np.asarray(log.ignition_t_s)
    for row in phasing.burns_made(plan, log, names):
        k = int(np.argmin(np.abs(times - float(row["t_s"]))))
        book.burns.append(_burn_of(row, "phasing", (float(dv[k, 0]), float(dv[k, 1]), float(dv[k, 2]))))


def _burn_of(row: Mapping[str, float | str], phase: BurnPhase, dv_lvlh_m_s: tuple[float, float, float]) -> Burn:
    """A row of a phase's log as a burn of the result."""
    t_s, size, lasts, used = (float(row[key]) for key in ("t_s", "delta_v_m_s", "duration_s", "propellant_kg"))
    return Burn(str(row["name"]), phase, t_s, size, lasts, used, dv_lvlh_m_s)


def _approach(setting: Setting, at: Handover, book: Book) -> Handover:
    scenario, station, contact_s = setting.scenario, setting.station, setting.contact_s
    ship = scenario.ship.pytree()
    plan = approach.prepare(
        ship,
        scenario.station.pytree(),
        scenario.station.port_pytree(scenario.port.name),
        station,
        contact_s,
        start_s=float(at.ship.t_s),
    )
    loads = orbital_loads(setting.around, ship.drag_area_m2 * ship.drag_coefficient)
    end, log = _fly_approach(plan, at, loads, perfect_navigation())
    book.events += [
        ("station_keeping", float(log.station_keeping_s), False),
        ("final_approach", float(log.final_approach_s), True),
        ("docking", float(log.docking_s), False),
    ]
    book.used_kg["approach"] = float(log.propellant_kg)
    book.figures["approach_delta_v_m_s"] = float(log.delta_v_m_s)
    book.figures["nearest_before_final_approach_m"] = float(log.nearest_m)
    for row in approach.stages_made(plan, log):
        book.burns.append(_burn_of(row, "approach", (0.0, 0.0, 0.0)))
    sample_s = np.asarray(log.sample_s)
    keep = np.concatenate([[True], np.diff(sample_s) > 0.0])
    book.approach = {
        "t_s": sample_s[keep],
        "r_rel_lvlh": np.asarray(log.sample_r_lvlh)[keep],
        "v_rel_lvlh": np.asarray(log.sample_v_lvlh)[keep],
    }
    book.tracks.append(_approach_track(station, book.approach, end.ship))
    if np.isfinite(float(log.docking_s)):
        book.docking = Docking(
            float(log.docking_s),
            scenario.port.name,
            float(log.axial_m_s),
            float(log.lateral_m),
            float(log.lateral_m_s),
            bool(log.inside_limits),
        )
    return end


_fly_approach = program(approach.fly)


@program
def _absolute(station: StationPath, t_s: Array, r_rel_lvlh: Array, v_rel_lvlh: Array) -> tuple[Array, Array]:
    """Positions and velocities in GCRF, (sample, 3), of those relative to the station."""
    return jax.vmap(lambda t, r, v: absolute_from_lvlh_rotating(r, v, station.r_gcrf(t), station.v_gcrf(t)))(
        t_s, r_rel_lvlh, v_rel_lvlh
    )


def _approach_track(station: StationPath, rows: Mapping[str, Floats], end: State) -> Track:
    """The sampled approach in GCRF, ended by the state at contact; its mass is the one at contact all along."""
    t_s = jnp.asarray(rows["t_s"])
    r, v = _absolute(station, t_s, jnp.asarray(rows["r_rel_lvlh"]), jnp.asarray(rows["v_rel_lvlh"]))
    mass = np.full(rows["t_s"].size + 1, float(end.mass_kg))
    return Track(
        np.append(rows["t_s"], float(end.t_s)),
        np.concatenate([np.asarray(r), np.asarray(end.r_gcrf)[None]]),
        np.concatenate([np.asarray(v), np.asarray(end.v_gcrf)[None]]),
        mass,
    )


def _flight(setting: Setting, at: Handover, book: Book) -> Flight:
    scenario, lift, station = setting.scenario, setting.lift, setting.station
    end_s = float(at.ship.t_s)
    grid = np.arange(0.0, end_s + _STATION_STEP_S, _STATION_STEP_S)
    grid[-1] = min(grid[-1], float(station.table.end_s))
    r, v = states(station, jnp.asarray(grid))
    mass = np.full(grid.size, scenario.station.mass_kg.value)
    ship = _joined(book.tracks)
    burns = tuple(sorted(book.burns, key=lambda burn: burn.t_s))
    instants = [(burn.name, burn.t_s) for burn in burns]
    if book.docking is not None:
        instants.append(("docking", book.docking.t_s))
    heard = coverage(lift.epoch, scenario.ship.name, ship, instants)
    if book.home is not None:
        heard |= coverage(lift.epoch, scenario.ship.name, book.home.ship, instants)
    return Flight(
        scenario=scenario,
        epoch=lift.epoch,
        outcome=book.outcome,
        events=timeline(book.events, as_flown(scenario)),
        burns=burns,
        lift=lift.record,
        propellant=Propellant(scenario.ship.propellant_kg.value, book.used_kg, scenario.ship.deorbit_reserve_kg),
        ship=ship,
        station=Track(grid, np.asarray(r), np.asarray(v), mass),
        insertion=book.insertion,
        docking=book.docking,
        ascent=book.ascent,
        approach=book.approach,
        figures=book.figures,
        impacts=book.impacts,
        coverage=heard,
        notes=tuple(book.notes),
        home=book.home,
    )


def _joined(tracks: list[Track]) -> Track:
    """One track in time order, without repeated instants."""
    t_s = np.concatenate([track.t_s for track in tracks])
    _, first = np.unique(np.round(t_s, 6), return_index=True)
    return Track(
        t_s[first],
        np.concatenate([track.r_gcrf for track in tracks])[first],
        np.concatenate([track.v_gcrf for track in tracks])[first],
        np.concatenate([track.mass_kg for track in tracks])[first],
    )

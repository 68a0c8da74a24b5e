"""The lift-off of a mission: which element set, which lead, which instant, into which plane."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from zarya.constants import EARTH_ROTATION_RAD_S, GM_EARTH_EGM2008_M3_S2, STANDARD_GRAVITY_M_S2
from zarya.errors import CoverageError, FlightError
from zarya.gnc.element_choice import ElementChoice, choose_element_set
from zarya.gnc.launch_instant import LaunchInstant, Lead, coplanar_instant, mean_plane
from zarya.gnc.plane_crossing import Insertion, MeanPlanes
from zarya.gnc.schemes import (
    Scheme,
    is_in_published_range,
    launcher_insertion,
    launcher_lead,
    schemes_named,
    wait_for_phase_s,
)
from zarya.mission.result import Lift
from zarya.mission.scenario import Scenario
from zarya.time import Epoch
from zarya.units import DAY, DEG, HOUR

PHASE_SIGMA_LIMIT_RAD: Final = 10.0 * DEG
"""Beyond this the phase is unknown and no rendezvous can be flown."""


@dataclass(frozen=True)
class LiftOff:
    """What the countdown decided.

    Parameters
    ----------
    epoch : lift-off, the flight's epoch. instant : the computed coplanar launch. choice : the element set.
    raan_ship_rad, inclination_ship_rad : rad, mean elements in TEME of the plane to insert into, at separation.
    record : for the result.
    """

    epoch: Epoch
    instant: LaunchInstant
    choice: ElementChoice
    raan_ship_rad: float
    inclination_ship_rad: float
    record: Lift


def _said(lead: Lead) -> str:
    """Where a lead comes from, in words."""
    if not lead.flights:
        return lead.programme
    without = "" if "Soyuz MS-24" in lead.flights else ", Soyuz MS-24 left out"
    return f"{lead.programme}, calibrated on {len(lead.flights)} flights{without}"


def lift_off(scenario: Scenario) -> LiftOff:
    """Decide the lift-off.

    Only element sets earlier than the opportunity are used. A scheduled instant is flown as given; the plane then moves
    with the pad, since the steering programme is fixed to the Earth.

    Raises
    ------
    CoverageError : the newest usable set is too old to know the phase. FlightError : the scheduled instant lies so far
    off the plane that all the propellant of the ship does not turn its orbit.
    """
    (scheme,) = schemes_named(scenario.table.launch.scheme)
    transfer, insertion = scheme.transfer, launcher_insertion(scenario.launcher, scenario.ship.name)
    lead = launcher_lead(scenario.launcher, scenario.ship.name)

    begin = _search_from(scenario)

    def instant_of(choice: ElementChoice) -> LaunchInstant:
        return coplanar_instant(
            choice.element_set, scenario.site.geodetic, insertion, begin, transfer, lead,
            phase_sigma_rad=choice.phase_sigma_rad,
        )  # fmt: skip

    choice = choose_element_set(scenario.element_sets, scenario.scheduled or begin)
    instant = instant_of(choice)
    for _ in range(3):  # the newest set before the instant found, which hardly moves it
        before, choice = choice, choose_element_set(scenario.element_sets, scenario.scheduled or instant.liftoff)
        instant = instant_of(choice)
        if choice.element_set.epoch - before.element_set.epoch == 0.0:
            break
    if choice.phase_sigma_rad > PHASE_SIGMA_LIMIT_RAD:
        raise CoverageError(
            f"phase unknown: the newest usable element set is {choice.age_s / DAY:.1f} days old, "
            f"1 sigma of the phase {choice.phase_sigma_rad / DEG:.0f} deg "
            f"(limit {PHASE_SIGMA_LIMIT_RAD / DEG:.0f} deg)",
            file=str(scenario.path),
            key="station.element_sets",
            value=choice.element_set.epoch.iso(),
            remedy="Give element sets from the days before the launch.",
        )
    wait_s = _wait_s(scheme, instant, choice)
    computed = instant.liftoff + wait_s
    epoch = scenario.scheduled or computed
    offset_s = epoch - instant.liftoff
    _require_reach(scenario, insertion, instant.liftoff, offset_s)
    notes = [*choice.rejected, *choice.warnings]
    if wait_s != 0.0:
        notes.append(
            f"lifts off {wait_s:.1f} s beside the plane: {instant.phase_rad / DEG:.2f} deg would be outside the "
            f"published range of {scheme.name} launches"
        )
    record = Lift(
        computed=computed,
        sigma_s=instant.sigma_s,
        lead_s=lead.lead_s,
        lead_source=_said(lead),
        plane_offset_s=offset_s,
        element_set_epoch=choice.element_set.epoch,
        age_s=choice.age_s,
        station_rms_m=float("nan"),
        phase_sigma_rad=choice.phase_sigma_rad,
        notes=tuple(notes),
    )
    return LiftOff(
        epoch,
        instant,
        choice,
        instant.node_ship_rad + EARTH_ROTATION_RAD_S * offset_s,
        insertion.inclination_rad,
        record,
    )


def _search_from(scenario: Scenario) -> Epoch:
    """Where the search for the lift-off begins: at the first element set where that came within the first day."""
    asked, first = scenario.search_from, min(item.epoch for item in scenario.element_sets) + 1.0
    return first if 0.0 < first - asked < DAY else asked


def _require_reach(scenario: Scenario, insertion: Insertion, liftoff: Epoch, offset_s: float) -> None:
    """Refuse a lift-off from which the turn into the station's plane alone takes more than the ship has.

    **Model** planes of equal inclination i, nodes apart by the Earth's turn: the angle between them, turned on a
    circular orbit at the height of insertion.
    """
    ship = scenario.ship
    node = EARTH_ROTATION_RAD_S * offset_s
    angle = 2.0 * np.arcsin(abs(np.sin(insertion.inclination_rad) * np.sin(0.5 * node)))
    turn_m_s = float(2.0 * np.sqrt(GM_EARTH_EGM2008_M3_S2 / insertion.semi_major_axis_m) * np.sin(0.5 * angle))
    mass_kg = ship.mass_kg.value
    exhaust_m_s = STANDARD_GRAVITY_M_S2 * ship.engine.isp_s.value
    has_m_s = float(exhaust_m_s * np.log(mass_kg / (mass_kg - ship.propellant_kg.value)))
    if turn_m_s > has_m_s:
        raise FlightError(
            f"the scheduled lift-off lies {offset_s / HOUR:+.2f} h off the plane of the station: turning the orbit by "
            f"{angle / DEG:.1f} deg takes {turn_m_s:.0f} m/s, the ship has {has_m_s:.0f} m/s; lift off at "
            f"{liftoff.iso()[:19]}Z",
            plane_offset_s=round(offset_s, 1), turn_m_s=round(turn_m_s, 1), ship_m_s=round(has_m_s, 1),
        )  # fmt: skip


def _wait_s(scheme: Scheme, instant: LaunchInstant, choice: ElementChoice) -> float:
    """How long after the plane the ship lifts off so that its phase comes into the scheme's range, s; mostly 0."""
    station = mean_plane(choice.element_set, instant.insertion)
    planes = MeanPlanes(
        *(np.array([x]) for x in (station.semi_major_axis_m, station.e, station.inclination_rad, 0.0, 0.0))
    )
    return float(wait_for_phase_s(scheme, planes, np.array([instant.phase_rad]))[0])


def next_opening(scenario: Scenario, lift: LiftOff, orbits: int, days: int = 40) -> LaunchInstant | None:
    """The next lift-off after this one whose phase lies in the published range of a scheme; None within `days`.

    **Model** the plane and phase of the element set carried on by its mean motion; reboosts to come move the day.
    """
    place = scenario.site.geodetic
    (scheme,) = schemes_named(f"{orbits}-orbit")
    insertion = launcher_insertion(scenario.launcher, scenario.ship.name)
    after = lift.instant.liftoff
    for _ in range(days):
        after = after + 0.5 * DAY
        found = coplanar_instant(lift.choice.element_set, place, insertion, after, scheme.transfer, lift.instant.lead)
        inside = bool(is_in_published_range(scheme, np.array([found.phase_rad]))[0])
        if inside or _wait_s(scheme, found, lift.choice) != 0.0:
            return found
        after = found.liftoff
    return None

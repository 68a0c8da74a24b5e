"""The lift-off of a mission: which element set, which lead, which instant, into which plane."""

from dataclasses import dataclass
from typing import Final

from zarya.constants import EARTH_ROTATION_RAD_S
from zarya.errors import CoverageError
from zarya.gnc.element_choice import ElementChoice, choose_element_set
from zarya.gnc.launch_instant import (
    SCHEMES,
    LaunchInstant,
    Lead,
    coplanar_instant,
    soyuz_insertion,
    steering_leads,
)
from zarya.mission.result import Lift
from zarya.mission.scenario import Scenario
from zarya.time import Epoch
from zarya.units import DEG

OPTIMUM_LEAD: Final = Lead(222.0, 20.0, "none calibrated: minimum-propellant ascent of the Soyuz class")
"""Used for a launcher without a calibrated steering programme; the flown leads of Soyuz lie 30-45 s below it."""
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


def steering_lead(launcher: str, ship: str) -> tuple[Lead, str]:
    """The calibrated lead of a launcher's steering programme for a ship, and where it comes from in words."""
    family = {"soyuz-2.1b": "soyuz-2.1a"}.get(launcher, launcher)
    cargo = "cargo" if ship.startswith("progress") else "crew"
    lead = steering_leads().get(f"{family}-{cargo}")
    if lead is None:
        return OPTIMUM_LEAD, OPTIMUM_LEAD.programme
    return lead, f"{lead.programme}, calibrated on {len(lead.flights)} flights, Soyuz MS-24 left out"


def lift_off(scenario: Scenario) -> LiftOff:
    """Decide the lift-off.

    Only element sets earlier than the opportunity are used. A scheduled instant is flown as given; the plane then moves
    with the pad, since the steering programme is fixed to the Earth.

    Raises
    ------
    CoverageError : the newest usable set is too old to know the phase.
    """
    site = scenario.site.pytree()
    place = (float(site.latitude_rad), float(site.longitude_rad), float(site.height_m))
    transfer, insertion = SCHEMES[scenario.scheme_orbits], soyuz_insertion()
    lead, source = steering_lead(scenario.launcher.name, scenario.ship.name)
    choice = choose_element_set(scenario.element_sets, scenario.scheduled or scenario.search_from)
    instant = coplanar_instant(choice.element_set, place, insertion, scenario.search_from, transfer, lead)
    for _ in range(3):  # the newest set before the instant found, which hardly moves it
        better = choose_element_set(scenario.element_sets, scenario.scheduled or instant.liftoff)
        is_same = better.element_set.epoch - choice.element_set.epoch == 0.0
        choice = better  # its age counts to the lift-off
        if is_same:
            break
        instant = coplanar_instant(choice.element_set, place, insertion, scenario.search_from, transfer, lead)
    instant = coplanar_instant(
        choice.element_set,
        place,
        insertion,
        scenario.search_from,
        transfer,
        lead,
        phase_sigma_rad=choice.phase_sigma_rad,
    )
    if choice.phase_sigma_rad > PHASE_SIGMA_LIMIT_RAD:
        raise CoverageError(
            f"phase unknown: the newest usable element set is {choice.age_s / 86400.0:.1f} days old, "
            f"1 sigma of the phase {choice.phase_sigma_rad / DEG:.0f} deg (limit 10 deg)",
            file=str(scenario.path),
            key="station.element_sets",
            value=choice.element_set.epoch.iso(),
            remedy="Give element sets from the days before the launch.",
        )
    epoch = scenario.scheduled or instant.liftoff
    offset_s = epoch - instant.liftoff
    record = Lift(
        computed=instant.liftoff,
        sigma_s=instant.sigma_s,
        lead_s=lead.lead_s,
        lead_source=source,
        plane_offset_s=offset_s,
        element_set_epoch=choice.element_set.epoch,
        age_s=choice.age_s,
        station_rms_m=float("nan"),
        phase_sigma_rad=choice.phase_sigma_rad,
        notes=(*choice.rejected, *choice.warnings),
    )
    return LiftOff(
        epoch,
        instant,
        choice,
        instant.node_ship_rad + EARTH_ROTATION_RAD_S * offset_s,
        insertion.inclination_rad,
        record,
    )

"""What is decided before the engines are lit, shared by every flight of a mission."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from zarya.dynamics.station_path import StationPath, fit_start_s, fit_station
from zarya.dynamics.surroundings import Surroundings, surroundings
from zarya.flight.ascent import AscentPlan
from zarya.gnc.rendezvous import SCHEMES, Scheme
from zarya.mission.launch import planned_ascent
from zarya.mission.lift import LiftOff, lift_off
from zarya.mission.scenario import Scenario
from zarya.orbits.tle import ElementSet
from zarya.time import Epoch
from zarya.units import DAY

LATE_S: Final = 3600.0
"""The station's path and the day's tables reach this far beyond the expected contact."""

SPAN_S: Final = 3.0 * DAY

type Progress = Callable[[str], None]


@dataclass(frozen=True)
class Setting:
    """Lift-off, tables of the day, the station's path, the planned ascent.

    Parameters
    ----------
    scheme : of the rendezvous; a longer one than the scenario's after a fall-back.
    contact_s : s, contact from the epoch: ordered, chosen, or the scheme's usual transit until one is chosen.
    is_contact_ordered : whether the mission file gives the contact.
    """

    scenario: Scenario
    lift: LiftOff
    around: Surroundings
    station: StationPath
    ascent: AscentPlan
    scheme: Scheme
    contact_s: float
    is_contact_ordered: bool

    @property
    def epoch(self) -> Epoch:
        """The flight's epoch: lift-off."""
        return self.lift.epoch


def prepared(scenario: Scenario, say: Progress) -> Setting:
    """Everything that is decided before the engines are lit. Host side."""
    say("lift-off instant")
    lift = lift_off(scenario)
    scheme = SCHEMES[scenario.scheme_orbits]
    planned = scenario.planned_docking
    contact_s = scheme.transfer.transit_s if planned is None else planned - lift.epoch
    say("tables of the day and station orbit")
    around, station = _days(scenario, lift, contact_s + LATE_S)
    lift = replace(lift, record=replace(lift.record, station_rms_m=float(station.rms_m)))
    say("ascent plan")
    ascent = planned_ascent(scenario, lift, around)
    return Setting(scenario, lift, around, station, ascent, scheme, contact_s, planned is not None)


def longer(setting: Setting, orbits: int) -> Setting:
    """The same flight with the tables of a longer scheme, its contact still to be chosen. Host side."""
    scheme = SCHEMES[orbits]
    contact_s = scheme.transfer.transit_s
    around, station = _days(setting.scenario, setting.lift, contact_s + LATE_S)
    return replace(
        setting, around=around, station=station, scheme=scheme, contact_s=contact_s, is_contact_ordered=False
    )


def extended(setting: Setting, end_s: float) -> Setting:
    """The same flight with tables that reach `end_s`. Host side."""
    around, station = _days(setting.scenario, setting.lift, end_s)
    return replace(setting, around=around, station=station)


def _days(scenario: Scenario, lift: LiftOff, end_s: float) -> tuple[Surroundings, StationPath]:
    return station_days(scenario, lift.choice.element_set, lift.epoch, -600.0, end_s)


def station_days(
    scenario: Scenario, element_set: ElementSet, epoch: Epoch, start_s: float, end_s: float
) -> tuple[Surroundings, StationPath]:
    """Tables of some days and the station's path from `start_s` to `end_s` or beyond (s from `epoch`). Host side.

    The span of the tables is rounded up to whole `SPAN_S`, so that launch and way home share their compiled programs.
    """
    first_s, data = fit_start_s(element_set, epoch) - 60.0, scenario.station
    end_s = first_s + SPAN_S * math.ceil((end_s + 61.0 - first_s) / SPAN_S) - 1.0  # no rounding adds a node
    around = surroundings(epoch, first_s, end_s)
    drag_area_m2 = data.drag_area_m2.value * data.drag_coefficient.value
    return around, fit_station(element_set, epoch, around, data.mass_kg.value, drag_area_m2, start_s, end_s - 60.0)

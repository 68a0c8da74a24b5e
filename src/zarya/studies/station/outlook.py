"""What the element sets of one day foresee for the phase of a launch, before any burn is planned."""

from dataclasses import dataclass
from typing import Final

from zarya.gnc.element_choice import ElementChoice, ElementHistory, choose_element_set, phase_sigma_rad
from zarya.gnc.launch_instant import LaunchInstant, coplanar_instant, mean_plane
from zarya.gnc.plane_crossing import TWO_PI
from zarya.gnc.schemes import Scheme
from zarya.orbits.tle import ElementSet
from zarya.studies.station.spread import PhaseSpread, phase_spread
from zarya.studies.windows.question import Launch
from zarya.time import Epoch

THRUST_N: Final = 715.0
"""Of a docked Progress along the velocity: 1.55 mm/s2 of 461 t (1.4-1.9 flown, 1.53 in the burn of 2023-09-08)."""


@dataclass(frozen=True)
class Thruster:
    """What burns: a ship of the catalog with its small thrusters, or numbers of its own.

    Parameters
    ----------
    ship : name. thrust_n : N along the velocity. isp_s : s; None, that of the ship's thrusters.
    """

    ship: str = "progress-ms"
    thrust_n: float = THRUST_N
    isp_s: float | None = None


@dataclass(frozen=True)
class Case:
    """A launch and the burns before it.

    Parameters
    ----------
    question, scheme, day : who flies, how, from which instant on. mass_kg : of the station.
    thruster, exhaust_m_s : what burns, m/s.
    """

    question: Launch
    scheme: Scheme
    day: Epoch
    mass_kg: float
    thruster: Thruster
    exhaust_m_s: float

    @property
    def first_rad(self) -> float:
        """Lower end of the published range of the phase, rad."""
        return self.scheme.published_from_rad

    @property
    def width_rad(self) -> float:
        """Its width, rad."""
        return self.scheme.published_width_rad


@dataclass(frozen=True)
class Ahead:
    """What is foreseen on the day of the plan.

    Parameters
    ----------
    known : the sets of that day, from before `limit`. choice : the one the plan rests on. instant : of the launch.
    phase_rad : of the launch without another burn, counted from the lower end of the range. spread : of the phase.
    sigma_deg : 1 sigma of it, more where the set is doubtful. now : no burn before it. axis_m : m, mean.
    """

    known: ElementHistory
    limit: Epoch
    choice: ElementChoice
    instant: LaunchInstant
    phase_rad: float
    spread: PhaseSpread
    sigma_deg: float
    now: Epoch
    axis_m: float


def instant_of(case: Case, element_set: ElementSet) -> LaunchInstant:
    """The launch that an element set foresees."""
    question = case.question
    return coplanar_instant(
        element_set, question.pad, question.insertion, case.day, case.scheme.transfer, question.lead
    )


def foreseen(case: Case, history: ElementHistory, as_of: Epoch | None) -> Ahead:
    """What the sets of the day of the plan foresee for the launch."""
    first_guess = instant_of(case, choose_element_set(history, min(case.day, as_of or case.day)).element_set).liftoff
    limit = min(first_guess, as_of or first_guess)
    known = history.first(history.count_before(limit))
    choice = choose_element_set(known, limit)
    instant = instant_of(case, choice.element_set)
    spread = phase_spread(choice.element_set, instant.liftoff - choice.element_set.epoch)
    factor = choice.phase_sigma_rad / phase_sigma_rad(choice.age_s) if choice.warnings else 1.0
    return Ahead(
        known, limit, choice, instant, case.first_rad + (instant.phase_rad - case.first_rad) % TWO_PI, spread,
        spread.sigma_deg * factor, as_of or choice.element_set.epoch,
        mean_plane(choice.element_set, instant.insertion).semi_major_axis_m,
    )  # fmt: skip

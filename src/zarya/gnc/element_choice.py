"""Which element set to plan a launch from, why, and how well it knows where the station will be."""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from zarya.errors import CoverageError, InputError
from zarya.orbits.tle import ElementSet
from zarya.time import Epoch
from zarya.units import DAY, DEG, HOUR

INCLINATION_JUMP_DEG: Final = 0.005
"""A station's mean inclination changes by 0.002 deg in a day at most; a larger step is a bad fit."""
REBOOST_SETTLING_S: Final = 36.0 * HOUR
"""For this long after a burn the published sets mix arcs before and after it: phase wrong by up to 40 deg, wild B*."""
REBOOST_STEP_REV_DAY: Final = 4.0e-4
"""Drop of mean motion between sets that only a burn makes (drag raises it): 0.12 km, 0.07 m/s; sets scatter by 1e-4."""
BURN_FACTOR: Final = 3.0
"""The sigma of the phase is multiplied by this when a burn is recent or suspected (assumed)."""
_BSTAR_FACTOR: Final = 6.0
"""A B* this many times away from the usual one, or negative, comes from a fit across a burn."""
_HISTORY: Final = 20
UNKNOWN_PHASE_RAD: Final = 2.0 * math.pi / math.sqrt(12.0)
"""Standard deviation of a phase of which nothing is known (104 deg)."""
_EPOCH_RESOLUTION_DAY: Final = 5.0e-9
"""Half the last printed digit of a TLE epoch."""
_LOOK_BACK_S: Final = 7.0 * DAY
"""Sets this much older than the newest still give the plane within a second, unless a burn lies between."""


@dataclass(frozen=True)
class ElementChoice:
    """The chosen set and the reasons for which newer ones were passed over.

    Parameters
    ----------
    element_set : the set to use.
    age_s : s, from its epoch to the instant asked for; from the end of tracking where the set is a forecast.
    phase_sigma_rad : rad, 1 sigma of the station's place along its orbit at that instant, from the age alone.
    rejected : one line for each newer set passed over.
    warnings : what is doubtful about the set chosen.
    """

    element_set: ElementSet
    age_s: float
    phase_sigma_rad: float
    rejected: tuple[str, ...]
    warnings: tuple[str, ...]


class ElementHistory:
    """The element sets of one satellite in order of epoch; finds those around an instant without a walk through all.

    Parameters
    ----------
    sets : in any order.
    known : the instant up to which they rest on tracking, where later ones are a forecast; ages count from it.
    note : goes into the warnings of every choice.
    """

    sets: tuple[ElementSet, ...]
    days: NDArray[np.float64]
    """UTC Julian dates of the epochs, (set,)."""

    def __init__(self, sets: Sequence[ElementSet], known: Epoch | None = None, note: str = "") -> None:
        self.known, self.note = known, note
        self.sets = tuple(sorted(sets, key=_day))
        self.days = np.array([_day(item) for item in self.sets])
        self._chosen: dict[int, tuple[int, tuple[str, ...], tuple[str, ...], float]] = {}

    def count_before(self, when: Epoch) -> int:
        """How many sets have an earlier epoch."""
        return int(np.searchsorted(self.days, sum(when.jd("utc")) - _EPOCH_RESOLUTION_DAY))

    def first(self, count: int) -> "ElementHistory":
        """The history of the first `count` sets."""
        return ElementHistory(self.sets[:count], self.known, self.note)

    def of_satellite(self, number: int, name: str) -> "ElementHistory":
        """The history of one satellite by its catalogue number; sets without a number (0) count as its own.

        Raises
        ------
        InputError : all are of others.
        """
        own = tuple(item for item in self.sets if item.catalog_number in (number, 0))
        if self.sets and not own:
            raise InputError(
                f"element sets of another satellite than {name} ({number})", key="element_sets",
                value=self.sets[0].catalog_number, remedy=f"Give sets of satellite {number}.",
            )  # fmt: skip
        return self if len(own) == len(self.sets) else ElementHistory(own, self.known, self.note)

    def window(self, count: int, instant_day: float) -> tuple[ElementSet, ...]:
        """Of the first `count` sets those of the last 30 days before the instant if any, else the newest 40."""
        first = int(np.searchsorted(self.days, instant_day - 30.0))
        return self.sets[first:count] if first < count else self.sets[max(0, count - 2 * _HISTORY) : count]

    def between(self, start: Epoch, end: Epoch) -> tuple[ElementSet, ...]:
        """Sets with epochs from `start` to before `end`."""
        return self.sets[self.count_before(start) : self.count_before(end)]


def choose_element_set(sets: Sequence[ElementSet] | ElementHistory, before: Epoch) -> ElementChoice:
    """Newest sane set with an epoch before `before`.

    Give an `ElementHistory` where many instants are asked for.

    Passed over: an inclination more than 0.005 deg from the median of the sets before it; a B* negative or far from
    the usual. In the 36 h after a burn, and where newer sets were passed over for their B*, the choice comes with a
    warning and three times the sigma: the newer sets are badly fitted and the older do not know of the burn. If no set
    of the seven days up to the newest is sane, the newest is used with a warning.

    Raises
    ------
    CoverageError : no set is earlier.
    """
    history = sets if isinstance(sets, ElementHistory) else ElementHistory(sets)
    count = history.count_before(before)
    if not count:
        raise CoverageError(
            "no element set has an earlier epoch", key="epoch", value=before.iso("utc"), remedy="Give older sets."
        )
    if count not in history._chosen:
        history._chosen[count] = _verdict(history, count, before)
    index, rejected, warnings, factor = history._chosen[count]
    chosen = history.sets[index]
    is_forecast = history.known is not None and chosen.epoch > history.known
    age_s = before - (history.known if is_forecast and history.known is not None else chosen.epoch)
    if history.note:
        warnings = (*warnings, history.note)
    sigma_rad = min(factor * phase_sigma_rad(age_s), UNKNOWN_PHASE_RAD)
    return ElementChoice(chosen, age_s, sigma_rad, rejected, warnings)


def reboost_before(sets: Sequence[ElementSet]) -> Epoch | None:
    """Epoch of the first set after the last burn that shows as a drop of mean motion; None if there is none.

    **Model** the drop must last: the two sets before against the set and the next ones (medians).
    """
    ordered = sorted(sets, key=_day)
    for index in range(len(ordered) - 1, 0, -1):
        before = median(item.mean_motion_rev_day for item in ordered[max(0, index - 3) : index])
        after = median(item.mean_motion_rev_day for item in ordered[index : index + 3])
        if before - after > REBOOST_STEP_REV_DAY and (
            ordered[index - 1].mean_motion_rev_day - ordered[index].mean_motion_rev_day > 0.3 * (before - after)
        ):
            return ordered[index].epoch
    return None


def phase_sigma_rad(age_s: float) -> float:
    """Standard uncertainty of the phase of a station known by an element set `age_s` old, rad.

    **Model** table of the errors of sets of the ISS, burns unknown to the set included, straight lines between in
    log-log. **Source** data/element_age.toml, written by builders/calibrate_element_age.py.
    """
    rows = _age_rows()
    days = max(age_s / DAY, rows[0][0])
    if days >= rows[-1][0]:  # the error of an unknown burn grows with the time since
        (d0, s0), (d1, s1) = rows[-2], rows[-1]
    else:
        k = next(i for i in range(1, len(rows)) if days <= rows[i][0])
        (d0, s0), (d1, s1) = rows[k - 1], rows[k]
    slope = math.log(s1 / s0) / math.log(d1 / d0)
    return min(s0 * math.pow(days / d0, slope), UNKNOWN_PHASE_RAD / DEG) * DEG


def _verdict(history: ElementHistory, count: int, before: Epoch) -> tuple[int, tuple[str, ...], tuple[str, ...], float]:
    """Place of the chosen set, lines of the passed over, warnings, and the factor on the sigma of its age."""
    earlier = history.window(count, sum(before.jd("utc")))
    offset = count - len(earlier)
    rejected: list[str] = []
    warnings: list[str] = []
    factor, place = 1.0, -1
    for index in range(len(earlier) - 1, -1, -1):
        candidate = earlier[index]
        if rejected and earlier[-1].epoch - candidate.epoch > _LOOK_BACK_S:
            break
        problem = set_problem(candidate, earlier[max(0, index - _HISTORY) : index])
        if not problem:
            place = index
            break
        rejected.append(f"set of {candidate.epoch.iso('utc', 0)}: {problem}")
    if place < 0:
        place, rejected, warnings = (
            len(earlier) - 1, [], ["no sane set in the last seven days; the newest is used", *rejected]
        )  # fmt: skip
        factor = BURN_FACTOR
    chosen = earlier[place]
    if any("B*" in line for line in rejected):
        warnings = [*warnings, "newer sets have a wild B*: a burn is suspected, phase doubtful"]
        factor *= BURN_FACTOR
    recent = [item for item in earlier[: place + 1] if chosen.epoch - item.epoch < REBOOST_SETTLING_S + DAY]
    burn = reboost_before(recent)
    if burn is not None and chosen.epoch - burn < REBOOST_SETTLING_S:
        warnings = [*warnings, f"within 36 h of a burn before {burn.iso('utc', 0)}: phase doubtful"]
        factor *= BURN_FACTOR
    return offset + place, tuple(rejected), tuple(warnings), factor


def set_problem(item: ElementSet, history: Sequence[ElementSet]) -> str:
    """What is wrong with a set beside those before it (`history`), in words; empty if nothing."""
    if len(history) < 3:
        return ""
    usual = median(old.inclination_deg for old in history)
    if abs(item.inclination_deg - usual) > INCLINATION_JUMP_DEG:
        return (
            f"inclination {item.inclination_deg:.4f} deg jumps from {usual:.4f} deg (limit {INCLINATION_JUMP_DEG} deg)"
        )
    bstar = median(old.bstar for old in history)
    if bstar > 0.0 and not -bstar < item.bstar < _BSTAR_FACTOR * bstar:
        return f"B* {item.bstar:.2e} is wild beside the usual {bstar:.2e}"
    return ""


def _day(item: ElementSet) -> float:
    jd1, jd2 = item.epoch_jd
    return jd1 + jd2


@cache
def _age_rows() -> tuple[tuple[float, float], ...]:
    text = files("zarya.gnc").joinpath("data/element_age.toml").read_text(encoding="utf-8")
    return tuple((float(row["age_days"]), float(row["sigma_deg"])) for row in tomllib.loads(text)["row"])

"""How well the phase of a station is known days ahead: measured on quiet spans, and from the weather of space."""

import math
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np

from zarya.environment.atmosphere.space_weather import space_weather
from zarya.errors import CoverageError
from zarya.orbits.tle import ElementSet
from zarya.units import DAY, DEG

QUIET_SIGMA_DEG: Final = (
    (0.25, 0.008), (1.0, 0.032), (2.0, 0.074), (3.0, 0.132), (5.0, 0.300), (7.0, 0.546), (10.0, 1.056),
    (14.0, 2.064), (20.0, 4.292), (30.0, 7.590), (45.0, 14.370),
)  # fmt: skip
"""Days ahead and 1 sigma of the station's phase over spans without a burn, deg: drag and its space weather alone.
68.3 % points of the errors of SGP4 over 170 to 1,801 spans of the ISS, 2013-2024
(builders/calibrate_quiet_phase.py)."""
_TRIAL: Final = 0.02
_USUAL_SFU: Final = 120.0


@dataclass(frozen=True)
class PhaseSpread:
    """What drag does to the phase until an instant, and how far the air may change it.

    Parameters
    ----------
    drag_turn_deg : deg, how far drag alone carries the station ahead until then.
    air_sigma : 1 sigma of the logarithm of the air's density ahead against that the set was fitted in.
    air_sigma_deg : deg, what that does to the phase.
    sigma_deg : deg, 1 sigma of the phase without a burn.
    """

    drag_turn_deg: float
    air_sigma: float
    air_sigma_deg: float
    sigma_deg: float


def phase_spread(element_set: ElementSet, ahead_s: float) -> PhaseSpread:
    """Spread of the phase `ahead_s` s after the epoch of a set.

    **Model** errors measured on quiet spans of all years (`QUIET_SIGMA_DEG`: noise of B*, attitude, air of the time)
    and the turn by this set's drag times the spread of the air at the day's solar activity, as squares. The turn is
    the change of SGP4's latitude with B*.
    **Source** data/air_spread.toml, written by builders/calibrate_air_spread.py: NRLMSISE-00 with the space weather of
    1973-2025, days ahead against the two days before, by solar activity.
    **Valid** ISS, quiet spans of 2013-2024: see docs/validation/windows.md. The air alone explains a third to a half of
    the errors; sets do not know their drag better than that.
    **Ignores** forecasts of space weather, which would narrow the air's spread; errors of the air model.
    """
    turn = _drag_turn_deg(element_set, ahead_s)
    air = air_sigma(ahead_s, _flux_sfu(element_set))
    quiet = quiet_sigma_deg(ahead_s)
    by_air = air * abs(turn)
    return PhaseSpread(turn, air, by_air, math.hypot(quiet, by_air))


def quiet_sigma_deg(ahead_s: float) -> float:
    """1 sigma of the phase over a span without a burn, deg; past 45 days in proportion to the square of the time."""
    days = max(ahead_s / DAY, QUIET_SIGMA_DEG[0][0])
    last_day, last_sigma = QUIET_SIGMA_DEG[-1]
    if days > last_day:
        return last_sigma * (days / last_day) ** 2
    x, y = np.log(np.array(QUIET_SIGMA_DEG)).T
    return float(np.exp(np.interp(math.log(days), x, y)))


def air_sigma(ahead_s: float, flux_sfu: float) -> float:
    """1 sigma of the logarithm of the air's density over `ahead_s` s ahead, for the 81-day mean of F10.7."""
    rows = _air_rows()
    level = max((low for low, _, _ in rows if low <= flux_sfu), default=rows[0][0])
    days, sigma = np.array([(ahead, value) for low, ahead, value in rows if low == level]).T
    return float(np.interp(ahead_s / DAY, days, sigma))


def _drag_turn_deg(element_set: ElementSet, ahead_s: float) -> float:
    """Advance of the station by drag, deg: change of SGP4's latitude when B* changes by 2 %, scaled up."""
    more = replace(element_set, bstar=element_set.bstar * (1.0 + _TRIAL))
    change = more.secular_at(ahead_s)[1] - element_set.secular_at(ahead_s)[1]
    return ((change + math.pi) % (2.0 * math.pi) - math.pi) / _TRIAL / DEG


def _flux_sfu(element_set: ElementSet) -> float:
    """Mean F10.7 over 81 days about the epoch; a middling Sun where the data do not reach."""
    jd1, jd2 = element_set.epoch_jd
    try:
        return float(space_weather().indices(jd1 - 2_400_000.5 + jd2).f107_mean81_sfu[0])
    except CoverageError:
        return _USUAL_SFU


@cache
def _air_rows() -> tuple[tuple[float, float, float], ...]:
    text = files("zarya.studies").joinpath("data/air_spread.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["row"]
    return tuple((float(row["f107_from_sfu"]), float(row["ahead_days"]), float(row["sigma"])) for row in rows)

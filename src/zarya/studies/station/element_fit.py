"""Element sets fitted to states: how an ephemeris (OEM) enters where element sets are asked for.

>>> history = history_from_states(states, catalog_number=25544)
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from zarya.dynamics.differential_correction import corrected
from zarya.errors import CoverageError, InputError
from zarya.gnc.element_choice import ElementHistory
from zarya.orbits.mean import Oblateness, mean_from_osculating
from zarya.orbits.tle import WGS72_OBLATENESS, ElementSet
from zarya.time import Epoch
from zarya.units import DAY, DEG, HOUR

type Floats = NDArray[np.float64]

ARC_S: Final = (36.0 * HOUR, 24.0 * HOUR, 12.0 * HOUR, 6.0 * HOUR, 3.0 * HOUR)
"""Spans tried for one set, the longest first; a burn inside shows in the residual and a shorter one is taken."""
LARGEST_RMS_M: Final = 2_000.0
"""SGP4 lacks the tesseral terms, some 500 to 700 m at 400 km; more is a burn inside the span."""
SET_EVERY_S: Final = 6.0 * HOUR
BSTAR_SIGMA: Final = 2.0e-4
"""1/earth radii, 1 sigma of B* about the one before (the first: about 3e-4): a few hours alone do not show drag."""
_FIRST_BSTAR: Final = 3.0e-4
_LEAST_STATES: Final = 6
_ROUNDS: Final = 8
_SIGMA_M, _SIGMA_M_S = 1_000.0, 1.1
"""1 sigma of SGP4 against the true path, and that times the mean motion of a low orbit."""
_SCALE: Final = np.array([1e-4, 1e-5, 1e-5, 1e-5, 1e-5, 1e-5, 1e-5])
"""rev/day, 1, 1, rad, rad, rad, 1/earth radii: 70 m in place and, after a day, 4 km along the orbit."""
_mean = jax.jit(mean_from_osculating)
_DAY_ZERO: Final = "-01-01T00:00:00Z"


@dataclass(frozen=True)
class FittedSet:
    """An element set and how well it follows the states.

    Parameters
    ----------
    element_set : its epoch is the last state used. rms_m : m, of the distance. count : states used. span_s : s.
    """

    element_set: ElementSet
    rms_m: float
    count: int
    span_s: float


def fit_element_set(
    epoch: Epoch,
    t_s: Floats,
    r_teme: Floats,
    v_teme: Floats,
    *,
    bstar: float = _FIRST_BSTAR,
    catalog_number: int = 0,
    designator: str = "",
    name: str = "",
) -> FittedSet:
    """The set whose SGP4 follows states best; its epoch is that of the last one.

    Parameters
    ----------
    epoch : of t_s = 0. t_s : (state,) s, ascending. r_teme, v_teme : (state, 3) m, m/s, TEME.
    bstar : 1/earth radii, what B* is held to within `BSTAR_SIGMA`.

    Raises
    ------
    InputError : fewer than six states.

    **Model** batch least squares (Gauss-Newton, differences) on positions and velocities, 1 km against 1.1 m/s, from
    the mean elements of the last state.
    **Valid** near-circular orbits. NASA's ephemeris of the ISS of 2022-01-17: docs/validation/windows.md.
    """
    if len(t_s) < _LEAST_STATES:
        raise InputError(
            f"{_LEAST_STATES} states are needed for an element set", key="states", value=len(t_s),
            remedy="Give a longer or denser ephemeris.",
        )  # fmt: skip
    last = epoch + float(t_s[-1])
    year = int(last.iso("utc", 3)[:4])
    jd1, jd2 = last.jd("utc")
    zero = sum(Epoch.from_iso(f"{year}{_DAY_ZERO}", scale="utc").jd("utc"))

    def element_set(x: Floats) -> ElementSet:
        e, argp = float(np.hypot(x[1], x[2])), math.atan2(x[2], x[1])
        return ElementSet(
            catalog_number, year, (jd1 - zero) + jd2 + 1.0, float(x[3]) / DEG, float(x[4]) / DEG % 360.0, e,
            argp / DEG % 360.0, (float(x[5]) - argp) / DEG % 360.0, float(x[0]), float(x[6]), designator=designator,
            name=name,
        )  # fmt: skip

    ages = t_s - float(t_s[-1])

    def flown(x: Floats) -> Floats:
        r, v = element_set(x).sgp4(ages)
        return np.concatenate([r.reshape(-1) / _SIGMA_M, v.reshape(-1) / _SIGMA_M_S])

    goal = np.concatenate([r_teme.reshape(-1) / _SIGMA_M, v_teme.reshape(-1) / _SIGMA_M_S])
    x = _first_guess(r_teme[-1], v_teme[-1], bstar)
    for _ in range(_ROUNDS):
        now = flown(x)
        design = np.stack([flown(x + step) - now for step in np.diag(_SCALE)])
        x, _ = corrected(x, design, goal - now, (bstar, BSTAR_SIGMA), _SCALE)
    found = element_set(x)
    rms = float(np.sqrt(np.mean(np.sum((found.sgp4(ages)[0] - r_teme) ** 2, axis=1))))
    return FittedSet(found, rms, len(t_s), float(t_s[-1] - t_s[0]))


def fit_element_sets(
    epoch: Epoch, t_s: Floats, r_teme: Floats, v_teme: Floats, *, catalog_number: int = 0, designator: str = "",
    name: str = "",
) -> list[FittedSet]:  # fmt: skip
    """Sets every six hours along an ephemeris, each fitted to the states of at most a day and a half before it.

    Parameters
    ----------
    epoch, t_s, r_teme, v_teme : as of `fit_element_set`, of one or more days.

    A span with a burn inside leaves residuals past `LARGEST_RMS_M`; a shorter one is tried, then the instant skipped.

    Raises
    ------
    CoverageError : no span serves.
    """
    found: list[FittedSet] = []
    ends = np.arange(t_s[-1], t_s[0], -SET_EVERY_S)[::-1]
    bstar = _FIRST_BSTAR
    for end in ends:
        for span in ARC_S:
            first = int(np.searchsorted(t_s, end - span - 1.0))
            last = int(np.searchsorted(t_s, end + 1.0))
            is_cut = t_s[first] > end - span + 0.1 * span and span != ARC_S[-1] and end != ends[-1]
            if last - first < _LEAST_STATES or is_cut:
                continue
            some = slice(first, last)
            fitted = fit_element_set(
                epoch, t_s[some], r_teme[some], v_teme[some], bstar=bstar, catalog_number=catalog_number,
                designator=designator, name=name,
            )  # fmt: skip
            if fitted.rms_m < LARGEST_RMS_M:
                found.append(fitted)
                bstar = fitted.element_set.bstar
                break
    if not found:
        raise CoverageError(
            "no span of the ephemeris is followed by SGP4", key="ephemeris",
            remedy="Give states at most ten minutes apart over half a day or more, without a burn.",
        )  # fmt: skip
    return found


def history_of(fitted: Sequence[FittedSet], made: Epoch | None) -> ElementHistory:
    """The sets of an ephemeris as a history; states later than `made` are its maker's forecast.

    The age of a set then counts from `made`, and the choice says so.
    """
    rms = max(item.rms_m for item in fitted)
    since = made or fitted[0].element_set.epoch + -fitted[0].span_s
    note = (
        f"sets fitted to an ephemeris, {rms:.0f} m rms at most; what it says after {since.iso('utc', 0)} is a forecast"
    )
    return ElementHistory([item.element_set for item in fitted], known=since, note=note)


def _first_guess(r_teme: Floats, v_teme: Floats, bstar: float) -> Floats:
    """Mean motion rev/day (Kozai), e cos and e sin of the perigee, inclination, node, mean latitude (rad), B*."""
    gm, radius, j2 = WGS72_OBLATENESS
    mean = _mean(jnp.asarray(r_teme), jnp.asarray(v_teme), Oblateness(*map(jnp.asarray, (gm, radius, j2))))
    a, i = float(mean.a_m), float(mean.i_rad)
    kozai = 0.75 * j2 * (radius / a) ** 2 * (3.0 * math.cos(i) ** 2 - 1.0)
    n = math.sqrt(gm / a**3) * (1.0 + kozai)
    return np.array([
        n * DAY / (2.0 * math.pi), float(mean.ex), float(mean.ey), i, float(mean.raan_rad), float(mean.u_rad), bstar
    ])  # fmt: skip

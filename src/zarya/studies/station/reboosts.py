"""Burns of a station found in its element sets, with their size.

>>> [(item.epoch.iso(decimals=0), item.delta_v_m_s) for item in detect_reboosts(sets)]
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from zarya.gnc.element_choice import ElementHistory
from zarya.orbits.tle import ElementSet
from zarya.time import Epoch
from zarya.units import DAY, DEG

type Floats = NDArray[np.float64]

LEAST_DELTA_V_M_S: Final = 0.05
"""Smaller burns are not told from drag that changes within days (measured false alarms: docs/validation/windows.md)."""
LEAST_LOWERING_M_S: Final = 0.1
_SCAN_HALF_DAYS: Final = 2.5
_FIT_HALF_DAYS: Final = 4.0
"""Either side of a burn: while it is sought, and when it is sized."""
_SCAN_STEP_DAYS: Final = 0.125
_WIDEST_DAYS: Final = 14.0
"""Sets so far apart are no parabola any more."""
_APART_DAYS: Final = 0.4
"""Burns nearer to each other are found as one."""
_LEAST_SIGNIFICANCE: Final = 8.0
"""Sigmas of a kink that is a burn (false alarms: docs/validation/windows.md)."""
_LEAST_SCATTER_RAD: Final = 1e-3 * DEG
"""A fit is not trusted to be better than this."""
_LEAST_SETS: Final = 4
"""On either side of a burn."""


@dataclass(frozen=True)
class Reboost:
    """A burn seen in the element sets.

    Parameters
    ----------
    epoch : middle of the burn; sigma_s, 1 sigma of it.
    delta_v_m_s, delta_v_sigma_m_s : m/s along the velocity, 1 sigma from the fit's residuals.
    altitude_change_m : m, of the mean semi-major axis.
    """

    epoch: Epoch
    sigma_s: float
    delta_v_m_s: float
    delta_v_sigma_m_s: float
    altitude_change_m: float


def detect_reboosts(
    sets: Sequence[ElementSet] | ElementHistory, least_delta_v_m_s: float = LEAST_DELTA_V_M_S
) -> list[Reboost]:
    """Every burn along the velocity of at least `least_delta_v_m_s`, in order.

    **Model** the argument of latitude at the sets' own epochs, which is good even where a set's mean motion and B* are
    not: about a burn it is a parabola (drag) with a kink d, and delta-v = -a d/3. Least squares with outliers weighed
    down over 2.5 days either side finds the kinks, over 4 days with the neighbouring burns in the fit sizes them.
    **Valid** ISS, 2013-2024: docs/validation/windows.md states rates and errors.
    **Ignores** burns against the velocity, out of plane, and two burns within half a day (found as one).
    """
    history = sets if isinstance(sets, ElementHistory) else ElementHistory(sets)
    if len(history.sets) < 2 * _LEAST_SETS:
        return []
    days, u = _argument_of_latitude(history)
    found = _found(days, u, history, least_delta_v_m_s)
    return [_reboost(days, u, t, found, history) for t in found]


def detect_lowerings(
    sets: Sequence[ElementSet] | ElementHistory,
    reboosts: Sequence[Reboost],
    least_delta_v_m_s: float = LEAST_LOWERING_M_S,
) -> list[Reboost]:
    """Burns against the velocity (avoidance of debris): delta-v and height change negative, in order.

    Parameters
    ----------
    sets, reboosts : the history and what `detect_reboosts` found in it.

    **Model** that of `detect_reboosts` with the kinks of the reboosts taken out and the sign turned.
    **Valid** ISS: 0.36 m/s on 2023-08-24 (reported as an avoidance of debris); rates in docs/validation/windows.md.
    """
    history = sets if isinstance(sets, ElementHistory) else ElementHistory(sets)
    if len(history.sets) < 2 * _LEAST_SETS:
        return []
    days, u = _argument_of_latitude(history)
    for item in reboosts:
        t = sum(item.epoch.jd("utc"))
        axis_m = _semi_major_axis_m(history.sets[min(int(np.searchsorted(history.days, t)), len(history.sets) - 1)])
        u = u + 3.0 * item.delta_v_m_s * DAY / axis_m * np.maximum(days - t, 0.0)
    found = _found(days, -u, history, least_delta_v_m_s)
    turned = [_reboost(days, -u, t, found, history) for t in found]
    near = [sum(item.epoch.jd("utc")) for item in reboosts]
    return [
        replace(item, delta_v_m_s=-item.delta_v_m_s, altitude_change_m=-item.altitude_change_m)
        for item, t in zip(turned, found, strict=True)
        if all(abs(t - other) > _APART_DAYS for other in near)
    ]


def _found(days: Floats, u: Floats, history: ElementHistory, least_delta_v_m_s: float) -> list[float]:
    """Days of the kinks downwards that are burns."""
    axis_m = _semi_major_axis_m(history.sets[len(history.sets) // 2])
    least = 3.0 * least_delta_v_m_s / axis_m * DAY
    times = np.arange(days[0] + 0.2, days[-1] - 0.2, _SCAN_STEP_DAYS)
    strength = np.array([_strength(days, u, t, [], least) for t in times])
    found: list[float] = []
    while float(strength.max()) >= _LEAST_SIGNIFICANCE:
        guess = float(times[int(np.argmax(strength))])
        strength[np.abs(times - guess) < _SCAN_STEP_DAYS] = 0.0
        t = _best_time(days, u, guess, found)
        if any(abs(t - other) < _APART_DAYS for other in found):
            continue
        found.append(t)
        for k in np.flatnonzero(np.abs(times - t) < 2.0 * _SCAN_HALF_DAYS):  # what is left once this burn is known
            is_new = strength[k] > 0.0 and np.min(np.abs(np.array(found) - times[k])) > _APART_DAYS
            strength[k] = _strength(days, u, float(times[k]), found, least) if is_new else 0.0
    return _refined(days, u, found, least)


def _refined(days: Floats, u: Floats, found: Sequence[float], least: float) -> list[float]:
    """Times with the neighbours in the fit, the weakest dropped one by one until all are burns."""
    times = sorted(found)
    for _ in range(2):
        times = sorted(_best_time(days, u, t, [other for other in times if other != t]) for t in times)
        times = [t for k, t in enumerate(times) if k == 0 or t - times[k - 1] > 0.05]
    while times:
        fits = [_kinks(days, u, t, _near(t, times), _FIT_HALF_DAYS)[:2, 0] for t in times]
        strength = [-d / s if -d >= least else 0.0 for d, s in fits]
        weakest = int(np.argmin(strength))
        if strength[weakest] >= _LEAST_SIGNIFICANCE:
            break
        times.pop(weakest)
    return times


def _strength(days: Floats, u: Floats, t: float, others: Sequence[float], least: float) -> float:
    """Significance of a burn at `t` beside the known others; 0 where it is too small or no burn."""
    kink, sigma, _ = _kinks(days, u, t, _near(t, [t, *others]), _SCAN_HALF_DAYS)[:, 0]
    return float(-kink / sigma) if kink < -0.6 * least else 0.0


def _best_time(days: Floats, u: Floats, guess: float, others: Sequence[float]) -> float:
    """Time of least residual within 0.3 day of the guess, to 0.01 day."""
    best = guess
    for half, step in ((0.3, 0.05), (0.05, 0.01)):
        tried = best + np.arange(-half, half + 0.5 * step, step)
        costs = [_kinks(days, u, guess, _near(t, [t, *others]), _FIT_HALF_DAYS)[2, 0] for t in tried]
        best = float(tried[int(np.argmin(costs))])
    return best


def _near(t: float, times: Sequence[float]) -> Floats:
    """`t` first, then the other times within the fit."""
    return np.array([t] + [x for x in times if x != t and abs(x - t) < _FIT_HALF_DAYS - 0.3])


def _kinks(days: Floats, u: Floats, centre: float, times: Floats, half_days: float) -> Floats:
    """Kinks (rad/day), their sigmas and the cost of a parabola with kinks at `times` in a window, (3, kink).

    The cost is that of a Cauchy distribution of the scatter of the fit without outliers.
    """
    first, middle, last = np.searchsorted(days, [centre - half_days, centre, centre + half_days])
    first, last = min(first, max(middle - 6, 0)), max(last, min(middle + 6, len(days)))  # thin spans: six either side
    x, y = days[first:last] - centre, u[first:last] - u[first] if last > first else u[:0]
    nothing = np.stack([np.zeros(len(times)), np.ones(len(times)), np.full(len(times), np.inf)])
    before = int(np.sum(x < times[0] - centre))
    if min(before, len(x) - before) < _LEAST_SETS or x[-1] - x[0] > _WIDEST_DAYS:
        return nothing
    columns = np.stack([np.ones_like(x), x, x * x, *(np.maximum(x - (t - centre), 0.0) for t in times)], axis=1)
    weight = np.ones_like(x)
    scatter = 1.0
    for _ in range(4):
        weighed = columns * weight[:, None]
        try:
            inverse = np.linalg.inv(weighed.T @ weighed)
        except np.linalg.LinAlgError:
            return nothing
        solution = inverse @ (weighed.T @ (y * weight))
        residual = y - columns @ solution
        scatter = 1.4826 * float(np.median(np.abs(residual))) + _LEAST_SCATTER_RAD
        weight = 1.0 / np.sqrt(1.0 + (residual / (2.0 * scatter)) ** 2)
    sigma = scatter * np.sqrt(np.maximum(np.diag(inverse)[3:], 0.0))
    cost = float(np.sum(np.log1p((residual / (0.02 * DEG)) ** 2)))
    return np.stack([solution[3:], sigma, np.full(len(times), cost)])


def _reboost(days: Floats, u: Floats, t: float, times: Sequence[float], history: ElementHistory) -> Reboost:
    kink, sigma, _ = _kinks(days, u, t, _near(t, times), _FIT_HALF_DAYS)[:, 0]
    index = min(int(np.searchsorted(history.days, t)), len(history.sets) - 1)
    axis_m = _semi_major_axis_m(history.sets[index])
    rate = history.sets[index].mean_motion_rad_s
    delta_v = -axis_m * kink / DAY / 3.0
    return Reboost(
        Epoch.from_jd(math.floor(t - 0.5) + 0.5, (t - 0.5) % 1.0, scale="utc"),
        max(0.01, float(sigma / abs(kink))) * DAY,
        float(delta_v),
        float(axis_m * sigma / DAY / 3.0),
        float(2.0 * delta_v / rate),
    )


def _argument_of_latitude(history: ElementHistory) -> tuple[Floats, Floats]:
    """Days and unwrapped mean argument of latitude (rad) at the epochs, a steady rate taken out."""
    keep = np.concatenate([[True], np.diff(history.days) > 0.02])
    sets = [item for item, is_kept in zip(history.sets, keep, strict=True) if is_kept]
    days = history.days[keep]
    u = np.array([item.secular_at(0.0)[1] for item in sets])
    rate = np.array([item.mean_motion_rad_s for item in sets]) * DAY
    step = np.diff(days)
    expected = 0.5 * (rate[1:] + rate[:-1]) * step
    extra = _wrapped(np.diff(u) - expected) / step
    usual = float(np.median(extra[step < 0.5])) if np.any(step < 0.5) else 0.0  # J2 turns u 3.7 deg a day faster
    jumps = expected + usual * step + _wrapped(np.diff(u) - expected - usual * step)
    return days, np.concatenate([[0.0], np.cumsum(jumps - np.median(rate) * step)])


def _semi_major_axis_m(item: ElementSet) -> float:
    return float((3.986004418e14 / item.mean_motion_rad_s**2) ** (1.0 / 3.0))


def _wrapped(x: Floats) -> Floats:
    return np.asarray((x + math.pi) % (2.0 * math.pi) - math.pi)

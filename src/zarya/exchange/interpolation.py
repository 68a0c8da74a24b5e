"""The state between the states of an ephemeris, by the method its header names."""

import math
from typing import Final

import numpy as np
from scipy.interpolate import KroghInterpolator

from zarya.errors import CoverageError, FormatError
from zarya.exchange.records import Ephemeris, Floats, Trajectory
from zarya.time import Epoch

DEFAULT_DEGREE: Final = 7
"""Hermite through four states where the header is silent."""
SAME_INSTANT_S: Final = 1.0e-6
LARGEST_ERROR_M: Final = 1_000.0
"""Estimated error beyond which a state is refused: the states are too far apart for what was asked."""


def state_at(ephemeris: Ephemeris, epoch: Epoch, file: str = "") -> tuple[Trajectory, float]:
    """One state at `epoch`, in the frame of its segment, and an estimate of the error of interpolation in m.

    A state of the file within a microsecond is taken as it is. Otherwise Hermite (position and velocity of
    (degree + 1) / 2 states) or Lagrange (degree + 1 states, position and velocity each), as the header says. The
    estimate is the change when two more states are used (two fewer where there are no more).

    Raises
    ------
    CoverageError : outside the usable spans, or the states are too far apart. FormatError : another method.
    """
    choices = [segment for segment in ephemeris.segments if _covers(segment, epoch)]
    if not choices:
        spans = ", ".join(f"{_edges(s)[0].iso()} to {_edges(s)[1].iso()}" for s in ephemeris.segments)
        raise CoverageError(
            f"the ephemeris covers {spans}", file=file, key="from", value=epoch.iso(), remedy="Ask for a date inside."
        )
    segment = choices[-1]
    t = epoch - segment.epoch
    nearest = int(np.argmin(np.abs(segment.t_s - t)))
    if abs(segment.t_s[nearest] - t) <= SAME_INSTANT_S:
        return segment.only(nearest), 0.0
    r, v = _interpolated(segment, t, _states_used(segment, file), file)
    error = _error_m(segment, t, r, file)
    if error > LARGEST_ERROR_M:
        raise CoverageError(
            f"the states are too far apart to interpolate there (estimated error {error:.3g} m)", file=file,
            key="from", value=epoch.iso(), remedy="Ask for the date of a state, or give a denser ephemeris.",
        )  # fmt: skip
    one = segment.only(nearest)
    found = Trajectory(
        object_name=one.object_name, object_id=one.object_id, center=one.center, frame=one.frame,
        frame_name=one.frame_name, frame_epoch=one.frame_epoch, time_scale=one.time_scale, epoch=epoch,
        t_s=np.zeros(1), r_m=r[None], v_m_s=v[None], comments=one.comments, metadata_comments=one.metadata_comments,
    )  # fmt: skip
    return found, error


def _edges(segment: Trajectory) -> tuple[Epoch, Epoch]:
    """First and last instant that may be interpolated."""
    start, stop = segment.usable
    return max(start or segment.first, segment.first), min(stop or segment.last, segment.last)


def _covers(segment: Trajectory, epoch: Epoch) -> bool:
    first, last = _edges(segment)
    return epoch - first >= -SAME_INSTANT_S and last - epoch >= -SAME_INSTANT_S


def _method(segment: Trajectory, file: str) -> tuple[str, int]:
    """HERMITE or LAGRANGE, and the degree; LINEAR is Lagrange of degree 1."""
    name = segment.interpolation or "HERMITE"
    degree = segment.interpolation_degree or DEFAULT_DEGREE
    if name == "LINEAR":
        return "LAGRANGE", 1
    if name in ("HERMITE", "LAGRANGE"):
        return name, degree
    raise FormatError(
        "this interpolation is not known here", file=file, key="INTERPOLATION", value=name,
        remedy="Use HERMITE, LAGRANGE or LINEAR, or ask for the date of a state.",
    )  # fmt: skip


def _states_used(segment: Trajectory, file: str) -> int:
    name, degree = _method(segment, file)
    count = math.ceil((degree + 1) / 2) if name == "HERMITE" else degree + 1
    return min(max(count, 2), int(segment.t_s.shape[0]))


def _interpolated(segment: Trajectory, t: float, count: int, file: str) -> tuple[Floats, Floats]:
    """Position (3,) m and velocity (3,) m/s through the `count` states around `t`."""
    times = segment.t_s
    total = times.shape[0]
    start = min(max(int(np.searchsorted(times, t)) - count // 2, 0), total - count)
    chosen = slice(start, start + count)
    middle = 0.5 * (times[chosen][0] + times[chosen][-1])
    scale = max(0.5 * float(times[chosen][-1] - times[chosen][0]), 1.0e-3)
    x, at = (times[chosen] - middle) / scale, (t - middle) / scale
    r, v = segment.r_m[chosen], segment.v_m_s[chosen]
    if _method(segment, file)[0] == "LAGRANGE":
        return np.asarray(KroghInterpolator(x, r)(at)), np.asarray(KroghInterpolator(x, v)(at))
    values = np.empty((2 * count, 3))
    values[0::2], values[1::2] = r, v * scale
    curve = KroghInterpolator(np.repeat(x, 2), values)
    return np.asarray(curve(at)), np.asarray(curve.derivative(at)) / scale


def _error_m(segment: Trajectory, t: float, r: Floats, file: str) -> float:
    count, total = _states_used(segment, file), segment.t_s.shape[0]
    other = min(count + 2, total) if count < total else max(count - 2, 1)
    if other == count:
        return 0.0
    return float(np.linalg.norm(_interpolated(segment, t, other, file)[0] - r))

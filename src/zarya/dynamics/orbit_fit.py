"""A numerical orbit fitted to many element sets at once, with the covariance the sets themselves bear out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from zarya.dynamics.differential_correction import ARC_SAMPLES, ASIDE, GRID_STEP_S, corrected, neighbours, parameters
from zarya.dynamics.surroundings import surroundings
from zarya.errors import InputError
from zarya.frames import dcms_gcrf_from_teme
from zarya.frames.local import dcm_rtn_from_gcrf
from zarya.orbits.tle import ElementSet
from zarya.time import Epoch
from zarya.units import DAY

type Floats = NDArray[np.float64]

REVOLUTION_S: Final = 5_560.0
"""A set is sampled over the revolution before its epoch, where it is best."""
CORRELATION_S: Final = 1.0 * DAY
"""Sets made closer together than this share their tracking: they count as one in the covariance."""
LEAST_SETS: Final = 4
DRAG_SIGMA: Final = 0.5
"""1 sigma of the drag scale before the fit."""
OUTLIER: Final = 5.0
"""A set farther off than this many times the median of all is left out."""
_LEAST_OUTLIER_M: Final = 2_000.0
_ROUNDS: Final = 7
_SOFT_ROUNDS: Final = 4
_ARCS_DAY: Final = 48


@dataclass(frozen=True)
class OrbitFit:
    """A fitted orbit.

    Parameters
    ----------
    epoch : of the state, at the end of the sets. r_gcrf, v_gcrf : (3,) m, m/s. drag_scale : factor on the drag area.
    covariance : (7, 7) of r (m), v (m/s) in GCRF and the drag scale, at `epoch`.
    rms_rtn_m : (3,) m, residuals of the sets, radial, along track, across, root mean square.
    set_rms_m : (set,) m, of the distance by set, in order of epoch; NaN for one left out.
    used, span_s : sets used, from the first to the last of them.
    """

    epoch: Epoch
    r_gcrf: Floats
    v_gcrf: Floats
    drag_scale: float
    covariance: Floats
    rms_rtn_m: Floats
    set_rms_m: Floats
    used: int
    span_s: float

    @property
    def sigma_rtn_m(self) -> Floats:
        """1 sigma of the position, radial, along track, across, (3,) m."""
        dcm = np.asarray(dcm_rtn_from_gcrf(jnp.asarray(self.r_gcrf), jnp.asarray(self.v_gcrf)))
        return np.sqrt(np.diag(dcm @ self.covariance[:3, :3] @ dcm.T))

    @property
    def drag_sigma(self) -> float:
        """1 sigma of the drag scale."""
        return float(np.sqrt(self.covariance[6, 6]))


def fit_orbit(sets: Sequence[ElementSet], mass_kg: float, drag_area_m2: float, *, degree: int = 20) -> OrbitFit:
    """Fit position, velocity and drag to a span of element sets without a burn.

    Parameters
    ----------
    sets : four or more over half a day or more. mass_kg, drag_area_m2 : kg; Cd times area, m2, before the factor.
    degree : of EGM2008.

    Raises
    ------
    InputError : too few sets, or a span under half a day.
    CoverageError : a date the tables do not serve.

    **Model** batch least squares (Gauss-Newton, differences of neighbouring paths) on SGP4 positions every 5 min over
    the revolution before the epoch of each set, radial, along and across each weighed by its own scatter. A set counts
    as one observation of three components, sets within a day of each other as one in the covariance, which is scaled
    by the residuals. Sets five times as far off as the median are left out.
    **Source** Tapley, Schutz & Born 2004, Statistical Orbit Determination, ch. 4.
    **Valid** on sets made from a numerical orbit the covariance covers the truth (tested).
    **Ignores** burns inside the span, errors of the air that change within it, what all sets have in common.
    """
    ordered = sorted(sets, key=lambda item: sum(item.epoch_jd))
    if len(ordered) < LEAST_SETS or ordered[-1].epoch - ordered[0].epoch < 0.5 * DAY:
        raise InputError(
            f"{LEAST_SETS} sets over half a day are needed for a fit", key="sets", value=len(ordered),
            remedy="Give a longer span.",
        )  # fmt: skip
    epoch = ordered[-1].epoch
    first_s = (ordered[0].epoch - epoch) - REVOLUTION_S
    count = math.ceil(-first_s / GRID_STEP_S)
    first_s = -GRID_STEP_S * count
    arcs = _ARCS_DAY * math.ceil(count / (ARC_SAMPLES * _ARCS_DAY))
    around = surroundings(epoch, first_s - 600.0, first_s + arcs * ARC_SAMPLES * GRID_STEP_S + 600.0, degree=degree)
    goals, places = _observed(ordered, epoch, first_s, count)
    x = parameters(ordered[0], epoch + first_s)
    numbers = (jnp.asarray(first_s), jnp.asarray(float(mass_kg)), jnp.asarray(float(drag_area_m2)), around)
    keep = np.ones(len(ordered), dtype=bool)
    sigma = np.full(3, 1_000.0)
    for number in range(_ROUNDS):
        r, v = (np.asarray(part) for part in neighbours(jnp.asarray(x), *numbers, arcs))
        dcm = np.asarray(jax.vmap(dcm_rtn_from_gcrf)(jnp.asarray(r[0]), jnp.asarray(v[0])))
        left = [np.einsum("sij,sj->si", dcm[at], goal - r[0][at]) for goal, at in zip(goals, places, strict=True)]
        size = np.array([math.sqrt(float(np.mean(np.sum(item**2, axis=1)))) for item in left])
        usual = float(np.median(size))
        trust = np.ones(len(ordered))
        if number < _SOFT_ROUNDS:  # far sets pull little until the near ones have settled
            trust = 1.0 / (1.0 + (size / (2.0 * usual)) ** 4)
        else:
            keep = size < max(OUTLIER * usual, _LEAST_OUTLIER_M)
        kept = [k for k in range(len(ordered)) if keep[k]]
        squares = np.average([np.mean(left[k] ** 2, axis=0) for k in kept], axis=0, weights=trust[kept])
        free = 3.0 * len(kept) / max(3.0 * len(kept) - 7.0, 1.0)
        sigma = np.sqrt(squares * free) if number else sigma
        design = np.einsum("sij,psj->psi", dcm, r[1:] - r[0]) / ASIDE  # (7, step, 3)
        weights = [math.sqrt(trust[k] / len(places[k])) / sigma for k in kept]
        x, normal = corrected(
            x,
            np.concatenate([(design[:, places[k]] * w).reshape(7, -1) for k, w in zip(kept, weights, strict=True)], 1),
            np.concatenate([(left[k] * w).ravel() for k, w in zip(kept, weights, strict=True)]),
            (1.0, DRAG_SIGMA),
        )
    span = ordered[kept[-1]].epoch - ordered[kept[0]].epoch
    shared = max(1.0, len(kept) / (1.0 + span / CORRELATION_S))
    to_end = np.concatenate([r[1:, count] - r[0, count], v[1:, count] - v[0, count]], axis=1).T / ASIDE
    mapped = np.vstack([to_end, np.eye(7)[6]])
    return OrbitFit(
        epoch, r[0, count], v[0, count], float(x[6]), mapped @ np.linalg.inv(normal) @ mapped.T * shared,
        np.sqrt(squares), np.where(keep, size, np.nan), len(kept), span,
    )  # fmt: skip


def _observed(
    sets: Sequence[ElementSet], epoch: Epoch, first_s: float, count: int
) -> tuple[list[Floats], list[NDArray[np.int64]]]:
    """Positions of each set (sample, 3) m GCRF and their places on the grid (sample,)."""
    dcms = dcms_gcrf_from_teme(epoch, first_s + GRID_STEP_S * np.arange(0, count + 1, 12))
    goals, places = [], []
    for item in sets:
        end_s = item.epoch - epoch
        at = np.arange(
            math.ceil((end_s - REVOLUTION_S - first_s) / GRID_STEP_S),
            math.floor((end_s - first_s) / GRID_STEP_S + 1e-6) + 1,
        )
        at = at[(at >= 0) & (at <= count)]
        r, _ = item.sgp4(first_s + GRID_STEP_S * at - end_s)
        goals.append(np.einsum("sij,sj->si", dcms[np.minimum((at + 6) // 12, len(dcms) - 1)], r))
        places.append(at.astype(np.int64))
    return goals, places

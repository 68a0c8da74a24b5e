"""What may differ from landing to landing: draws that depend on seed and case alone."""

from functools import cache
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from zarya.flight.descent.column import DENSITY_LEVELS, DENSITY_STEP_M, WIND_LEVELS, WIND_STEP_M, Dispersion
from zarya.studies.dispersions import one_sigma

type Floats = NDArray[np.float64]

_PHASE: Final = 5
"""Keeps these numbers apart from those of ascent, phasing and docking under one seed."""
_HIGH_M: Final = 80_000.0
_HIGH_DENSITY: Final = 0.15
_DENSITY_CORRELATION_M: Final = 20_000.0
_WIND_GROUND_M_S: Final = 3.0
_WIND_KNEE_M: Final = 10_000.0
_WIND_CORRELATION_M: Final = 3_000.0
_LEAST_DENSITY: Final = 0.05


def landing_draws(seed: int, cases: Floats) -> Dispersion:
    """Descents that differ, one leading axis (case,) on every field.

    Parameters
    ----------
    seed : case k of a seed is the same however many are drawn. cases : (case,) their numbers.

    **Model** normal and independent: lift to drag, drag, mass, place along the track, delay of the parachute, drag area
    of all canopies as one; density by 5 % (15 % above 80 km) correlated over 20 km of height; wind of either component
    from 3 m/s at the ground to 10 m/s from 10 km up, correlated over 3 km.
    **Source** data/dispersions.csv, where each row is graded (all of these are assumed).
    **Ignores** errors of the navigation and of the height at which the parachute is commanded.
    """
    z = np.stack([
        np.random.default_rng([seed, int(case), _PHASE]).standard_normal(6 + DENSITY_LEVELS + 2 * WIND_LEVELS)
        for case in cases
    ])  # fmt: skip
    density, wind = profiles()
    names = ("entry_lift_to_drag", "entry_drag_coefficient", "entry_mass", "parachute_drag_area")
    factors = [1.0 + one_sigma(name) / 100.0 * z[:, k] for k, name in enumerate(names)]
    # summed case by case: a product of matrices rounds differently from one number of cases to another
    denser = np.einsum("ck,lk->cl", z[:, 6 : 6 + DENSITY_LEVELS], density)
    winds = np.einsum("cak,lk->cla", z[:, 6 + DENSITY_LEVELS :].reshape(len(cases), 2, WIND_LEVELS), wind)
    fields = dict(zip(("lift_to_drag", "drag", "mass", "parachute_area"), factors, strict=True)) | {
        "along_track_m": one_sigma("entry_state_along_track") * z[:, 4],
        "opening_delay_s": one_sigma("parachute_opening_delay") * z[:, 5],
        "ln_density": np.log(np.maximum(1.0 + denser, _LEAST_DENSITY)),
        "wind_m_s": winds,
    }
    batch: Dispersion = jax.vmap(lambda case: Dispersion(**case))({k: jnp.asarray(x) for k, x in fields.items()})
    return batch  # built case by case, so that shapes are those of a case


@cache
def profiles() -> tuple[Floats, Floats]:
    """Factors that turn unit normals into profiles of density (relative) and of one component of the wind (m/s)."""
    height = DENSITY_STEP_M * np.arange(DENSITY_LEVELS, dtype=np.float64)
    sigma = np.where(height > _HIGH_M, _HIGH_DENSITY, one_sigma("density") / 100.0)
    density = _correlated(height, _DENSITY_CORRELATION_M) * sigma[:, None]
    height = WIND_STEP_M * np.arange(WIND_LEVELS, dtype=np.float64)
    rise = np.clip(height / _WIND_KNEE_M, 0.0, 1.0)
    sigma = _WIND_GROUND_M_S + (one_sigma("wind") - _WIND_GROUND_M_S) * rise
    return density, _correlated(height, _WIND_CORRELATION_M) * sigma[:, None]


def _correlated(height_m: Floats, over_m: float) -> Floats:
    return np.linalg.cholesky(np.exp(-np.abs(height_m[:, None] - height_m[None, :]) / over_m))


def columns(drawn: Dispersion) -> dict[str, Floats]:
    """The draws as columns of a table: a number or a list of numbers a case."""
    wind = np.asarray(drawn.wind_m_s)
    plain = ("lift_to_drag", "drag", "mass", "parachute_area", "along_track_m", "opening_delay_s", "ln_density")
    return {name: np.asarray(getattr(drawn, name)) for name in plain} | {
        "wind_east_m_s": wind[:, :, 0],
        "wind_north_m_s": wind[:, :, 1],
    }

"""A numerical orbit fitted to sets made from a numerical orbit: the covariance must cover the truth."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from zarya.dynamics.orbit_fit import OrbitFit, fit_orbit
from zarya.dynamics.propagate import path
from zarya.dynamics.state import State
from zarya.dynamics.surroundings import orbital_loads, surroundings
from zarya.errors import InputError
from zarya.frames import dcm_gcrf_from_teme
from zarya.frames.local import dcm_rtn_from_gcrf
from zarya.orbits.tle import ElementSet, read_element_sets
from zarya.studies.station.element_fit import fit_element_set
from zarya.time import Epoch
from zarya.units import DAY

SETS = Path(__file__).parents[2] / "flights/data/iss_2023-09.tle"
MASS_KG, DRAG_AREA_M2, TRUE_SCALE = 461_000.0, 3_300.0, 1.2
START = Epoch.from_iso("2023-09-10T00:00:00Z", scale="utc")
STEP_S, DAYS, TRACKED_S, DEGREE = 300.0, 4, 1.5 * DAY, 8

type Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def truth() -> tuple[Floats, Floats]:
    """Positions and velocities in GCRF every five minutes over four days, drag 1.2 times the nominal."""
    seed = min(read_element_sets(SETS), key=lambda item: abs(item.epoch - START))
    r, v = seed.sgp4(START)
    dcm = dcm_gcrf_from_teme(START)
    around = surroundings(START, -600.0, DAYS * DAY + 600.0, degree=DEGREE)
    begin = State(jnp.zeros(()), jnp.asarray(dcm @ r), jnp.asarray(dcm @ v), jnp.zeros(1), jnp.asarray(MASS_KG))
    _, states = path(
        begin, jnp.asarray(1_800.0), orbital_loads(around, jnp.asarray(DRAG_AREA_M2 * TRUE_SCALE)),
        around.field.gm_m3_s2, arcs=48 * DAYS, samples=6,
    )  # fmt: skip
    return np.asarray(states.r_gcrf), np.asarray(states.v_gcrf)


@pytest.fixture(scope="module")
def clean(truth: tuple[Floats, Floats]) -> list[ElementSet]:
    """Sets every five hours, each SGP4 fitted to the day and a half of the orbit before it."""
    found = []
    count = round(TRACKED_S / STEP_S)
    for last in range(count, len(truth[0]), 60):
        at = np.arange(last - count, last + 1)
        dcm = np.stack([dcm_gcrf_from_teme(START + STEP_S * float(k)).T for k in at[::36]])
        turned = [np.einsum("sij,sj->si", np.repeat(dcm, 36, axis=0)[: len(at)], part[at]) for part in truth]
        found.append(fit_element_set(START, STEP_S * at, *turned).element_set)
    return found


@pytest.fixture(scope="module")
def noisy(clean: list[ElementSet]) -> Callable[[int], list[ElementSet]]:
    """The sets with the scatter of published ones: 0.006 deg along, 0.0006 deg of plane, 3e-5 rev/day."""

    def made(seed: int) -> list[ElementSet]:
        random = np.random.default_rng(seed)
        return [
            replace(
                item,
                mean_anomaly_deg=(item.mean_anomaly_deg + random.normal(0.0, 0.006)) % 360.0,
                inclination_deg=item.inclination_deg + random.normal(0.0, 6e-4),
                raan_deg=(item.raan_deg + random.normal(0.0, 6e-4)) % 360.0,
                mean_motion_rev_day=item.mean_motion_rev_day + random.normal(0.0, 3e-5),
            )
            for item in clean
        ]

    return made


def state_at(truth: tuple[Floats, Floats], epoch: Epoch) -> Floats:
    """The true state (6,) at the epoch of a fit, which is a node of the truth."""
    k = round((epoch - START) / STEP_S)
    assert abs((epoch - START) - STEP_S * k) < 1e-3
    return np.concatenate([truth[0][k], truth[1][k]])


def test_fit_recovers_state_and_drag(truth: tuple[Floats, Floats], clean: list[ElementSet]) -> None:
    fit = fit_orbit(clean, MASS_KG, DRAG_AREA_M2, degree=DEGREE)
    off = np.linalg.norm(fit.r_gcrf - state_at(truth, fit.epoch)[:3])
    assert off < 700.0  # SGP4 lacks the tesseral terms
    assert abs(fit.drag_scale - TRUE_SCALE) < 3.0 * fit.drag_sigma
    assert fit.used == len(clean)
    assert np.all(fit.set_rms_m < 1_500.0)


def test_covariance_covers_the_truth(truth: tuple[Floats, Floats], noisy: Callable[[int], list[ElementSet]]) -> None:
    """Four draws of noise: squared distance in sigmas of 7 numbers, 7 in the mean if honest; neither far too small a
    covariance nor one so large that it says nothing."""
    squared, along = [], []
    for seed in range(4):
        fit = fit_orbit(noisy(seed), MASS_KG, DRAG_AREA_M2, degree=DEGREE)
        off = np.r_[state_at(truth, fit.epoch) - np.r_[fit.r_gcrf, fit.v_gcrf], TRUE_SCALE - fit.drag_scale]
        squared.append(float(off @ np.linalg.solve(fit.covariance, off)))
        dcm = np.asarray(dcm_rtn_from_gcrf(jnp.asarray(fit.r_gcrf), jnp.asarray(fit.v_gcrf)))
        along.append(float((dcm @ off[:3])[1] / fit.sigma_rtn_m[1]))
    assert 1.0 < np.mean(squared) < 14.0
    assert np.max(squared) < 24.3  # 99.9 % of a chi-square of 7
    assert np.sqrt(np.mean(np.square(along))) < 1.5


def test_bad_set_is_left_out(clean: list[ElementSet]) -> None:
    bad = replace(clean[4], mean_anomaly_deg=(clean[4].mean_anomaly_deg + 0.5) % 360.0)  # 59 km along
    fit: OrbitFit = fit_orbit([*clean[:4], bad, *clean[5:]], MASS_KG, DRAG_AREA_M2, degree=DEGREE)
    assert np.isnan(fit.set_rms_m[4])
    assert fit.used == len(clean) - 1
    whole = fit_orbit(clean, MASS_KG, DRAG_AREA_M2, degree=DEGREE)
    assert np.linalg.norm(fit.r_gcrf - whole.r_gcrf) < 300.0


def test_more_sets_narrow_the_drag(clean: list[ElementSet]) -> None:
    assert (
        fit_orbit(clean, MASS_KG, DRAG_AREA_M2, degree=DEGREE).drag_sigma
        < fit_orbit(clean[-8:], MASS_KG, DRAG_AREA_M2, degree=DEGREE).drag_sigma
    )


def test_too_few_sets_are_refused(clean: list[ElementSet]) -> None:
    with pytest.raises(InputError, match="half a day"):
        fit_orbit(clean[:3], MASS_KG, DRAG_AREA_M2, degree=DEGREE)

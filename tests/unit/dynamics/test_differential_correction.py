"""Least squares of an orbit: exact where the map is linear, held by what is expected where nothing is seen."""

import numpy as np
import pytest

from zarya.dynamics.differential_correction import corrected

SCALE = np.array([1e3, 1.0, 0.5])


def observed(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A design (3, count), the truth (3,), and the residual from (0, 0, 1)."""
    design = np.random.default_rng(3).standard_normal((3, count))
    truth = np.array([400.0, -2.0, 1.3])
    return design, truth, ((truth - np.array([0.0, 0.0, 1.0])) / SCALE) @ design


def test_one_step_solves_a_linear_map() -> None:
    design, truth, residual = observed(30)
    found, normal = corrected(np.array([0.0, 0.0, 1.0]), design, residual, (1.0, 1e6), SCALE)
    np.testing.assert_allclose(found, truth, rtol=1e-9)
    np.testing.assert_allclose(normal, design @ design.T, rtol=1e-9)


def test_the_last_parameter_is_weighed_with_what_is_expected() -> None:
    """One observation of the last parameter alone, as good as the expectation: half-way between the two."""
    design = np.diag([1.0, 1.0, 0.5 / 0.2])  # 1 sigma 0.2 in the parameter
    start = np.array([0.0, 0.0, 2.0])
    found, normal = corrected(start, design, np.array([0.0, 0.0, 0.0]), (1.0, 0.2), SCALE)
    assert found[2] == pytest.approx(1.5)
    assert np.sqrt(np.linalg.inv(normal)[2, 2]) * SCALE[2] == pytest.approx(0.2 / np.sqrt(2.0))

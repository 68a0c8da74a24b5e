"""`propagate` as a caller meets it: instants, signs of time, refusals."""

import math

import numpy as np
import pytest

from zarya.errors import FlightError, InputError
from zarya.studies.propagation import ForceModel, propagate, sample_times
from zarya.time import Epoch

R, V = np.array([4_310_700.0, 4_930_300.0, 1_824_060.0]), np.array([-2_671.77, 4_437.80, -5_641.86])


def test_samples_end_on_the_duration() -> None:
    np.testing.assert_array_equal(sample_times(150.0, 60.0), [0.0, 60.0, 120.0, 150.0])
    np.testing.assert_array_equal(sample_times(-120.0, 60.0), [0.0, -60.0, -120.0])
    np.testing.assert_array_equal(sample_times(0.0, 60.0), [0.0])
    for duration_s, step_s in ((60.0, 0.0), (60.0, math.nan), (math.inf, 60.0)):
        with pytest.raises(InputError):
            sample_times(duration_s, step_s)


def test_there_and_back_through_every_force(epoch: Epoch) -> None:
    numbers = {"drag_area_m2": 10.0, "drag_coefficient": 2.2, "srp_area_m2": 10.0, "srp_coefficient": 1.3}
    model = ForceModel(20, has_drag=True, has_srp=True, mass_kg=7_000.0, **numbers)
    there = propagate(epoch, R, V, 5_000.0, 700.0, model)
    back = propagate(epoch + 5_000.0, there.r_gcrf[-1], there.v_gcrf[-1], -5_000.0, 700.0, model)
    np.testing.assert_array_equal(there.t_s[[0, -1]], [0.0, 5_000.0])
    np.testing.assert_allclose(there.r_gcrf[0], R, rtol=0.0, atol=1e-6)
    np.testing.assert_allclose(back.r_gcrf[-1], R, rtol=0.0, atol=5e-3)
    assert there.model["drag_coefficient"] == 2.2


def test_samples_do_not_depend_on_their_step(epoch: Epoch) -> None:
    model = ForceModel(8)
    fine, coarse = propagate(epoch, R, V, 3_600.0, 90.0, model), propagate(epoch, R, V, 3_600.0, 1_800.0, model)
    np.testing.assert_allclose(fine.r_gcrf[[0, 20, 40]], coarse.r_gcrf, rtol=0.0, atol=1e-6)


def test_what_cannot_fly_is_refused(epoch: Epoch) -> None:
    with pytest.raises(FlightError, match="meets the Earth"):
        propagate(epoch, R, 0.9 * V, 5_000.0, 60.0, ForceModel(2))
    with pytest.raises(InputError, match="degree"):
        ForceModel(121)
    with pytest.raises(InputError, match="positive"):
        ForceModel(20, has_drag=True, mass_kg=7_000.0, drag_area_m2=10.0)
    for r, v in ((0.1 * R, V), (1.0e3 * R, V), (R, 1.0e3 * V)):
        with pytest.raises(InputError, match="km from the Earth's centre"):
            propagate(epoch, r, v, 600.0, 60.0, ForceModel(2))


def test_arcs_resolve_the_air_at_perigee(epoch: Epoch) -> None:
    """Two hours from a perigee at 130 km in a transfer orbit, in arcs of the whole and in arcs of the first minutes."""
    perigee_m, e, gm = 6_508_137.0, 0.73, 3.986004415e14
    speed = math.sqrt(gm * (1.0 + e) / perigee_m)
    model = ForceModel(2, has_drag=True, mass_kg=1_000.0, drag_area_m2=10.0, drag_coefficient=2.2)
    at = epoch + 7_200.0
    r, v = perigee_m * np.array([0.9, 0.3, 0.3**0.5 * 0.577]), np.zeros(3)
    r *= perigee_m / np.linalg.norm(r)
    across = np.cross([0.0, 0.0, 1.0], r)
    v = speed * across / np.linalg.norm(across)
    out = propagate(at, r, v, 7_200.0, 7_200.0, model)
    halves = propagate(at, r, v, 400.0, 400.0, model)
    rest = propagate(at + 400.0, halves.r_gcrf[-1], halves.v_gcrf[-1], 6_800.0, 6_800.0, model)
    free = propagate(at, r, v, 7_200.0, 7_200.0, ForceModel(2))
    assert np.linalg.norm(free.r_gcrf[-1] - out.r_gcrf[-1]) > 5_000.0
    assert np.linalg.norm(rest.r_gcrf[-1] - out.r_gcrf[-1]) < 0.05

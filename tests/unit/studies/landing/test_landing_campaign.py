"""Draws of a landing, and what many landings say together."""

import numpy as np
import pytest

from zarya.flight.descent.column import DENSITY_LEVELS, WIND_LEVELS
from zarya.studies.landing.campaign import ellipse, wilson
from zarya.studies.landing.draws import columns, landing_draws


def test_a_case_is_the_same_whatever_the_others() -> None:
    alone = columns(landing_draws(7, np.array([4711.0])))
    among = columns(landing_draws(7, np.array([3.0, 4711.0, 12.0])))
    other = columns(landing_draws(8, np.array([4711.0])))
    for name, values in alone.items():
        assert np.array_equal(values[0], among[name][1]), name
        assert not np.array_equal(values[0], other[name][0]), name


def test_draws_have_the_sigmas_and_the_correlations_of_the_table() -> None:
    """4000 cases: a standard deviation is known within 1.1 %, taken within 5 %."""
    drawn = columns(landing_draws(1, np.arange(4_000.0)))
    sigmas = {"lift_to_drag": 0.05, "drag": 0.05, "mass": 0.005, "parachute_area": 0.05, "along_track_m": 2_000.0,
              "opening_delay_s": 1.0}  # fmt: skip
    for name, sigma in sigmas.items():
        assert np.std(drawn[name]) == pytest.approx(sigma, rel=0.05), name
    density, wind = np.expm1(drawn["ln_density"]), drawn["wind_east_m_s"]
    assert density.shape[1] == DENSITY_LEVELS
    assert wind.shape[1] == WIND_LEVELS
    assert np.std(density[:, [0, 10, 16]], axis=0) == pytest.approx(0.05, rel=0.05)
    assert np.std(density[:, [17, 25]], axis=0) == pytest.approx(0.15, rel=0.05)
    assert np.std(wind[:, [0, 10, 25]], axis=0) == pytest.approx([3.0, 10.0, 10.0], rel=0.05)
    assert np.corrcoef(density[:, 4], density[:, 8])[0, 1] == pytest.approx(np.exp(-1.0), abs=0.05)  # 20 km apart
    assert np.corrcoef(wind[:, 12], wind[:, 15])[0, 1] == pytest.approx(np.exp(-1.0), abs=0.05)  # 3 km apart
    assert abs(np.corrcoef(wind[:, 12], drawn["wind_north_m_s"][:, 12])[0, 1]) < 0.05


def test_wilson_meets_published_intervals() -> None:
    """Newcombe 1998, Stat. Med. 17, 857, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    cases = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (hits, count), expected in cases.items():
        assert wilson(hits, count) == pytest.approx(expected, abs=5e-5)
    assert wilson(20, 20) == pytest.approx((1.0 - 0.1611, 1.0), abs=5e-5)


def test_ellipse_of_a_known_cloud() -> None:
    """A cloud of 6 by 2 km whose long axis points 30 deg east of north, about (1, -2) km."""
    draw = np.random.default_rng(1).standard_normal((2, 200_000))
    azimuth = np.radians(30.0)
    long, short = 6.0 * draw[0], 2.0 * draw[1]
    east = 1.0 + long * np.sin(azimuth) + short * np.cos(azimuth)
    north = -2.0 + long * np.cos(azimuth) - short * np.sin(azimuth)
    shape = ellipse(east, north)
    assert shape is not None
    found = (shape.mean_east_km, shape.mean_north_km, shape.semi_major_km, shape.semi_minor_km, shape.azimuth_deg)
    assert found == pytest.approx((1.0, -2.0, 6.0, 2.0, 30.0), rel=0.01, abs=0.05)
    assert ellipse(east[:2], north[:2]) is None

import numpy as np
import pytest

from zarya.environment.atmosphere.space_weather import (
    DAILY_FORECAST,
    MONTHLY_FORECAST,
    OBSERVED,
    space_weather,
    steady_weather,
)
from zarya.errors import CoverageError

HALLOWEEN_MJD = 52_941
"""2003-10-29."""
PRINTED = """\
2003-10-28 274.4 147.0 15 39 22 39 12 27 18 27
2003-10-29 291.7 146.8 39 27 400 207 179 179 300 300
2003-10-30 271.4 146.5 300 154 56 39 48 132 400 400"""
"""Date, F10.7 observed, its centred mean, the eight ap: rows of CelesTrak's SW-All.csv."""


def printed(line: int) -> list[float]:
    return [float(word) for word in PRINTED.splitlines()[line].split()[1:]]


def test_rows_are_as_printed() -> None:
    weather = space_weather()
    for line in range(3):
        row, day = printed(line), HALLOWEEN_MJD - 1 + line - weather.first_mjd
        assert weather.f107_sfu[day] == pytest.approx(row[0], abs=1e-9)
        assert weather.f107_mean81_sfu[day] == pytest.approx(row[1], abs=1e-9)
        np.testing.assert_array_equal(weather.ap[day], row[2:])


def test_indices_of_a_storm_follow_the_definition_of_the_model() -> None:
    """At 13:00 on October 30: flux of the day before, ap of 12-15 h and the three before, and the two long means."""
    indices = space_weather().indices(HALLOWEEN_MJD + 1 + 13.0 / 24.0)
    today, before, two_before = printed(2), printed(1), printed(0)
    assert indices.f107_sfu[0] == pytest.approx(before[0], abs=1e-9)
    assert indices.f107_mean81_sfu[0] == pytest.approx(today[1], abs=1e-9)
    a, b, c = (np.array(row[2:]) for row in (today, before, two_before))
    past = np.concatenate([c, b, a[:5]])[::-1]  # newest first
    expected = [a.mean(), *past[:4], past[4:12].mean(), past[12:20].mean()]
    np.testing.assert_allclose(indices.ap[0], expected, rtol=1e-15)


def test_forecast_days_are_flagged() -> None:
    weather = space_weather()
    flags = weather.forecast
    assert np.all(np.diff(flags) >= 0)
    assert set(flags.tolist()) == {OBSERVED, DAILY_FORECAST, MONTHLY_FORECAST}
    assert weather.forecast_at(HALLOWEEN_MJD) == OBSERVED
    later = weather.indices(weather.first_mjd + len(flags) - 1.0)
    assert 60.0 < later.f107_sfu[0] < 300.0
    assert 5.0 < later.ap[0, 0] < 25.0


def test_outside_the_series_is_refused() -> None:
    weather = space_weather()
    for mjd in (weather.first_mjd + 2.0, weather.first_mjd + len(weather.forecast) + 0.1):
        with pytest.raises(CoverageError):
            weather.indices(mjd)


def test_steady_weather_is_the_same_every_day() -> None:
    indices = steady_weather(120.0, 130.0, 9.0).indices(np.array([41_317.2, 60_202.9]))
    np.testing.assert_array_equal(indices.f107_sfu, 120.0)
    np.testing.assert_array_equal(indices.f107_mean81_sfu, 130.0)
    np.testing.assert_array_equal(indices.ap, 9.0)

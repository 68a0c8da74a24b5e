"""Aborts over the whole ascent of Soyuz MS-24: a mode, a load and a landing for each."""

import numpy as np
import pytest

import zarya
from zarya.errors import InputError
from zarya.studies.aborts import abort_sweep

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rows():
    return abort_sweep(zarya.load("soyuz-ms-24"), step_s=4.0)


def test_no_instant_is_without_a_mode_and_they_come_in_order(rows):
    modes = [row["mode"] for row in rows]
    assert list(dict.fromkeys(modes)) == ["escape_tower", "fairing_motors", "ship_separation", "abort_to_orbit"]
    assert modes == sorted(modes, key=list(dict.fromkeys(modes)).index)
    assert rows[-1]["at_s"] >= 524.0


def test_every_abort_is_survivable_with_lift_and_harder_without(rows):
    """Soyuz 18a (1975, 145 km) flew 21 g spinning about lift down; 20 g is the model's worst without lift."""
    for row in rows:
        assert 1.0 < row["peak_g"] < 18.0
        assert row["ballistic_peak_g"] is None or row["peak_g"] <= row["ballistic_peak_g"] + 1e-9


def test_landings_move_downrange_with_time_within_a_mode(rows):
    for mode in ("escape_tower", "fairing_motors", "ship_separation"):
        distance = np.array([row["downrange_km"] for row in rows if row["mode"] == mode])
        assert np.all(np.diff(distance) > -0.2)


def test_an_abort_to_orbit_lands_a_revolution_later_on_the_track(rows):
    """One turn of the Earth west of the pad: 22 deg of longitude in a revolution of 88 min."""
    for row in (row for row in rows if row["mode"] == "abort_to_orbit"):
        assert row["perigee_km"] > 120.0
        assert 5_000.0 < row["duration_s"] < 7_000.0
        assert row["landing_lat_deg"] == pytest.approx(46.5, abs=3.0)
        assert row["landing_lon_deg"] == pytest.approx(63.3 - 21.0, abs=5.0)


def test_an_instant_after_the_separation_is_refused():
    with pytest.raises(InputError, match="no launch abort at this instant"):
        abort_sweep(zarya.load("soyuz-ms-24"), [700.0])

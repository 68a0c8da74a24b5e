"""Soyuz MS-10, 2018-10-11: the failed ascent flown again. Printed beside the reported outcome, never fitted."""

import pytest

from zarya.studies.aborts.ms10 import REPORTED, failure_of_ms10

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rows():
    found = failure_of_ms10()
    for row in found:
        print(row)
    return {row["start"]: row for row in found}


def test_the_reported_outcome_lies_between_the_two_starts(rows):
    """Apogee, range and load are bracketed by our state at the separation and by the reported state."""
    own, reported = rows["own trajectory, strap-on separation"], rows["reported state"]
    low, high = REPORTED["apogee_km"]
    assert own["apogee_km"] < low < high < reported["apogee_km"]
    for key in ("downrange_km", "peak_g"):
        assert own[key] < REPORTED[key] < reported[key]


@pytest.mark.parametrize(("key", "share"), [("downrange_km", 0.20), ("peak_g", 0.25), ("flight_s", 0.06)])
def test_each_start_is_near_the_reported_outcome(rows, key, share):
    """The ballistic coefficient and the direction of the reported state are unknown."""
    for name in ("own trajectory, strap-on separation", "reported state"):
        assert rows[name][key] == pytest.approx(REPORTED[key], rel=share)


@pytest.mark.xfail(
    reason="1873 m/s: with the full tanks of the 2.1a, which the FG would not empty, it was 1849 m/s", strict=True
)
def test_our_trajectory_has_the_reported_speed_at_the_reported_height(rows):
    """Our own trajectory passes 58 km 22 s after the separation of the strap-ons; 1848 m/s are reported there."""
    own = rows["own trajectory, at the reported height"]
    assert own["speed_m_s"] == pytest.approx(1_848.0, abs=20.0)


def test_an_abort_from_the_reported_height_tops_out_and_bears_what_is_reported(rows):
    own = rows["own trajectory, at the reported height"]
    assert own["apogee_km"] == pytest.approx(91.5, abs=3.0)
    assert own["peak_g"] == pytest.approx(6.7, abs=0.3)

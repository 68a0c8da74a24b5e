"""Element sets fitted to states: of SGP4 itself, across a burn, and of NASA's ephemeris of the station."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from zarya.errors import FormatError
from zarya.exchange.messages import write_message
from zarya.exchange.orbit_intake import read_history
from zarya.exchange.records import Ephemeris, Header, Trajectory
from zarya.gnc.element_choice import choose_element_set
from zarya.orbits.tle import ElementSet, element_sets_from_text
from zarya.studies.station.element_fit import FittedSet, fit_element_set, fit_element_sets
from zarya.studies.windows import launch_windows
from zarya.time import Epoch
from zarya.units import DAY, HOUR

OEM = Path(__file__).parents[4] / "authorities/propagation/ISS_OEM_2022-01-17_hourly.txt"
TLE = """1 25544U 98067A   22018.41166174  .00006095  00000+0  11651-3 0  9999
2 25544  51.6450 358.2975 0006740  34.5699  98.1779 15.49536257321953"""


@pytest.fixture(scope="module")
def truth() -> ElementSet:
    return element_sets_from_text(TLE)[0]


def test_states_of_sgp4_give_back_the_set(truth: ElementSet) -> None:
    t_s = np.arange(-DAY, 1.0, 600.0)
    fitted = fit_element_set(truth.epoch, t_s, *truth.sgp4(t_s), bstar=truth.bstar)
    assert fitted.rms_m < 0.1
    for name, limit in (("inclination_deg", 1e-7), ("raan_deg", 1e-7), ("eccentricity", 1e-9)):
        assert abs(getattr(fitted.element_set, name) - getattr(truth, name)) < limit
    assert abs(fitted.element_set.mean_motion_rev_day - truth.mean_motion_rev_day) < 1e-8
    assert abs(fitted.element_set.bstar - truth.bstar) < 1e-8


def with_burn(truth: ElementSet, delta_v_m_s: float) -> tuple[Epoch, list[np.ndarray]]:
    """States every ten minutes over three days with a burn in the middle: mean motion falls by 3 dv/v there."""
    before = np.arange(-1.5 * DAY, 1.0, 600.0)
    after = np.arange(600.0, 1.5 * DAY, 600.0)
    burnt = replace(truth, mean_motion_rev_day=truth.mean_motion_rev_day * (1.0 - 3.0 * delta_v_m_s / 7_660.0))
    states = [np.concatenate(pair) for pair in zip(truth.sgp4(before), burnt.sgp4(after), strict=True)]
    return truth.epoch, [np.concatenate([before, after]), *states]


def test_no_set_mixes_arcs_before_and_after_a_burn(truth: ElementSet) -> None:
    epoch, states = with_burn(truth, 1.0)
    found = fit_element_sets(epoch, *states)
    assert len(found) >= 9
    for item in found:
        assert item.rms_m < 600.0
        aside = item.element_set.epoch - epoch
        assert aside < 1.0 or aside - item.span_s > -0.25 * HOUR
    assert found[-1].span_s > 20.0 * HOUR  # the burn is left behind
    drop = found[0].element_set.mean_motion_rev_day - found[-1].element_set.mean_motion_rev_day
    assert drop == pytest.approx(truth.mean_motion_rev_day * 3.0 / 7_660.0, rel=0.1)


def test_nasa_ephemeris_is_followed_within_the_tesseral_terms() -> None:
    """SGP4 has no tesseral terms: some 500 to 700 m at this height, with published sets as well."""
    history = read_history(OEM)
    newest = history.sets[-1]
    theirs = element_sets_from_text(TLE)[0]
    ages = np.arange(-12.0 * HOUR, 12.0 * HOUR, 1_800.0)
    ours, _ = newest.sgp4(ages)
    published, _ = theirs.sgp4(ages + (newest.epoch - theirs.epoch))
    assert np.sqrt(np.mean(np.sum((ours - published) ** 2, axis=1))) < 2_000.0
    assert newest.catalog_number == theirs.catalog_number
    assert "98067A" in newest.designator


def test_lift_off_from_the_ephemeris_is_that_from_the_element_sets() -> None:
    def liftoff(orbit: object) -> dict[str, object]:
        start, end = (Epoch.from_iso(f"2022-01-{day}T00:00:00Z", scale="utc") for day in (19, 20))
        return launch_windows("iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms", orbit, start, end, "34-orbit")[0]

    from_oem, from_tle = liftoff(read_history(OEM)), liftoff(element_sets_from_text(TLE))
    seconds = [Epoch.from_iso(str(row["liftoff_utc"]), scale="utc") for row in (from_oem, from_tle)]
    assert abs(seconds[0] - seconds[1]) < 2.0
    assert abs(float(str(from_oem["phase_deg"])) - float(str(from_tle["phase_deg"]))) < 0.1
    assert any("forecast" in line for line in from_oem["warnings"])


def test_forecast_ages_from_its_making() -> None:
    """The file was made on 2022-01-17 at 20:44:45; what it says of the 18th is no newer than that."""
    history = read_history(OEM)
    when = Epoch.from_iso("2022-01-18T12:30:00Z", scale="utc")
    choice = choose_element_set(history, when)
    assert when - choice.element_set.epoch < HOUR
    assert choice.age_s == pytest.approx(when - Epoch.from_iso("2022-01-17T20:44:45.347Z", scale="utc"), abs=1e-3)


def trajectory(truth: ElementSet, object_id: str) -> Trajectory:
    t_s = np.arange(-DAY, 1.0, 900.0)
    r, v = truth.sgp4(t_s)
    return Trajectory("ISS", object_id, "teme", truth.epoch, t_s, r, v)


def test_object_unknown_is_refused_a_number_is_taken(tmp_path: Path, truth: ElementSet) -> None:
    header = Header(creation=truth.epoch)
    file = write_message(tmp_path / "x.oem", Ephemeris((trajectory(truth, "2000-001-A"),), header))
    with pytest.raises(FormatError, match="catalog number"):
        read_history(file)
    file = write_message(tmp_path / "y.oem", Ephemeris((trajectory(truth, "25544"),), header))
    assert {item.catalog_number for item in read_history(file).sets} == {25544}


def test_too_few_states_are_refused(truth: ElementSet) -> None:
    t_s = np.arange(3) * 600.0
    with pytest.raises(Exception, match="states"):
        fit_element_set(truth.epoch, t_s, *truth.sgp4(t_s))


def test_residual_is_stated(truth: ElementSet) -> None:
    epoch, states = with_burn(truth, 0.0)
    found: list[FittedSet] = fit_element_sets(epoch, *states)
    assert max(item.rms_m for item in found) < 50.0

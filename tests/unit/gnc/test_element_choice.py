"""The choice among old element sets."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from zarya.errors import CoverageError, InputError
from zarya.gnc.element_choice import (
    BURN_FACTOR,
    UNKNOWN_PHASE_RAD,
    ElementHistory,
    choose_element_set,
    phase_sigma_rad,
    reboost_before,
)
from zarya.orbits.tle import ElementSet, read_element_sets
from zarya.units import DAY, DEG, HOUR

DATA = Path(__file__).parents[2] / "flights" / "data"


def test_bad_newest_set_is_passed_over_however_old() -> None:
    """A set with a wild B* decays within weeks; the sane one before it serves."""
    sets = sorted(read_element_sets(DATA / "iss_2023-09.tle"), key=lambda item: item.epoch_jd)[:40]
    wild = [*sets[:-1], replace(sets[-1], bstar=50.0 * sets[-1].bstar)]
    for days in (2.0, 40.0):
        when = sets[-1].epoch + days * DAY
        choice = choose_element_set(ElementHistory(wild), when)
        assert choice.element_set is sets[-2]
        assert "wild" in choice.rejected[0]
    assert choice.phase_sigma_rad == UNKNOWN_PHASE_RAD


@pytest.fixture
def steady() -> list[ElementSet]:
    """Twenty sets twelve hours apart, all alike but for the mean motion that drag raises."""
    (newest, *_) = sorted(read_element_sets(DATA / "iss_2023-09.tle"), key=lambda item: item.epoch_jd)
    return [
        replace(newest, epoch_day=200.0 + 0.5 * k, mean_motion_rev_day=15.5 + 1e-5 * k, bstar=3e-4) for k in range(20)
    ]


def after_burn(sets: list[ElementSet], first: int, drop: float) -> list[ElementSet]:
    return [
        replace(item, mean_motion_rev_day=item.mean_motion_rev_day - drop * (k >= first)) for k, item in enumerate(sets)
    ]


def test_a_burn_is_before_the_first_set_whose_mean_motion_fell(steady: list[ElementSet]) -> None:
    for first in (5, 12, 18):
        assert reboost_before(after_burn(steady, first, 8e-4)) == steady[first].epoch
    assert reboost_before(steady) is None
    assert reboost_before(after_burn(steady, 12, 2e-4)) is None  # the scatter of sets is 1e-4
    twice = after_burn(after_burn(steady, 5, 8e-4), 12, 8e-4)
    assert reboost_before(twice) == steady[12].epoch


def test_one_low_set_is_no_burn(steady: list[ElementSet]) -> None:
    """The drop must last."""
    low = [
        replace(item, mean_motion_rev_day=item.mean_motion_rev_day - 8e-4 * (k == 12)) for k, item in enumerate(steady)
    ]
    assert reboost_before(low) is None


def test_a_recent_burn_triples_the_sigma(steady: list[ElementSet]) -> None:
    when = steady[-1].epoch + HOUR
    usual = choose_element_set(steady, when)
    late, early = (choose_element_set(after_burn(steady, first, 8e-4), when) for first in (18, 13))
    assert not usual.warnings
    assert not early.warnings  # three days before the set
    assert late.phase_sigma_rad == pytest.approx(BURN_FACTOR * usual.phase_sigma_rad)
    assert "burn" in late.warnings[0]


def test_a_jump_of_the_inclination_is_passed_over(steady: list[ElementSet]) -> None:
    for jump, is_passed in ((0.004, False), (0.006, True), (-0.006, True)):
        newest = replace(steady[-1], inclination_deg=steady[-1].inclination_deg + jump)
        choice = choose_element_set([*steady[:-1], newest], newest.epoch + HOUR)
        assert choice.element_set is (steady[-2] if is_passed else newest)
        assert len(choice.rejected) == is_passed


def test_without_a_sane_set_of_a_week_the_newest_serves_with_a_warning(steady: list[ElementSet]) -> None:
    wild = [replace(item, inclination_deg=item.inclination_deg + 0.02 * k) for k, item in enumerate(steady)]
    choice = choose_element_set(wild, wild[-1].epoch + HOUR)
    assert choice.element_set is wild[-1]
    assert "no sane set" in choice.warnings[0]
    assert choice.phase_sigma_rad > 2.0 * phase_sigma_rad(HOUR)


def test_only_earlier_sets_are_known(steady: list[ElementSet]) -> None:
    history = ElementHistory(steady[::-1])
    assert choose_element_set(history, steady[7].epoch).element_set is steady[6]
    assert choose_element_set(history, steady[7].epoch + 1.0).element_set is steady[7]
    assert history.between(steady[3].epoch, steady[6].epoch) == tuple(steady[3:6])
    with pytest.raises(CoverageError, match="earlier"):
        choose_element_set(history, steady[0].epoch)


def test_a_forecast_ages_from_the_end_of_tracking(steady: list[ElementSet]) -> None:
    tracked = steady[10].epoch
    choice = choose_element_set(ElementHistory(steady, tracked, "a forecast"), steady[-1].epoch + HOUR)
    assert choice.age_s == pytest.approx(4.5 * DAY + HOUR)
    assert "a forecast" in choice.warnings


def test_phase_is_known_worse_with_age() -> None:
    ages = np.array([0.3, 0.7, 1.0, 2.0, 5.0, 10.0, 30.0, 90.0]) * DAY
    sigma = np.array([phase_sigma_rad(float(age)) for age in ages])
    assert np.all(np.diff(sigma) >= 0.0)
    assert sigma[-1] == pytest.approx(UNKNOWN_PHASE_RAD)
    assert sigma[2] < 1.0 * DEG
    assert phase_sigma_rad(-DAY) == phase_sigma_rad(0.0)


def test_of_several_satellites_one_is_chosen() -> None:
    sets = read_element_sets(DATA / "iss_2023-09.tle")[:5]
    others = tuple(replace(item, catalog_number=48274) for item in sets)
    history = ElementHistory((*others, *sets))
    assert history.of_satellite(25544, "iss").sets == ElementHistory(sets).sets
    with pytest.raises(InputError, match="another satellite than iss"):
        ElementHistory(others).of_satellite(25544, "iss")

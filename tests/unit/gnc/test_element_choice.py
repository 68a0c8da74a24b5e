"""The choice among old element sets."""

from dataclasses import replace
from pathlib import Path

from zarya.gnc.element_choice import UNKNOWN_PHASE_RAD, ElementHistory, choose_element_set
from zarya.orbits.tle import read_element_sets
from zarya.units import DAY

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

"""The map of plans for MS-24: burn times lent from a neighbouring phase against burn times of one's own."""

from pathlib import Path

import numpy as np
import pytest

from zarya.errors import InputError
from zarya.orbits.tle import ElementSet, latest_before, read_element_sets
from zarya.plots.plan_map import plan_map_picture
from zarya.studies.windows import Launch, launch
from zarya.studies.windows.plan_map import CLOSED_M, plan_map
from zarya.time import Epoch
from zarya.units import DEG

LIFTOFF = Epoch.from_iso("2023-09-15T15:44:35.417Z")


@pytest.fixture(scope="module")
def question() -> Launch:
    return launch("iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms")


@pytest.fixture(scope="module")
def element_set() -> ElementSet:
    return latest_before(read_element_sets(Path(__file__).parents[3] / "flights/data/iss_2023-09.tle"), LIFTOFF)


def test_plans_at_lent_times_cost_what_their_own_cost(question: Launch, element_set: ElementSet) -> None:
    own = plan_map(question, element_set, LIFTOFF, 2, phases=7, dockings=1, anchors=7)
    lent = plan_map(question, element_set, LIFTOFF, 2, phases=7, dockings=1, anchors=3)
    inside = np.abs(own.phase_rad / DEG - 16.9) < 3.1  # the published range of two orbits
    assert inside.sum() >= 3
    assert own.full_plans >= 5  # the outermost phases may have no plan
    assert np.all(own.left_m[:, inside] < CLOSED_M)
    assert np.nanmin(own.total_m_s) == pytest.approx(121.2, abs=1.0)  # the planner's own for this ship and aim
    np.testing.assert_allclose(lent.total_m_s[:, inside], own.total_m_s[:, inside], atol=2.0)
    figure = plan_map_picture(plan_map(question, element_set, LIFTOFF, 2, phases=7, dockings=2, anchors=1), 16.2)
    assert "plans" in figure.get_suptitle()


def test_two_day_scheme_is_refused(question: Launch, element_set: ElementSet) -> None:
    with pytest.raises(InputError, match="within a day"):
        plan_map(question, element_set, LIFTOFF, 34)

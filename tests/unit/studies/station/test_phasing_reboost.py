"""Plans of reboosts: what constraints, thrusters and a landing that follows do to them."""

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from zarya.errors import InputError
from zarya.frames import dcm_gcrf_from_teme, dcm_itrf_from_gcrf, geodetic_from_itrf
from zarya.gnc.element_choice import ElementHistory
from zarya.orbits.tle import ElementSet, read_element_sets
from zarya.studies.station.next_landing import landing_pass
from zarya.studies.station.outlook import Thruster
from zarya.studies.station.phasing import NextLanding, phase_reboosts
from zarya.studies.station.reboost_plan import BURN_GAP_S, LAST_BURN_BEFORE_S, Forbidden, beta_spans, planned_burns
from zarya.studies.station.spread import air_sigma, phase_spread, quiet_sigma_deg
from zarya.studies.windows.light import plane_beta_deg
from zarya.time import Epoch
from zarya.units import DAY, DEG

DATA = Path(__file__).parents[3] / "flights" / "data"


def utc(text: str) -> Epoch:
    return Epoch.from_iso(text, scale="utc")


@pytest.fixture(scope="module")
def history() -> ElementHistory:
    return ElementHistory(read_element_sets(DATA / "iss_2023-09.tle"))


@pytest.fixture(scope="module")
def element_set(history: ElementHistory) -> ElementSet:
    return history.sets[history.count_before(utc("2023-09-07T12:00:00Z")) - 1]


def plan(history: ElementHistory, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"as_of": utc("2023-09-06T00:00:00Z")}
    return phase_reboosts("iss", history, "2023-09-15", "2-orbit", **(given | changes))


def test_thruster_sets_duration_and_propellant_not_the_burn(history: ElementHistory) -> None:
    (usual,) = plan(history)["reboosts"]
    (strong,) = plan(history, thruster=Thruster("soyuz-ms", 7_150.0, 310.0))["reboosts"]
    assert strong["delta_v_m_s"] == usual["delta_v_m_s"]
    assert strong["duration_s"] == pytest.approx(usual["duration_s"] / 10.0, rel=1e-3)
    assert strong["propellant_kg"] < usual["propellant_kg"]
    assert strong["thruster"] == "soyuz-ms"


def test_forbidden_span_moves_the_burn_before_it_and_says_why(history: ElementHistory) -> None:
    closed = Forbidden(utc("2023-09-07T00:00:00Z"), utc("2023-09-09T00:00:00Z"), "attitude")
    answer = plan(history, keep_out=[closed])
    (burn,) = answer["reboosts"]
    assert utc(burn["utc"]) < closed.start
    assert burn["moved_by"] == "attitude"
    assert answer["constraints"][0]["reason"] == "attitude"
    assert burn["delta_v_m_s"] < plan(history)["reboosts"][0]["delta_v_m_s"]  # earlier, so smaller


def test_no_time_outside_the_forbidden_spans(history: ElementHistory) -> None:
    closed = (utc("2023-09-01T00:00:00Z"), utc("2023-09-14T00:00:00Z"))
    with pytest.raises(InputError, match="none is allowed"):
        plan(history, keep_out=[closed])


def test_long_turn_is_split_into_burns_that_add_up() -> None:
    liftoff = utc("2023-11-15T15:00:00Z")
    axis_m, wanted = 6.79e6, 300.0 * DEG
    burns = planned_burns(wanted, axis_m, liftoff + -20.0 * DAY, liftoff, [])
    assert len(burns) > 1
    assert all(burn.delta_v_m_s <= 2.5 for burn in burns)
    turned = sum(3.0 * burn.delta_v_m_s / axis_m * (liftoff - burn.epoch) for burn in burns)
    assert turned == pytest.approx(wanted, rel=1e-9)
    gaps = [later.epoch - sooner.epoch for sooner, later in pairwise(burns)]
    assert gaps == pytest.approx([BURN_GAP_S] * len(gaps), abs=1e-3)
    assert liftoff - burns[-1].epoch >= LAST_BURN_BEFORE_S - 1.0


@pytest.mark.parametrize(("scheme", "days"), [("2-orbit", (1, 3, 9)), ("34-orbit", (1, 9, 25)), ("4-orbit", (2, 12))])
def test_a_phase_in_the_range_is_doubted_where_its_sigma_is_wide(
    history: ElementHistory, scheme: str, days: tuple[int, ...]
) -> None:
    """Inside without a burn: a warning exactly where two sigmas are wider than the range."""
    launch = utc("2023-09-15T00:00:00Z")
    for ahead in days:
        try:
            answer = phase_reboosts("iss", history, "2023-09-15", scheme, as_of=launch + -ahead * DAY)
        except InputError:
            continue  # not inside, and no time for a burn
        low, high = answer["published_window_deg"]
        if low <= answer["phase_deg_with"] <= high and not any(not row["flown"] for row in answer["reboosts"]):
            doubted = any("plan again" in line for line in answer["warnings"])
            assert doubted == (2.0 * answer["sigma_deg"] > high - low)


def test_beta_limit_forbids_the_days_of_a_high_sun(element_set: ElementSet) -> None:
    start = utc("2023-09-07T00:00:00Z")
    t_s = np.arange(0.0, 40.0 * DAY, 0.25 * DAY)
    beta = np.abs(plane_beta_deg(element_set, start, t_s))
    limit = float(np.median(beta))
    spans = beta_spans(element_set, start, start + 40.0 * DAY, limit)
    share = sum(item.end - item.start for item in spans) / (40.0 * DAY)
    assert 0.3 < share < 0.7
    for item in spans:
        assert abs(plane_beta_deg(element_set, item.start, np.array([3.0 * 3_600.0]))[0]) > limit - 2.0
    assert not beta_spans(element_set, start, start + 40.0 * DAY, 90.0)


def test_spread_grows_with_time_and_drag(element_set: ElementSet) -> None:
    """Drag turns the phase by half the rate of the mean motion times the square of the time; measured spans agree."""
    fortnight = phase_spread(element_set, 14.0 * DAY)
    by_rate = element_set.mean_motion_dot * 14.0**2 * 360.0  # half the rate is what a set prints
    assert fortnight.drag_turn_deg == pytest.approx(by_rate, rel=0.2)
    assert fortnight.sigma_deg == pytest.approx(math.hypot(quiet_sigma_deg(14.0 * DAY), fortnight.air_sigma_deg))
    month = phase_spread(element_set, 60.0 * DAY)
    assert month.sigma_deg > 4.0 * fortnight.sigma_deg
    assert 0.05 < air_sigma(DAY, 150.0) < air_sigma(60.0 * DAY, 150.0) < 0.4


def test_plan_states_what_the_air_may_change(history: ElementHistory) -> None:
    drag = plan(history)["drag"]
    assert drag["phase_deg_thin_air"] < plan(history)["phase_deg_with"] < drag["phase_deg_dense_air"]


def test_flown_burn_explains_the_phase_that_came(history: ElementHistory) -> None:
    """Planned on 6 September; the burn of the 8th was flown, and with it the phase is where the plan expects it."""
    since = plan(history)["flown_since"]
    (burn,) = since["reboosts"]
    assert burn["delta_v_m_s"] == pytest.approx(2.0, abs=0.1)
    assert since["phase_deg"] == pytest.approx(16.3, abs=0.3)
    assert abs(since["miss_in_sigma"]) < 2.0


def test_burns_move_the_pass_of_the_landing(history: ElementHistory, element_set: ElementSet) -> None:
    answer = plan(history, landing=NextLanding(utc("2023-09-27T00:00:00Z")))
    after = answer["landing"]
    (burn,) = answer["reboosts"]
    turn = 3.0 * burn["delta_v_m_s"] / 6.796e6 * (utc("2023-09-27T12:00:00Z") - utc(burn["utc"])) / DEG
    assert after["shift_deg"] == pytest.approx(-turn, rel=2e-3)
    later = utc(after["pass_utc_with"]) - utc(after["pass_utc_without"])
    assert later == pytest.approx(turn * DEG / element_set.mean_motion_rad_s, abs=90.0)  # same pass, that much later
    assert after["distance_km_with"] >= 0.0


def test_aim_inside_the_range_pleases_the_landing(history: ElementHistory) -> None:
    landing = NextLanding(utc("2023-09-27T00:00:00Z"))
    chosen = plan(history, landing=landing)
    fixed = [plan(history, landing=landing, target_deg=aim) for aim in (15.5, 16.9, 18.3)]
    assert chosen["landing"]["distance_km_with"] <= min(item["landing"]["distance_km_with"] for item in fixed) + 3.0
    low, high = chosen["published_window_deg"]
    assert low + 1.0 < chosen["phase_deg_with"] < high - 1.0


def test_track_passes_over_a_place_it_is_asked_for(element_set: ElementSet) -> None:
    """Under the track, and 50 km beside it; a station that has fallen back comes later, over another place."""
    day = utc("2023-09-10T00:00:00Z")
    when = day + 41_000.0
    r, v = element_set.sgp4(when)
    ahead, across = r / np.linalg.norm(r), np.cross(r, v) / np.linalg.norm(np.cross(r, v))
    dcm = dcm_itrf_from_gcrf(when) @ dcm_gcrf_from_teme(when)

    def zone(beside_km: float) -> tuple[float, float, float]:
        angle = beside_km / 6_371.0
        place = 6.371e6 * dcm @ (math.cos(angle) * ahead + math.sin(angle) * across)
        latitude, longitude, height = (float(x) for x in geodetic_from_itrf(jnp.asarray(place)))
        return latitude, longitude, height

    under, beside = (landing_pass(element_set, zone(x), day, lambda at: 0.0) for x in (0.0, 50.0))
    assert under.distance_km < 0.5
    assert under.epoch - when == pytest.approx(0.0, abs=0.2)
    assert beside.distance_km == pytest.approx(50.0, abs=1.0)
    late = landing_pass(element_set, zone(0.0), day, lambda at: 0.02)
    assert late.epoch - when == pytest.approx(0.02 / element_set.mean_motion_rad_s, rel=0.1)
    assert 0.3 < late.distance_km / (late.km_per_deg * 0.02 / DEG) < 1.0
    assert under.km_per_deg == pytest.approx(15.5 * 0.465 * math.cos(zone(0.0)[0]), rel=0.02)

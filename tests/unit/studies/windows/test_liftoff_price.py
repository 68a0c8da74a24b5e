"""The price of the second and of the azimuth of a lift-off, and the windows that budgets open."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zarya.constants import EARTH_ROTATION_RAD_S, GM_EARTH_EGM2008_M3_S2
from zarya.errors import InputError
from zarya.gnc.ascent_price import ascent_price, dogleg, ground_azimuth_rad
from zarya.gnc.element_choice import ElementHistory
from zarya.gnc.launch_instant import soyuz_insertion
from zarya.orbits.tle import read_element_sets
from zarya.studies.windows import Allowance, launch, launch_windows
from zarya.studies.windows.light import _landing_directions
from zarya.studies.windows.price import liftoff_price
from zarya.time import Epoch
from zarya.units import DEG
from zarya.vehicles import catalog

DATA = Path(__file__).parents[3] / "flights" / "data"


def utc(text: str) -> Epoch:
    return Epoch.from_iso(text, scale="utc")


@pytest.fixture(scope="module")
def history() -> ElementHistory:
    return ElementHistory(read_element_sets(DATA / "iss_2023-09.tle"))


def row(history: ElementHistory, allowance: Allowance | None = None, scheme: str = "2-orbit", day: int = 15) -> Any:
    start, end = utc(f"2023-09-{day}T00:00:00Z"), utc(f"2023-09-{day + 1}T00:00:00Z")
    (found,) = launch_windows(
        "iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms", history, start, end, scheme, allowance=allowance
    )
    return found


def test_sixty_seconds_beside_the_optimum_cost_a_soyuz_less_than_a_kilogram() -> None:
    """As the trial on open flights found; its optimum was 218 to 222 s over the variants of the vehicle."""
    for launcher, ship in (("soyuz-2.1a", "soyuz-ms"), ("soyuz-2.1a", "progress-ms"), ("soyuz-u", "progress-ms")):
        price = ascent_price(launcher, ship)
        assert price is not None
        assert 216.0 < price.optimum_lead_s < 227.0
        lost = price.payload_lost_kg(price.optimum_lead_s + np.array([-60.0, 0.0, 60.0]))
        assert lost[1] == 0.0
        assert 0.0 < lost[0] < 1.0


def test_yaw_steering_costs_no_less_than_the_best_possible() -> None:
    """Turning the whole speed of 7.8 km/s by one steady yaw angle is the cheapest way: w^2 / (2 * 9.4 km/s) of ideal
    speed, by the rocket equation of the last stage some kilograms per m/s."""
    price = ascent_price("soyuz-2.1a", "soyuz-ms")
    assert price is not None
    aside = math.sqrt(GM_EARTH_EGM2008_M3_S2 / 6.5835e6) * math.sin(51.65 * DEG) * EARTH_ROTATION_RAD_S * 60.0
    least = aside**2 / (2.0 * 9_400.0)
    kg_per_m_s = 9_900.0 / (326.0 * 9.80665)
    assert price.payload_lost_kg(np.array([price.optimum_lead_s - 60.0]))[0] > least * kg_per_m_s


def test_without_a_budget_the_window_is_an_instant(history: ElementHistory) -> None:
    found = row(history)
    assert found["window_open_utc"] == found["window_close_utc"] == found["liftoff_utc"]
    assert row(history, scheme="4-orbit")["window_open_utc"] is None


def test_budget_of_the_launcher_is_spent_at_the_edges(history: ElementHistory) -> None:
    """34 orbits: the phase range is wide, so the budget alone ends the window."""
    found = row(history, Allowance(yaw_kg=3.0), "34-orbit", day=14)
    price = ascent_price("soyuz-2.1a", "soyuz-ms")
    assert price is not None
    assert found["feasible"]
    for edge in ("window_open_utc", "window_close_utc"):
        aside = utc(found[edge]) - utc(found["liftoff_utc"])
        lost = price.payload_lost_kg(np.array([found["lead_s"] - aside, found["lead_s"]]))
        assert abs(lost[0] - lost[1] - 3.0) < 0.01
    assert abs(utc(found["window_open_utc"]) - utc(found["liftoff_utc"])) > abs(
        utc(found["window_close_utc"]) - utc(found["liftoff_utc"])
    )  # the flown lead is short of the optimum: early is cheap


def test_budget_of_the_ship_is_spent_at_the_edges(history: ElementHistory) -> None:
    found = row(history, Allowance(yaw_m_s=2.0), "34-orbit", day=14)
    aside = utc(found["window_close_utc"]) - utc(found["liftoff_utc"])
    beside = row(history, Allowance(offset_s=aside), "34-orbit", day=14)
    assert abs(beside["offset_m_s"] - 2.0) < 0.02
    assert abs((utc(found["window_open_utc"]) - utc(found["liftoff_utc"])) + aside) < 0.1


def test_window_ends_where_the_phase_leaves_the_range(history: ElementHistory) -> None:
    found = row(history, Allowance(yaw_kg=50.0))
    low, high = found["published_window_deg"]
    for edge, phase in (("window_open_utc", low), ("window_close_utc", high)):
        beside = row(history, Allowance(offset_s=utc(found[edge]) - utc(found["liftoff_utc"])))
        assert abs(beside["offset_phase_deg"] - phase) < 0.05


def test_budget_opens_a_day_whose_phase_is_just_beside_the_range(history: ElementHistory) -> None:
    """Two minutes change the phase by 7.7 deg; within a year some day lies that near to the two-orbit range."""
    start, end = utc("2023-09-10T00:00:00Z"), utc("2024-03-10T00:00:00Z")

    def flown(allowance: Allowance | None) -> list[Any]:
        rows = launch_windows(
            "iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms", history, start, end, "2-orbit", allowance=allowance
        )
        return [item for item in rows if item["open_by_published_limit"]]

    wide = flown(Allowance(yaw_kg=20.0))
    assert len(wide) > len(flown(None))
    moved = [item for item in wide if abs(item["plane_offset_s"]) > 26.0]
    assert moved
    for item in moved:
        low, high = item["published_window_deg"]
        assert min(abs(item["phase_deg"] - low), abs(item["phase_deg"] - high)) < 0.02
        assert item["leaving_plane_m_s"] == 0.0  # the launcher takes it out
        assert item["leaving_plane_launcher_kg"] <= 20.0


def test_yaw_budget_of_a_launcher_never_studied_is_refused() -> None:
    data = catalog.launcher("soyuz-2.1a")
    assert ascent_price("unknown", data.ship) is None
    with pytest.raises(InputError, match="no ascent"):
        _launch_unknown()


def _launch_unknown() -> None:
    from zarya.studies.windows import question

    patch = pytest.MonkeyPatch()
    patch.setattr(question, "ascent_price", lambda launcher, ship: None)
    try:
        launch("iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms", allowance=Allowance(yaw_kg=1.0))
    finally:
        patch.undo()


def test_azimuth_over_the_ground_is_turned_by_the_earth() -> None:
    """North-east of Baikonur the pad's own 323 m/s eastward turns the path by 1.4 deg to the north."""
    insertion = soyuz_insertion()
    declination = np.array([45.8 * DEG])
    ground = ground_azimuth_rad(insertion, declination)[0] / DEG
    inertial = math.asin(math.cos(insertion.inclination_rad) / math.cos(declination[0])) / DEG
    speed = math.sqrt(GM_EARTH_EGM2008_M3_S2 / insertion.semi_major_axis_m)
    turn = math.asin(324.0 * math.cos(inertial * DEG) / speed) / DEG
    assert abs(inertial - ground - turn) < 0.1
    south = ground_azimuth_rad(insertion, declination, ascending=False)[0] / DEG
    assert abs(ground + south - 180.0) < 1e-9


def test_dogleg_is_a_triangle_of_speeds() -> None:
    data, insertion = catalog.launcher("soyuz-2.1a"), soyuz_insertion()
    turn = np.array([0.0, 2.0, 4.0, 8.0]) * DEG
    more, kg = dogleg(data, 7_152.0, insertion, turn)
    assert more[0] == pytest.approx(0.0, abs=1e-9)
    assert kg[0] == pytest.approx(0.0, abs=1e-9)
    assert more[2] / more[1] == pytest.approx(4.0, rel=0.02)  # the square of a small turn
    speed = math.sqrt(GM_EARTH_EGM2008_M3_S2 / insertion.semi_major_axis_m)
    assert np.all(more[1:] < 2.0 * speed * np.sin(0.5 * turn[1:]))  # cheaper than a turn in orbit
    heavy, _ = dogleg(data, 9_000.0, insertion, turn)
    assert np.all(heavy[1:] > more[1:])


def test_range_safety_closes_the_day_and_a_dog_leg_opens_it(history: ElementHistory) -> None:
    closed = row(history, Allowance(azimuth_deg=(65.0, 90.0)))
    assert not closed["feasible"]
    assert "azimuth" in closed["why_not"]
    assert f"{closed['dogleg_kg']:.0f} kg" in closed["why_not"]
    budget = Allowance(azimuth_deg=(65.0, 90.0), dogleg_kg=closed["dogleg_kg"] + 1.0)
    opened = row(history, budget)
    assert opened["feasible"]
    assert opened["dogleg_deg"] == pytest.approx(65.0 - opened["ground_azimuth_deg"], abs=0.02)
    assert row(history, replace(budget, azimuth_deg=(60.0, 90.0)))["dogleg_kg"] == 0.0


def test_cape_may_not_launch_to_the_south_east(history: ElementHistory) -> None:
    rows = launch_windows(
        "iss", "lc-39a", "falcon-9", "crew-dragon", history, utc("2023-09-12T00:00:00Z"), utc("2023-09-14T00:00:00Z"),
        "34-orbit", direction="both",
    )  # fmt: skip
    for item in rows:
        assert ("azimuth" in item["why_not"]) == (item["direction"] == "descending")


def test_abort_landings_lie_deeper_in_the_night(history: ElementHistory) -> None:
    """MS-24 left after sunset; down range to the east the Sun is lower still."""
    found = row(history)
    low, high = found["abort_landing_sun_elevation_deg"]
    assert found["abort_landing_light"] == "night"
    assert high == pytest.approx(found["site_sun_elevation_deg"], abs=0.3)
    assert low < high - 10.0


def test_price_beside_the_instant_is_that_of_its_row(history: ElementHistory) -> None:
    """At the instant what the row says, a minute beside it what the row says of a minute."""
    found = row(history)
    question = launch("iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms")
    price = liftoff_price(found, question, history, np.array([-60.0, 0.0, 60.0]))
    early, here, late = price["delta_v_m_s"]
    assert here == pytest.approx(found["delta_v_m_s"], abs=0.02)
    assert price["propellant_margin_kg"][1] == pytest.approx(found["propellant_margin_kg"], abs=0.2)
    assert price["phase_deg"][1] == pytest.approx(found["phase_deg"], abs=0.01)
    assert price["launcher_kg"][1] == pytest.approx(0.0, abs=0.05)
    assert late - here == pytest.approx(found["minute_late_m_s"], abs=1.5)  # the phase moves too: 3.9 deg
    assert early - here == pytest.approx(found["minute_early_m_s"], abs=1.5)
    assert price["launcher_kg"][2] == pytest.approx(found["minute_late_launcher_kg"], abs=0.1)
    assert price["launcher_kg"][0] == pytest.approx(found["minute_early_launcher_kg"], abs=0.1)
    assert np.all(price["propellant_margin_kg"][[0, 2]] < price["propellant_margin_kg"][1])


def test_abort_landings_lie_along_the_plane_from_the_pad() -> None:
    """Every place on the great circle of the azimuth, evenly out to 45 deg."""
    ascension, declination, azimuth = np.array([1.0, -2.0]), np.array([0.8, 0.5]), np.array([1.1, 2.0])
    places = _landing_directions(ascension, declination, azimuth)
    pad = np.stack([
        np.cos(declination) * np.cos(ascension), np.cos(declination) * np.sin(ascension), np.sin(declination)
    ], axis=1)  # fmt: skip
    assert np.allclose(np.linalg.norm(places, axis=2), 1.0)
    assert np.allclose(places[:, 0], pad)
    arcs = np.arccos(np.clip(np.sum(places * pad[:, None], axis=2), -1.0, 1.0))
    assert np.allclose(arcs, np.linspace(0.0, 45.0 * DEG, places.shape[1]), atol=1e-7)
    north = np.stack([np.zeros(2), np.zeros(2), np.ones(2)], axis=1)
    normal = np.cross(pad, places[:, -1])
    assert np.allclose(np.sum(places * normal[:, None], axis=2), 0.0)
    east = np.cross(north, pad) / np.cos(declination)[:, None]
    assert np.allclose(np.sum(places[:, -1] * east, axis=1), np.sin(azimuth) * np.sin(45.0 * DEG))

"""Flown landings, and the published clock of one, from the element sets that were known before the undocking.

Nothing in the model was adjusted to the landings. The clock of MS-11 is a plan; it decided three readings (see
docs/flight/6-descent.md): the burn's direction stays fixed among the stars, 7.2 m/s is the sink with the heat shield,
and the bank is 61 deg.
"""

import csv
from pathlib import Path
from statistics import median
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya.dynamics.surroundings import surroundings
from zarya.errors import InputError
from zarya.flight.descent import aimed, descent, ship_path
from zarya.flight.descent.flown import DescentLog
from zarya.flight.descent.plan import east_north_m, fly_planned
from zarya.flight.descent.plasma import blackout_s
from zarya.frames.geodetic import geodetic_from_itrf
from zarya.gnc.element_choice import ElementHistory, choose_element_set
from zarya.orbits.tle import read_element_sets
from zarya.studies.landing import landing_opportunities, why_none
from zarya.time import Epoch
from zarya.vehicles import catalog

DATA = Path(__file__).parent / "data"
ZONE_RADIUS_M = 28_000.0
"""Published accuracy of a guided landing."""


def landings() -> list[dict[str, str]]:
    with (DATA / "landings.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def history() -> ElementHistory:
    return ElementHistory(read_element_sets(DATA / "landing_sets.tle"))


@pytest.fixture(scope="module")
def answers(history: ElementHistory) -> dict[str, dict[str, Any]]:
    """Our row for each landing: the one pass whose landing falls in the half hour around it."""
    found = {}
    for flown in landings():
        when = Epoch.from_iso(flown["landing_utc"] or flown["module_separation_utc"])
        about = when + (0.0 if flown["landing_utc"] else 1_530.0)
        rows = landing_opportunities(
            "iss", "soyuz-ms", history, flown["zone"], about + -900.0, about + 900.0, detailed=False,
            module_mass_kg=float(flown["module_mass_kg"]) if flown["module_mass_kg"] else None,
        )  # fmt: skip
        assert len(rows) == 1
        found[flown["flight"]] = rows[0]
    return found


def differences_s(answers: dict[str, dict[str, Any]], ours: str, flown: str) -> dict[str, float]:
    return {
        one["flight"]: Epoch.from_iso(answers[one["flight"]][ours]) - Epoch.from_iso(one[flown])
        for one in landings()
        if one[flown]
    }


def test_every_flown_pass_is_an_opportunity_from_older_elements(answers: dict[str, dict[str, Any]]) -> None:
    for flown in landings():
        row = answers[flown["flight"]]
        assert row["feasible"], (flown["flight"], row["why_not"])
        assert Epoch.from_iso(flown["undocking_utc"]) - Epoch.from_iso(row["element_set_epoch_utc"]) > 0.0


def test_module_separation_within_30_s(answers: dict[str, dict[str, Any]]) -> None:
    """Measured: -10, -7 and 0 s."""
    differences = differences_s(answers, "module_separation_utc", "module_separation_utc")
    assert len(differences) == 3
    assert max(abs(value) for value in differences.values()) < 30.0


def test_landing_instants_within_60_s_and_nearer_than_the_rule(answers: dict[str, dict[str, Any]]) -> None:
    """Measured over 13 landings: mean -8 s, median 18.1 s, worst 51 s (MS-22, uncrewed); the rule's 22.4 and 62 s."""
    ours = differences_s(answers, "landing_utc", "landing_utc")
    naive = differences_s(answers, "naive_landing_utc", "landing_utc")
    for flight, value in ours.items():
        print(f"{flight:14} {value:7.1f} s   rule of thumb {naive[flight]:7.1f} s")
    assert abs(np.mean(list(ours.values()))) < 15.0
    assert max(abs(value) for value in ours.values()) < 60.0
    assert median(abs(value) for value in ours.values()) < median(abs(value) for value in naive.values())


@pytest.mark.xfail(reason="median 18.1 s: the sink under the parachute depends on weather and mass", strict=True)
def test_landing_instants_within_the_goal(answers: dict[str, dict[str, Any]]) -> None:
    ours = [abs(value) for value in differences_s(answers, "landing_utc", "landing_utc").values()]
    assert median(ours) <= 15.0


def test_landing_points_inside_the_published_circle(answers: dict[str, dict[str, Any]]) -> None:
    for flown in landings():
        if flown["latitude_deg"]:
            row = answers[flown["flight"]]
            places = np.deg2rad([row["landing_lat_deg"], row["landing_lon_deg"]])
            aim = [float(np.deg2rad(float(flown[key]))) for key in ("latitude_deg", "longitude_deg")]
            assert np.linalg.norm(east_north_m(float(places[0]), float(places[1]), *aim)) < ZONE_RADIUS_M


def test_ballistic_landings_fall_short_by_what_is_reported(answers: dict[str, dict[str, Any]]) -> None:
    """Reported: 8-9 g, 340 to 475 km short in three flights, 600 km by design."""
    for row in answers.values():
        assert 8.0 < row["ballistic_peak_g"] < 9.0
        assert 300.0 < row["ballistic_short_km"] < 600.0


def test_every_pass_of_a_day_is_answered(history: ElementHistory) -> None:
    """The day of MS-24: one pass in reach; the others say by how much the lift falls short."""
    day = Epoch.from_iso("2024-04-06T00:00:00Z")
    rows = landing_opportunities("iss", "soyuz-ms", history, "zhezkazgan", day, day + 86_400.0, detailed=False)
    assert 14 <= len(rows) <= 16
    assert [row["landing_utc"] for row in rows] == sorted(row["landing_utc"] for row in rows)
    assert [row["landing_utc"][11:16] for row in rows if row["feasible"]] == ["07:17"]
    assert all(row["feasible"] or "km" in row["why_not"] for row in rows)
    assert all(row.keys() == rows[0].keys() for row in rows)
    assert sum("more than the lift carries" in row["why_not"] for row in rows) == 3


def test_a_span_without_an_opportunity_says_what_is_missing(history: ElementHistory) -> None:
    start = Epoch.from_iso("2024-04-06T08:30:00Z")
    rows = landing_opportunities("iss", "soyuz-ms", history, "zhezkazgan", start, start + 1_800.0, detailed=False)
    assert "more than the lift carries" in why_none(rows)
    start = Epoch.from_iso("2024-04-06T07:00:00Z")
    rows = landing_opportunities(
        "iss", "soyuz-ms", history, "zhezkazgan", start, start + 1_800.0, propellant_kg=200.0, detailed=False
    )
    assert "propellant is short by 80 kg" in why_none(rows)
    with pytest.raises(InputError, match="end after it starts"):
        landing_opportunities("iss", "soyuz-ms", history, "zhezkazgan", start, start)


@pytest.fixture(scope="module")
def clock(history: ElementHistory) -> tuple[DescentLog, float]:
    """MS-11 from the planned instant of ignition, on the station's real orbit; and the ship's height there, m.

    The bank is reversed at the speed at which a descent to its zone reverses it.
    """
    ignition = Epoch.from_iso("2019-06-25T01:55:03Z")
    ship, zone = catalog.ship("soyuz-ms"), catalog.zone("zhezkazgan")
    around = surroundings(ignition, -7_200.0, 7_200.0, degree=8)
    choice = choose_element_set(history, ignition + -9_000.0)
    path = ship_path(choice.element_set, ignition, -1_800.0, ship)
    shared = descent(around, ship, zone.height_m.value)
    aim = np.deg2rad([zone.latitude_deg.value, zone.longitude_deg.value])
    to_zone = aimed(shared, ship, [path], np.zeros(1), float(aim[0]), float(aim[1]))
    at = path(jnp.asarray(0.0))
    height = geodetic_from_itrf(around.earth.dcm_itrf_from_gcrf(jnp.asarray(0.0)) @ at[:3])[2]
    return fly_planned(shared, ship, path, 0.0, float(to_zone.programs.reversal_speed_m_s[0])), float(height)


def test_clock_of_ms11_within_30_s(clock: tuple[DescentLog, float]) -> None:
    """Measured: -6, -9, -9, -15, -15 and -13 s; ignition at 432.9 km against 432.7 km."""
    log, height_m = clock
    with (DATA / "descent_clock.csv").open() as file:
        plan = {row["event"]: row for row in csv.DictReader(file)}
    for event, row in plan.items():
        difference = float(log.instants_s()[event]) - float(row["after_ignition_s"])
        print(f"{event:17} {difference:6.1f} s")
        assert abs(difference) < 30.0, event
    assert abs(height_m / 1e3 - 432.7) < 5.0
    assert abs(float(log.marks.peak_load_height_m) / 1e3 - 35.3) < 5.0
    assert float(log.marks.peak_load_g) < 5.0


@pytest.mark.xfail(reason="3.99 g: a bank that stays does not shape the load", strict=True)
def test_peak_load_of_ms11_is_4_to_5_g(clock: tuple[DescentLog, float]) -> None:
    log, _ = clock
    assert 4.0 < float(log.marks.peak_load_g) < 5.0


def test_planned_bank_is_that_of_the_published_interval(clock: tuple[DescentLog, float]) -> None:
    """80.4 to 35.3 km in 287 s; a degree of bank is 4 s. What follows from it, unasked, is the peak of 4 g."""
    log, _ = clock
    ignition = Epoch.from_iso("2019-06-25T01:55:03Z")
    earth = surroundings(ignition, -7_200.0, 7_200.0, degree=8).earth

    def height_m(t_s: Any, r_gcrf: Any) -> Any:
        return geodetic_from_itrf(earth.dcm_itrf_from_gcrf(t_s) @ r_gcrf)[2]

    t_s, heights = np.asarray(log.entry.t_s), np.asarray(jax.vmap(height_m)(log.entry.t_s, log.entry.r_gcrf))
    low_s = float(np.interp(-35_300.0, -heights, t_s))
    print(low_s - float(log.marks.guidance_s))
    assert low_s - float(log.marks.guidance_s) == pytest.approx(287.0, abs=3.0)


def test_burn_of_ms11_lasts_as_published(clock: tuple[DescentLog, float]) -> None:
    log, _ = clock
    assert float(log.cutoff_s - log.ignition_s) == pytest.approx(281.0, abs=1.0)


def test_radio_silence_of_ms11(clock: tuple[DescentLog, float]) -> None:
    """Planned from 1906 s (80.4 km) to 2193 s (35.3 km) after ignition; measured 1897 and 2183 s."""
    log, _ = clock
    ignition = Epoch.from_iso("2019-06-25T01:55:03Z")
    around = surroundings(ignition, -7_200.0, 7_200.0, degree=8)
    air = descent(around, catalog.ship("soyuz-ms"), 345.0).air
    start, end = blackout_s(air, log.entry, 80_400.0, 121.75e6)
    assert start == pytest.approx(1_906.0, abs=15.0)
    assert end == pytest.approx(2_193.0, abs=15.0)


def test_speed_at_the_parachute_command(clock: tuple[DescentLog, float]) -> None:
    """Published: 230 m/s; measured 220, the transonic drag is assumed."""
    log, _ = clock
    assert float(log.parachute_speed_m_s) == pytest.approx(230.0, rel=0.10)

"""Rows of the landing opportunities: what each pass entails, limits, wave-offs, zones of the user."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import zarya.cli  # noqa: F401  registers the commands
from zarya.cli.app import app
from zarya.errors import InputError, ScenarioError
from zarya.exchange.landing_files import write_landing
from zarya.gnc.element_choice import ElementHistory
from zarya.orbits.tle import read_element_sets
from zarya.studies.landing import landing_opportunities, why_none
from zarya.studies.landing.wave_off import wave_off
from zarya.time import Epoch

SETS = Path(__file__).parents[3] / "flights" / "data" / "landing_sets.tle"
ZONE = """kind = "zone"
name = "dzhanybek"
title = "A zone of one's own"
latitude_deg = { value = 47.2, grade = "assumed", source = "me" }
longitude_deg = { value = 69.9, grade = "assumed", source = "me" }
height_m = { value = 400, grade = "assumed", source = "me" }
radius_km = { value = 30, grade = "assumed", source = "me" }

[sources]
me = "an example"
"""


@pytest.fixture(scope="module")
def history() -> ElementHistory:
    return ElementHistory(read_element_sets(SETS))


@pytest.fixture(scope="module")
def row(history: ElementHistory) -> dict[str, Any]:
    """MS-24 with 285 kg left: enough for the main engine, not for the small thrusters."""
    start = Epoch.from_iso("2024-04-06T07:00:00Z")
    (one,) = landing_opportunities(
        "iss", "soyuz-ms", history, "zhezkazgan", start, start + 1_800.0, propellant_kg=285.0
    )
    return one


def seconds(row: dict[str, Any], later: str, earlier: str) -> float:
    return Epoch.from_iso(row[later]) - Epoch.from_iso(row[earlier])


def test_radio_falls_silent_between_guidance_and_the_peak_load(row: dict[str, Any]) -> None:
    """Published for MS-11: 287 s of silence, from 80.4 to 35.3 km. Measured here: 297 s."""
    assert row["feasible"]
    assert row["blackout_s"] == pytest.approx(287.0, abs=20.0)
    assert seconds(row, "blackout_start_utc", "entry_interface_utc") > 0.0
    assert seconds(row, "parachute_utc", "blackout_end_utc") > 0.0


def test_entry_lies_inside_the_corridor(row: dict[str, Any]) -> None:
    own = row["entry_angle_deg"]
    assert row["corridor_steep_deg"] < row["corridor_reach_deg"][0] < own
    assert own < row["corridor_reach_deg"][1] < row["corridor_shallow_deg"]
    assert row["corridor_margin_deg"] == pytest.approx(
        min(own - row["corridor_steep_deg"], row["corridor_shallow_deg"] - own), abs=1e-4
    )
    assert "assumed" in row["corridor_limits"]["steep"]


def test_the_corridor_is_drawn_from_its_trials(row: dict[str, Any], tmp_path: Path) -> None:
    """Between two trials the load with lift up passes the limit; the picture is written beside landing.json."""
    steeper, shallower = (
        [one for one in row["corridor_trials"] if (one["entry_angle_deg"] < row["corridor_steep_deg"]) is below]
        for below in (True, False)
    )
    assert steeper[0]["peak_g_lift_up"] > 5.0 > shallower[-1]["peak_g_lift_up"]
    names = [path.name for path in write_landing([row], None, tmp_path)]
    assert names == ["landing.json", "entry_corridor.png", "wind_profile.png"]
    assert (tmp_path / "entry_corridor.png").read_bytes().startswith(b"\x89PNG")


def test_back_ups_of_the_burn(row: dict[str, Any]) -> None:
    """An engine that fails early carries the ship farther; the whole burn on the thrusters is aimed again."""
    *failing, whole = row["backups"]
    shifts = [one["shift_km"] for one in failing]
    assert shifts == sorted(shifts, reverse=True)
    assert shifts[-1] > 50.0
    assert whole["shift_km"] < 1.0
    assert whole["main_engine_s"] == 0.0
    assert [one["is_committed"] for one in row["backups"]] == [False, False, True, False]
    assert whole["thrusters_s"] == pytest.approx(796.0, abs=2.0)
    assert whole["propellant_short_kg"] == pytest.approx(6.2, abs=0.2)
    assert seconds({"a": row["deorbit_utc"], "b": whole["deorbit_utc"]}, "a", "b") > 200.0
    assert row["corridor_steep_deg"] < whole["entry_angle_deg"] < row["corridor_shallow_deg"]


def test_a_failure_after_the_commit_is_corrected_within_the_load_limit(row: dict[str, Any]) -> None:
    """More bank brings back what the weak thrusters shift: 136 km become 3 km at 4.6 g."""
    (late,) = (one for one in row["backups"] if one["is_committed"])
    assert late["corrected_bank_deg"] > 61.0
    assert late["corrected_shift_km"] < 10.0
    assert late["peak_g"] < late["corrected_peak_g"] < 5.0


def test_the_burn_commits_before_it_ends(row: dict[str, Any]) -> None:
    assert 0.6 < row["commit_burn_s"] / seconds(row, "deorbit_cutoff_utc", "deorbit_utc") < 0.8
    assert seconds(row, "commit_utc", "deorbit_utc") == pytest.approx(row["commit_burn_s"], abs=0.1)


def test_other_modules_fall_short_of_the_zone_and_of_the_ballistic_landing(row: dict[str, Any]) -> None:
    orbital, service = row["fall_areas"]
    assert (orbital["body"], service["body"]) == ("orbital module", "service module")
    assert orbital["mass_kg"] + service["mass_kg"] + 2_900 == pytest.approx(6_617 - row["propellant_kg"], abs=1.0)
    for area in (orbital, service):
        assert area["lon_deg"] < row["ballistic_lon_deg"] < row["landing_lon_deg"]
        assert 300 < area["length_km"] < 1_500


def test_reserve_parachute_lands_sooner_and_harder(row: dict[str, Any]) -> None:
    """Popov: 8 to 11 m/s under the 574 m2 of the reserve; measured 9.0 m/s."""
    assert 8.0 < row["reserve_descent_speed_m_s"] < 11.0
    assert row["reserve_descent_speed_m_s"] > row["descent_speed_m_s"]
    assert (row["touchdown_speed_m_s"], row["reserve_touchdown_speed_m_s"]) == (1.5, 2.4)
    assert seconds(row, "landing_utc", "reserve_landing_utc") > 60.0


def test_parachutes_open_in_order_at_the_published_speeds(row: dict[str, Any]) -> None:
    """CSA: 230 m/s at the command, 80 m/s under the drogue, 7.2 m/s under the main; the drogue's drag is assumed."""
    names = ("parachute", "drogue", "main_parachute", "heat_shield", "soft_landing_engines", "landing")
    instants = [Epoch.from_iso(row[f"{name}_utc"]) for name in names]
    assert instants == sorted(instants)
    assert row["drogue_speed_m_s"] == pytest.approx(80.0, rel=0.2)
    assert row["descent_speed_m_s"] == pytest.approx(7.2, rel=0.1)


def test_wave_offs_of_ms24_lead_to_another_zone(row: dict[str, Any]) -> None:
    """A revolution later Zhezkazgan lies 466 km off the track, and Arkalyk under it, as again the next day."""
    assert (row["wave_off_next_orbit_zone"], row["wave_off_next_day_zone"]) == ("arkalyk", "arkalyk")
    revolution = Epoch.from_iso(row["wave_off_next_orbit_utc"]) - Epoch.from_iso(row["landing_utc"])
    day = Epoch.from_iso(row["wave_off_next_day_utc"]) - Epoch.from_iso(row["landing_utc"])
    assert revolution == pytest.approx(5_820.0, abs=120.0)
    assert 20.0 < day / 3_600.0 < 26.0


def test_wave_off_takes_the_first_feasible_pass_of_its_span() -> None:
    def made(landing_s: float, *, feasible: bool) -> dict[str, Any]:
        return {
            "_landing_s": landing_s, "feasible": feasible, "why_not": "" if feasible else "too far",
            "zone": "here", "closest_approach_km": 1.0, "landing_utc": str(landing_s), "deorbit_utc": "",
            "undocking_utc": "u",
        }  # fmt: skip

    later = [made(5_600.0, feasible=True), made(50_000.0, feasible=False), made(86_000.0, feasible=True)]
    found = wave_off(made(0.0, feasible=True), later)
    assert found["wave_off_next_orbit_utc"] == "5600.0"
    assert found["wave_off_next_day_utc"] == "86000.0"
    assert found["wave_off_next_day_undocking_utc"] == "u"
    assert wave_off(made(0.0, feasible=True), [])["wave_off_next_day_why_not"]
    assert set(wave_off(made(0.0, feasible=False), later).values()) == {None}


def test_the_command_names_the_propellant_that_is_missing() -> None:
    span = ["--from", "2024-04-06T07:00:00Z", "--to", "2024-04-06T07:30:00Z"]
    given = ["land", "--tle", str(SETS), *span, "--propellant-kg", "200", "--brief", "--json"]
    found = CliRunner().invoke(app, given)
    assert found.exit_code == 1
    assert "propellant is short by 80 kg of the 280 kg the burn takes" in json.loads(found.stdout)["why_not"]
    assert json.loads(found.stdout)["opportunities"][0]["propellant_left_kg"] == pytest.approx(-79.9, abs=0.2)
    assert "short by 80 kg" in " ".join(found.stderr.split())


def test_a_burn_sized_for_an_entry_angle(history: ElementHistory) -> None:
    """A steeper entry takes a longer burn, still lands at the aim, and meets the angle."""
    start = Epoch.from_iso("2024-04-06T07:00:00Z")
    span = (start, start + 1_800.0)
    (one,) = landing_opportunities(
        "iss", "soyuz-ms", history, "zhezkazgan", *span, entry_angle_deg=-1.9, detailed=False
    )  # fmt: skip
    assert one["feasible"]
    assert one["entry_angle_deg"] == pytest.approx(-1.9, abs=0.003)
    assert one["deorbit_delta_v_m_s"] == pytest.approx(136.7, abs=0.5)
    assert one["propellant_kg"] > 290.0
    with pytest.raises(InputError, match="between -4 and"):
        landing_opportunities("iss", "soyuz-ms", history, "zhezkazgan", *span, entry_angle_deg=1.9)


def test_a_zone_of_the_user(history: ElementHistory, tmp_path: Path) -> None:
    """A file in a folder is enough; a wrong one is named with its key; a zone out of reach says by how much."""
    (tmp_path / "mine.toml").write_text(ZONE)
    start = Epoch.from_iso("2024-04-06T07:00:00Z")
    span = (start, start + 1_800.0)
    (one,) = landing_opportunities("iss", "soyuz-ms", history, "dzhanybek", *span, catalog=tmp_path, detailed=False)
    assert one["feasible"]
    assert (one["landing_lat_deg"], one["landing_lon_deg"]) == pytest.approx((47.2, 69.9), abs=0.02)
    (tmp_path / "mine.toml").write_text(ZONE.replace("47.2", "67.2"))
    rows = landing_opportunities("iss", "soyuz-ms", history, "dzhanybek", *span, catalog=tmp_path, detailed=False)
    assert "km beyond what the lift reaches" in why_none(rows)
    (tmp_path / "mine.toml").write_text(ZONE.replace("radius_km", "radius_m"))
    with pytest.raises(ScenarioError, match="radius"):
        landing_opportunities("iss", "soyuz-ms", history, "dzhanybek", *span, catalog=tmp_path, detailed=False)


def test_the_last_set_alone_serves_a_day_from_midnight(history: ElementHistory, row: dict[str, Any]) -> None:
    start = Epoch.from_iso("2024-04-06T00:00:00Z")
    last = history.first(history.count_before(Epoch.from_iso("2024-04-06T03:54:00Z"))).sets[-1]
    assert last.epoch > start
    rows = landing_opportunities("iss", "soyuz-ms", [last], "zhezkazgan", start, start + 10.0 * 3_600.0, detailed=False)
    (feasible,) = (item for item in rows if item["feasible"])
    assert abs(Epoch.from_iso(feasible["landing_utc"]) - Epoch.from_iso(row["landing_utc"])) < 5.0

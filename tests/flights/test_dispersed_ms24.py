"""Dispersed flights of Soyuz MS-24, pad to docking: outcomes counted, every case its own, files that others read."""

import json

import polars as pl
import polars.testing
import pytest
from typer.testing import CliRunner

import zarya
import zarya.cli
from zarya.cli.app import app
from zarya.errors import InputError
from zarya.flight.phase import OUTCOMES
from zarya.mission.setting import prepared
from zarya.studies import campaign

CASES, SEED = 16, 1


@pytest.fixture(scope="module")
def scenario():
    return zarya.load("soyuz-ms-24")


@pytest.fixture(scope="module", autouse=True)
def small_batches():
    """Results do not depend on the size of a batch; what is decided before lift-off is decided once for all runs."""
    kept = {}

    def once(scenario, say):
        key = scenario.launcher.name
        if key not in kept:
            kept[key] = prepared(scenario, say)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(campaign, "BATCH", CASES // 4)
        patch.setattr(campaign, "prepared", once)
        yield


@pytest.fixture(scope="module")
def flown(scenario):
    """About the published numbers, whose third stage has a margin of 0.8 sigma: both ends are there."""
    return campaign.fly_many(scenario, CASES, SEED, published=True)


def test_about_the_reconciled_launcher_all_reach_orbit_and_dock(scenario, flown):
    again = campaign.fly_many(scenario, CASES, SEED)
    assert again.scenario.launcher.name == "soyuz-2.1a-reconciled"
    assert flown.scenario.launcher.name == "soyuz-2.1a"
    assert again.outcomes == {"docked": CASES}  # 998 of 1,000
    assert again.inserted_within() == CASES
    gained = again.cases["cutoff_s"].median() - flown.cases["cutoff_s"].median()
    assert -4.0 < gained < -1.0


def test_every_case_ends_in_a_counted_outcome(flown):
    assert set(flown.outcomes) <= set(OUTCOMES)
    assert sum(flown.outcomes.values()) == CASES == flown.cases.height
    assert flown.cases["case"].to_list() == list(range(CASES))
    docked = flown.cases.filter(pl.col("outcome") == "docked")
    assert 0 < docked.height < CASES
    dry = flown.cases.filter(pl.col("outcome") == "orbit_not_reached")
    assert dry.height == CASES - docked.height
    assert (docked["propellant_left_kg"] > 0.0).all()


def test_those_that_reach_orbit_reach_the_insertion_asked_for(flown):
    """The contract: 10 km and 0.03 deg; contact inside the limits of the docking system."""
    docked = flown.cases.filter(pl.col("outcome") == "docked")
    for name in ("perigee_error_km", "apogee_error_km"):
        assert (docked[name].abs() < 10.0).all()
    assert ((docked["inclination_mean_deg"] - 51.65).abs() < 0.03).all()
    assert flown.inserted_within() == docked.height  # what is short of it, is short of propellant
    assert docked["axial_m_s"].is_between(0.10, 0.35).all()
    assert (docked["lateral_m"] < 0.34).all()
    assert (docked["docking_met_s"] - docked["docking_met_s"].median()).abs().max() < 60.0


def test_a_case_flown_alone_gives_the_same_numbers(scenario, flown):
    alone = campaign.fly_many(scenario, 1, SEED, first=11, published=True).cases.row(0, named=True)
    among = flown.cases.row(11, named=True)
    assert alone["case"] == 11
    assert alone["outcome"] == among["outcome"]
    for name, value in among.items():
        assert alone[name] == (value if isinstance(value, str) or value is None else pytest.approx(value, rel=1e-9))


def test_a_stopped_run_goes_on_and_ends_with_the_same_table(scenario, flown):
    told = []
    again = campaign.fly_many(
        scenario, CASES, SEED, published=True, done=flown.cases.head(CASES // 2), on_rows=told.append
    )
    assert [rows.height for rows in told] == [CASES]  # one batch was left
    polars.testing.assert_frame_equal(again.cases, flown.cases, rel_tol=1e-9)


def test_control_c_keeps_what_was_flown_and_the_same_command_goes_on(monkeypatch, flown, tmp_path):
    asked = ["fly", "soyuz-ms-24", "--cases", str(CASES), "--seed", str(SEED), "--published", "--out", str(tmp_path)]
    rows = campaign._rows
    calls = []

    def stopped(batch, found):
        if calls:
            raise KeyboardInterrupt
        calls.append(batch)
        return rows(batch, found)

    monkeypatch.setattr(campaign, "_rows", stopped)
    assert CliRunner().invoke(app, asked).exit_code != 0
    assert [item.name for item in tmp_path.iterdir()] == [".cases.parquet.unfinished"]
    monkeypatch.setattr(campaign, "_rows", rows)
    done = CliRunner().invoke(app, [*asked, "--json"])
    assert done.exit_code == 0, done.output
    assert [item.name for item in tmp_path.iterdir()] == ["cases.parquet"]
    assert json.loads(done.stdout)["outcomes"] == flown.outcomes


@pytest.mark.parametrize(
    ("asked", "said"),
    [(["--cases", "-5"], "at least one case"), (["--cases", "3", "--seed", "-1"], "a seed is not negative"),
     (["--published"], "published numbers anyway")],
)  # fmt: skip
def test_bad_questions_are_refused_and_leave_nothing(asked, said, tmp_path):
    """One message each, before anything flies."""
    done = CliRunner().invoke(app, ["fly", "soyuz-ms-24", *asked, "--out", str(tmp_path / "out")])
    assert isinstance(done.exception, InputError)
    assert said in str(done.exception)
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_counts_the_same_and_writes_parquet(flown, tmp_path):
    done = CliRunner().invoke(
        app,
        ["fly", "soyuz-ms-24", "--cases", "4", "--seed", str(SEED), "--published", "--out", str(tmp_path), "--json"],
    )
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["cases"] == 4
    assert (report["launcher"], report["launcher_data"]) == ("soyuz-2.1a", "as in the mission file")
    assert sum(report["outcomes"].values()) == 4
    assert report["inserted_within_10_km_0_03_deg"] == report["outcomes"]["docked"]
    written = pl.read_parquet(tmp_path / "cases.parquet")
    assert written["outcome"].to_list() == flown.cases["outcome"].to_list()[:4]
    assert written["propellant_left_kg"].to_list() == pytest.approx(flown.cases["propellant_left_kg"].to_list()[:4])

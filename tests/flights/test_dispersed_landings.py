"""Dispersed landings of MS-24's pass: inside the published circle, the same for a case whatever the number."""

import json
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import polars as pl
import polars.testing
import pytest
from typer.testing import CliRunner

import zarya.studies.landing.dispersions as landing_dispersions_module
from zarya.cli.app import app
from zarya.environment.wind import WindProfile
from zarya.errors import InputError
from zarya.exchange.landing_files import landing_document, write_landing
from zarya.gnc.element_choice import ElementHistory
from zarya.orbits.tle import read_element_sets
from zarya.studies.landing import landing_opportunities
from zarya.studies.landing.campaign import LandingCampaign, wilson
from zarya.studies.landing.dispersions import landing_dispersions
from zarya.time import Epoch

DATA = Path(__file__).parent / "data"
CASES, SEED = 320, 1
type Row = dict[str, object]


@pytest.fixture(scope="module")
def history() -> ElementHistory:
    return ElementHistory(read_element_sets(DATA / "landing_sets.tle"))


@pytest.fixture(scope="module")
def row(history: ElementHistory) -> Row:
    start = Epoch.from_iso("2024-04-06T07:00:00Z")
    (found,) = landing_opportunities("iss", "soyuz-ms", history, "zhezkazgan", start, start + 1_800.0, detailed=False)
    return found


@pytest.fixture(scope="module")
def campaign(row: Row, history: ElementHistory) -> LandingCampaign:
    return landing_dispersions(row, "soyuz-ms", history, cases=CASES, seed=SEED)


def test_landings_lie_inside_the_published_circle(campaign: LandingCampaign) -> None:
    """Published: 28 km at P = 0.9997, which 320 cases cannot contradict unless two fall outside."""
    said = campaign.dispersions()
    hits = round(said["within_28_km"] * CASES)
    print(said)
    assert hits >= CASES - 1
    assert (said["wilson_low"], said["wilson_high"]) == pytest.approx(wilson(hits, CASES), abs=1e-6)
    assert sum(campaign.outcomes.values()) == CASES


def test_a_stopped_run_goes_on_and_ends_with_the_same_table(
    row: Row, history: ElementHistory, campaign: LandingCampaign
) -> None:
    told: list[pl.DataFrame] = []
    again = landing_dispersions(
        row, "soyuz-ms", history, cases=CASES, seed=SEED, done=campaign.cases.head(CASES - 20), on_rows=told.append
    )
    assert [part.height for part in told] == [CASES]
    polars.testing.assert_frame_equal(again.cases, campaign.cases, rel_tol=1e-9)


def test_the_flown_landing_of_ms24_lies_in_the_ellipse(campaign: LandingCampaign) -> None:
    """47.418 N 69.649 E within 3 sigma of the dispersed landings."""
    shape = campaign.ellipse()
    assert shape is not None
    north = (47.418 - campaign.aim_deg[0]) * 111.2 - shape.mean_north_km
    east = (69.649 - campaign.aim_deg[1]) * 111.2 * np.cos(np.radians(47.4)) - shape.mean_east_km
    azimuth = np.radians(shape.azimuth_deg)
    along = east * np.sin(azimuth) + north * np.cos(azimuth)
    across = east * np.cos(azimuth) - north * np.sin(azimuth)
    assert (along / shape.semi_major_km) ** 2 + (across / shape.semi_minor_km) ** 2 < 9.0


def test_guidance_narrows_what_the_ballistic_fall_spreads(campaign: LandingCampaign) -> None:
    """Spun up: 8 to 9 g, and a cloud along the track that only guidance takes away."""
    guided, fallen = campaign.ellipse(), campaign.ellipse("ballistic_")
    assert guided is not None
    assert fallen is not None
    assert fallen.semi_major_km > 2.5 * guided.semi_major_km
    said = campaign.dispersions()
    assert 8.0 < said["ballistic"]["peak_g_p50"] < 9.0
    assert said["peak_g_p99"] < 5.5


def test_time_under_the_parachutes_answers_to_area_and_air(campaign: LandingCampaign) -> None:
    """The sink goes with 1/sqrt(CA); the landing is later the larger the canopy and the denser the air."""
    cases = campaign.cases
    sink = cases["sink_m_s"].to_numpy() * np.sqrt(cases["parachute_area"].to_numpy())
    assert np.std(sink) / np.mean(sink) < np.std(cases["sink_m_s"].to_numpy()) / np.mean(sink)
    late = cases["late_s"].to_numpy()
    low_air = np.stack(cases["ln_density"].to_list())[:, 0]
    for cause in (cases["parachute_area"].to_numpy(), low_air):
        assert np.corrcoef(late, cause)[0, 1] > 0.3


def test_a_case_alone_is_the_case_among_many(row: Row, history: ElementHistory, campaign: LandingCampaign) -> None:
    few = landing_dispersions(row, "soyuz-ms", history, cases=3, seed=SEED).cases
    many = campaign.cases.head(3)
    for name in ("miss_km", "late_s", "peak_g", "ballistic_miss_km"):
        assert few[name].to_numpy() == pytest.approx(many[name].to_numpy(), rel=1e-9)


def test_files_hold_what_was_flown(tmp_path: Path, row: Row, campaign: LandingCampaign) -> None:
    paths = write_landing([row], campaign, tmp_path / "home")
    assert [path.name for path in paths] == [
        "landing.json", "landings.parquet", "landing_ellipse.png", "landing_profile.png", "landing_track.png",
    ]  # fmt: skip
    assert json.loads(paths[0].read_text()) == json.loads(json.dumps(landing_document([row], campaign)))
    assert pl.read_parquet(paths[1])["miss_km"].to_list() == campaign.cases["miss_km"].to_list()
    assert sorted(path.name for path in (tmp_path / "home").iterdir()) == sorted(path.name for path in paths)


def test_a_foreseen_wind_is_aimed_off(row: Row, history: ElementHistory, campaign: LandingCampaign) -> None:
    """15 m/s to the north carry a module 12 km; the plan aims off by that, and the cases land about where they did."""
    wind = WindProfile(jnp.array([0.0, 100_000.0]), jnp.zeros(2), jnp.array([15.0, 15.0]))
    blown = landing_dispersions(row, "soyuz-ms", history, cases=120, seed=SEED, wind=wind).cases
    moved_km = blown["north_km"].to_numpy() - campaign.cases["north_km"].to_numpy()[:120]
    print(np.mean(moved_km), np.std(moved_km))
    assert abs(np.mean(moved_km)) < 1.5


def test_the_command_prints_one_document_and_leaves_the_files(tmp_path: Path, campaign: LandingCampaign) -> None:
    asked = ["land", "--tle", str(DATA / "landing_sets.tle"), "--from", "2024-04-06T07:00:00Z", "--to",
             "2024-04-06T07:30:00Z", "--brief", "--cases", "3", "--seed", str(SEED), "--out", str(tmp_path / "home"),
             "--json"]  # fmt: skip
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["opportunities"][0]["feasible"]
    said = document["dispersions"]
    assert (said["cases"], said["seed"]) == (3, SEED)
    three = campaign.cases.head(3)["miss_km"].to_numpy()
    assert said["miss_km_p50"] == pytest.approx(np.median(three), abs=0.01)
    assert all(Path(name).is_file() for name in document["files"])


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(landing_dispersions_module, "landing_draws", interrupted)
    asked = ["land", "--tle", str(DATA / "landing_sets.tle"), "--from", "2024-04-06T07:00:00Z", "--to",
             "2024-04-06T07:30:00Z", "--brief", "--cases", "3", "--out", str(tmp_path / "home")]  # fmt: skip
    done = CliRunner().invoke(app, asked)
    assert done.exit_code != 0
    assert list(tmp_path.iterdir()) == []


def test_bad_questions_are_refused(row: Row, history: ElementHistory) -> None:
    with pytest.raises(InputError, match="at least one case"):
        landing_dispersions(row, "soyuz-ms", history, cases=0)
    with pytest.raises(InputError, match="not negative"):
        landing_dispersions(row, "soyuz-ms", history, cases=1, seed=-1)
    with pytest.raises(InputError, match="was not flown"):
        landing_dispersions(row | {"landing_lat_deg": None}, "soyuz-ms", history, cases=1)

"""Dispersed landings of MS-24's pass: inside the published circle, the same for a case whatever the number."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from zarya.errors import InputError
from zarya.exchange.landing_files import landing_document, write_landing
from zarya.gnc.element_choice import ElementHistory
from zarya.orbits.tle import read_element_sets
from zarya.studies.landing import landing_opportunities
from zarya.studies.landing_campaign import LandingCampaign, wilson
from zarya.studies.landing_dispersions import landing_dispersions
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
        "landing.json", "landings.parquet", "landing_ellipse.png", "landing_profile.png",
    ]  # fmt: skip
    assert json.loads(paths[0].read_text()) == json.loads(json.dumps(landing_document([row], campaign)))
    assert pl.read_parquet(paths[1])["miss_km"].to_list() == campaign.cases["miss_km"].to_list()
    assert sorted(path.name for path in (tmp_path / "home").iterdir()) == sorted(path.name for path in paths)


def test_bad_questions_are_refused(row: Row, history: ElementHistory) -> None:
    with pytest.raises(InputError, match="at least one case"):
        landing_dispersions(row, "soyuz-ms", history, cases=0)
    with pytest.raises(InputError, match="not negative"):
        landing_dispersions(row, "soyuz-ms", history, cases=1, seed=-1)
    with pytest.raises(InputError, match="was not flown"):
        landing_dispersions(row | {"landing_lat_deg": None}, "soyuz-ms", history, cases=1)

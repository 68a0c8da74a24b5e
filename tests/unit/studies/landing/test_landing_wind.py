"""The wind of a landing: the usual one unless another or none is asked for; the aim is met in each."""

import json
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from typer.testing import CliRunner

import zarya.cli  # noqa: F401  registers the commands
from zarya.cli.app import app
from zarya.environment.hwm14 import SOURCE, climatology
from zarya.environment.wind import Wind, WindProfile
from zarya.environment.wind_asked import WindAsked
from zarya.flight.descent.plan import east_north_m
from zarya.flight.descent.zone_wind import wind_over
from zarya.gnc.element_choice import ElementHistory
from zarya.orbits.tle import read_element_sets
from zarya.studies.landing import landing_opportunities
from zarya.time import Epoch
from zarya.units import DEG, HOUR, KM
from zarya.vehicles import catalog

SETS = Path(__file__).parents[3] / "flights" / "data" / "landing_sets.tle"
START = Epoch.from_iso("2024-04-06T07:00:00Z")
ASKED = ["land", "--tle", str(SETS), "--from", "2024-04-06T07:00:00Z", "--to", "2024-04-06T07:30:00Z", "--brief"]


@pytest.fixture(scope="module")
def history() -> ElementHistory:
    return ElementHistory(read_element_sets(SETS))


def row(history: ElementHistory, wind: WindAsked) -> dict[str, Any]:
    span = (START, START + 1_800.0)
    (one,) = landing_opportunities("iss", "soyuz-ms", history, "zhezkazgan", *span, wind=wind, detailed=False)
    return one


def apart_km(one: dict[str, Any], other: dict[str, Any], place: str) -> np.ndarray:
    """From one to the other place, km east and north."""
    here, there = (np.deg2rad([r[f"{place}_lat_deg"], r[f"{place}_lon_deg"]]) for r in (one, other))
    return east_north_m(float(there[0]), float(there[1]), float(here[0]), float(here[1])) / KM


def test_the_parachute_opens_upwind_by_what_the_wind_carries(history: ElementHistory) -> None:
    """In April the usual wind carries 7 km to the east; the module lands at the aim in still air and in wind."""
    still, usual = row(history, "none"), row(history, "climatology")
    assert (still["wind"], usual["wind"]) == ("none", "climatology")
    assert (still["wind_drift_km"], still["wind_drift_azimuth_deg"]) == (0.0, None)
    assert still["feasible"]
    assert usual["feasible"]
    assert max(still["miss_km"], usual["miss_km"]) < 0.3
    azimuth = usual["wind_drift_azimuth_deg"] * DEG
    drift_km = usual["wind_drift_km"] * np.array([np.sin(azimuth), np.cos(azimuth)])
    upwind_km = apart_km(usual, still, "parachute")
    print(drift_km, upwind_km)
    assert 3.0 < usual["wind_drift_km"] < 10.0
    np.testing.assert_allclose(upwind_km, drift_km, atol=1.0)
    later_s = Epoch.from_iso(usual["landing_utc"]) - Epoch.from_iso(still["landing_utc"])
    assert abs(later_s) < 5.0
    spun_km = float(np.linalg.norm(apart_km(still, usual, "ballistic")))
    assert abs(usual["cross_range_km"] - still["cross_range_km"]) < spun_km + 0.5  # no farther than its track moved


def test_a_given_wind_is_taken_as_it_is(history: ElementHistory) -> None:
    wind = WindProfile(jnp.array([0.0, 100_000.0]), jnp.zeros(2), jnp.array([15.0, 15.0]))
    blown = row(history, wind)
    assert blown["wind"] == "given"
    assert blown["wind_drift_azimuth_deg"] in (0.0, 360.0)
    assert blown["wind_drift_km"] == pytest.approx(15.0 * 0.86, rel=0.1)  # 14 minutes and 20 seconds


def test_the_zone_decides_which_climatology() -> None:
    zone = catalog.zone("arkalyk")
    there = wind_over(zone, "climatology", START, 0.0, HOUR)
    same = climatology(START, 0.0, HOUR, zone.latitude_deg.value * DEG, zone.longitude_deg.value * DEG)
    t_s, height_m = jnp.asarray(600.0), jnp.asarray(9_300.0)
    np.testing.assert_array_equal(there.at(t_s, height_m), same.at(t_s, height_m))
    assert isinstance(wind_over(zone, "none", START, 0.0, HOUR), Wind)


def test_the_document_says_which_wind_and_from_where(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, [*ASKED, "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["wind"] == {"kind": "climatology", "source": SOURCE, "grade": "published"}
    path = tmp_path / "wind.csv"
    path.write_text("height_m,east_m_s,north_m_s\n0,3,0\n10000,13,-4\n")
    done = CliRunner().invoke(app, [*ASKED, "--json", "--wind", str(path)])
    said = json.loads(done.stdout)
    assert said["wind"] == {"kind": "given", "source": str(path), "grade": "assumed"}
    assert said["opportunities"][0]["wind"] == "given"


def test_a_wind_that_is_none_is_refused() -> None:
    done = CliRunner().invoke(app, [*ASKED, "--wind", "climatolgy"])
    assert done.exit_code != 0
    assert "climatolgy" in str(done.exception)
    assert 'or give "climatology" or "none"' in str(done.exception)

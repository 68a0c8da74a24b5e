"""The orbit of the station from its element sets of September 2023, and the file it is written to."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from zarya.cli.app import app
from zarya.exchange.messages import read_opm
from zarya.frames import dcm_gcrf_from_teme
from zarya.gnc.element_choice import ElementHistory
from zarya.orbits.tle import read_element_sets
from zarya.studies.station.orbit_fit import station_fit
from zarya.time import Epoch
from zarya.units import DAY

SETS = Path(__file__).parents[3] / "flights/data/iss_2023-09.tle"


def utc(text: str) -> Epoch:
    return Epoch.from_iso(text, scale="utc")


@pytest.fixture(scope="module")
def history() -> ElementHistory:
    return ElementHistory(read_element_sets(SETS))


def test_fit_lies_near_the_newest_set_and_says_how_well(history: ElementHistory) -> None:
    report, fit = station_fit("iss", history, utc("2023-09-15T12:00:00Z"), 2.0 * DAY)
    newest = history.sets[history.count_before(utc("2023-09-15T12:00:00Z")) - 1]
    r, _ = newest.sgp4(fit.epoch)
    assert np.linalg.norm(dcm_gcrf_from_teme(fit.epoch) @ r - fit.r_gcrf) < 3_000.0
    assert 100.0 < report["sigma"]["along_track_m"] < 3_000.0
    assert report["sigma"]["along_track_m"] > report["sigma"]["across_m"]
    assert 0.2 < report["drag_scale"] < 2.0
    eigenvalues = np.linalg.eigvalsh(
        fit.covariance / np.sqrt(np.outer(np.diag(fit.covariance), np.diag(fit.covariance)))
    )
    assert np.all(eigenvalues > -1e-9)


def test_span_begins_after_the_burn_inside_it(history: ElementHistory) -> None:
    report, fit = station_fit("iss", history, utc("2023-09-10T12:00:00Z"), 3.0 * DAY)
    burn = utc(report["sets"]["begins_after_burn_utc"])
    assert abs(burn - utc("2023-09-08T19:03:00Z")) < 5_400.0
    assert utc(report["sets"]["first_utc"]) > burn
    assert fit.span_s < 2.0 * DAY
    assert any("B*" in line for line in report["sets"]["rejected"])


def test_command_writes_an_opm_with_the_covariance(tmp_path: Path) -> None:
    file = tmp_path / "station.opm"
    result = CliRunner().invoke(
        app, ["fit", "--tle", str(SETS), "--to", "2023-09-15T12:00:00Z", "--span", "2d", "--out", str(file), "--json"]
    )
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    message = read_opm(file)
    np.testing.assert_allclose(message.state.r_m[0] / 1e3, report["position_km"], atol=1e-8)
    assert message.covariance is not None
    np.testing.assert_allclose(message.covariance.matrix, np.array(report["covariance_gcrf"])[:6, :6], rtol=1e-8)
    assert message.spacecraft is not None
    assert message.spacecraft.drag_area_m2 is not None

"""Options of `zarya windows` and `zarya phase`: what they print, and how bad ones are refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from zarya.cli.app import app
from zarya.errors import InputError

SETS = str(Path(__file__).parents[1] / "flights/data/iss_2023-09.tle")
WINDOWS = ["windows", "--tle", SETS, "--from", "2023-09-15", "--to", "2023-09-16", "--scheme", "2-orbit"]
PHASE = ["phase", "--tle", SETS, "--launch", "2023-09-15", "--as-of", "2023-09-06"]


def answer(*words: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, [*words, "--json"])
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def text(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_window_with_budgets_direction_and_offset() -> None:
    rows = answer(*WINDOWS, "--yaw-budget-kg", "3", "--direction", "both", "--offset", "30")["windows"]
    assert {row["direction"] for row in rows} == {"ascending", "descending"}
    row = next(item for item in rows if item["feasible"])
    assert row["window_open_utc"] < row["liftoff_utc"] < row["window_close_utc"]
    assert row["offset_s"] == 30.0
    assert 0.5 < row["offset_m_s"] < 1.0


def test_calendar_closes_the_window(tmp_path: Path) -> None:
    file = tmp_path / "ports.csv"
    file.write_text("port,from_utc,to_utc,vehicle\nRassvet nadir,2023-10-01,2024-01-01,a cargo ship\n")
    (free,) = answer(*WINDOWS, "--calendar", str(file), "--port", "Rassvet nadir")["windows"]
    (taken,) = answer(*WINDOWS, "--calendar", str(file), "--port", "Rassvet nadir", "--stay", "180d")["windows"]
    assert free["feasible"]
    assert taken["why_not"] == "docking conflicts with a cargo ship at Rassvet nadir"
    assert taken["conflicts"] == ["a cargo ship at Rassvet nadir"]


def test_text_tells_the_lead_and_the_price() -> None:
    printed = text(*WINDOWS)
    assert "optimum of our own ascent" in printed
    assert "a minute late costs the ship" in printed


def test_phase_with_constraints_and_landing() -> None:
    found = answer(
        *PHASE, "--keep-out", "2023-09-08/2023-09-09", "--attitude", "2023-09-07/2023-09-08", "--landing", "2023-09-27",
        "--thrust-n", "1430",
    )  # fmt: skip
    (burn,) = found["reboosts"]
    assert burn["utc"] < "2023-09-07"
    assert {item["reason"] for item in found["constraints"]} == {"keep-out", "attitude"}
    assert found["landing"]["zone"] == "zhezkazgan"
    assert found["landing"]["sigma_km"] > 0.0
    assert "flown since" in text(*PHASE)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([*WINDOWS, "--azimuth", "35"], "two numbers"),
        ([*WINDOWS, "--direction", "up"], "direction"),
        ([*WINDOWS, "--yaw-budget-kg", "-1"], "negative"),
        ([*WINDOWS, "--calendar", "none.csv"], "cannot be read"),
        ([*WINDOWS, "--map"], "needs a folder"),
        ([*PHASE, "--keep-out", "2023-09-08"], "span"),
        ([*PHASE, "--keep-out", "2023-09-09/2023-09-08"], "ends before"),
        ([*PHASE, "--thrust-n", "0"], "greater than zero"),
        ([*PHASE[:3], "--launch", "tomorrow"], "launch: not an ISO 8601 UTC date (found 'tomorrow')"),
    ],
)
def test_bad_options_are_refused_in_one_line(words: list[str], message: str) -> None:
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, InputError)
    assert message in str(result.exception)

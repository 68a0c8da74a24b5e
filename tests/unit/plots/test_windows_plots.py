"""Plots of windows: each draws what the rows hold (warnings are errors), and the files hold the rows."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from typer.testing import CliRunner

from zarya.cli.app import app
from zarya.errors import InputError
from zarya.exchange.windows_files import write_windows
from zarya.gnc.element_choice import ElementHistory
from zarya.orbits.tle import read_element_sets
from zarya.plots.windows import COLOURS, calendar, draw_all, liftoff_price, phase_plane, price_row, validation
from zarya.studies import windows as study
from zarya.studies.station.reboosts import detect_reboosts
from zarya.time import Epoch

DATA = Path(__file__).parents[2] / "flights" / "data"


def utc(text: str) -> Epoch:
    return Epoch.from_iso(text, scale="utc")


@pytest.fixture(scope="module")
def history() -> ElementHistory:
    return ElementHistory(read_element_sets(DATA / "iss_2023-09.tle"))


@pytest.fixture(scope="module")
def question() -> study.Launch:
    return study.launch("iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms")


@pytest.fixture(scope="module")
def rows(history: ElementHistory) -> list[dict[str, Any]]:
    return study.launch_windows(
        "iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms", history, utc("2023-09-04T00:00:00Z"),
        utc("2023-09-20T00:00:00Z"),
    )  # fmt: skip


def png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def is_full(patch: Any, colour: str) -> bool:
    return bool(same_color(patch.get_facecolor(), colour))


def test_calendar_has_a_full_bar_for_each_feasible_window(rows: list[dict[str, Any]]) -> None:
    figure = calendar(rows)
    assert png(figure).startswith(b"\x89PNG")
    bars: list[Any] = list(figure.axes[0].patches)
    for name, colour in COLOURS.items():
        feasible = [int(row["liftoff_utc"][8:10]) for row in rows if row["scheme"] == name and row["feasible"]]
        drawn = sorted(round(bar.get_x() + 0.5 * bar.get_width()) for bar in bars if is_full(bar, colour))
        assert drawn == feasible
    assert len(bars) == sum(row["feasible"] or row["open_by_energy"] for row in rows)


def test_phase_plane_marks_the_burn_before_ms_24(history: ElementHistory, rows: list[dict[str, Any]]) -> None:
    figure = phase_plane(rows, "2023-09", detect_reboosts(history))
    assert png(figure).startswith(b"\x89PNG")
    (burn,) = [text for text in figure.axes[0].texts if 8.0 < text.get_position()[0] < 10.0]
    assert burn.get_text() == "+2.02 m/s"
    assert abs(burn.get_position()[0] - (8.0 + 19.05 / 24.0)) < 1.0 / 24.0  # flown from 18:52 to 19:14 UTC


def test_price_is_drawn_about_the_lift_off(
    history: ElementHistory, question: study.Launch, rows: list[dict[str, Any]]
) -> None:
    row = price_row(rows)
    assert row is not None
    assert row["feasible"]
    assert row["scheme"] == "2-orbit"  # the fastest that is open in this span
    prices = study.liftoff_price(row, question, history, np.linspace(-120.0, 120.0, 9))
    figure = liftoff_price(row, prices)
    assert png(figure).startswith(b"\x89PNG")
    offsets, cost = np.asarray(figure.axes[0].lines[0].get_data(), dtype=float)
    assert offsets[int(np.argmin(cost))] == 0.0


def test_unknown_phase_is_drawn_as_such(rows: list[dict[str, Any]]) -> None:
    unknown = [row | {"feasible": False, "why_not": "phase unknown"} for row in rows]
    labels = [text.get_text() for text in calendar(unknown).legends[0].get_texts()]
    assert "phase unknown" in labels
    assert png(phase_plane(unknown, "2023-09")).startswith(b"\x89PNG")


def test_validation_draws_every_flight() -> None:
    flown = [
        ("Soyuz MS-24", "soyuz-2.1a-crew", "2-orbit", "sourced", "2023-09-15T15:44:35.417Z", -0.80),
        ("Progress MS-04", "soyuz-u-cargo", "34-orbit", "memory", "2016-12-01T14:51:45.000Z", 6.32),
        ("Soyuz TMA-15M", "soyuz-fg-crew", "4-orbit", "sourced", "2014-11-23T21:01:13.881Z", -2.34),
    ]
    keys = ("flight", "programme", "scheme", "second", "liftoff_flown_utc", "error_s")
    report: list[dict[str, Any]] = [dict(zip(keys, row, strict=True)) for row in flown]
    for row in report:
        row["liftoff_utc"] = (utc(row["liftoff_flown_utc"]) + row["error_s"]).iso()
    figure = validation({"rows": report})
    assert png(figure).startswith(b"\x89PNG")
    assert [text.get_text() for text in figure.axes[0].texts] == ["Progress MS-04"]
    points = [line for line in figure.axes[0].lines if line.get_marker() != "None"]
    drawn = {float(np.asarray(line.get_ydata())[0]) for line in points}
    assert drawn == {-0.80, 6.32, -2.34}


def test_no_rows_no_plots() -> None:
    assert draw_all([]) == {}


def test_files_hold_the_rows(
    tmp_path: Path, history: ElementHistory, question: study.Launch, rows: list[dict[str, Any]]
) -> None:
    paths = write_windows(rows, question, history, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == [
        "windows.json", "windows.csv", "calendar.png", "phase_2023-09.png", "price.png",
    ]  # fmt: skip
    assert sorted(path.name for path in paths) == sorted(path.name for path in paths[0].parent.iterdir())
    assert json.loads(paths[0].read_text(encoding="utf-8")) == {"windows": rows}
    table = pl.read_csv(paths[1])
    assert table["liftoff_utc"].to_list() == [row["liftoff_utc"] for row in rows]
    assert table["phase_deg"].to_list() == [row["phase_deg"] for row in rows]
    assert table["published_window_deg_high"][0] == rows[0]["published_window_deg"][1]


def test_folder_that_cannot_be_made_is_refused(
    tmp_path: Path, history: ElementHistory, question: study.Launch, rows: list[dict[str, Any]]
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="folder"):
        write_windows(rows, question, history, tmp_path / "file" / "below")


def test_command_prints_the_paths_it_wrote(tmp_path: Path) -> None:
    question = [
        "windows", "--tle", str(DATA / "iss_2023-09.tle"), "--from", "2023-09-15", "--to", "2023-09-16",
        "--scheme", "2-orbit", "--out", str(tmp_path),
    ]  # fmt: skip
    plain = CliRunner().invoke(app, question)
    assert plain.exit_code == 0
    found = json.loads(CliRunner().invoke(app, [*question, "--json"]).stdout)
    assert len(found["windows"]) == 1
    assert {Path(path).name for path in found["files"]} == {path.name for path in tmp_path.iterdir()}
    assert all(path in plain.stdout.replace("\n", "") for path in found["files"])

"""Calendars of ports: what they forbid, and how files of them are read."""

from pathlib import Path

import pytest

from zarya.errors import FormatError
from zarya.exchange.calendar_files import read_calendar
from zarya.studies.windows.port_calendar import Busy, conflicts
from zarya.time import Epoch
from zarya.units import DAY


def utc(text: str) -> Epoch:
    return Epoch.from_iso(text, scale="utc")


DOCKING = utc("2023-09-15T18:53:00Z")
CALENDAR = (
    Busy(utc("2023-03-01T00:00:00Z"), utc("2023-09-27T00:00:00Z"), "Soyuz MS-23", "Prichal nadir"),
    Busy(utc("2023-10-20T00:00:00Z"), utc("2024-02-01T00:00:00Z"), "a cargo ship", "Rassvet nadir"),
    Busy(utc("2023-09-15T12:00:00Z"), utc("2023-09-15T20:00:00Z"), "a spacewalk"),
)


def test_port_that_is_taken_forbids_only_itself() -> None:
    assert conflicts(CALENDAR[:2], DOCKING, "Prichal nadir") == ["Soyuz MS-23 at Prichal nadir"]
    assert conflicts(CALENDAR[:2], DOCKING, "Rassvet nadir") == []
    assert conflicts(CALENDAR[:2], DOCKING, "Poisk zenith") == []


def test_stay_runs_into_the_next_visitor() -> None:
    assert conflicts(CALENDAR[:2], DOCKING, "Rassvet nadir", 180.0 * DAY) == ["a cargo ship at Rassvet nadir"]


def test_span_without_a_port_forbids_the_docking_not_the_stay() -> None:
    assert conflicts(CALENDAR, DOCKING, "Rassvet nadir") == ["a spacewalk"]
    assert conflicts(CALENDAR, DOCKING + -DAY, "Rassvet nadir", 10.0 * DAY) == []


def test_any_port_is_free_until_all_are_taken() -> None:
    assert conflicts(CALENDAR[:2], DOCKING) == []
    (found,) = conflicts(CALENDAR[:2], DOCKING, stay_s=60.0 * DAY)
    assert "all ports" in found


def test_csv_and_toml_hold_the_same(tmp_path: Path) -> None:
    csv, toml = tmp_path / "ports.csv", tmp_path / "ports.toml"
    csv.write_text(
        "port,from_utc,to_utc,vehicle,source\nPrichal nadir,2023-03-01T00:00Z,,Soyuz MS-23,x\n"
        ",2023-09-15T12:00Z,2023-09-15T20:00Z,a spacewalk,x\n"
    )
    toml.write_text(
        '[[busy]]\nport = "Prichal nadir"\nfrom_utc = "2023-03-01"\nto_utc = ""\nvehicle = "Soyuz MS-23"\n'
        '[[busy]]\nfrom_utc = "2023-09-15T12:00:00Z"\nto_utc = "2023-09-15T20:00:00Z"\nwhat = "a spacewalk"\n'
    )
    assert read_calendar(csv) == read_calendar(toml)
    assert conflicts(read_calendar(csv), DOCKING, "Prichal nadir") == ["a spacewalk", "Soyuz MS-23 at Prichal nadir"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("from_utc,vehicle\n2023-01-01,x\n", "column"),
        ("from_utc,to_utc\nsoon,2023-01-01\n", "ISO 8601"),
        ("from_utc,to_utc\n2023-02-01,2023-01-01\n", "ends before"),
    ],
)
def test_bad_calendar_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "ports.csv"
    file.write_text(text)
    with pytest.raises(FormatError, match=message):
        read_calendar(file)

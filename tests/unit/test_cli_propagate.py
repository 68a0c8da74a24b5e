"""`zarya propagate` and spans of time as people type them."""

import json
import math
from pathlib import Path

import pytest

from zarya.cli import main
from zarya.cli.spans import seconds
from zarya.errors import InputError
from zarya.exchange.content import read_any

OPM = """CCSDS_OPM_VERS = 2.0
CREATION_DATE = 2023-09-15T12:00:00
ORIGINATOR = TEST
OBJECT_NAME = A
OBJECT_ID = 2023-001A
CENTER_NAME = EARTH
REF_FRAME = GCRF
TIME_SYSTEM = UTC
EPOCH = 2023-09-15T12:00:00
X = 4310.7
Y = 4930.3
Z = 1824.06
X_DOT = -2.67177
Y_DOT = 4.4378
Z_DOT = -5.64186
"""
SETS = (
    "1 25544U 98067A   23258.50000000  .00014625  00000+0  26241-3 0  9990\n"
    "2 25544  51.6357 246.9671 0005898  42.1830  94.2311 15.49561852415390\n"
)


@pytest.mark.parametrize(
    ("text", "value"),
    [("24h", 86_400.0), ("PT24H", 86_400.0), ("P1DT2H3M4.5S", 93_784.5), ("P1W", 604_800.0), ("1.5d", 129_600.0),
     ("90m", 5_400.0), ("90 min", 5_400.0), ("1h30m", 5_400.0), ("2 days", 172_800.0), ("-6H", -21_600.0),
     ("+.5h", 1_800.0), ("3600", 3_600.0), ("1e3", 1_000.0), ("0s", 0.0)],
)  # fmt: skip
def test_spans(text: str, value: float) -> None:
    assert seconds(text, "duration") == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("text", ["", "-", "h", "24x", "30m1h", "1h 1h", "P", "PT", "nan", "inf", "1,5h", "12:00"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(InputError, match="not a span"):
        seconds(text, "duration")


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, dict[str, object]]:
    monkeypatch.setattr("sys.argv", ["zarya", "propagate", *arguments, "--duration", "600s", "--json"])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0), json.loads(capsys.readouterr().out)


def test_the_ending_chooses_the_format(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    source = tmp_path / "state.opm"
    source.write_text(OPM)
    for name in ("a.oem", "a.xml", "a.czml", "a.csv", "a.parquet"):
        code, said = run(monkeypatch, capsys, str(source), "--out", str(tmp_path / name), "--third-bodies", "Sun,Moon")
        assert code == 0
        assert said["files"] == [str(tmp_path / name)]
        assert read_any(tmp_path / name)[0] == name[2:].replace("xml", "oem")
    code, said = run(monkeypatch, capsys, str(source), "--out", str(tmp_path / "a.tle"))
    assert (code, said["ok"]) == (2, False)


def test_a_number_that_is_none_is_told_in_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    source = tmp_path / "state.opm"
    source.write_text(OPM)
    code, said = run(monkeypatch, capsys, str(source), "--out", str(tmp_path / "a.oem"), "--step", str(math.nan))
    assert code == 2
    assert said["problems"] == [
        {"problem": "the step must be positive", "file": "", "key": "step", "value": "nan",
         "remedy": "Give seconds, such as 60."}
    ]  # fmt: skip


def test_sgp4_says_that_it_takes_no_forces(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    source = tmp_path / "station.tle"
    source.write_text(SETS)
    code, said = run(monkeypatch, capsys, str(source), "--out", str(tmp_path / "a.oem"), "--drag")
    assert code == 0
    assert "--numerical" in str(said["remarks"])

"""What a file is, whatever its name: element sets of every form, time systems by their offset from UTC."""

import json
from pathlib import Path

import pytest

from zarya.errors import FormatError
from zarya.exchange.content import read_any
from zarya.exchange.initial_state import read_initial_state
from zarya.exchange.messages import kvn_text, messages_from_text
from zarya.exchange.records import ElementMessage, StateMessage
from zarya.time import Epoch

LINES = (
    "1 25544U 98067A   23258.50000000  .00014625  00000+0  26241-3 0  9990\n"
    "2 25544  51.6357 246.9671 0005898  42.1830  94.2311 15.49561852415390\n"
)
OMM = {
    "OBJECT_NAME": "ISS (ZARYA)", "OBJECT_ID": "1998-067A", "EPOCH": "2023-09-15T12:00:00.000000",
    "MEAN_MOTION": 15.49561852, "ECCENTRICITY": 0.0005898, "INCLINATION": 51.6357, "RA_OF_ASC_NODE": 246.9671,
    "ARG_OF_PERICENTER": 42.183, "MEAN_ANOMALY": 94.2311, "NORAD_CAT_ID": 25544, "BSTAR": 0.00026241,
    "MEAN_MOTION_DOT": 0.00014625, "MEAN_MOTION_DDOT": 0,
}  # fmt: skip
OPM = """CCSDS_OPM_VERS = 2.0
CREATION_DATE = 2023-09-15T12:00:00
ORIGINATOR = TEST
OBJECT_NAME = A
OBJECT_ID = 2023-001A
CENTER_NAME = EARTH
REF_FRAME = GCRF
TIME_SYSTEM = {scale}
EPOCH = {date}
X = 4310.7
Y = 4930.3
Z = 1824.06
X_DOT = -2.67177
Y_DOT = 4.4378
Z_DOT = -5.64186
"""


@pytest.mark.parametrize(
    ("kind", "text"),
    [("tle", "STATION, THE\n" + LINES), ("tle", "# from A, B\n\n  " + LINES.replace("\n", "\n\n  ")),
     ("omm", json.dumps([OMM])), ("omm", json.dumps(OMM)),
     ("omm", ",".join(OMM) + "\n" + ",".join(str(value) for value in OMM.values()) + "\n"),
     ("omm", "CCSDS_OMM_VERS," + ",".join(OMM) + "\n2.0," + ",".join(str(value) for value in OMM.values()) + "\n")],
)  # fmt: skip
def test_element_sets_of_every_form_are_one(tmp_path: Path, kind: str, text: str) -> None:
    path, plain = tmp_path / "x", tmp_path / "y"
    path.write_text(text)
    plain.write_text(LINES)
    found, (message,) = read_any(path)
    assert found == kind
    assert isinstance(message, ElementMessage)
    assert message.elements.mean_motion_rev_day == 15.49561852
    ours, theirs = read_initial_state(path), read_initial_state(plain)
    assert abs(ours.epoch - theirs.epoch) < 1e-6
    assert abs(ours.r_gcrf - theirs.r_gcrf).max() < 1e-3


@pytest.mark.parametrize(
    ("scale", "utc", "within_s"),
    [("UTC", "12:00:00.000000", 1e-9), ("TAI", "11:59:23.000000", 1e-9), ("TT", "11:58:50.816000", 1e-9),
     ("TDB", "11:58:50.816000", 2e-3), ("UT1", "12:00:00.000000", 0.1), ("GPS", "11:59:42.000000", 1e-9)],
)  # fmt: skip
def test_time_systems(scale: str, utc: str, within_s: float) -> None:
    (message,) = messages_from_text(OPM.format(scale=scale, date="2023-09-15T12:00:00"))
    assert isinstance(message, StateMessage)
    assert message.state.epoch - Epoch.from_iso(f"2023-09-15T{utc}Z") == pytest.approx(0.0, abs=within_s)
    assert f"EPOCH{' ' * 15} = 2023-09-15T12:00:00.000" in kvn_text(message)


def test_a_number_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(json.dumps(OMM | {"ECCENTRICITY": "nan"}))
    with pytest.raises(FormatError, match="ECCENTRICITY"):
        read_any(tmp_path / "x")

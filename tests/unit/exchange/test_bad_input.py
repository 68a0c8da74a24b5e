"""Bad files are refused with the file, the key, the line, what was found and what to do."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from zarya.errors import FormatError, InputError
from zarya.exchange.content import read_any
from zarya.exchange.czml import trajectories_from_czml
from zarya.exchange.messages import kvn_text, messages_from_text, xml_text
from zarya.exchange.records import ElementMessage, Ephemeris, Header, Spacecraft, StateMessage
from zarya.exchange.tabular import read_table
from zarya.time import Epoch

MADE = Header(creation=Epoch.from_iso("2023-09-15T10:00:00Z"))


def refused(text: str) -> str:
    with pytest.raises(FormatError) as caught:
        messages_from_text(text, "bad.oem")
    (problem,) = caught.value.problems
    assert problem.file == "bad.oem"
    assert problem.key
    assert problem.remedy
    return str(problem)


@pytest.fixture(scope="module")
def oem(orbit) -> str:
    return kvn_text(Ephemeris((orbit(4),), MADE))


@pytest.fixture(scope="module")
def opm(orbit) -> str:
    return kvn_text(StateMessage(orbit(1), MADE, spacecraft=Spacecraft(mass_kg=7_080.0)))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("= GCRF", "= TOD", "REF_FRAME, line 9: this reference frame is not known here .found 'TOD'.*EME2000"),
        ("= UTC", "= TCB", "TIME_SYSTEM, line 10: this time system is not known here .found 'TCB'.*TAI"),
        ("OBJECT_ID ", "OBJECT_NR ", "OBJECT_NR, line 7: not a keyword of the metadata section of an OEM"),
        ("CENTER_NAME          = EARTH\n", "", "CENTER_NAME, line 5: keyword missing"),
        ("META_STOP\n", "", "a row of numbers before META_STOP"),
        ("6791.000000000", "NaN", "X, line 15: a finite number is needed .found 'NaN'"),
        ("6791.000000000", "1e999", "X, line 15: a finite number is needed"),
        ("6791.000000000", "6791,0", "X, line 15: a finite number is needed"),
        ("6791.000000000 ", "", "line 15: a state has 7 columns, or 10 with accelerations, not 6"),
        ("15:46:35.417 ", "15:44:35.417 ", "line 17: the dates do not ascend .found '2023-09-15T15:44:35.417'"),
        ("STOP_TIME            = 2023-09-15", "STOP_TIME            = 2023-09-14", "STOP_TIME, line 12: is before"),
        ("T15:45:35", "T25:45:35", "line 16: hours go to 23"),
        ("2023-09-15T15:45:35.417 ", "2023-366T15:45:35.417 ", "line 16: no such day"),
        ("CCSDS_OEM_VERS", "CCSDS_CDM_VERS", "CDM messages are not read here"),
        ("META_START\n", "what is this\n", "line 5: neither KEYWORD = value nor a row"),
        ("META_STOP\n", "INTERPOLATION = HERMITE\nMETA_STOP\n", "INTERPOLATION needs a whole INTERPOLATION_DEGREE"),
        ("META_STOP\n", "OBJECT_ID = X\nMETA_STOP\n", "OBJECT_ID, line 13: the keyword comes twice"),
        ("META_STOP\n", "USEABLE_STOP_TIME = 2024-01-01T00:00:00\nMETA_STOP\n", "USEABLE_STOP_TIME, line 13: is"),
    ],
)  # fmt: skip
def test_oem(oem: str, old: str, new: str, says: str):
    assert old in oem
    assert re.search(says, refused(oem.replace(old, new, 1)))


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.62, 0.75, 0.9, 0.985])
def test_an_oem_cut_anywhere_is_refused(oem: str, share: float):
    refused(oem[: int(len(oem) * share)])


def test_an_oem_cut_at_the_end_of_a_line_without_its_break_is_refused(oem: str):
    assert "cut short" in refused("\n".join(oem.splitlines()[:-1]))


def test_an_oem_cut_after_a_whole_line_says_what_is_missing(oem: str):
    (whole,) = messages_from_text("\n".join(oem.splitlines()[:-1]) + "\n")
    assert isinstance(whole, Ephemeris)
    assert whole.segments[0].missing_s == pytest.approx(60.0)


def test_segments_of_two_objects_are_refused(orbit):
    both = Ephemeris((orbit(4), orbit(4, object_id="2023-141A")), MADE)
    assert "OBJECT_ID: differs between the segments" in refused(kvn_text(both))


def test_a_covariance_cut_short_is_refused(oem: str):
    block = "COVARIANCE_START\nEPOCH = 2023-09-15T15:44:35.417\n1.0\n0.0 1.0\n"
    assert "ends before COVARIANCE_STOP" in refused(oem + block)
    assert "ends early" in refused(oem + block + "COVARIANCE_STOP\n")
    assert "this would be row 3" in refused(oem + block + "1.0 2.0\nCOVARIANCE_STOP\n")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[km]", "[m]", "X, line 12: the unit is 'm', the standard has km"),
        ("[km/s]", "[m/s]", "X_DOT, line 15: the unit is 'm/s', the standard has km/s"),
        ("[kg]", "[lb]", "MASS, line 18: the unit is 'lb'"),
        ("= 7080", "= -7080", "MASS, line 18: cannot be negative"),
        ("Z_DOT  ", "ZDOT  ", "not a keyword of an OPM"),
        ("EPOCH  ", "COMMENT", "EPOCH.*keyword missing"),
    ],
)
def test_opm(opm: str, old: str, new: str, says: str):
    assert old in opm
    assert re.search(says, refused(opm.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("= TEME", "= GCRF", "REF_FRAME, line 8: only TEME can be flown .found 'GCRF'"),
        ("= SGP4", "= DSST", "MEAN_ELEMENT_THEORY, line 10: only SGP4 can be flown"),
        ("= UTC", "= TAI", "TIME_SYSTEM, line 9: only UTC"),
        ("[rev/day]", "[deg/s]", "MEAN_MOTION, line 13: the unit is 'deg/s'"),
        ("[1/ER]", "[1/m]", "BSTAR, line 24: the unit is '1/m'"),
    ],
)
def test_omm(elements, old: str, new: str, says: str):
    text = kvn_text(ElementMessage(elements, header=MADE))
    assert old in text
    assert re.search(says, refused(text.replace(old, new, 1)))


def test_an_omm_cut_before_its_drag_term_is_refused(elements):
    text = kvn_text(ElementMessage(elements, header=MADE))
    assert "BSTAR" in refused(text[: text.index("BSTAR")])
    assert "tleParameters" in refused(text[: text.index("EPHEMERIS_TYPE")])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t[: len(t) // 2], "not well-formed XML"),
        (lambda t: t.replace("<Y_DOT>", "<YDOT>").replace("</Y_DOT>", "</YDOT>"), "<stateVector> has no <Y_DOT>"),
        (lambda t: t.replace("<X>", '<X units="m">'), "the unit is 'm', the standard has km"),
        (lambda t: t.replace("<body>", "<rump>").replace("</body>", "</rump>"), "<oem> has no <body>"),
        (lambda t: t.replace("oem", "cdm"), "holds no OPM, OEM or OMM"),
        (lambda t: t.replace("<oem", "<!DOCTYPE oem><oem", 1), "DOCTYPE"),
    ],
)
def test_xml(orbit, change: Callable[[str], str], says: str):
    assert says in refused(change(xml_text([Ephemeris((orbit(4),), MADE)])))


@pytest.mark.parametrize(
    ("header", "row", "says"),
    [
        ("epoch_utc,frame,x_m,y_m,z_m,vx_m_s,vy_m_s", "2023-01-01T00:00:00Z,GCRF,1,2,3,4,5", "no column vz_m_s"),
        ("epoch_utc,frame,x_m,y_m,z_m,vx_m_s,vy_m_s,vz_m_s", "2023-01-01T00:00:00Z,GCRF,1,2,NaN,4,5,6", "z_m, row 1"),
        ("epoch_utc,frame,x_m,y_m,z_m,vx_m_s,vy_m_s,vz_m_s", "2023-01-01T00:00:00Z,GCRF,1,,3,4,5,6", "y_m, row 1"),
        ("epoch_utc,frame,x_m,y_m,z_m,vx_m_s,vy_m_s,vz_m_s", "2023-01-01T00:00:00Z,GCRF,a,2,3,4,5,6", "x_m, row 1"),
        ("epoch_utc,frame,x_m,y_m,z_m,vx_m_s,vy_m_s,vz_m_s", "2023-01-01T00:00:00Z,MOD,1,2,3,4,5,6", "'MOD'"),
        ("epoch_utc,frame,x_m,y_m,z_m,vx_m_s,vy_m_s,vz_m_s", "yesterday,GCRF,1,2,3,4,5,6", "epoch_utc, row 1"),
    ],
)
def test_csv(tmp_path, header: str, row: str, says: str):
    path = tmp_path / "bad.csv"
    path.write_text(f"{header}\n{row}\n")
    with pytest.raises(FormatError, match=re.escape(says)):
        read_table(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[", "not JSON"),
        ('[{"id": "document"}]', "no packet has a position"),
        ('[{"id": "a", "position": {"cartesian": [1, 2, 3]}}]', "only positions as cartesianVelocity"),
        ('[{"id": "a", "position": {"cartesianVelocity": [0, 1, 2, 3, 4, 5]}}]', "groups of seven"),
        ('[{"id": "a", "position": {"cartesianVelocity": [0, 1, 2, 3, 4, 5, NaN]}}]', "groups of seven"),
    ],
)
def test_czml(text: str, says: str):
    with pytest.raises(FormatError, match=says):
        trajectories_from_czml(text)


def test_files_of_no_kind(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello\n")
    with pytest.raises(FormatError, match="none of the formats"):
        read_any(path)
    with pytest.raises(FormatError, match="cannot be read"):
        read_any(tmp_path / "absent.oem")
    path.write_bytes(b"\xff\xfe\x00\x01binary")
    with pytest.raises(FormatError, match="control character"):
        read_any(path)


def test_a_trajectory_checks_itself(orbit):
    with pytest.raises(InputError, match="not finite"):
        orbit(2, r_m=np.full((2, 3), np.nan))
    with pytest.raises(InputError, match="do not ascend"):
        orbit(2, t_s=np.array([1.0, 1.0]))
    with pytest.raises(InputError, match="needs t_s"):
        orbit(2, t_s=np.array([1.0]))

"""Element sets: read, written back byte for byte, flown, chosen, refused."""

import dataclasses
import time
from pathlib import Path

import numpy as np
import pytest

from zarya.errors import CoverageError, FormatError
from zarya.orbits.tle import ElementSet, element_sets_from_text, latest_before, read_element_sets
from zarya.time import Epoch

SAMPLE = Path(__file__).parent / "data/iss_sample.tle"
ONE = "1 25544U 98067A   23258.51829034  .00016717  00000+0  30306-3 0  9990"
TWO = "2 25544  51.6416 235.3290 0005859  26.0112  80.9236 15.49553157415820"
LINES = tuple(
    line[:68] + str((sum(int(c) for c in line[:68] if c.isdigit()) + line[:68].count("-")) % 10) for line in (ONE, TWO)
)


def test_round_trip_byte_for_byte() -> None:
    text = SAMPLE.read_text()
    sets = read_element_sets(SAMPLE)
    assert len(sets) > 80
    assert "".join(f"{line}\n" for item in sets for line in item.to_lines()) == text


def test_values_in_radians_and_si() -> None:
    item = ElementSet.from_lines(*LINES, name="ISS (ZARYA)")
    assert item.catalog_number == 25544
    assert item.inclination_rad == pytest.approx(np.radians(51.6416), rel=1e-15)
    assert item.raan_rad == pytest.approx(np.radians(235.3290), rel=1e-15)
    assert item.argp_rad == pytest.approx(np.radians(26.0112), rel=1e-15)
    assert item.mean_anomaly_rad == pytest.approx(np.radians(80.9236), rel=1e-15)
    assert item.eccentricity == 0.0005859
    assert item.mean_motion_rad_s == pytest.approx(15.49553157 * 2 * np.pi / 86400, rel=1e-15)
    assert item.bstar == 0.30306e-3
    assert item.epoch.iso("utc", 3) == "2023-09-15T12:26:20.285Z"


def test_sgp4_takes_epochs_seconds_and_arrays_alike() -> None:
    item = ElementSet.from_lines(*LINES)
    seconds = np.array([[0.0, 60.0], [86_400.0, -5_000.0]])
    r, v = item.sgp4(seconds)
    assert r.shape == v.shape == (2, 2, 3)
    assert 6.78e6 < np.linalg.norm(r[0, 0]) < 6.81e6
    np.testing.assert_allclose(item.sgp4(item.epoch + 60.0)[0], r[0, 1], atol=1e-3)
    np.testing.assert_allclose(item.sgp4([item.epoch, item.epoch + 60.0])[0], r[0], atol=1e-3)


def test_mean_elements_lie_near_the_secular_ones_of_sgp4() -> None:
    item = ElementSet.from_lines(*LINES)
    for t in (0.0, 20_000.0, 86_400.0):
        found = item.mean_at(t)
        raan, u = item.secular_at(t)
        assert np.degrees(abs(np.angle(np.exp(1j * (float(found.raan_rad) - raan))))) < 1e-3
        assert np.degrees(abs(np.angle(np.exp(1j * (float(found.u_rad) - u))))) < 1e-3
        assert abs(float(found.i_rad) - item.inclination_rad) < 2e-6


def test_alpha_5_and_names() -> None:
    item = dataclasses.replace(ElementSet.from_lines(*LINES), catalog_number=148_493)
    one, two = item.to_lines()
    assert one[2:7] == "E8493"
    (again,) = element_sets_from_text(f"0 STATION\n{one}\n{two}\n")
    assert (again.catalog_number, again.name) == (148_493, "STATION")
    with pytest.raises(FormatError, match="339999"):
        dataclasses.replace(item, catalog_number=340_000).to_lines()


def test_omm_and_tle_are_the_same_set() -> None:
    item = ElementSet.from_lines(*LINES)
    fields = {
        "OBJECT_NAME": "ISS (ZARYA)", "OBJECT_ID": "1998-067A", "EPOCH": "2023-09-15T12:26:20.285376",
        "MEAN_MOTION": "15.49553157", "ECCENTRICITY": ".0005859", "INCLINATION": 51.6416, "RA_OF_ASC_NODE": 235.329,
        "ARG_OF_PERICENTER": 26.0112, "MEAN_ANOMALY": 80.9236, "NORAD_CAT_ID": 25544, "ELEMENT_SET_NO": 999,
        "REV_AT_EPOCH": 41582, "BSTAR": ".30306e-3", "MEAN_MOTION_DOT": ".00016717", "MEAN_MOTION_DDOT": 0,
    }  # fmt: skip
    from_omm = ElementSet.from_omm(fields)
    assert from_omm.to_lines() == item.to_lines()
    for key, value in (("INCLINATION", "steep"), ("REF_FRAME", "GCRF"), ("MEAN_MOTION", None)):
        with pytest.raises(FormatError, match=key):
            ElementSet.from_omm({**fields, key: value})


def test_latest_before_never_looks_ahead() -> None:
    sets = read_element_sets(SAMPLE)
    epoch = sets[40].epoch
    assert latest_before(reversed(sets), epoch) == sets[39]
    assert latest_before(sets, epoch + 1.0) == sets[40]
    with pytest.raises(CoverageError, match="earlier"):
        latest_before(sets, Epoch.from_iso("2001-01-01T00:00:00Z", scale="utc"))


@pytest.mark.parametrize(
    ("one", "two", "reason"),
    [
        (LINES[0][:68] + "3", LINES[1], "line 1: checksum"),
        (LINES[0], LINES[1].replace("51.6416", "51.6417"), "line 2: checksum"),
        (LINES[0][:60], LINES[1], "60 columns"),
        (LINES[0].replace("23258", "23x58"), LINES[1], r"column 21 does not fit \(epoch\)"),
        (LINES[1], LINES[0], "column 1 does not fit"),
        (LINES[0], "2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667", "different satellites"),
    ],
)
def test_bad_lines_say_where_and_why(one: str, two: str, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        ElementSet.from_lines(one, two)


def test_bad_files_say_which_line(tmp_path: Path) -> None:
    broken = tmp_path / "station.tle"
    broken.write_text(f"ISS\n{LINES[0]}\n")
    with pytest.raises(FormatError, match=r"station.tle: line 2: ends after line 1"):
        read_element_sets(broken)
    with pytest.raises(FormatError, match="cannot be read"):
        read_element_sets(tmp_path / "absent.tle")


def test_reading_is_fast_enough_for_years_of_sets() -> None:
    text = SAMPLE.read_text()
    start = time.process_time()
    count = len(element_sets_from_text(text * 20))
    per_set = (time.process_time() - start) / count
    assert per_set < 300e-6  # 30,000 sets in 9 s with shape checks on; 25 us each without


FORMS = {
    "margins": "\n".join(f"   {line}  " for line in ("0 ISS", *LINES)),
    "blank lines": "ISS, THE STATION\n\n" + "\n\n".join(LINES) + "\n\n",
    "json": '[{"OBJECT_NAME": "ISS", "EPOCH": "2023-09-15T12:26:20.285376", "MEAN_MOTION": 15.49553157, '
    '"ECCENTRICITY": ".0005859", "INCLINATION": 51.6416, "RA_OF_ASC_NODE": 235.329, "ARG_OF_PERICENTER": 26.0112, '
    '"MEAN_ANOMALY": 80.9236, "NORAD_CAT_ID": "25544", "BSTAR": 0.00030306, "MEAN_MOTION_DOT": 0.00016717, '
    '"MEAN_MOTION_DDOT": null}]',
    "csv": "OBJECT_NAME,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,MEAN_ANOMALY,"
    "NORAD_CAT_ID,BSTAR,MEAN_MOTION_DOT\n"
    "ISS,2023-09-15T12:26:20.285376,15.49553157,.0005859,51.6416,235.329,26.0112,80.9236,25544,.30306E-3,.16717E-3\n",
    "kvn": "CCSDS_OMM_VERS = 2.0\nEPOCH = 2023-09-15T12:26:20.285376\nMEAN_MOTION = 15.49553157 [rev/day]\n"
    "ECCENTRICITY = .0005859\nINCLINATION = 51.6416 [deg]\nRA_OF_ASC_NODE = 235.329\nARG_OF_PERICENTER = 26.0112\n"
    "MEAN_ANOMALY = 80.9236\nNORAD_CAT_ID = 25544\nBSTAR = 0.00030306\nMEAN_MOTION_DOT = 0.00016717\n",
    "xml": "<ndm><omm><body><segment><data><meanElements><EPOCH>2023-09-15T12:26:20.285376</EPOCH><MEAN_MOTION "
    'units="rev/day">15.49553157</MEAN_MOTION><ECCENTRICITY>.0005859</ECCENTRICITY><INCLINATION>51.6416</INCLINATION>'
    "<RA_OF_ASC_NODE>235.329</RA_OF_ASC_NODE><ARG_OF_PERICENTER>26.0112</ARG_OF_PERICENTER><MEAN_ANOMALY>80.9236"
    "</MEAN_ANOMALY></meanElements><tleParameters><NORAD_CAT_ID>25544</NORAD_CAT_ID><BSTAR>0.00030306</BSTAR>"
    "<MEAN_MOTION_DOT>0.00016717</MEAN_MOTION_DOT></tleParameters></data></segment></body></omm></ndm>",
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_in_which_catalogues_hand_out_sets(tmp_path: Path, form: str) -> None:
    path = tmp_path / "set.txt"
    path.write_text(FORMS[form], encoding="utf-8")
    (found,) = read_element_sets(path)
    same = ElementSet.from_lines(*LINES)
    assert found.catalog_number == 25544
    assert abs(found.epoch - same.epoch) < 1e-5
    np.testing.assert_allclose(found.sgp4(0.0)[0], same.sgp4(0.0)[0], atol=1e-3)

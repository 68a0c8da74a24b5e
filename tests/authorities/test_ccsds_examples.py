"""Messages made by others (CCSDS books, Orekit, NASA): read whole, and kept whole when written again."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from zarya.errors import FormatError
from zarya.exchange.initial_state import read_initial_state
from zarya.exchange.interpolation import state_at
from zarya.exchange.messages import (
    kvn_text,
    messages_from_text,
    read_messages,
    read_oem,
    read_omm,
    read_opm,
    xml_text,
)
from zarya.exchange.records import Ephemeris
from zarya.time import Epoch

FOLDER = Path(__file__).parents[2] / "authorities" / "ccsds"
READABLE = sorted(
    path.name for path in FOLDER.iterdir() if path.suffix in (".txt", ".xml") and path.name != "OPMExample2.txt"
)


@pytest.mark.parametrize("name", READABLE)
def test_kvn_and_xml_say_the_same(name: str):
    (message,) = read_messages(FOLDER / name)
    text = kvn_text(message)
    for again in (text, xml_text([message])):
        (back,) = messages_from_text(again)
        assert kvn_text(back) == text


def test_example_1_mars_global_surveyor():
    ephemeris = read_oem(FOLDER / "OEMExample1.txt")
    assert ephemeris.header.originator == "NASA/JPL"
    assert ephemeris.header.classification == "public, test-data"
    first, second, third = ephemeris.segments
    assert (first.center, first.frame, first.interpolation, first.interpolation_degree) == (
        "MARS BARYCENTER", "eme2000", "HERMITE", 7,
    )  # fmt: skip
    assert first.usable[0] == Epoch.from_iso("1996-12-18T12:10:00.331Z")
    np.testing.assert_allclose(first.r_m[1], [2783419.0, -308143.0, -1877071.0], rtol=1e-15)
    np.testing.assert_allclose(second.v_m_s[0], [7337.02, -3495.867, -1041.945], rtol=1e-15)
    assert len(second.covariances) == 1
    assert [item.frame_name for item in third.covariances] == ["RTN", "EME2000"]
    assert third.covariances[0].matrix[3, 0] == pytest.approx(-3.3493650e-07 * 1e6, rel=1e-15)
    assert third.covariances[0].matrix[0, 3] == third.covariances[0].matrix[3, 0]


def test_accelerations_in_xml():
    (segment,) = read_oem(FOLDER / "OEMExample3.xml").segments
    assert segment.a_m_s2 is not None
    np.testing.assert_allclose(segment.a_m_s2[0], [8.0, 1.0, -159.0], rtol=1e-15)
    assert segment.covariances[0].frame_name == "ITRF1997"
    assert segment.covariances[0].matrix[5, 4] == pytest.approx(0.621e6)


def test_nasa_station_ephemeris_inside_an_ndm():
    path = FOLDER / "ISS.OEM_J2K_EPH.first10.xml"
    (segment,) = read_oem(path).segments
    assert (segment.object_name, segment.object_id, segment.frame, segment.time_scale) == (
        "ISS", "1998-067-A", "eme2000", "utc",
    )  # fmt: skip
    assert segment.first == Epoch.from_iso("2025-02-26T12:00:00Z")
    np.testing.assert_allclose(segment.r_m[0], [236607.189722756, -5167452.5798095301, 4405822.3442860099], rtol=1e-15)
    assert "MASS=454339.00" in segment.comments
    state = read_initial_state(path)
    assert state.epoch == Epoch.from_iso("2025-02-26T12:36:00Z")
    assert state.metadata["mass_kg"] == 454339.0
    assert state.metadata["drag_area_m2"] == 1791.90
    assert state.metadata["drag_coeff"] == 1.95
    assert "before the file's STOP_TIME" in str(state.metadata["remarks"])


def test_nasa_states_left_out_are_found_by_interpolation():
    """Hermite of degree 7 through every second state (8 min) finds those between to 2 m; at 4 min, 2^8 times closer."""
    (whole,) = read_oem(FOLDER / "ISS.OEM_J2K_EPH.first10.xml").segments
    half = replace(whole, t_s=whole.t_s[::2], r_m=whole.r_m[::2], v_m_s=whole.v_m_s[::2])
    for i in (3, 5):
        found, error_m = state_at(Ephemeris((half,)), whole.epochs[i])
        assert np.linalg.norm(found.r_m[0] - whole.r_m[i]) < 2.0
        assert np.linalg.norm(found.v_m_s[0] - whole.v_m_s[i]) < 0.01
        assert 0.0 < error_m < 5.0


def test_nasa_hourly_file():
    (segment,) = read_oem(FOLDER / "ISS_OEM_2022-01-17_hourly.txt").segments
    assert len(segment.t_s) == 25
    assert segment.missing_s == 0.0
    state = read_initial_state(FOLDER / "ISS_OEM_2022-01-17_hourly.txt")
    assert state.metadata["mass_kg"] == 458943.0


def test_opm_in_gps_time_with_maneuvers():
    """GPS is 19 s behind TAI, UTC was 33 s behind it in 2006: 2006-06-03T00:00:00 GPS is 14 s earlier in UTC."""
    message = read_opm(FOLDER / "OPMExample5.txt")
    assert message.state.epoch == Epoch.from_iso("2006-06-02T23:59:46Z")
    assert message.spacecraft is not None
    assert message.spacecraft.mass_kg == 1913.0
    assert message.elements is not None
    assert message.elements.true_anomaly_deg == 41.922339
    assert [item.frame_name for item in message.maneuvers] == ["EME2000", "RTN", "RTN"]
    np.testing.assert_allclose(message.maneuvers[0].delta_v_m_s, [-23.257, 16.8316, -8.93444], rtol=1e-12)


def test_opm_earth_fixed():
    message = read_opm(FOLDER / "OPMExample1.txt")
    assert (message.state.frame, message.state.name_of_frame) == ("itrf", "ITRF2000")
    assert message.state.metadata_comments == ("         GEOCENTRIC, CARTESIAN, EARTH FIXED",)


def test_true_of_date_is_refused_by_name():
    with pytest.raises(FormatError, match=r"OPMExample2.txt: REF_FRAME, line 12: .*'TOD'"):
        read_opm(FOLDER / "OPMExample2.txt")


def test_omm_and_the_tle_it_was_made_from():
    """Orekit's STARLETTE pair: the OMM and the two lines give one element set."""
    (message,) = read_omm(FOLDER / "OMMExample4.txt")
    assert message.elements.to_lines() == (
        "1 07646U 75010A   21081.55635677 -.00000147 +00000+0 -47102-5 0  9994".replace(" +00000+0", "  00000+0"),
        "2 07646  49.8237  93.8140 0205751 224.8348 133.5761 13.82309053329974",
    )


def test_omm_in_xml_with_covariance():
    (message,) = read_omm(FOLDER / "OMMExample2.xml")
    assert message.elements.epoch.iso(decimals=4) == "2007-03-05T10:34:41.4264Z"
    assert message.covariance is not None
    assert message.covariance.matrix[5, 5] == pytest.approx(6.224444338635500e-04, rel=1e-14)

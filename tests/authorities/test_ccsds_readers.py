"""What we write, read by two independent readers: `oem` (B. Sease) and `ccsds_ndm` (E. Imre, from the schemas)."""

from pathlib import Path

import numpy as np
import oem
import pytest
from ccsds_ndm.ndm_io import NDMFileFormats, NdmIo
from ccsds_ndm.ndm_kvn_io import NdmKvnIo

from zarya.exchange.messages import kvn_text, messages_from_text, write_message, xml_text
from zarya.exchange.records import (
    Covariance,
    ElementMessage,
    Ephemeris,
    Header,
    Maneuver,
    OsculatingElements,
    Spacecraft,
    StateMessage,
    Trajectory,
)
from zarya.orbits.tle import read_element_sets
from zarya.time import Epoch

EPOCH = Epoch.from_iso("2016-12-31T23:59:58.5Z")
KM = 1.0e3
R = np.array([[4.1e6 + 0.123456, -5.2e6, 1.0e5], [4.2e6, -5.1e6, 2.0e5], [4.3e6, -5.0e6, 3.0e5], [4.4e6, -4.9e6, 4e5]])
V = np.array([[6.0e3, 4.0e3, 2.0e3 + 1.0e-6], [6.1e3, 3.9e3, 2.1e3], [6.2e3, 3.8e3, 2.2e3], [6.3e3, 3.7e3, 2.3e3]])
half_micrometre_km = 0.51e-9
half_nanometre_per_s_km = 0.51e-12
frames = pytest.mark.parametrize(
    ("frame", "name"),
    [("gcrf", "GCRF"), ("eme2000", "EME2000"), ("itrf", "ITRF2014"), ("teme", "TEME")],
)


def ephemeris(frame: str = "gcrf", name: str = "GCRF", scale: str = "utc") -> Ephemeris:
    segment = Trajectory(
        object_name="SOYUZ MS", object_id="2016-070A", frame=frame, frame_name=name, time_scale=scale, epoch=EPOCH,
        t_s=np.arange(4.0), r_m=R, v_m_s=V, interpolation="HERMITE", interpolation_degree=7,
        covariances=(Covariance(np.diag([4.0, 9.0, 16.0, 0.01, 0.04, 0.09]), EPOCH, "RTN"),),
        comments=("a remark",),
    )  # fmt: skip
    return Ephemeris((segment,), Header(creation=EPOCH, comments=("made by a test",)))


@frames
@pytest.mark.parametrize("suffix", [".oem", ".xml"])
@pytest.mark.filterwarnings("ignore:Testing an element's truth value:DeprecationWarning")  # inside `oem`
def test_oem_package(tmp_path: Path, frame: str, name: str, suffix: str):
    path = write_message(tmp_path / f"ship{suffix}", ephemeris(frame, name))
    (segment,) = oem.OrbitEphemerisMessage.open(path)
    assert segment.metadata["REF_FRAME"] == name
    assert segment.metadata["TIME_SYSTEM"] == "UTC"
    assert segment.metadata["INTERPOLATION_DEGREE"] == 7
    states = list(segment.states)
    # the leap second of 2016 is inside
    assert [state.epoch.isot for state in states] == [
        "2016-12-31T23:59:58.500000", "2016-12-31T23:59:59.500000", "2016-12-31T23:59:60.500000",
        "2017-01-01T00:00:00.500000",
    ]  # fmt: skip
    assert np.abs(np.array([state.position for state in states]) - R / KM).max() < half_micrometre_km
    assert np.abs(np.array([state.velocity for state in states]) - V / KM).max() < half_nanometre_per_s_km
    (covariance,) = segment.covariances
    np.testing.assert_allclose(covariance.matrix, np.diag([4e-6, 9e-6, 16e-6, 1e-8, 4e-8, 9e-8]), rtol=1e-14)


@frames
@pytest.mark.parametrize("is_xml", [False, True])
def test_oem_by_ccsds_ndm(frame: str, name: str, is_xml: bool):
    text = xml_text([ephemeris(frame, name)]) if is_xml else kvn_text(ephemeris(frame, name))
    message = NdmIo().from_string(text) if is_xml else NdmKvnIo().from_string(text)
    (segment,) = message.body.segment
    assert segment.metadata.ref_frame == name
    assert segment.metadata.time_system == "UTC"
    assert segment.data.comment == ["a remark"]
    third = segment.data.state_vector[2]
    assert third.epoch == "2016-12-31T23:59:60.500"
    found = [float(getattr(third, key).value) for key in ("x", "y", "z", "x_dot", "y_dot", "z_dot")]
    np.testing.assert_allclose(found, np.hstack([R[2], V[2]]) / KM, rtol=1e-12)
    assert float(segment.data.covariance_matrix[0].cz_z.value) == pytest.approx(16e-6)


@pytest.mark.parametrize(
    ("scale", "stamp"),
    [("tai", "2017-01-01T00:00:34.500"), ("tt", "2017-01-01T00:01:06.684"), ("gps", "2017-01-01T00:00:15.500")],
)
def test_other_time_systems(scale: str, stamp: str):
    """On 2016-12-31 TAI was 36 s ahead of UTC, TT 68.184 s, GPS 17 s."""
    message = NdmKvnIo().from_string(kvn_text(ephemeris(scale=scale)))
    (segment,) = message.body.segment
    assert segment.metadata.time_system == scale.upper()
    assert segment.data.state_vector[0].epoch == stamp
    if scale != "gps":
        assert segment.metadata.start_time == stamp


@pytest.mark.parametrize("is_xml", [False, True])
def test_opm_by_ccsds_ndm(is_xml: bool):
    state = ephemeris().segments[0].only(0)
    state = Trajectory(
        object_name=state.object_name, object_id=state.object_id, frame="gcrf", epoch=EPOCH, t_s=np.zeros(1),
        r_m=R[:1], v_m_s=V[:1],
    )  # fmt: skip
    message = StateMessage(
        state, Header(creation=EPOCH),
        OsculatingElements(6780.0, 0.001, 51.64, 10.0, 20.0, 398600.4415, true_anomaly_deg=30.0),
        Spacecraft(mass_kg=7_080.0, drag_area_m2=10.0, drag_coeff=2.2, solar_rad_area_m2=0.0, solar_rad_coeff=1.0),
        Covariance(np.eye(6) * 1e6), (Maneuver(EPOCH + 60.0, 30.0, -12.5, np.array([1.0, 2.0, 3.0]), "RTN"),),
        (("PORT", "Prichal"),),
    )  # fmt: skip
    found = NdmIo().from_string(xml_text([message])) if is_xml else NdmKvnIo().from_string(kvn_text(message))
    data = found.body.segment.data
    assert float(data.state_vector.x.value) == pytest.approx(4100.000123456, abs=1e-9)
    assert float(data.keplerian_elements.semi_major_axis.value) == 6780.0
    assert float(data.spacecraft_parameters.mass.value) == 7080.0
    assert float(data.covariance_matrix.cx_x.value) == pytest.approx(1.0)
    assert float(data.maneuver_parameters[0].man_dv_2.value) == pytest.approx(0.002)
    assert data.user_defined_parameters.user_defined[0].parameter == "PORT"


@pytest.mark.parametrize("is_xml", [False, True])
def test_omm_by_ccsds_ndm(is_xml: bool):
    sample = Path(__file__).parents[1] / "unit" / "orbits" / "data" / "iss_sample.tle"
    item = read_element_sets(sample)[0]
    message = ElementMessage(item, header=Header(creation=EPOCH))
    found = NdmIo().from_string(xml_text([message])) if is_xml else NdmKvnIo().from_string(kvn_text(message))
    segment = found.body.segment
    assert segment.metadata.mean_element_theory == "SGP4"
    assert float(segment.data.mean_elements.mean_motion.value) == item.mean_motion_rev_day
    assert float(segment.data.tle_parameters.bstar.value) == item.bstar
    assert segment.data.mean_elements.epoch == "2007-01-01T03:29:52.407744"


def test_an_ndm_of_several_by_ccsds_ndm():
    found = NdmIo().from_string(xml_text([ephemeris(), ephemeris("teme", "TEME")]))
    assert [item.body.segment[0].metadata.ref_frame for item in found.oem] == ["GCRF", "TEME"]


def test_what_ccsds_ndm_writes_we_read():
    """The schema's own writer turns our KVN into XML; we read it back."""
    parsed = NdmKvnIo().from_string(kvn_text(ephemeris()))
    (back,) = messages_from_text(NdmIo().to_string(parsed, NDMFileFormats.XML))
    assert isinstance(back, Ephemeris)
    np.testing.assert_allclose(back.segments[0].r_m, R, rtol=1e-12)

"""The same states in other frames: there and back, against the frames' own functions, and velocities as derivatives."""

import numpy as np
import pytest

from zarya.errors import FormatError, InputError
from zarya.exchange.frame_change import in_frame
from zarya.exchange.records import Covariance
from zarya.frames.earth import dcm_gcrf_from_eme2000, dcm_gcrf_from_teme, gcrf_from_itrf

a_micrometre = 1.0e-6
a_tenth_millimetre = 1.0e-4


@pytest.mark.parametrize("frame", ["eme2000", "itrf", "teme"])
def test_there_and_back(orbit, frame: str):
    ship = orbit(200, 30.0)
    back = in_frame(in_frame(ship, frame), "gcrf")
    assert np.abs(back.r_m - ship.r_m).max() < a_micrometre
    assert np.abs(back.v_m_s - ship.v_m_s).max() < 1.0e-9


def test_itrf_against_the_frames_own_function(orbit):
    ship = orbit(40, 600.0, frame="itrf")
    turned = in_frame(ship, "gcrf")
    for i in (0, 17, 39):
        r, v = gcrf_from_itrf(ship.epochs[i], ship.r_m[i], ship.v_m_s[i])
        assert np.linalg.norm(turned.r_m[i] - r) < a_tenth_millimetre
        assert np.linalg.norm(turned.v_m_s[i] - v) < 1.0e-6


def test_teme_between_its_nodes(orbit):
    ship = orbit(2_000, 43.2, frame="teme")
    turned = in_frame(ship, "gcrf")
    for i in (1, 555, 1_234, 1_999):
        exact = dcm_gcrf_from_teme(ship.epochs[i]) @ ship.r_m[i]
        assert np.linalg.norm(turned.r_m[i] - exact) < a_micrometre


def test_eme2000_is_not_gcrf(orbit):
    ship = orbit(1, frame="eme2000")
    turned = in_frame(ship, "gcrf")
    np.testing.assert_allclose(turned.r_m[0], dcm_gcrf_from_eme2000() @ ship.r_m[0], rtol=1e-15)
    assert 0.1 < np.linalg.norm(turned.r_m[0] - ship.r_m[0]) < 0.8


@pytest.mark.parametrize("frame", ["itrf", "teme", "eme2000"])
def test_velocities_are_derivatives_of_positions(orbit, frame: str):
    """Central differences over 0.5 s: a third derivative of 9.8e-3 m/s3 leaves 0.4 mm/s; teme may turn 0.05 mm/s."""
    turned = in_frame(orbit(21, 0.5), frame)
    slope = (turned.r_m[2:] - turned.r_m[:-2]) / 1.0
    assert np.abs(slope - turned.v_m_s[1:-1]).max() < 6.0e-4


def test_accelerations_are_derivatives_of_velocities_in_itrf(orbit):
    ship = orbit(21, 0.5)
    ship = orbit(21, 0.5, a_m_s2=-ship.r_m * (ship.v_m_s[0] @ ship.v_m_s[0]) / (ship.r_m[0] @ ship.r_m[0]))
    turned = in_frame(ship, "itrf")
    assert turned.a_m_s2 is not None
    slope = (turned.v_m_s[2:] - turned.v_m_s[:-2]) / 1.0
    assert np.abs(slope - turned.a_m_s2[1:-1]).max() < 1.0e-6
    back = in_frame(turned, "gcrf")
    assert back.a_m_s2 is not None
    np.testing.assert_allclose(back.a_m_s2, ship.a_m_s2, rtol=0, atol=1e-12)


def test_teme_of_a_fixed_epoch_is_one_rotation(orbit):
    ship = orbit(3, 3_600.0, frame="teme")
    held = orbit(3, 3_600.0, frame="teme", frame_epoch=ship.epoch)
    dcm = dcm_gcrf_from_teme(ship.epoch)
    np.testing.assert_allclose(in_frame(held, "gcrf").r_m, ship.r_m @ dcm.T, rtol=1e-14, atol=1e-6)


def test_covariances_keep_their_axes_by_name(orbit):
    ship = orbit(2, covariances=(Covariance(np.eye(6), orbit(1).epoch), Covariance(np.eye(6), orbit(1).epoch, "RTN")))
    assert [item.frame_name for item in in_frame(ship, "itrf").covariances] == ["GCRF", "RTN"]


def test_refused(orbit):
    with pytest.raises(InputError, match="unknown frame"):
        in_frame(orbit(1), "tod")
    with pytest.raises(FormatError, match="about the Earth"):
        in_frame(orbit(1, center="MARS"), "eme2000")

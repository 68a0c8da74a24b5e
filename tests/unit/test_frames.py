import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya.frames import (
    absolute_from_lvlh_rotating,
    azimuth_elevation_range,
    dcm_gcrf_from_eme2000,
    dcm_gcrf_from_teme,
    dcm_itrf_from_gcrf,
    dcm_lvlh_from_gcrf,
    dcm_port_from_lvlh,
    dcm_rtn_from_gcrf,
    dcms_gcrf_from_teme,
    earth_orientation,
    gcrf_from_itrf,
    geodetic_from_itrf,
    itrf_from_gcrf,
    itrf_from_geodetic,
    relative_lvlh_rotating,
)
from zarya.time import Epoch

R = jnp.array([6.7e6, 1.0e6, -5.0e5])
V = jnp.array([-1.0e3, 4.7e3, 6.0e3])


def test_table_turns_like_the_host(epoch: Epoch) -> None:
    earth = earth_orientation(epoch, -3600.0, 3 * 86400.0)
    turn = jax.jit(lambda t: earth.dcm_itrf_from_gcrf(t))
    for t in np.linspace(-3600.0, 3 * 86400.0, 61):
        assert np.abs(np.asarray(turn(jnp.asarray(t))) - dcm_itrf_from_gcrf(epoch + float(t))).max() < 1e-11


def test_angular_velocity_is_the_rate_of_the_rotation(epoch: Epoch) -> None:
    earth = earth_orientation(epoch, 0.0, 86400.0)
    t = jnp.asarray(12345.0)
    skew = np.asarray(earth.dcm_itrf_from_gcrf(t).T @ jax.jacfwd(lambda x: earth.dcm_itrf_from_gcrf(x))(t))
    rate = -np.array([skew[2, 1], skew[0, 2], skew[1, 0]])
    assert np.abs(rate - np.asarray(earth.omega_earth_gcrf(t))).max() < 3e-13  # the rate of polar motion, left out


def test_velocity_goes_to_the_earth_and_back(epoch: Epoch) -> None:
    r, v = gcrf_from_itrf(epoch, *itrf_from_gcrf(epoch, np.asarray(R), np.asarray(V)))
    assert np.abs(r - np.asarray(R)).max() < 1e-8
    assert np.abs(v - np.asarray(V)).max() < 1e-11


def test_frame_bias_is_23_milliarcseconds() -> None:
    bias = dcm_gcrf_from_eme2000()
    tilt = np.hypot(bias[0, 2], bias[1, 2]) * 206264.806e3
    assert tilt == pytest.approx(np.hypot(16.617, 6.819), abs=0.01)


@pytest.mark.parametrize("height", [-1e4, 0.0, 4.2e5, 5e7])
def test_geodetic_and_back(height: float) -> None:
    latitude = jnp.linspace(-jnp.pi / 2, jnp.pi / 2, 181)
    longitude = jnp.linspace(-3.1, 3.1, 181)
    h = jnp.full(181, height)
    back = jax.vmap(geodetic_from_itrf)(jax.vmap(itrf_from_geodetic)(latitude, longitude, h))
    assert jnp.abs(back[0] - latitude).max() < 1e-9
    assert jnp.abs(back[1] - longitude).max() < 1e-9
    assert jnp.abs(back[2] - h).max() < 1e-6


def test_lvlh_looks_ahead_and_down() -> None:
    dcm_lvlh = dcm_lvlh_from_gcrf(R, V)
    dcm_rtn = dcm_rtn_from_gcrf(R, V)
    assert (dcm_lvlh @ V)[0] > 0.9 * jnp.linalg.norm(V)
    np.testing.assert_allclose(dcm_lvlh @ R, [0.0, 0.0, -float(jnp.linalg.norm(R))], atol=1e-8)
    np.testing.assert_allclose(dcm_lvlh, jnp.stack([dcm_rtn[1], -dcm_rtn[2], -dcm_rtn[0]]), atol=1e-15)
    assert float(jnp.linalg.det(dcm_lvlh)) == pytest.approx(1.0)


def test_relative_state_inverts() -> None:
    r, v = R + jnp.array([100.0, -20.0, 5.0]), V + 0.3
    back = absolute_from_lvlh_rotating(*relative_lvlh_rotating(r, v, R, V), R, V)
    np.testing.assert_allclose(back[0], r, atol=1e-8)
    np.testing.assert_allclose(back[1], v, atol=1e-11)


def test_a_body_on_the_turning_radius_stands_still() -> None:
    r = jnp.array([7e6, 0.0, 0.0])
    v = jnp.array([0.0, 7.5e3, 0.0])
    _, rate = relative_lvlh_rotating(1.001 * r, 1.001 * v, r, v)
    assert jnp.abs(rate).max() < 1e-11


@pytest.mark.parametrize("axis", [[1.0, 0, 0], [-1.0, 0, 0], [0, 0, 1.0], [0, 0, -1.0], [0.5, 2.0, 0.1]])
def test_port_axes_are_right_handed(axis: list[float]) -> None:
    dcm = dcm_port_from_lvlh(jnp.array(axis))
    np.testing.assert_allclose(dcm @ dcm.T, np.eye(3), atol=1e-15)
    assert float(jnp.linalg.det(dcm)) == pytest.approx(1.0)
    assert float(dcm[0] @ jnp.array(axis)) == pytest.approx(float(np.linalg.norm(axis)))


def test_zenith_and_east() -> None:
    place = (jnp.asarray(0.8), jnp.asarray(1.1), jnp.asarray(90.0))
    above = itrf_from_geodetic(place[0], place[1], jnp.asarray(1090.0))
    _, elevation, distance = azimuth_elevation_range(above, *place)
    assert float(elevation) == pytest.approx(jnp.pi / 2, abs=1e-6)
    assert float(distance) == pytest.approx(1000.0)
    beside = itrf_from_geodetic(place[0], place[1] + 1e-5, place[2])
    assert float(azimuth_elevation_range(beside, *place)[0]) == pytest.approx(jnp.pi / 2, abs=1e-4)


def test_many_turns_of_teme_are_the_single_ones(epoch: Epoch) -> None:
    t = np.array([-3.0e5, -1.0, 0.0, 12_345.678, 4.0e5])
    many = dcms_gcrf_from_teme(epoch, t)
    for dcm, t_s in zip(many, t, strict=True):
        np.testing.assert_allclose(dcm, dcm_gcrf_from_teme(epoch + float(t_s)), rtol=0.0, atol=2e-12)

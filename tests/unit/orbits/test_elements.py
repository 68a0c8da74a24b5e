"""Elements both ways, anomalies and two-body motion close on themselves, singular orbits included."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya.constants import GM_EARTH_EGM2008_M3_S2 as GM
from zarya.orbits import elements
from zarya.orbits.circular import cartesian_from_near_circular, near_circular_from_cartesian
from zarya.orbits.elements import Keplerian, cartesian_from_keplerian, keplerian_from_cartesian

MICROMETRE = 1.0e-6


def keplerian(a: float, e: float, *angles: float) -> Keplerian:
    return Keplerian(*(jnp.asarray(float(x)) for x in (a, e, *angles)))


@pytest.mark.parametrize(
    "orbit",
    [
        (6.6e6, 0.0, 0.9, 1.0, 0.0, 2.0),
        (6.6e6, 0.0, 0.0, 0.0, 0.0, 5.0),
        (6.6e6, 0.1, 0.0, 0.0, 4.0, 5.0),
        (2.6e7, 0.7, 1.1, 6.0, 4.0, 3.0),
        (-2.6e7, 1.7, 2.1, 6.0, 4.0, 1.0),
        (6.6e6, 0.003, np.pi, 0.0, 0.5, 1.0),
    ],
)
def test_elements_return_the_same_state(orbit: tuple[float, ...]) -> None:
    r, v = cartesian_from_keplerian(keplerian(*orbit), GM)
    again = keplerian_from_cartesian(r, v, GM)
    r_back, v_back = cartesian_from_keplerian(again, GM)
    assert float(jnp.linalg.norm(r_back - r)) < MICROMETRE
    assert float(jnp.linalg.norm(v_back - v)) < 1.0e-9
    assert float(again.e) == pytest.approx(orbit[1], abs=1e-12)
    jacobian = jax.jacfwd(lambda r: keplerian_from_cartesian(r, v, GM))(r)
    assert all(bool(jnp.isfinite(leaf).all()) for leaf in jax.tree.leaves(jacobian))


def test_elements_of_a_known_orbit() -> None:
    found = keplerian_from_cartesian(*cartesian_from_keplerian(keplerian(7e6, 0.01, 0.9, 1.0, 2.0, 3.0), GM), GM)
    np.testing.assert_allclose(jax.tree.leaves(found), [7e6, 0.01, 0.9, 1.0, 2.0, 3.0], rtol=1e-12)


def test_argument_of_latitude_counts_from_the_node() -> None:
    r, v = cartesian_from_keplerian(keplerian(7e6, 0.01, 0.9, 1.0, 2.0, 3.0), GM)
    assert float(elements.argument_of_latitude_rad(r, v)) == pytest.approx(5.0, abs=1e-13)


def test_kepler_equation_holds_to_rounding() -> None:
    e, mean = (
        jnp.asarray(x.ravel()) for x in np.meshgrid(np.r_[0.0, 0.1, 0.5, 0.9, 0.99, 0.999], np.linspace(-9, 9, 181))
    )
    found = jax.vmap(elements.eccentric_from_mean)(mean, e)
    np.testing.assert_allclose(found - e * jnp.sin(found), mean, rtol=0, atol=1e-14)


def test_anomalies_come_back_on_their_revolution() -> None:
    mean = jnp.linspace(-12.0, 12.0, 49)
    e = jnp.asarray(0.6)
    true = jax.vmap(lambda m: elements.true_from_mean(m, e))(mean)
    np.testing.assert_allclose(jax.vmap(lambda nu: elements.mean_from_true(nu, e))(true), mean, atol=1e-13)
    assert float(jax.grad(elements.eccentric_from_mean)(mean[0], e)) > 0.0


@pytest.mark.parametrize("e", [0.0, 0.5, 0.9, 1.2, 3.0])
def test_two_body_motion_returns_and_keeps_energy(e: float) -> None:
    a = 7e6 / (1.0 - e)
    r, v = cartesian_from_keplerian(keplerian(a, e, 0.9, 1.0, 2.0, 0.7), GM)
    move = jax.jit(jax.vmap(lambda r, v, t: elements.two_body_motion(r, v, t, GM), in_axes=(0, 0, 0)))
    times = jnp.asarray([1e-3, 100.0, 3000.0, 86400.0, -86400.0])
    many_r, many_v = jnp.tile(r, (5, 1)), jnp.tile(v, (5, 1))
    r_end, v_end = move(many_r, many_v, times)
    energy = jnp.sum(v_end**2, axis=1) / 2 - GM / jnp.linalg.norm(r_end, axis=1)
    np.testing.assert_allclose(energy, -GM / (2 * a), rtol=1e-11)
    r_back, _ = move(r_end, v_end, -times)
    assert float(jnp.max(jnp.linalg.norm(r_back - r, axis=1))) < 1.0e-3  # one millimetre


def test_two_body_motion_agrees_with_kepler_equation_and_differentiates() -> None:
    k = keplerian(7e6, 0.2, 0.9, 1.0, 2.0, 0.7)
    r, v = cartesian_from_keplerian(k, GM)
    t = 40_000.0
    mean = elements.mean_from_true(k.nu_rad, k.e) + t * jnp.sqrt(GM / k.a_m**3)
    later = Keplerian(k.a_m, k.e, k.i_rad, k.raan_rad, k.argp_rad, elements.true_from_mean(mean, k.e))
    r_end, v_end = elements.two_body_motion(r, v, t, GM)
    np.testing.assert_allclose(r_end, cartesian_from_keplerian(later, GM)[0], atol=1e-6)
    np.testing.assert_allclose(jax.jacfwd(lambda t: elements.two_body_motion(r, v, t, GM)[0])(t), v_end, rtol=1e-9)
    by_v = jax.jacrev(lambda v: elements.two_body_motion(r, v, t, GM)[0])(v)
    step = jnp.asarray([0.01, 0.0, 0.0])
    ahead, back = (elements.two_body_motion(r, v + s * step, t, GM)[0] for s in (1.0, -1.0))
    np.testing.assert_allclose(by_v[:, 0], (ahead - back) / 0.02, rtol=1e-5)


@pytest.mark.parametrize("e", [0.01, 0.6, 0.95])
def test_four_iterations_are_exact_over_half_a_revolution(e: float) -> None:
    """From perigee, the side and near apogee: what guidance of an ascent and first guesses of arcs need."""
    a = 6.6e6
    for nu in (0.0, 1.5, 3.1):
        start = Keplerian(*(jnp.asarray(x) for x in (a, e, 0.9, 0.3, 0.4, nu)))
        r, v = cartesian_from_keplerian(start, GM)
        for share in (0.05, 0.2, 0.35, 0.49):
            dt = share * 2.0 * np.pi * np.sqrt(a**3 / GM)
            few, _ = elements.two_body_motion(r, v, dt, GM, iterations=4)
            many, _ = elements.two_body_motion(r, v, dt, GM)
            assert np.linalg.norm(few - many) < 1e-6


def test_near_circular_elements_close() -> None:
    for e in (0.0, 1e-9, 0.003, 0.3):
        r, v = cartesian_from_keplerian(keplerian(7e6, e, 0.9, 1.0, 2.0, 3.0), GM)
        z = near_circular_from_cartesian(r, v, GM)
        assert float(jnp.hypot(z.ex, z.ey)) == pytest.approx(e, abs=1e-14)
        r_back, v_back = cartesian_from_near_circular(z, GM)
        assert float(jnp.linalg.norm(r_back - r)) < MICROMETRE
        assert float(jnp.linalg.norm(v_back - v)) < 1.0e-9

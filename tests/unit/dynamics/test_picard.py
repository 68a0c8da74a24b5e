"""Arcs on Chebyshev nodes: exact integrals, Kepler's orbit, burns in closed form."""

import jax.numpy as jnp
import numpy as np
import pytest

from zarya.constants import GM_EARTH_EGM2008_M3_S2
from zarya.dynamics.loads import CentralGravity, Thrust
from zarya.dynamics.picard import arc, evaluation_matrix, integration_matrix, nodes, tail
from zarya.dynamics.state import State
from zarya.orbits.elements import two_body_motion

GM = jnp.asarray(GM_EARTH_EGM2008_M3_S2)
R, V = jnp.array([6_578_000.0, 1_000_000.0, -500_000.0]), jnp.array([-900.0, 5_000.0, 6_100.0])


def ship(propellant_kg: float = 0.0) -> State:
    return State(jnp.asarray(10.0), R, V, jnp.array([propellant_kg]), jnp.asarray(6_000.0))


def kepler() -> CentralGravity:
    return CentralGravity(GM, jnp.asarray(6.4e6), jnp.asarray(0.0), jnp.array([0.0, 0.0, 1.0]), jnp.zeros(3))


def test_matrices_are_exact_for_polynomials() -> None:
    x = nodes(12)
    for power in range(13):
        np.testing.assert_allclose(integration_matrix(12) @ x**power, x ** (power + 1) / (power + 1), atol=1e-13)
        at = np.linspace(0.0, 1.0, 7)
        np.testing.assert_allclose(evaluation_matrix(12, at) @ x**power, at**power, atol=1e-12)


@pytest.mark.parametrize("duration_s", [1_500.0, -1_500.0, 0.0])
def test_an_arc_alone_is_keplers(duration_s: float) -> None:
    end, path = arc(ship(), jnp.asarray(duration_s), (kepler(),), GM, degree=40, sweeps=(10, 8))
    r, v = two_body_motion(R, V, jnp.asarray(duration_s), GM)
    np.testing.assert_allclose(end.r_gcrf, r, rtol=0.0, atol=2e-7)
    np.testing.assert_allclose(end.v_gcrf, v, rtol=0.0, atol=2e-10)
    assert float(end.t_s) == 10.0 + duration_s
    assert float(tail(path.r_gcrf, 40)) < 1e-6


def test_an_unresolved_arc_shows_in_its_tail() -> None:
    _, path = arc(ship(), jnp.asarray(5_000.0), (kepler(),), GM, degree=12, sweeps=(10, 8))
    assert float(tail(path.r_gcrf, 12)) > 1.0


def test_a_burn_obeys_the_rocket_equation() -> None:
    newton, exhaust_m_s, burn_s = 2_950.0, 2_962.0, 200.0
    flow = newton / exhaust_m_s
    engine = Thrust(
        jnp.asarray(newton), jnp.array([0.0, 0.6, 0.8]), jnp.zeros(3), jnp.asarray(10.0), jnp.asarray([flow])
    )
    end, _ = arc(ship(900.0), jnp.asarray(burn_s), (engine,), jnp.asarray(1.0), degree=24, sweeps=(8,))
    before = 6_900.0
    after = before - flow * burn_s
    dv = exhaust_m_s * np.log(before / after)
    np.testing.assert_allclose(end.tank_kg[0], 900.0 - flow * burn_s, rtol=1e-13)
    np.testing.assert_allclose((end.v_gcrf - V) @ jnp.array([0.0, 0.6, 0.8]), dv, rtol=1e-11)
    travelled = exhaust_m_s * (burn_s - after / flow * np.log(before / after))
    np.testing.assert_allclose((end.r_gcrf - R - burn_s * V) @ jnp.array([0.0, 0.6, 0.8]), travelled, rtol=1e-8)


def test_a_burn_turns_at_its_rate() -> None:
    turn = jnp.array([0.0, 0.0, 1.1e-3])
    engine = Thrust(jnp.asarray(100.0), jnp.array([1.0, 0.0, 0.0]), turn, jnp.asarray(10.0), jnp.asarray([0.0]))
    push = engine.force(jnp.asarray(510.0), ship()).newton_gcrf
    np.testing.assert_allclose(push, 100.0 * np.array([np.cos(0.55), np.sin(0.55), 0.0]), atol=1e-11)

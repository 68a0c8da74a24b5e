"""Lambert's arcs against two-body motion: random geometry, 0 to 3 revolutions, and their derivatives."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya.constants import GM_EARTH_EGM2008_M3_S2 as GM
from zarya.orbits.elements import Keplerian, cartesian_from_keplerian, period_s, two_body_motion
from zarya.orbits.lambert import lambert

solve = jax.jit(jax.vmap(lambda *case: lambert(*case[:3], GM, *case[3:])))
move = jax.jit(jax.vmap(lambda r, v, t: two_body_motion(r, v, t, GM)))


def cases(count: int = 1000) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(20230915)
    shape = (rng.uniform(6.6e6, 4e7, count), rng.uniform(0, 0.8, count), rng.uniform(0.05, 3.09, count))
    angles = rng.uniform(0, 2 * np.pi, (3, count))
    r, v = jax.vmap(lambda *k: cartesian_from_keplerian(Keplerian(*k), GM))(*shape, *angles)
    turns = rng.uniform(0.02, 3.98, count)
    dt = turns * np.asarray(jax.vmap(lambda a: period_s(a, GM))(shape[0]))
    r2, v2 = move(r, v, dt)
    prograde = np.cross(r, v)[:, 2] > 0.0
    return tuple(np.asarray(x) for x in (r, v, r2, v2, dt, np.floor(turns).astype(int), prograde))


def test_one_of_the_two_paths_is_the_orbit_it_came_from() -> None:
    r, v, r2, v2, dt, turns, prograde = cases()
    miss = np.full(len(dt), np.inf)
    for low in (True, False):
        arc = solve(r, r2, dt, turns, prograde, np.full(len(dt), low))
        assert bool(jnp.all(arc.is_valid))
        reached, _ = move(r, arc.v1_m_s, dt)
        assert np.linalg.norm(reached - r2, axis=1).max() < 1e-3  # one millimetre
        both = np.linalg.norm(arc.v1_m_s - v, axis=1) + np.linalg.norm(arc.v2_m_s - v2, axis=1)
        miss = np.minimum(miss, both)
    assert miss.max() < 1e-6  # micrometre per second


def test_low_and_high_path_differ_only_with_revolutions() -> None:
    r, _, r2, _, dt, turns, prograde = cases(200)
    low, high = (solve(r, r2, dt, turns, prograde, np.full(200, flag)).v1_m_s for flag in (True, False))
    apart = np.linalg.norm(low - high, axis=1)
    assert apart[turns == 0].max() < 1e-9
    assert apart[turns > 0].min() > 1e-3


def test_hyperbolas_and_parabolas_are_arcs_too() -> None:
    r, v, *_, prograde = cases(200)
    escape = np.sqrt(2 * GM / np.linalg.norm(r, axis=1)) / np.linalg.norm(v, axis=1)
    for factor in (1.0 - 1e-6, 1.001, 1.5, 3.0):
        fast = v * (escape * factor)[:, None]
        r2, _ = move(r, fast, np.full(200, 3000.0))
        arc = solve(r, r2, np.full(200, 3000.0), np.zeros(200, int), prograde, np.full(200, True))
        assert np.linalg.norm(arc.v1_m_s - fast, axis=1).max() < 1e-6


def test_no_arc_gives_nan_and_a_flag() -> None:
    r1, r2 = jnp.asarray([7e6, 0.0, 0.0]), jnp.asarray([0.0, 7e6, 1e5])
    hurried = lambert(r1, r2, 6000.0, GM, revolutions=2)
    assert not hurried.is_valid
    assert bool(jnp.isnan(hurried.v1_m_s).all())
    opposite = lambert(r1, -r1, 3000.0, GM)
    assert not opposite.is_valid
    assert bool(lambert(r1, r2, 6000.0, GM).is_valid)
    assert not lambert(r1, r2, -5.0, GM).is_valid


def test_retrograde_goes_the_other_way() -> None:
    r1, r2 = jnp.asarray([7e6, 0.0, 0.0]), jnp.asarray([0.0, 7e6, 1e5])
    for prograde in (True, False):
        arc = lambert(r1, r2, 3000.0, GM, prograde=prograde)
        assert (float(jnp.cross(r1, arc.v1_m_s)[2]) > 0.0) == prograde


@pytest.mark.parametrize("revolutions", [0, 1, 3])
def test_derivatives_agree_with_differences(revolutions: int) -> None:
    r, _, r2, _, dt, turns, prograde = cases(40)
    index = int(np.flatnonzero(turns == revolutions)[0])

    @jax.jit
    def v1(x: jax.Array) -> jax.Array:
        return lambert(x[:3], x[3:6], x[6], GM, revolutions, bool(prograde[index])).v1_m_s

    x = jnp.asarray(np.r_[r[index], r2[index], dt[index]])
    exact_forward, exact_reverse = jax.jacfwd(v1)(x), jax.jacrev(v1)(x)
    step = np.r_[np.full(6, 10.0), 0.1]
    differences = np.stack([(v1(x + h) - v1(x - h)) / (2 * h.sum()) for h in np.diag(step)], axis=1)
    np.testing.assert_allclose(exact_forward, exact_reverse, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(exact_forward, differences, rtol=1e-4, atol=1e-6 * np.abs(differences).max())

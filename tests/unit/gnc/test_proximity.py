"""Relative motion and guidance against two orbits propagated apart, and against their own laws."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya.frames import absolute_from_lvlh_rotating, relative_lvlh_rotating
from zarya.gnc.proximity import (
    Thrusters,
    coasted,
    drawn_navigation,
    drift_clearance_m,
    perfect_navigation,
    required_velocity,
    transition_lvlh,
)
from zarya.orbits.elements import two_body_motion

GM = 3.986004415e14
A_M = 6.796e6
N = jnp.asarray(np.sqrt(GM / A_M**3))


def station() -> tuple[jax.Array, jax.Array]:
    speed = np.sqrt(GM / A_M)
    return jnp.array([A_M, 0.0, 0.0]), jnp.array([0.0, 0.6 * speed, 0.8 * speed])


@pytest.mark.parametrize(("offset_m", "duration_s"), [(330.0, 100.0), (100.0, 800.0), (1000.0, 800.0)])
def test_coast_agrees_with_two_kepler_orbits_to_second_order(offset_m, duration_s):
    rs, vs = station()
    r, v = jnp.full(3, offset_m), jnp.zeros(3)
    ra, va = absolute_from_lvlh_rotating(r, v, rs, vs)
    there = two_body_motion(ra, va, duration_s, GM)
    then = two_body_motion(rs, vs, duration_s, GM)
    truth_r, truth_v = relative_lvlh_rotating(*there, *then)
    guess_r, guess_v = coasted(N, jnp.asarray(duration_s), r, v)
    turned = float(N) * duration_s
    second_order_m = offset_m**2 / A_M * turned**2  # what linear motion leaves out, times a few
    assert float(jnp.linalg.norm(guess_r - truth_r)) < 6.0 * second_order_m
    assert float(jnp.linalg.norm(guess_v - truth_v)) < 12.0 * second_order_m / duration_s


def test_transitions_chain_and_keep_phase_space_volume():
    one, two, both = (transition_lvlh(N, jnp.asarray(t)) for t in (400.0, 900.0, 1300.0))
    whole = [np.block([[p.rr, p.rv], [p.vr, p.vv]]) for p in (one, two, both)]
    np.testing.assert_allclose(whole[1] @ whole[0], whole[2], rtol=1e-9, atol=1e-9)
    assert np.linalg.det(whole[2]) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("duration_s", [8.0, 60.0, 840.0])
def test_required_velocity_arrives(duration_s):
    r, target = jnp.array([-3000.0, 40.0, 1000.0]), jnp.array([-400.0, 0.0, 550.0])
    v = required_velocity(N, jnp.asarray(duration_s), r, target)
    reached, _ = coasted(N, jnp.asarray(duration_s), r, v)
    np.testing.assert_allclose(reached, target, atol=1e-8)


def test_a_stop_on_the_v_bar_drifts_nowhere_and_a_line_through_the_station_hits_it():
    still = drift_clearance_m(N, jnp.array([-500.0, 0.0, 0.0]), jnp.zeros(3), 86400.0, 2881)
    assert float(still) == pytest.approx(500.0, abs=1e-6)
    r = jnp.array([-500.0, 0.0, 100.0])
    hit = required_velocity(N, jnp.asarray(300.0), r, jnp.zeros(3))
    assert float(drift_clearance_m(N, r, hit, 600.0, 601)) < 1e-6


def test_thrusters_hold_their_limits():
    thrusters = Thrusters(jnp.full(3, 520.0), jnp.asarray(290.0), jnp.asarray(0.03))
    mass, second = jnp.asarray(6800.0), jnp.asarray(1.0)
    shortest = 520.0 * 0.03 / 6800.0
    newton = thrusters.pulse_newton(jnp.array([1.0, -0.5 * shortest, 2.0 * shortest]), mass, second)
    np.testing.assert_allclose(newton, [520.0, 0.0, 2.0 * 520.0 * 0.03])


def test_navigation_improves_with_range_and_a_case_is_itself_in_any_batch():
    few, many = drawn_navigation(11, 3), drawn_navigation(11, 50)
    np.testing.assert_array_equal(few.position_fraction_lvlh[2], many.position_fraction_lvlh[2])
    np.testing.assert_array_equal(few.key[2], many.key[2])
    case = jax.tree.map(lambda leaf: leaf[0], many)
    port, still, calm = jnp.zeros(3), jnp.zeros(3), jnp.zeros(6)
    errors = [
        float(jnp.linalg.norm(case.estimate(r, still, calm, port)[0] - r))
        for r in (jnp.array([x, 0.0, 0.0]) for x in (3000.0, 300.0, 30.0))
    ]
    assert errors[0] > errors[1] > errors[2]
    r, v = perfect_navigation().estimate(jnp.array([9.0, 8.0, 7.0]), jnp.ones(3), jnp.ones(6), port)
    np.testing.assert_array_equal(r, [9.0, 8.0, 7.0])
    np.testing.assert_array_equal(v, [1.0, 1.0, 1.0])


def test_sensors_err_as_their_docstring_says():
    """1 sigma over 4000 cases: 1 % of the range and 0.03 m; the wandering 0.3 % of the range over a floor of 0.02 m."""
    many = drawn_navigation(5, 4000)
    port, still = jnp.zeros(3), jnp.zeros(3)
    blind = jnp.zeros(6)

    def seen(case, r, v, wander):
        return case.estimate(r, v, wander, port)

    for range_m in (0.0, 1000.0):
        r = jnp.array([range_m, 0.0, 0.0])
        constant = np.asarray(jax.vmap(seen, in_axes=(0, None, None, None))(many, r, still, blind)[0]) - np.asarray(r)
        assert np.std(constant, axis=0) == pytest.approx(np.full(3, np.hypot(0.03, 0.01 * range_m)), rel=0.05)
        one = jax.tree.map(lambda x: x[0], many)
        noise = np.asarray(one.estimate(r, still, jnp.ones(6), port)[0] - one.estimate(r, still, blind, port)[0])
        assert noise == pytest.approx(np.full(3, 0.02 + 0.003 * range_m))
        assert np.asarray(one.estimate(r, still, jnp.ones(6), port)[1] - one.velocity_lvlh) == pytest.approx(0.003)
    assert np.std(np.asarray(many.velocity_lvlh), axis=0) == pytest.approx(np.full(3, 0.005), rel=0.05)
    closing = one.estimate(r, jnp.array([-2.0, 0.0, 0.0]), blind, port)[1] - jnp.array([-2.0, 0.0, 0.0])
    assert np.asarray(closing - one.velocity_lvlh) == pytest.approx(np.asarray(-2.0 * one.position_fraction_lvlh))

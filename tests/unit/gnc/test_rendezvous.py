"""The pieces of the rendezvous planner against the laws of orbital motion and of convex programs."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from zarya.errors import FlightError
from zarya.frames import dcm_lvlh_from_gcrf
from zarya.gnc.rendezvous.curvilinear import angle_ahead_rad, offset, offset_of_point, turned
from zarya.gnc.rendezvous.legs import firing, legs
from zarya.gnc.rendezvous.linear import Oblate, answer
from zarya.gnc.rendezvous.optimum import burns_at, few_burns, least_burns
from zarya.vehicles import catalog

GM, RADIUS, J2 = 3.986004415e14, 6.3781363e6, 1.0826e-3
R = 6.79e6
N = np.sqrt(GM / R**3)
SHIP = catalog.ship("soyuz-ms").pytree()


def circular(radius_m: float, angle_rad: float, tilt_rad: float = 0.9) -> np.ndarray:
    speed = np.sqrt(GM / radius_m)
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    p, q = np.array([1.0, 0.0, 0.0]), np.array([0.0, np.cos(tilt_rad), np.sin(tilt_rad)])
    return np.concatenate([radius_m * (c * p + s * q), speed * (c * q - s * p)])


def seen(ship: np.ndarray, station: np.ndarray, near_rad: float = 0.0) -> np.ndarray:
    parts = [jnp.asarray(x) for x in (ship[:3], ship[3:], station[:3], station[3:])]
    return np.asarray(offset(*parts, jnp.asarray(near_rad)))


def test_a_ship_on_the_stations_own_circle_stands_still_on_the_arc() -> None:
    station = circular(R, 1.0)
    for behind in (0.001, 0.3, 3.0):
        assert seen(circular(R, 1.0 - behind), station) == pytest.approx([-R * behind, 0, 0, 0, 0, 0], abs=1e-6)


def test_whole_turns_are_counted() -> None:
    station = circular(R, 1.0)
    ship = circular(R, 1.0 - 0.5)
    assert seen(ship, station, -2.0 * np.pi)[0] == pytest.approx(-R * (0.5 + 2.0 * np.pi), abs=1e-5)
    ahead, angle = jnp.asarray(-8.0), -8.0
    for step in range(1, 200):  # a slow drift through zero, seen only modulo a turn
        angle = -8.0 + 0.1 * step
        true = circular(R, 1.0 + angle)
        ahead = turned(angle_ahead_rad(jnp.asarray(true[:3]), *map(jnp.asarray, (station[:3], station[3:]))), ahead)
    assert float(ahead) == pytest.approx(angle, abs=1e-9)


def test_a_lower_circle_drifts_ahead_at_three_halves_n_h() -> None:
    h = 1_000.0
    rate = seen(circular(R - h, 1.0), circular(R, 1.0))[3]
    assert rate == pytest.approx(1.5 * N * h, rel=1e-3)


def test_the_aim_point_moves_with_the_station_even_on_an_ellipse() -> None:
    station = circular(R, 0.4)
    station[3:] = station[3:] * 1.002 + 6.0 * station[:3] / R  # climbs
    point = offset_of_point(
        jnp.array([-3000.0, 0.0, 1000.0]), jnp.zeros(3), jnp.asarray(station[:3]), jnp.asarray(station[3:])
    )
    assert np.asarray(point)[:3] == pytest.approx([-3000.0, 0.0, 1000.0], abs=2.0)
    assert np.linalg.norm(np.asarray(point)[3:]) < 0.01


def test_answers_to_burns_are_those_of_an_independent_integrator() -> None:
    pole = np.array([0.1, -0.05, 1.0]) / np.linalg.norm([0.1, -0.05, 1.0])
    count, step = 40, 150.0
    start, station = circular(6.62e6, 0.0), circular(R, 6.9)
    dv = np.zeros((count, 3))
    dv[10] = [30.0, 1.0, 2.0]

    def end(extra: np.ndarray, at: int) -> np.ndarray:
        def rate(_: float, x: np.ndarray) -> np.ndarray:
            r2 = x[:3] @ x[:3]
            z = x[:3] @ pole
            j = 1.5 * J2 * RADIUS**2 / r2
            pull = (1 + j - 5 * j * z * z / r2) * x[:3] + 2 * j * z * pole
            return np.concatenate([x[3:], -GM / r2**1.5 * pull])

        x = start.copy()
        for k in range(count):
            burn = dv[k] + (extra if k == at else 0.0)
            if np.any(burn):
                x[3:] += np.asarray(dcm_lvlh_from_gcrf(jnp.asarray(x[:3]), jnp.asarray(x[3:]))).T @ burn
            if k < count - 1:
                x = solve_ivp(rate, (0.0, step), x, method="DOP853", rtol=1e-12, atol=1e-9).y[:, -1]
        return seen(x, station)

    earth = Oblate(*(jnp.asarray(x) for x in (GM, RADIUS, J2, pole)))
    found = answer(
        jnp.asarray(start),
        jnp.asarray(step),
        jnp.asarray(dv),
        jnp.asarray(station),
        earth,
        jnp.asarray(0.0),
        substeps=4,
    )
    assert np.asarray(found.offset)[:3] == pytest.approx(end(np.zeros(3), 0)[:3], abs=20.0)
    for at in (3, 10, 25):
        for axis in range(3):
            h = 0.1 * np.eye(3)[axis]
            numeric = (end(h, at) - end(-h, at)) / 0.2
            assert np.asarray(found.by_burn)[at, :, axis] == pytest.approx(numeric, rel=1e-4, abs=1e-3)


def raising(h: float, count: int = 96) -> tuple[np.ndarray, np.ndarray]:
    """Matrices of two revolutions on a circle, and the offset to gain for a transfer to a circle h higher."""
    step = 4.0 * np.pi / N / (count - 1)
    earth = Oblate(*(jnp.asarray(x) for x in (GM, RADIUS, 0.0, np.array([0.0, 0.0, 1.0]))))
    start, station = circular(R, 0.0), circular(R, 4.0 * np.pi)
    none = jnp.zeros((count, 3))
    found = answer(
        jnp.asarray(start), jnp.asarray(step), none, jnp.asarray(station), earth, jnp.asarray(0.0), substeps=2
    )
    # one of the two revolutions at the new height: falls back by 3 pi h
    return np.asarray(found.by_burn), np.array([-3.0 * np.pi * h, 0.0, -h, -1.5 * N * h, 0.0, 0.0])


def test_a_small_raise_costs_half_n_h() -> None:
    """Hohmann to first order: n h / 2, by tangential burns half a revolution apart, at any convenient phase."""
    by_burn, goal = raising(5_000.0)
    best = least_burns(by_burn, goal, np.ones(96, dtype=bool))
    assert best.bound_m_s == pytest.approx(0.5 * N * 5_000.0, rel=2e-3)


def test_the_optimum_meets_its_own_bound_and_the_primer_is_one_at_burns() -> None:
    by_burn, goal = raising(5_000.0)
    goal = goal + np.array([20_000.0, 3_000.0, 500.0, 1.0, 2.0, -1.0])
    allowed = np.arange(96) % 3 == 0
    best = least_burns(by_burn, goal, allowed)
    total = np.linalg.norm(best.dv_lvlh, axis=1)
    assert np.einsum("nij,nj->i", by_burn, best.dv_lvlh) == pytest.approx(goal, rel=1e-6, abs=1e-3)
    assert total.sum() == pytest.approx(best.bound_m_s, rel=1e-4)
    assert best.primer.max() < 1.0 + 1e-4
    assert best.primer[total > 1e-3].min() > 1.0 - 1e-3
    assert not np.any(total[~allowed])


def test_few_burns_meet_the_aim_and_cannot_beat_the_bound() -> None:
    by_burn, goal = raising(5_000.0)
    goal = goal + np.array([20_000.0, 3_000.0, 500.0, 1.0, 2.0, -1.0])
    allowed = np.ones(96, dtype=bool)
    best = least_burns(by_burn, goal, allowed)
    for burns in (3, 4):
        nodes, dv, total = few_burns(by_burn, goal, allowed, best, burns, spacing=8)
        assert np.einsum("nij,nj->i", by_burn[nodes], dv) == pytest.approx(goal, rel=1e-3, abs=1.0)
        assert np.all(np.diff(nodes) >= 8)
        assert best.bound_m_s - 1e-3 < total < 1.1 * best.bound_m_s


def test_one_burn_cannot_meet_six_conditions() -> None:
    by_burn, goal = raising(5_000.0)
    _, total = burns_at(by_burn, goal, np.array([[40]]))
    assert np.isinf(total[0])


def test_no_allowed_time_is_an_error_of_the_flight() -> None:
    by_burn, goal = raising(5_000.0)
    allowed = np.zeros(96, dtype=bool)
    allowed[40] = True
    with pytest.raises(FlightError, match="allowed times"):
        least_burns(by_burn, goal, allowed)


def test_a_burn_obeys_the_rocket_equation_and_small_ones_go_to_the_thrusters() -> None:
    mass = jnp.asarray(7152.0)
    large = firing(jnp.asarray(50.0), mass, SHIP)
    left = 7152.0 - float(large.propellant_kg)
    assert 302 * 9.80665 * np.log(7152.0 / left) == pytest.approx(50.0, abs=1e-9)
    assert float(large.duration_s * large.flow_kg_s) == pytest.approx(float(large.propellant_kg))
    small = firing(jnp.asarray(0.2), mass, SHIP)  # half a second on the main engine, under its least burn
    assert float(small.newton) == pytest.approx(8 * 130.0)
    assert float(small.on_engine) == 0.0
    assert float(firing(jnp.asarray(1e-3), mass, SHIP).propellant_kg) == 0.0  # under the thrusters' least pulse


def test_the_order_of_flight_covers_every_span_once() -> None:
    order = legs(100.0, np.array([500.0, 4_000.0, 9_000.0, 9_100.0]))
    slot, burns = np.asarray(order.rows.slot), np.asarray(order.rows.burns)
    assert burns.sum() == 3
    assert np.all(np.diff(slot) >= 0)
    assert len(slot) % 8 == 0
    assert np.all(slot[np.asarray(order.ignition)[:3]] == np.arange(3))
    assert np.all(burns[np.asarray(order.ignition)[:3]] == 1.0)

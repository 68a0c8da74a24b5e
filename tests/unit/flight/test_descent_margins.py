"""What surrounds a descent: back-ups of the burn, the corridor, the radio silence, the falling modules."""

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.dynamics.state import State
from zarya.dynamics.surroundings import surroundings
from zarya.flight.descent import Descent, descent
from zarya.flight.descent.corridor import crossing, fly_entries
from zarya.flight.descent.debris import fall_lanes
from zarya.flight.descent.deorbit import lowest_m
from zarya.flight.descent.fall import Trace
from zarya.flight.descent.plan import burn
from zarya.flight.descent.plasma import blackout_s, critical_density_m3, electrons_m3
from zarya.time import Epoch
from zarya.vehicles import catalog

GROUND_M = 345.0
GM_M3_S2 = 3.986004418e14
SHIP = catalog.ship("soyuz-ms")


@pytest.fixture(scope="module")
def shared() -> Descent:
    around = surroundings(Epoch.from_iso("2024-04-06T06:24:00Z"), -3_600.0, 7_200.0, degree=4)
    return descent(around, SHIP, GROUND_M)


@pytest.fixture(scope="module")
def ignition() -> State:
    """A circular orbit of 420 km at 51.6 deg, south of the equator, northbound."""
    r, v, tilt = 6_798e3, 7_657.0, np.deg2rad(51.6)
    u = np.deg2rad(-50.0)
    at = r * np.array([np.cos(u), np.sin(u) * np.cos(tilt), np.sin(u) * np.sin(tilt)])
    moving = v * np.array([-np.sin(u), np.cos(u) * np.cos(tilt), np.cos(u) * np.sin(tilt)])
    return State(jnp.zeros(()), jnp.asarray(at), jnp.asarray(moving), jnp.asarray([880.0]), jnp.asarray(5_737.0))


@pytest.mark.parametrize("part", [0.0, 0.3, 0.8, 1.0])
def test_every_back_up_gives_the_delta_v_of_the_plan(part: float) -> None:
    """The rocket equation over both stages, whatever part the main engine makes."""
    whole = burn(SHIP)
    one = burn(SHIP, fails_after_s=part * float(whole.duration_s))
    mass = SHIP.descent.ignition_mass_kg.value  # type: ignore[union-attr]
    between = mass - float(one.flow_kg_s * one.duration_s)
    after = between - float(one.finish_flow_kg_s * one.finish_s)
    gained = STANDARD_GRAVITY_M_S2 * (302.0 * np.log(mass / between) + 290.0 * np.log(between / after))
    assert gained == pytest.approx(128.0, abs=1e-9)
    assert float(one.finish_newton) == 1_040.0
    assert (float(one.finish_s) == 0.0) == (part == 1.0)


def test_lowest_height_is_the_perigee_of_the_orbit_reached(shared: Descent, ignition: State) -> None:
    """A push of 60 m/s from 420 km: vis-viva on a sphere, within what the flattening and J2 add (20 km)."""
    short = eqx.tree_at(lambda d: d.burn.duration_s, shared, burn(SHIP, 60.0).duration_s)
    radius, speed = 6_798e3, 7_657.0 - 60.0
    energy = 0.5 * speed**2 - GM_M3_S2 / radius
    perigee = -GM_M3_S2 / energy - radius
    assert float(jax.jit(lowest_m)(short, ignition)) == pytest.approx(perigee - 6_371e3, abs=20e3)


def test_the_steep_limit_is_flown_at_its_load(shared: Descent) -> None:
    """Peaks of lift-up entries grow with the angle; at the angle between two of them the load is between theirs."""
    r = jnp.asarray([6_478e3, 0.0, 0.0])
    v = jnp.asarray([0.0, 4_900.0, 6_200.0])
    angles = jnp.deg2rad(jnp.asarray([-3.0, -4.0, -5.0]))
    banks = jnp.asarray([0.0, np.pi / 3.0])
    flown = fly_entries(shared, jnp.zeros(()), r, v, angles, jnp.full(3, 7_850.0), banks)
    load, heat = np.asarray(flown.peak_load_g), np.asarray(flown.heat_load_j_m2)
    assert np.all(np.diff(load, axis=0) > 0.0)
    assert np.all(np.diff(heat, axis=0) < 0.0)
    assert np.all(load[:, 1] > load[:, 0])
    middle = crossing(np.asarray(angles), load[:, 0], 5.0)
    again = fly_entries(shared, jnp.zeros(()), r, v, jnp.full(3, middle), jnp.full(3, 7_850.0), banks)
    assert float(again.peak_load_g[0, 0]) == pytest.approx(5.0, abs=0.1)


def test_crossing_is_linear_and_says_when_there_is_none() -> None:
    at = np.array([0.0, 1.0, 2.0])
    assert crossing(at, np.array([3.0, 1.0, -1.0]), 0.0) == pytest.approx(1.5)
    assert np.isnan(crossing(at, np.array([3.0, 2.0, 1.0]), 0.0))


def test_dense_pieces_fly_on_and_light_ones_hang(shared: Descent) -> None:
    """Farther with every ballistic coefficient; the lightest sinks the last kilometres at its steady speed."""
    r, v = jnp.asarray([6_518e3, 0.0, 0.0]), jnp.asarray([-200.0, 4_900.0, 6_100.0])
    pieces = jnp.asarray([15.0, 80.0, 400.0])
    low = dataclasses.replace(shared, ground_m=jnp.asarray(0.0))
    high = dataclasses.replace(shared, ground_m=jnp.asarray(1_000.0))
    at = (jnp.zeros(()), r, v, jnp.full(3, 150.0), pieces, jnp.asarray(78e3))
    below, above = fall_lanes(low, *at), fall_lanes(high, *at)
    assert np.all(np.asarray(below.is_down))
    assert np.all(np.diff(np.asarray(below.longitude_rad)) > 0.0)
    assert np.all(np.diff(np.asarray(below.t_s)) < 0.0)
    assert np.ptp(np.asarray(below.break_up_s)) < 1e-9
    sink = 1_000.0 / (float(below.t_s[0]) - float(above.t_s[0]))
    assert sink == pytest.approx(np.sqrt(2.0 * 9.81 * 15.0 / 1.17), rel=0.02)


def test_critical_density_of_the_voice_link() -> None:
    """The plasma frequency in MHz is 8.98 times the root of the electrons per 1e12 m3."""
    assert float(critical_density_m3(jnp.asarray(121.75e6))) == pytest.approx((121.75 / 8.978) ** 2 * 1e12, rel=1e-3)


def test_electrons_grow_with_the_speed_and_vanish_when_slow() -> None:
    """Behind the shock at 36 km: from nothing at 2 km/s to far more than any link gets through at 3 km/s."""
    speeds = jnp.asarray([2_000.0, 2_400.0, 2_700.0, 3_000.0])
    found = np.asarray(jax.vmap(lambda v: electrons_m3(jnp.asarray(7e-3), v))(speeds))
    assert np.all(np.diff(np.log(found)) > 0.0)
    assert found[0] < 1e12  # a hundredth of what the voice link gets through
    assert found[-1] > 1e16


def test_silence_begins_at_its_height_and_ends_where_the_link_gets_through(shared: Descent) -> None:
    """A made-up fall straight down at the speeds of an entry: 110 to 20 km, 7.6 to 1.2 km/s."""
    t_s = 5.0 * np.arange(90.0)
    height = np.linspace(110_000.0, 20_000.0, 90)
    r = np.stack([6_378_137.0 + height, np.zeros(90), np.zeros(90)], axis=1)
    v = np.stack([np.zeros(90), np.zeros(90), np.linspace(7_600.0, 1_200.0, 90)], axis=1)
    nothing = jnp.zeros(90)
    trace = jax.vmap(Trace)(jnp.asarray(t_s), jnp.asarray(r), jnp.asarray(v), nothing, nothing)
    link_hz = 121.75e6
    start, end = blackout_s(shared.air, trace, 80_400.0, link_hz)
    there = [shared.air.at(jnp.asarray(t), jnp.asarray(x)) for t, x in zip(t_s, r, strict=True)]
    seen_m = np.array([float(one[3]) for one in there])
    assert np.interp(start, t_s, seen_m) == pytest.approx(80_400.0, abs=1.0)
    electrons = np.array([
        float(electrons_m3(one[0], jnp.linalg.norm(jnp.asarray(x) - one[2]))) for one, x in zip(there, v, strict=True)
    ])  # fmt: skip
    assert np.interp(end, t_s, np.log(electrons)) == pytest.approx(np.log(critical_density_m3(jnp.asarray(link_hz))))
    assert electrons[int(end // 5.0)] > electrons[int(end // 5.0) + 1]
    high = jax.tree.map(lambda x: x[:20], trace)
    assert np.all(np.isnan(blackout_s(shared.air, high, 80_400.0, link_hz)))


def test_a_heavy_piece_falls_as_the_field_alone_lets_it(shared: Descent) -> None:
    """From rest 100 km over the equator, against SciPy in the same field. Measured: 0.08 ms in 145 s."""
    start = np.array([6_378_137.0 + 100_000.0, 0.0, 0.0])
    heavy = jnp.full(1, 1e12)
    piece = fall_lanes(
        shared, jnp.zeros(()), jnp.asarray(start), jnp.asarray([0.0, 1e-3, 0.0]), heavy, heavy, jnp.asarray(80_000.0)
    )

    def rate(_: float, y: np.ndarray) -> np.ndarray:
        return np.concatenate([y[3:], np.asarray(shared.gravity.acceleration_gcrf(jnp.asarray(y[:3])))])

    def over_m(_: float, y: np.ndarray) -> float:
        return float(np.linalg.norm(y[:3])) - 6_378_137.0 - GROUND_M

    over_m.terminal = True  # type: ignore[attr-defined]
    known = solve_ivp(rate, (0.0, 300.0), np.r_[start, 0.0, 1e-3, 0.0], rtol=1e-10, atol=1e-6, events=over_m)
    assert bool(piece.is_down[0])
    print(float(piece.t_s[0]) - known.t[-1])
    assert float(piece.t_s[0]) == pytest.approx(known.t[-1], abs=5e-3)

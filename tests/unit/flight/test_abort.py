"""Launch aborts: laws of motors, arcs and falls, and that no second of the ascent is without a mode."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.dynamics.state import State
from zarya.dynamics.surroundings import surroundings
from zarya.errors import InputError
from zarya.flight import abort
from zarya.flight.abort.flown import FALL, Abort, climb_to_orbit
from zarya.flight.descent import descent
from zarya.frames import geodetic_from_itrf, itrf_from_geodetic
from zarya.units import DEG, KM
from zarya.vehicles import catalog
from zarya.vehicles.quantity import leaf

PAD_RAD = (45.996 * DEG, 63.564 * DEG)
GROUND_M = 60.0


@pytest.fixture(scope="module")
def launcher():
    return catalog.launcher("soyuz-2.1a").for_ship("soyuz-ms")


@pytest.fixture(scope="module")
def ship():
    return catalog.ship("soyuz-ms")


@pytest.fixture(scope="module")
def system(launcher, ship):
    return abort.escape(launcher, ship)


@pytest.fixture(scope="module")
def shared(epoch, ship):
    return descent(surroundings(epoch, -600.0, 10_800.0, degree=8), ship, GROUND_M)


def _over_pad(shared, height_m, up_m_s, east_m_s):
    """Position, velocity, up and east over the pad at lift-off, gcrf."""
    zero = jnp.zeros(())
    earth = shared.air.earth
    dcm = np.asarray(earth.dcm_itrf_from_gcrf(zero))
    latitude, longitude = PAD_RAD
    r = dcm.T @ np.asarray(itrf_from_geodetic(*(jnp.asarray(x) for x in (*PAD_RAD, height_m))))
    up = dcm.T @ [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    east = dcm.T @ [-np.sin(longitude), np.cos(longitude), 0.0]
    v = up_m_s * up + east_m_s * east + np.cross(np.asarray(earth.omega_earth_gcrf(zero)), r)
    return r, v, up, east


STARTS = (
    (abort.TOWER, GROUND_M, 0.0, 0.0),
    (abort.TOWER, 11_000.0, 350.0, 250.0),
    (abort.FAIRING, 45_000.0, 800.0, 1_600.0),
    (abort.SEPARATION, 120_000.0, 700.0, 3_000.0),
)


@pytest.fixture(scope="module")
def flown(shared, system):
    lanes = []
    for mode, height, up_m_s, east_m_s in STARTS:
        r, v, up, east = _over_pad(shared, height, up_m_s, east_m_s)
        axis = v - np.cross(np.asarray(shared.air.earth.omega_earth_gcrf(jnp.zeros(()))), r) + 1e-6 * up
        lanes.append(abort.abort_from(system, shared, mode, 0.0, r, v, axis / np.linalg.norm(axis), east))
    return abort.fly_lanes(shared, jax.tree.map(lambda *x: jnp.stack(x), *lanes))


def test_no_second_of_the_ascent_is_without_a_mode(system):
    modes = [system.mode(float(t)) for t in np.arange(-60.0, 530.0)]
    changes = [k for k in range(1, len(modes)) if modes[k] != modes[k - 1]]
    assert [modes[k] for k in (0, *changes)] == [abort.TOWER, abort.FAIRING, abort.SEPARATION]
    assert [k - 60 for k in changes] == [114, 157]


def test_the_tower_pulls_with_its_impulse(system):
    """725 kN and 190 s empty 1590 kg in 4.09 s, with the sea-level thrust of 175 s."""
    motor = system.tower
    assert motor.propellant_kg / motor.flow_kg_s == pytest.approx(1590.0 * 190.0 * STANDARD_GRAVITY_M_S2 / 725e3)
    assert motor.vacuum_n - 101_325.0 * motor.exit_area_m2 == pytest.approx(725e3 * 175.0 / 190.0)


def test_every_abort_comes_down_under_its_parachute(flown):
    assert np.all(np.asarray(flown.is_down))
    assert np.all(np.diff(np.stack([flown.parachute_s, flown.main_s, flown.landing_s]), axis=0) > 0.0)


def test_on_the_pad_the_head_rises_high_enough_for_the_parachute(flown, system):
    """The load starts at F/m (no drag yet) and the main parachute opens over the ground."""
    motor = system.tower
    thrust = motor.vacuum_n - 101_325.0 * motor.exit_area_m2
    first = thrust / ((motor.inert_kg + motor.propellant_kg) * STANDARD_GRAVITY_M_S2)
    assert first < float(flown.motor_load_g[0]) < thrust * 1.01 / (motor.inert_kg * STANDARD_GRAVITY_M_S2)
    assert 1_000.0 < float(flown.apogee_m[0]) < 4_000.0
    assert float(flown.landing_s[0] - flown.main_s[0]) > 60.0
    assert 120.0 < float(flown.landing_s[0]) < 600.0


def test_the_tower_lands_beside_the_pad(flown):
    latitude, longitude = float(flown.latitude_rad[0]), float(flown.longitude_rad[0])
    away = 6.371e6 * np.hypot(latitude - PAD_RAD[0], (longitude - PAD_RAD[1]) * np.cos(latitude))
    assert 300.0 < away < 5_000.0


def test_out_of_the_air_the_arc_keeps_its_energy(shared, system):
    """Apogee of the free module from 120 km: the height the energy and the momentum give in the field of a point."""
    r, v, _, east = _over_pad(shared, 120_000.0, 700.0, 3_000.0)
    log = abort.fly_lanes(
        shared,
        jax.tree.map(lambda x: x[None], abort.abort_from(system, shared, abort.SEPARATION, 0.0, r, v, east, east)),
    )
    gm = float(shared.gravity.gm_m3_s2)
    h2 = np.sum(np.cross(r, v) ** 2)
    energy = 0.5 * v @ v - gm / np.linalg.norm(r)
    top = h2 / gm / (1.0 - np.sqrt(1.0 + 2.0 * energy * h2 / gm**2))
    assert float(log.apogee_m[0]) - 120_000.0 == pytest.approx(top - np.linalg.norm(r), abs=400.0)


def test_lift_up_lowers_the_load(shared, system, flown):
    lifted = float(flown.peak_load_g[3])
    r, v, _, east = _over_pad(shared, *STARTS[3][1:])
    one = abort.abort_from(system, shared, abort.SEPARATION, 0.0, r, v, east, east)
    spun = abort.fly_lanes(shared, jax.tree.map(lambda x: x[None], replace(one, lift=jnp.zeros(()))))
    assert lifted < float(spun.peak_load_g[0])
    assert float(flown.landing_s[3]) > float(spun.landing_s[0])


def test_a_fall_from_rest_takes_longer_than_in_a_vacuum(shared):
    """From 60 km to the parachutes; the air brakes, and nothing lifts the module over where it started."""
    r, v, up, _east = _over_pad(shared, 60_000.0, -1.0, 0.0)
    start = State(jnp.zeros(()), jnp.asarray(r), jnp.asarray(v), jnp.zeros(1), shared.module.mass_kg)
    zero = jnp.zeros(())
    one = Abort(start, jnp.asarray(up), zero, zero, jnp.ones(()), zero, zero, jnp.asarray(float(FALL)))
    log = abort.fly_lanes(shared, jax.tree.map(lambda x: x[None], one))
    free_s = np.sqrt(2.0 * (60.0 - 10.8) * KM / 9.7)
    assert free_s < float(log.parachute_s[0]) < 2.5 * free_s
    assert float(log.apogee_m[0]) == pytest.approx(60_000.0, abs=1.0)


def test_a_launcher_without_a_tower_is_refused(ship):
    with pytest.raises(InputError, match="how a crew leaves this launcher"):
        abort.escape(catalog.launcher("falcon-9"), ship)


def test_the_landing_place_is_on_the_ground(shared, flown):
    """What the log gives as latitude and longitude is a place in the Earth's frame near the pad's meridian."""
    place = itrf_from_geodetic(flown.latitude_rad[2], flown.longitude_rad[2], jnp.asarray(GROUND_M))
    latitude, longitude, height = (float(x) for x in geodetic_from_itrf(place))
    assert height == pytest.approx(GROUND_M, abs=1e-3)
    assert latitude == pytest.approx(PAD_RAD[0], abs=2.0 * DEG)
    assert PAD_RAD[1] < longitude < PAD_RAD[1] + 8.0 * DEG


def test_the_engine_makes_up_what_it_can_pay_for(shared, ship):
    """At 200 km, 100 m/s short of the circle is an orbit, 600 m/s short is not; the rocket equation pays for it."""
    gm, radius = float(shared.gravity.gm_m3_s2), float(shared.gravity.radius_m)
    flow = ship.engine.thrust_kn.value * KM / (ship.engine.isp_s.value * STANDARD_GRAVITY_M_S2)
    r, _, up, east = _over_pad(shared, 200_000.0, 0.0, 0.0)
    circle = np.sqrt(gm / np.linalg.norm(r))
    kept = leaf(ship.deorbit_reserve_kg)
    numbers = (leaf(ship.engine.thrust_kn.value * KM), leaf(flow), kept)
    inert = ship.mass_kg.value - ship.propellant_kg.value

    def climbs(short_m_s):
        v = (circle - short_m_s) * east
        tank = jnp.asarray([ship.propellant_kg.value])
        begun = State(leaf(0.0), jnp.asarray(r), jnp.asarray(v), tank, leaf(inert))
        return jax.jit(climb_to_orbit)(shared, begun, *numbers)

    near, far = climbs(100.0), climbs(600.0)
    assert bool(near.is_orbit)
    assert not bool(far.is_orbit)
    assert float(near.perigee_m) == pytest.approx(120_000.0, abs=10_000.0)
    assert float(near.ship.tank_kg[0]) > float(kept)
    spent_m_s = ship.engine.isp_s.value * STANDARD_GRAVITY_M_S2 * np.log(ship.mass_kg.value / float(near.ship.mass_kg))
    wanted = 2.0 * np.sqrt(gm / (radius + 160_000.0)) - np.sqrt(gm / (radius + 120_000.0)) - (circle - 100.0)
    assert 0.5 * wanted < spent_m_s < 100.0
    assert abs(float(np.dot(up, east))) < 1e-12

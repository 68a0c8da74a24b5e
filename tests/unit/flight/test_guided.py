"""Many descents from one pass: the air as a column, steps that agree with the full flight, guidance, drift."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya.dynamics.state import State
from zarya.dynamics.surroundings import surroundings
from zarya.flight.descent import Descent, DescentLog, descent, fly
from zarya.flight.descent.column import WIND_LEVELS, Dispersion, WayDown, displaced, meeting, undispersed, way_down
from zarya.flight.descent.glide import Body, Endured, begun, glide, glided, sunk
from zarya.flight.descent.guided import Learned, guided_entry, learning
from zarya.flight.descent.plan import planned_program
from zarya.frames.geodetic import dcm_enu_from_itrf, geodetic_from_itrf, itrf_from_geodetic
from zarya.gnc.entry import BankProgram
from zarya.time import Epoch
from zarya.vehicles import catalog

GROUND_M = 345.0
PLAN = planned_program(catalog.ship("soyuz-ms"))
_GLIDED = eqx.filter_jit(glided)


@pytest.fixture(scope="module")
def shared() -> Descent:
    around = surroundings(Epoch.from_iso("2024-04-06T06:24:00Z"), -3_600.0, 7_200.0, degree=4)
    return descent(around, catalog.ship("soyuz-ms"), GROUND_M)


@pytest.fixture(scope="module")
def ignition() -> State:
    """A circular orbit of 420 km at 51.6 deg, south of the equator, northbound."""
    r, v, tilt, u = 6_798e3, 7_657.0, np.deg2rad(51.6), np.deg2rad(-50.0)
    at = r * np.array([np.cos(u), np.sin(u) * np.cos(tilt), np.sin(u) * np.sin(tilt)])
    moving = v * np.array([-np.sin(u), np.cos(u) * np.cos(tilt), np.cos(u) * np.sin(tilt)])
    return State(jnp.zeros(()), jnp.asarray(at), jnp.asarray(moving), jnp.asarray([880.0]), jnp.asarray(5_737.0))


@pytest.fixture(scope="module")
def log(shared: Descent, ignition: State) -> DescentLog:
    flown: DescentLog = eqx.filter_jit(fly)(shared, ignition, PLAN)
    return flown


@pytest.fixture(scope="module")
def way(shared: Descent, log: DescentLog) -> WayDown:
    return way_down(shared, jax.tree.map(lambda a, b: jnp.concatenate([a, b]), log.entry, log.chutes))


@pytest.fixture(scope="module")
def start(log: DescentLog, way: WayDown) -> State:
    """The first sample after separation."""
    return State(log.entry.t_s[0], log.entry.r_gcrf[0], log.entry.v_gcrf[0], jnp.zeros(0), way.mass_kg)


def landed(way: WayDown, start: State, usual_s: float = 2.0) -> tuple[Body, Endured, Body]:
    opened, harm = glide(way, PLAN, start, usual_s)
    return opened, harm, sunk(way, opened)[0]


def test_place_is_the_geodetic_one(way: WayDown) -> None:
    for latitude, height in ((-1.2, 0.0), (0.0, 9e4), (0.8, 345.0), (0.9, 1.5e5)):
        r_itrf = itrf_from_geodetic(jnp.asarray(latitude), jnp.asarray(0.4), jnp.asarray(height))
        dcm = way.earth.dcm_itrf_from_gcrf(jnp.asarray(600.0))
        place = way.place(dcm.T @ r_itrf)
        east, north, up = dcm_enu_from_itrf(*geodetic_from_itrf(r_itrf)[:2])
        assert float(place.height_m) == pytest.approx(height, abs=1e-2)  # the pole turns with the Earth
        for ours, theirs in ((place.east, east), (place.north, north), (place.up, up)):
            assert np.allclose(dcm @ ours, theirs, atol=3e-7)


def test_column_is_the_air_of_the_descent(shared: Descent, log: DescentLog, way: WayDown) -> None:
    t, r = log.entry.t_s[2:100:7], log.entry.r_gcrf[2:100:7]
    density, sound, _, _ = jax.vmap(shared.air.at)(t, r)
    ours = jax.vmap(lambda r: way.air(way.place(r))[:3])(r)
    assert np.allclose(ours[0], density, rtol=1e-3)
    assert np.allclose(ours[2], sound, rtol=1e-3)


def test_lean_steps_land_where_the_full_flight_lands(log: DescentLog, way: WayDown, start: State) -> None:
    """Within a second and half a kilometre; four times shorter steps meet the full flight within 200 m."""
    place = np.asarray(itrf_from_geodetic(log.latitude_rad, log.longitude_rad, jnp.asarray(GROUND_M)))
    for usual_s, miss_m in ((2.0, 800.0), (0.5, 200.0)):
        opened, harm, down = eqx.filter_jit(landed)(way, start, usual_s)
        assert float(opened.state.t_s - log.parachute_s) == pytest.approx(0.0, abs=0.3)
        assert float(down.state.t_s - log.landing_s) == pytest.approx(0.0, abs=2.5)
        assert np.linalg.norm(np.asarray(way.ground_point_m(down.state)) - place) < miss_m
        assert float(down.sink_m_s) == pytest.approx(float(log.descent_speed_m_s), abs=0.01)
        assert float(harm.peak_load_g) == pytest.approx(float(log.marks.peak_load_g), rel=0.02)
        assert float(harm.heat_load_j_m2) == pytest.approx(float(log.marks.heat_load_j_m2), rel=0.01)


def test_a_dispersed_case_is_what_the_full_flight_says(
    shared: Descent, ignition: State, log: DescentLog, way: WayDown, start: State
) -> None:
    """5 % more drag in air 5 % denser, open loop: both flights move by the same 31 km and 22 s."""
    other = eqx.tree_at(lambda d: (d.air.density_scale, d.drag_scale), shared, (jnp.asarray(1.05), jnp.asarray(1.05)))
    full: DescentLog = eqx.filter_jit(fly)(other, ignition, PLAN)
    thick = jnp.full_like(undispersed().ln_density, np.log(1.05))
    case = eqx.tree_at(lambda c: (c.drag, c.ln_density), undispersed(), (jnp.asarray(1.05), thick))
    opened, _, down = eqx.filter_jit(landed)(meeting(way, case), start)
    place = np.asarray(itrf_from_geodetic(full.latitude_rad, full.longitude_rad, jnp.asarray(GROUND_M)))
    off_m = np.linalg.norm(np.asarray(way.ground_point_m(down.state)) - place)
    before = np.asarray(itrf_from_geodetic(log.latitude_rad, log.longitude_rad, jnp.asarray(GROUND_M)))
    print(np.linalg.norm(place - before), off_m, full.landing_s - log.landing_s, down.state.t_s - full.landing_s)
    assert np.linalg.norm(place - before) > 20e3
    assert off_m < 1e3
    assert float(down.state.t_s - full.landing_s) == pytest.approx(0.0, abs=2.5)
    assert float(opened.state.t_s - full.parachute_s) == pytest.approx(0.0, abs=0.5)


def test_the_descent_drifts_with_the_wind_and_slows_with_the_canopy(way: WayDown, start: State) -> None:
    """10 m/s to the east moves the landing by 10 m a second under the parachutes; the sink goes with 1/sqrt(CA)."""
    wind = jnp.broadcast_to(jnp.array([10.0, 0.0]), (WIND_LEVELS, 2))
    windy = eqx.tree_at(lambda c: c.wind_m_s, undispersed(), wind)
    large = eqx.tree_at(lambda c: c.parachute_area, undispersed(), jnp.asarray(1.21))
    opened, _ = eqx.filter_jit(glide)(way, PLAN, start)
    down, drifted, slow = (
        eqx.filter_jit(sunk)(meeting(way, case), opened)[0] for case in (undispersed(), windy, large)
    )
    moved = np.asarray(way.ground_point_m(drifted.state) - way.ground_point_m(down.state))
    latitude, longitude, _ = geodetic_from_itrf(way.ground_point_m(down.state))
    east, north, _ = np.asarray(dcm_enu_from_itrf(latitude, longitude)) @ moved
    seconds = float(down.state.t_s - opened.state.t_s)
    assert east == pytest.approx(10.0 * seconds, rel=0.03)
    assert abs(north) < 0.02 * east
    assert float(drifted.state.t_s - down.state.t_s) == pytest.approx(0.0, abs=1.0)
    assert float(slow.sink_m_s) == pytest.approx(float(down.sink_m_s) / 1.1, rel=2e-3)


def test_a_displaced_module_flies_the_same_orbit(way: WayDown, start: State) -> None:
    case = eqx.tree_at(lambda c: c.along_track_m, undispersed(), jnp.asarray(2_000.0))
    moved = displaced(meeting(way, case), start)
    assert float(jnp.linalg.norm(moved.r_gcrf - start.r_gcrf)) == pytest.approx(2_000.0, rel=1e-6)
    for ours, theirs in ((moved.r_gcrf, start.r_gcrf), (moved.v_gcrf, start.v_gcrf)):
        assert float(jnp.linalg.norm(ours)) == pytest.approx(float(jnp.linalg.norm(theirs)), rel=1e-12)
    assert np.allclose(np.cross(moved.r_gcrf, moved.v_gcrf), np.cross(start.r_gcrf, start.v_gcrf), rtol=1e-9)


def test_guidance_brings_dispersed_entries_to_the_point(way: WayDown, start: State) -> None:
    """Density, drag and lift off by two sigma each, and 4 km along the track: flown open and flown guided."""
    aim = way.ground_point_m(eqx.filter_jit(glide)(way, PLAN, start)[0].state)
    thick = eqx.tree_at(lambda c: c.drag, undispersed(), jnp.asarray(1.1))
    blind, _ = eqx.filter_jit(glide)(meeting(way, thick), PLAN, start)
    assert float(jnp.linalg.norm(way.ground_point_m(blind.state) - aim)) > 20e3

    @eqx.filter_jit
    def guided(factors: jax.Array) -> tuple[jax.Array, jax.Array]:
        def one(f: jax.Array) -> tuple[jax.Array, jax.Array]:
            case: Dispersion = eqx.tree_at(
                lambda c: (c.ln_density, c.drag, c.lift_to_drag, c.along_track_m),
                undispersed(),
                (jnp.log(f[0]) + 0.0 * undispersed().ln_density, f[1], f[2], f[3]),
            )
            truth = meeting(way, case)
            program: BankProgram = PLAN
            body, harm, _ = guided_entry(truth, way, displaced(truth, start), program, aim)
            return jnp.linalg.norm(way.ground_point_m(body.state) - aim), harm.peak_load_g

        return jax.vmap(one)(factors)

    factors = jnp.array([[1.0, 1.0, 1.0, 0.0], [1.1, 1.1, 0.9, -4e3], [0.9, 0.9, 1.1, 4e3], [1.1, 0.9, 1.1, 4e3]])
    miss, peak = guided(factors)
    print(miss, peak)
    assert float(miss[0]) < 100.0
    assert float(jnp.max(miss)) < 28e3
    assert float(jnp.max(peak)) < 6.0


def test_the_lift_turns_up_at_the_limit_of_the_load(way: WayDown, start: State) -> None:
    """Bank 100 deg for the whole entry: the same entry limited to 4.5 g bears less and flies farther."""
    steep = eqx.tree_at(lambda p: p.bank_rad, PLAN, jnp.asarray(np.deg2rad(100.0)))
    limited = eqx.tree_at(lambda w: w.load_limit_g, way, jnp.asarray(4.5))
    (free, hard), (held, soft) = (eqx.filter_jit(glide)(one, steep, start) for one in (way, limited))
    assert float(hard.peak_load_g) > 6.0
    assert float(soft.peak_load_g) < float(hard.peak_load_g) - 0.5
    assert float(held.state.t_s) > float(free.state.t_s)


def test_accelerometers_teach_drag_and_lift(way: WayDown, start: State) -> None:
    """Ten per cent more drag, ten less lift to drag, air five per cent denser: known after ten looks at 1 g or more."""
    thick = jnp.full_like(undispersed().ln_density, np.log(1.05))
    case = eqx.tree_at(
        lambda c: (c.drag, c.lift_to_drag, c.ln_density), undispersed(), (jnp.asarray(1.1), jnp.asarray(0.9), thick)
    )
    truth = meeting(way, case)
    body = begun(truth, start, PLAN)
    for _ in range(195):
        body, load_g, _ = _GLIDED(truth, PLAN, body, jnp.asarray(2.0))
    assert float(load_g) > 1.0
    known = Learned(jnp.ones(()), jnp.ones(()))
    for _ in range(10):
        known = learning(truth, way, body, known)
    assert float(known.drag) == pytest.approx(1.1 * 1.05, rel=2e-3)
    assert float(known.lift_to_drag) == pytest.approx(0.9, rel=2e-3)

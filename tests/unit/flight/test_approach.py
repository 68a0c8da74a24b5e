"""Approach and docking: every kind of port, the flown clock, the laws of contact, and every way to fail."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya.dynamics.loads import Gravity
from zarya.dynamics.motion import derivative
from zarya.dynamics.runge_kutta import run
from zarya.dynamics.state import State
from zarya.dynamics.station_path import StationPath
from zarya.environment.gravity import load_gravity
from zarya.errors import InputError
from zarya.flight import approach
from zarya.flight.docking import crossing_s
from zarya.flight.phase import Handover, Outcome
from zarya.frames import absolute_from_lvlh_rotating, earth_orientation, relative_lvlh_rotating
from zarya.gnc.proximity import drawn_navigation, drift_clearance_m, perfect_navigation
from zarya.tables import quintic_table
from zarya.vehicles import catalog

CONTACT_S, START_S = 2400.0, 240.0
SHIP = catalog.ship("soyuz-ms").pytree()
NO_ERROR = np.zeros(3)
fly = jax.jit(approach.fly)
fly_batch = jax.jit(jax.vmap(approach.fly, in_axes=(None, 0, None, 0)))


@pytest.fixture(scope="module")
def loads(epoch):
    return (Gravity(load_gravity("egm2008", 8), earth_orientation(epoch, 0.0, 3000.0)),)


@pytest.fixture(scope="module")
def station(loads):
    """A circular orbit of 51.6 deg at 418 km, flown in the ship's own field."""
    r, speed, tilt = 6.796e6, np.sqrt(3.986004415e14 / 6.796e6), np.radians(51.6)
    v = jnp.array([0.0, speed * np.cos(tilt), speed * np.sin(tilt)])
    first = State(jnp.zeros(()), jnp.array([r, 0.0, 0.0]), v, jnp.zeros(1), jnp.asarray(4.6e5))
    _, later = jax.jit(run, static_argnums=2)(first, jnp.asarray(2700.0), 2700, loads)
    nodes = jax.tree.map(lambda a, b: jnp.concatenate([a[None], b])[::10], first, later)
    pull = jax.jit(jax.vmap(lambda s: derivative(s.t_s, s, loads).a_gcrf))(nodes)
    return StationPath(quintic_table(0.0, 10.0, nodes.r_gcrf, nodes.v_gcrf, pull), jnp.zeros(()), jnp.ones(()))


def plan_to(station, name, port, **options):
    data = catalog.station(name)
    return approach.prepare(SHIP, data.pytree(), data.port_pytree(port), station, CONTACT_S, **options)


def at_aim(station, dr=NO_ERROR, dv=NO_ERROR, tank_kg=500.0):
    t = jnp.asarray(START_S)
    r_lvlh = jnp.asarray(np.array([-3000.0, 0.0, 1000.0]) + dr)
    r, v = absolute_from_lvlh_rotating(r_lvlh, jnp.asarray(dv), station.r_gcrf(t), station.v_gcrf(t))
    ship = State(t, r, v, jnp.array([0.6, 0.4]) * tank_kg, jnp.asarray(6300.0))
    return Handover(ship, r, v, jnp.asarray(Outcome.FLYING))


def stacked(items):
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *items)


@pytest.mark.parametrize(
    ("name", "port"),
    [
        ("iss", "rassvet"),
        ("iss", "prichal"),
        ("iss", "poisk"),
        ("iss", "zvezda"),
        ("iss", "harmony-forward"),
        ("tiangong", "forward"),
        ("tiangong", "nadir"),
    ],
)
def test_docks_at_every_kind_of_port_on_time(station, loads, name, port):
    plan = plan_to(station, name, port)
    last, log = fly(
        plan, at_aim(station, np.array([80.0, -60.0, 50.0]), np.array([0.1, -0.05, 0.08])), loads, perfect_navigation()
    )
    assert int(last.outcome) == Outcome.DOCKED
    assert bool(log.inside_limits)
    assert abs(float(log.docking_s) - CONTACT_S) < 2.0
    assert START_S < float(log.station_keeping_s) < float(log.final_approach_s) < float(log.docking_s)
    assert float(log.final_approach_s) == pytest.approx(float(plan.final_approach_s), abs=1.0)
    assert float(log.corridor_margin_rad) > np.radians(5.0)
    assert float(log.nearest_m) > float(plan.keep_out_radius_m)
    assert 10.0 < float(log.delta_v_m_s) < 25.0


def test_nadir_approach_follows_the_clock_of_progress_ms_03(station, loads):
    """SpaceNews clock, nadir port: 700 m and 2.35 m/s at 22 min, 379 m at 18, 224 m at 14, 50 m at 3."""
    plan = plan_to(station, "iss", "rassvet")
    _, log = fly(plan, at_aim(station), loads, perfect_navigation())
    sight = np.asarray(log.sample_r_lvlh) - np.asarray(plan.port.r_port_lvlh)
    ranges = np.linalg.norm(sight, axis=1) - float(plan.probe_m)
    rates = np.sum(sight * np.asarray(log.sample_v_lvlh), axis=1) / np.linalg.norm(sight, axis=1)

    def at(minutes):
        return int(np.argmin(np.abs(np.asarray(log.sample_s) - (CONTACT_S - 60.0 * minutes))))

    assert ranges[at(22)] == pytest.approx(700.0, abs=10.0)
    assert rates[at(22)] == pytest.approx(-2.35, abs=0.25)
    assert ranges[at(18)] == pytest.approx(379.0, abs=15.0)
    assert ranges[at(14)] == pytest.approx(224.0, abs=20.0)
    assert ranges[at(3)] == pytest.approx(50.0, abs=5.0)
    assert float(log.axial_m_s) == pytest.approx(0.15, abs=0.01)


@pytest.mark.parametrize("port", ["rassvet", "poisk", "zvezda", "harmony-forward"])
def test_far_legs_drift_clear_of_the_keep_out_sphere_for_a_day(station, loads, port):
    """Thrusters stop at any instant before the 700 m gate: the ship passes outside 200 m (linear motion, 24 h)."""
    plan = plan_to(station, "iss", port)
    _, log = fly(plan, at_aim(station), loads, perfect_navigation())
    far = np.asarray(log.sample_s) < float(plan.stage_start_s[approach.STAGES.index("close")])
    n = jnp.asarray(np.sqrt(3.986004415e14 / 6.796e6**3))
    clearance = jax.jit(jax.vmap(lambda r, v: drift_clearance_m(n, r, v, 86400.0, 2881)))
    assert float(clearance(log.sample_r_lvlh[far], log.sample_v_lvlh[far]).min()) > 200.0


def test_contact_is_where_probe_and_port_meet(station, loads):
    plan = plan_to(station, "iss", "poisk")
    last, log = fly(plan, at_aim(station), loads, perfect_navigation())
    t = last.ship.t_s
    r, v = relative_lvlh_rotating(last.ship.r_gcrf, last.ship.v_gcrf, station.r_gcrf(t), station.v_gcrf(t))
    gap = (r - plan.port.r_port_lvlh) @ plan.port.axis_lvlh - plan.probe_m
    assert float(t) == float(log.docking_s)
    assert abs(float(gap)) < 1e-6  # at 0.15 m/s: located to 10 microseconds
    assert float(-v @ plan.port.axis_lvlh) == pytest.approx(float(log.axial_m_s))


def test_crossing_is_exact_for_constant_acceleration():
    for before, rate, pull in ((0.1, -0.15, 0.0), (0.05, -0.12, 0.07), (0.1, -0.02, -0.3)):
        after, rate_after = before + rate + 0.5 * pull, rate + pull
        found = float(crossing_s(*(jnp.asarray(x) for x in (before, rate, after, rate_after, 1.0))))
        assert before + rate * found + 0.5 * pull * found**2 == pytest.approx(0.0, abs=1e-9)


def test_propellant_pays_for_each_axis_alone(station, loads):
    """Between the rocket equation of the delta-v flown and sqrt(3) of it."""
    _, log = fly(plan_to(station, "iss", "rassvet"), at_aim(station), loads, perfect_navigation())
    least = 6800.0 * -np.expm1(-float(log.delta_v_m_s) / (float(SHIP.thruster_isp_s) * 9.80665))
    assert least < float(log.propellant_kg) < np.sqrt(3.0) * least
    # the pulse that is cut by contact is counted whole by stage
    assert float(log.stage_propellant_kg.sum()) == pytest.approx(float(log.propellant_kg), abs=0.1)


def test_rows_of_the_burns_add_up(station, loads):
    plan = plan_to(station, "iss", "rassvet")
    _, log = fly(plan, at_aim(station), loads, perfect_navigation())
    rows = approach.stages_made(plan, log)
    assert [row["name"] for row in rows] == list(approach.STAGES)
    assert [row["t_s"] for row in rows] == sorted(row["t_s"] for row in rows)
    assert sum(row["delta_v_m_s"] for row in rows) == pytest.approx(float(log.delta_v_m_s))
    for row in rows:  # four thrusters of 130 N an axis: no faster than sqrt(3) of one axis
        assert row["delta_v_m_s"] <= np.sqrt(3.0) * row["duration_s"] * 520.0 / 6700.0


def test_without_thrusters_the_ship_coasts_as_the_integrator_says(station, loads):
    """The slow part of the field held over 5 s against held over 1 s: 2 mm after half an hour."""
    plan = eqx.tree_at(lambda p: p.thrusters.axis_newton, plan_to(station, "iss", "rassvet"), jnp.zeros(3))
    start = at_aim(station)
    last, log = fly(plan, start, loads, perfect_navigation())
    assert int(last.outcome) == Outcome.CORRIDOR_LEFT  # far away when the final approach should begin
    coast_s = float(last.ship.t_s) - START_S
    alone, _ = jax.jit(run, static_argnums=2)(start.ship, jnp.asarray(coast_s), round(coast_s), loads)
    assert coast_s > 1700.0
    assert float(log.propellant_kg) == 0.0
    assert float(jnp.linalg.norm(last.ship.r_gcrf - alone.r_gcrf)) < 5e-3


def test_dispersed_flights_dock_and_a_lane_is_the_flight_alone(station, loads):
    draw, cases = np.random.default_rng(3), 32
    starts = [at_aim(station, draw.normal(0.0, 100.0, 3), draw.normal(0.0, 0.1, 3)) for _ in range(cases)]
    errors = drawn_navigation(24, cases)
    plan = plan_to(station, "iss", "rassvet")
    last, log = fly_batch(plan, stacked(starts), loads, errors)
    assert (np.asarray(last.outcome) == Outcome.DOCKED).all()
    assert np.abs(np.asarray(log.docking_s) - CONTACT_S).max() < 4.0
    assert float(log.nearest_m.min()) > 200.0
    alone, alone_log = fly(plan, starts[7], loads, jax.tree.map(lambda leaf: leaf[7], errors))
    assert float(alone_log.docking_s) == pytest.approx(float(log.docking_s[7]), abs=1e-4)
    assert float(jnp.linalg.norm(alone.ship.r_gcrf - last.ship.r_gcrf[7])) < 1.0


def biased(dx, dy, dz):
    return eqx.tree_at(lambda n: n.position_lvlh, perfect_navigation(), jnp.array([dx, dy, dz]))


@pytest.mark.parametrize(
    ("outcome", "errors", "tank_kg", "options"),
    [
        (Outcome.CORRIDOR_LEFT, biased(0.0, 60.0, 0.0), 500.0, {}),
        (Outcome.CONTACT_OUTSIDE_LIMITS, biased(0.0, 0.5, 0.0), 500.0, {}),
        (Outcome.CONTACT_OUTSIDE_LIMITS, perfect_navigation(), 500.0, {"contact_speed_m_s": 0.45}),
        (Outcome.PROPELLANT_EXHAUSTED, perfect_navigation(), 12.0, {}),
        (Outcome.TIMED_OUT, biased(0.0, 0.0, -100.0), 500.0, {}),
    ],
)
def test_failures_are_outcomes(station, loads, outcome, errors, tank_kg, options):
    plan = plan_to(station, "iss", "rassvet", **options)
    last, log = fly(plan, at_aim(station, tank_kg=tank_kg), loads, errors)
    assert int(last.outcome) == outcome
    assert not bool(log.inside_limits)
    assert float(last.ship.tank_kg.min()) >= 0.0


def test_a_flight_that_has_ended_stays_as_it_is(station, loads):
    start = eqx.tree_at(lambda h: h.outcome, at_aim(station), jnp.asarray(Outcome.ORBIT_NOT_REACHED))
    last, log = fly(plan_to(station, "iss", "rassvet"), start, loads, perfect_navigation())
    assert int(last.outcome) == Outcome.ORBIT_NOT_REACHED
    np.testing.assert_array_equal(last.ship.r_gcrf, start.ship.r_gcrf)
    assert np.isnan(float(log.docking_s))


def test_an_approach_that_cannot_be_is_refused(station):
    with pytest.raises(InputError, match="1500 s"):
        plan_to(station, "iss", "rassvet", start_s=CONTACT_S - 600.0)
    with pytest.raises(InputError, match="800 m"):
        plan_to(station, "iss", "rassvet", aim_lvlh_m=(-300.0, 0.0, 100.0))
    with pytest.raises(InputError, match="fly-around"):
        plan_to(station, "iss", "rassvet", contact_speed_m_s=0.01)

"""The laws of the way down: energy, heat, sides, steady sink; one nominal descent serves most tests."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array

from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.dynamics.state import State
from zarya.dynamics.surroundings import surroundings
from zarya.environment.atmosphere import us76
from zarya.errors import InputError
from zarya.flight.descent import Descent, DescentLog, descent, parachutes
from zarya.flight.descent.deorbit import deorbit
from zarya.flight.descent.fall import SUTTON_GRAVES, height_and_climb
from zarya.flight.descent.flown import fly
from zarya.flight.descent.history import places
from zarya.flight.descent.loads import HeldAerodynamics
from zarya.flight.descent.openings import openings
from zarya.flight.descent.parachutes import canopy
from zarya.flight.descent.plan import planned_program
from zarya.gnc.entry import BankProgram, ballistic, correction, rolled
from zarya.time import Epoch
from zarya.vehicles import catalog

GROUND_M = 345.0


@pytest.fixture(scope="module")
def shared() -> Descent:
    around = surroundings(Epoch.from_iso("2024-04-06T06:24:00Z"), -3_600.0, 7_200.0, degree=4)
    return descent(around, catalog.ship("soyuz-ms"), GROUND_M)


@pytest.fixture(scope="module")
def ignition() -> State:
    """A circular orbit of 420 km at 51.6 deg, south of the equator, northbound."""
    r, v, tilt = 6_798e3, 7_657.0, np.deg2rad(51.6)
    u = np.deg2rad(-50.0)
    at = r * np.array([np.cos(u), np.sin(u) * np.cos(tilt), np.sin(u) * np.sin(tilt)])
    moving = v * np.array([-np.sin(u), np.cos(u) * np.cos(tilt), np.cos(u) * np.sin(tilt)])
    return State(jnp.zeros(()), jnp.asarray(at), jnp.asarray(moving), jnp.asarray([880.0]), jnp.asarray(5_737.0))


@pytest.fixture(scope="module")
def logs(shared: Descent, ignition: State) -> list[DescentLog]:
    """As planned; mirrored; spun up."""
    plan = planned_program(catalog.ship("soyuz-ms"))
    mirrored = BankProgram(plan.bank_rad, plan.reversal_speed_m_s, -plan.first_side, plan.lift)
    programs = jax.tree.map(lambda *x: jnp.stack(x), plan, mirrored, ballistic(plan))
    both = eqx.filter_jit(jax.vmap(fly, in_axes=(None, None, 0)))(shared, ignition, programs)
    return [jax.tree.map(lambda x, k=k: x[k], both) for k in range(3)]


def test_events_come_in_order_and_the_module_comes_down(logs: list[DescentLog]) -> None:
    for log in logs:
        instants = [float(at_s) for at_s in log.instants_s().values()]
        assert instants == sorted(instants)
        assert int(log.outcome) == 0


def test_the_burn_gives_its_delta_v(shared: Descent, ignition: State) -> None:
    """The rocket equation: what was burned over the exhaust speed is the catalog's 128 m/s."""
    cutoff, _, _ = eqx.filter_jit(deorbit)(shared, ignition)
    exhaust = 302.0 * STANDARD_GRAVITY_M_S2
    assert exhaust * np.log(float(ignition.mass_kg / cutoff.mass_kg)) == pytest.approx(128.0, rel=1e-9)


def test_ballistic_entry_is_harder_and_shorter(logs: list[DescentLog]) -> None:
    guided, _, spun = logs
    assert 8.0 < float(spun.marks.peak_load_g) < 9.0
    assert float(guided.marks.peak_load_g) < 5.0
    assert float(spun.landing_s) < float(guided.landing_s)


def test_the_work_of_the_air_is_the_energy_lost(logs: list[DescentLog]) -> None:
    """Specific energy at the samples against the work of the drag, along the ballistic way."""
    trace = logs[2].entry
    t, r, v = (np.asarray(x) for x in (trace.t_s, trace.r_gcrf, trace.v_gcrf))
    load = np.asarray(trace.load_g) * STANDARD_GRAVITY_M_S2
    keep = np.concatenate([[True], np.diff(t) > 4.0])
    t, r, v, load = t[keep], r[keep], v[keep], load[keep]
    radius = np.linalg.norm(r, axis=1)
    along = np.linalg.norm(v, axis=1)
    energy = 0.5 * along**2 - 3.986004418e14 / radius
    lost = energy[0] - energy[-1]
    speed_air = np.linalg.norm(v - np.cross([0.0, 0.0, 7.292e-5], r), axis=1)
    # the drag acts along the airspeed; its work on the inertial energy is load times v . v_air / |v_air|
    work = load * np.sum(v * (v - np.cross([0.0, 0.0, 7.292e-5], r)), axis=1) / speed_air
    assert np.trapezoid(work, t) == pytest.approx(lost, rel=0.01)


def test_heat_load_is_the_integral_of_the_heating(logs: list[DescentLog]) -> None:
    """And the heating is Sutton and Graves': 174150 W/m2 at 1 kg/m3, 1 km/s, 1 m nose."""
    assert pytest.approx(174_150.0) == SUTTON_GRAVES * 1_000.0**3
    trace = logs[0].entry
    assert np.trapezoid(trace.heat_w_m2, trace.t_s) == pytest.approx(float(logs[0].marks.heat_load_j_m2), rel=0.02)
    assert float(jnp.max(trace.heat_w_m2)) <= float(logs[0].marks.peak_heat_w_m2)


def test_mirrored_banks_land_on_either_side(logs: list[DescentLog]) -> None:
    one, other, spun = (np.array([float(x.latitude_rad), float(x.longitude_rad)]) for x in logs)
    assert np.linalg.norm(one - other) * 6.371e6 > 5e3
    assert not np.allclose(one, spun)


def test_sink_under_the_main_is_steady(shared: Descent, logs: list[DescentLog]) -> None:
    """Weight equals drag at the ground, heat shield gone."""
    module, air = shared.module, us76(jnp.asarray(GROUND_M))
    kept = module.mass_kg - module.heat_shield_kg
    area = module.main_drag_area_m2 + 0.85 * module.reference_area_m2
    steady = np.sqrt(2.0 * float(kept) * 9.808 / (float(air.density_kg_m3) * float(area)))
    assert float(logs[0].descent_speed_m_s) == pytest.approx(steady, rel=2e-3)


def test_the_main_is_drawn_within_a_millisecond_of_its_height(
    shared: Descent, ignition: State, logs: list[DescentLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measured: 0.015 ms, by the height at that instant if the steps before it had gone on."""
    monkeypatch.setattr(parachutes, "CHUTE_INNER", 1)
    monkeypatch.setattr(parachutes, "CHUTE_OUTER", 400)
    plan = planned_program(catalog.ship("soyuz-ms"))
    chutes = eqx.filter_jit(lambda *x: fly(*x))(shared, ignition, plan).chutes  # traced anew, with a sample a step

    def height(t_s: Array, r_gcrf: Array, v_gcrf: Array) -> Array:
        return jnp.stack(height_and_climb(shared.air, State(t_s, r_gcrf, v_gcrf, jnp.zeros(1), jnp.ones(()))))

    over_m, climb = np.asarray(jax.vmap(height)(chutes.t_s, chutes.r_gcrf, chutes.v_gcrf)).T
    t_s, main_s = np.asarray(chutes.t_s), float(logs[0].marks.main_s)
    last = int(np.searchsorted(t_s, main_s)) - 1
    late_s = main_s - t_s[last]
    gain = (climb[last] - climb[last - 1]) / (t_s[last] - t_s[last - 1])
    at_m = over_m[last] + climb[last] * late_s + 0.5 * gain * late_s**2
    off_s = (at_m - GROUND_M - float(shared.module.main_height_over_ground_m)) / climb[last]
    print(off_s, late_s, climb[last], gain)
    assert abs(off_s) < 1e-3


def test_canopies_open_within_a_step_as_the_mean_of_their_areas(shared: Descent) -> None:
    """Half a step before the main is drawn, half after it; the drogue's delay outlasts a height that is already low."""
    module = shared.module
    drogue, reefed, main = (
        float(x) for x in (module.drogue_drag_area_m2, module.reefed_drag_area_m2, module.main_drag_area_m2)
    )
    low, never = float(module.main_height_over_ground_m), jnp.asarray(jnp.inf)
    wait = float(module.drogue_delay_s)
    at = lambda t, over, known=never: canopy(  # noqa: E731
        module, jnp.asarray(0.0), jnp.asarray(known), jnp.asarray(t), jnp.asarray(over), jnp.asarray(80.0), 0.25
    )
    assert float(at(wait - 1.0, low + 1e3).drag_area_m2) == 0.0
    assert float(at(wait + 1.0, low + 1e3).drag_area_m2) == drogue
    drawn = at(wait + 1.0, low + 10.0)
    assert float(drawn.main_s) == pytest.approx(wait + 1.125)
    assert float(drawn.drag_area_m2) == pytest.approx(0.5 * (drogue + reefed))
    assert float(at(wait - 0.125, low - 1e3).main_s) == pytest.approx(wait)
    opened = at(wait + 50.0, low - 1e3, wait + 50.125 - float(module.reefing_s))
    assert float(opened.drag_area_m2) == pytest.approx(0.5 * (reefed + main))
    assert float(opened.module_kg) == float(module.mass_kg)
    shed = at(wait + 50.0, float(module.heat_shield_height_over_ground_m) - 1.0, wait)
    assert float(shed.module_kg) == float(module.mass_kg - module.heat_shield_kg)


def test_the_clock_under_the_parachutes_is_that_of_the_heights(shared: Descent, logs: list[DescentLog]) -> None:
    """Heat shield and engines at their heights; the drogue before the main, both before the reefing ends."""
    log, module = logs[0], shared.module
    clock = openings(shared, log)
    t_s, r, v = (np.asarray(x) for x in (log.chutes.t_s, log.chutes.r_gcrf, log.chutes.v_gcrf))
    over_m = np.asarray(places(shared, *(jnp.asarray(x) for x in (t_s, r, v)))[2]) - GROUND_M
    assert np.interp(clock.engines_s, t_s, over_m) == pytest.approx(float(module.soft_landing_height_m), abs=0.05)
    assert np.interp(clock.heat_shield_s, t_s, over_m) == pytest.approx(
        float(module.heat_shield_height_over_ground_m), abs=1.0
    )
    assert clock.drogue_s == pytest.approx(float(log.parachute_s + module.drogue_delay_s))
    assert clock.drogue_s < clock.main_s < clock.heat_shield_s < clock.engines_s < float(log.landing_s)
    assert 60.0 < clock.drogue_speed_m_s < 100.0


def test_bank_turns_the_lift_to_the_right() -> None:
    """Flying north over the equator, right is east."""
    state = State(
        jnp.zeros(()), jnp.array([6.5e6, 0.0, 0.0]), jnp.array([0.0, 0.0, 7e3]), jnp.zeros(1), jnp.asarray(1e3)
    )
    zero, one = jnp.zeros(()), jnp.ones(())
    force = HeldAerodynamics(zero, zero, one, jnp.zeros(3), jnp.zeros(3)).force(zero, state).newton_gcrf
    assert np.allclose(force / np.linalg.norm(force), [0.0, 1.0, 0.0])
    force = HeldAerodynamics(zero, one, zero, jnp.zeros(3), jnp.zeros(3)).force(zero, state).newton_gcrf
    assert np.allclose(force / np.linalg.norm(force), [1.0, 0.0, 0.0])


def test_roll_is_limited_in_rate() -> None:
    bank = rolled(jnp.asarray(1.0), jnp.asarray(-1.0), jnp.asarray(0.2), jnp.asarray(0.5))
    assert float(bank) == pytest.approx(0.9)


def test_correction_is_newton_inside_the_limits_and_least_squares_at_them() -> None:
    jacobian, at = jnp.array([[2.0, 0.5], [0.1, 1.0]]), jnp.zeros(2)
    miss, wide = jnp.array([1.0, -2.0]), jnp.full(2, 10.0)
    step = correction(miss, jacobian, at, -wide, wide)
    assert np.allclose(miss + jacobian @ step, 0.0)
    step = correction(miss, jacobian, at, jnp.array([-10.0, -1.0]), jnp.array([10.0, 1.0]))
    assert float(step[1]) == 1.0
    assert float(jacobian[:, 0] @ (miss + jacobian @ step)) == pytest.approx(0.0, abs=1e-12)


def test_a_ship_without_descent_data_is_refused() -> None:
    around = surroundings(Epoch.from_iso("2024-04-06T06:24:00Z"), -3_600.0, 7_200.0, degree=4)
    for name in ("progress-ms", "crew-dragon"):
        with pytest.raises(InputError, match="comes home"):
            descent(around, catalog.ship(name), GROUND_M)

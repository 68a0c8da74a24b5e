"""An abort flown, pure JAX: motors, arc of the head section, fall of the descent module, parachutes."""

from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool

from zarya.arrays import Scalar, Vector3
from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.dynamics.loads import Thrust
from zarya.dynamics.motion import Load
from zarya.dynamics.runge_kutta import step
from zarya.dynamics.state import Force, State
from zarya.environment.atmosphere import us76
from zarya.flight.descent.fall import Descent, height_and_climb, height_m
from zarya.flight.descent.loads import Aerodynamics
from zarya.flight.descent.parachutes import canopy
from zarya.frames.geodetic import geodetic_from_itrf

MOTOR_STEP_S, FALL_STEP_S, CHUTE_STEP_S, FAR_STEP_S = 0.1, 0.5, 0.25, 10.0
AIR_TOP_M: Final = 105_000.0
"""Above, the steps of the fall grow to `FAR_STEP_S`."""
STEPS: Final = 8_000
"""A fall that needs more steps has not landed."""
MOTOR, ARC, FALL, CHUTES, DOWN = 0.0, 1.0, 2.0, 3.0, 4.0
"""Stages of an abort, in order."""
ORBIT_PERIGEE_M: Final = 120_000.0
"""Perigee over the equatorial radius that counts as an orbit."""
BURN_STEP_S, BURN_STEPS, COAST_STEPS = 5.0, 150, 400
LOWEST_M: Final = 110_000.0
"""A ship that sinks lower while it burns does not reach an orbit."""


class Abort(eqx.Module):
    """One abort at its first instant.

    Parameters
    ----------
    start : head section with the motors' propellant in its tank, or the descent module alone with an empty tank.
    axis_gcrf : (3,) unit vector of the thrust. vacuum_n, exit_area_m2, flow_kg_s : () of the motors.
    drag_area_m2 : () C A of the head section. lift : () 1 lift up, 0 spinning (ballistic). stage : () MOTOR or FALL.
    """

    start: State
    axis_gcrf: Vector3
    vacuum_n: Scalar
    exit_area_m2: Scalar
    flow_kg_s: Scalar
    drag_area_m2: Scalar
    lift: Scalar
    stage: Scalar


class AbortLog(eqx.Module):
    """What an abort comes to, () each.

    Parameters
    ----------
    peak_load_g, peak_load_s : largest load of motors and air before the parachutes, s after lift-off.
    motor_load_g : largest load while the motors burn. apogee_m, apogee_s : highest point over WGS84.
    release_s, parachute_s, main_s, landing_s : s after lift-off. latitude_rad, longitude_rad : touchdown.
    is_down : whether it landed within `STEPS`.
    """

    peak_load_g: Scalar
    peak_load_s: Scalar
    motor_load_g: Scalar
    apogee_m: Scalar
    apogee_s: Scalar
    release_s: Scalar
    parachute_s: Scalar
    main_s: Scalar
    landing_s: Scalar
    latitude_rad: Scalar
    longitude_rad: Scalar
    is_down: Bool[Array, ""]


class Motors(Load):
    """Solid motors under back-pressure along a fixed axis: F = F_vac - p A_e; `newton` 0 when burnt out."""

    newton: Scalar
    exit_area_m2: Scalar
    flow_kg_s: Scalar
    axis_gcrf: Vector3
    height_m: Scalar

    def force(self, t_s: Scalar, state: State) -> Force:
        """Thrust, N, and its flow."""
        thrust = self.newton - us76(self.height_m).pressure_pa * self.exit_area_m2
        return Force(thrust * self.axis_gcrf, jnp.full_like(state.tank_kg, -self.flow_kg_s))

    def held(self, t_s: Scalar, state: State) -> Load:
        """Height is held by whoever builds it."""
        return self


class _Flight(eqx.Module):
    state: State
    height_m: Scalar
    climb_m_s: Scalar
    stage: Scalar
    steps: Scalar
    log: AbortLog


def fly(shared: Descent, abort: Abort) -> AbortLog:
    """One abort to the ground.

    Parameters
    ----------
    shared : air, gravity, module and ground of the descent. abort : its first instant.

    **Model** motors to burn-out along their axis; the head section as drag alone to the top of its arc, where the
    descent module is let go; lift up or ballistic to the parachute height (at once when below); the parachutes of a
    landing. RK4 of 0.1 s (motors), 0.5 s (air), up to 10 s (above 105 km), 0.25 s (parachutes), with the air held over
    a step; events by linear interpolation within a step.
    **Valid** against a quarter of every step (MS-24, eight aborts): landing 0.0001 deg and 1 s; see the tests for laws.
    **Ignores** attitude, the pull of the parachutes in the peak load, the reserve parachute of low aborts, terrain (the
    ground lies at the height of the pad), the controlled roll: lift is up all the way.
    """
    zero = jnp.zeros_like(abort.start.t_s)
    never = jnp.full_like(zero, jnp.inf)
    height, climb = height_and_climb(shared.air, abort.start)
    log = AbortLog(zero, zero, zero, height, abort.start.t_s, never, never, never, never, zero, zero, zero > 1.0)
    first = _Flight(abort.start, height, climb, abort.stage, zero, log)

    def is_flying(at: _Flight) -> Bool[Array, ""]:
        return (at.stage < DOWN) & (at.steps < STEPS)

    end = jax.lax.while_loop(is_flying, lambda at: _stepped(shared, abort, at), first)
    dcm = shared.air.earth.dcm_itrf_from_gcrf(end.state.t_s)
    latitude, longitude, _ = geodetic_from_itrf(dcm @ end.state.r_gcrf)
    module = shared.module
    sink = jnp.maximum(-end.climb_m_s, 0.1)
    braked = module.soft_landing_height_m * (2.0 / (sink + module.touchdown_speed_m_s) - 1.0 / sink)
    landed: AbortLog = eqx.tree_at(
        lambda x: (x.landing_s, x.latitude_rad, x.longitude_rad, x.is_down),
        end.log,
        (end.state.t_s + braked, latitude, longitude, end.stage >= DOWN),
    )
    return landed


def _stepped(shared: Descent, abort: Abort, at: _Flight) -> _Flight:
    """One step, its loads, and the stage after it."""
    module, state, zero = shared.module, at.state, jnp.zeros_like(at.height_m)
    is_motor, is_head, is_chute = at.stage == MOTOR, at.stage <= ARC, at.stage == CHUTES
    dt = _step_s(abort, at, state.t_s - at.log.main_s, is_motor, is_chute)
    over = at.height_m - shared.ground_m
    hanging = canopy(module, at.log.parachute_s, at.log.main_s, state.t_s, over, -at.climb_m_s, dt)
    area = jnp.where(is_head, abort.drag_area_m2, hanging.drag_area_m2)
    inert_kg = jnp.where(is_head, abort.start.inert_kg, hanging.module_kg)
    state = State(state.t_s, state.r_gcrf, state.v_gcrf, state.tank_kg, inert_kg)
    lift = jnp.where(at.stage == FALL, abort.lift, 0.0)
    aero = Aerodynamics(shared.air, module, zero, lift, jnp.where(is_head, 0.0, shared.drag_scale), area)
    half = 0.5 * dt
    middle = State(state.t_s + half, state.r_gcrf + half * state.v_gcrf, state.v_gcrf, state.tank_kg, state.inert_kg)
    air = aero.held(middle.t_s, middle)
    on = jnp.where(is_motor, 1.0, 0.0)
    push = Motors(
        on * abort.vacuum_n, on * abort.exit_area_m2, on * abort.flow_kg_s, abort.axis_gcrf,
        jnp.minimum(at.height_m, 84_000.0),
    )  # fmt: skip
    after = step(state, dt, (shared.gravity, air, push))
    mean = jax.tree.map(lambda a, b: 0.5 * (a + b), state, after)
    felt = air.force(mean.t_s, mean).newton_gcrf + push.force(mean.t_s, mean).newton_gcrf
    load_g = jnp.where(is_chute, 0.0, jnp.linalg.norm(felt) / (mean.mass_kg * STANDARD_GRAVITY_M_S2))
    height, climb = height_and_climb(shared.air, after)
    floor = jnp.where(is_chute, shared.ground_m, module.parachute_height_m)
    lands = (at.stage >= FALL) & (height <= floor) & (climb < 0.0)
    share = jnp.where(lands, jnp.clip((at.height_m - floor) / jnp.maximum(at.height_m - height, 1e-6), 0.0, 1.0), 1.0)
    after = jax.tree.map(lambda a, b: a + share * (b - a), state, after)
    height = jnp.where(lands, jnp.minimum(at.height_m, floor), height)
    burnt = is_motor & (jnp.sum(after.tank_kg) <= 1e-6)
    released = (at.stage == ARC) & (climb <= 0.0)
    stage = at.stage + jnp.where(burnt | released | lands, 1.0, 0.0)
    old, now = at.log, after.t_s
    log = AbortLog(
        peak_load_g=jnp.maximum(old.peak_load_g, load_g),
        peak_load_s=jnp.where(load_g > old.peak_load_g, state.t_s, old.peak_load_s),
        motor_load_g=jnp.where(is_motor, jnp.maximum(old.motor_load_g, load_g), old.motor_load_g),
        apogee_m=jnp.maximum(old.apogee_m, height),
        apogee_s=jnp.where(height > old.apogee_m, now, old.apogee_s),
        release_s=jnp.where(released, now, old.release_s),
        parachute_s=jnp.where(lands & (at.stage == FALL), now, old.parachute_s),
        main_s=hanging.main_s,
        landing_s=old.landing_s,
        latitude_rad=old.latitude_rad,
        longitude_rad=old.longitude_rad,
        is_down=old.is_down,
    )
    return _Flight(after, height, climb, stage, at.steps + 1.0, log)


def _step_s(abort: Abort, at: _Flight, since_s: Scalar, is_motor: Bool[Array, ""], is_chute: Bool[Array, ""]) -> Scalar:
    """Length of the next step, s."""
    far = jnp.abs(at.height_m - AIR_TOP_M) / jnp.maximum(jnp.abs(at.climb_m_s), 1.0)
    fall = jnp.where(at.height_m > AIR_TOP_M, jnp.clip(0.5 * far, FALL_STEP_S, FAR_STEP_S), FALL_STEP_S)
    fall = jnp.where(at.stage == ARC, jnp.clip(0.1 * at.climb_m_s, 0.02, jnp.minimum(fall, 2.0)), fall)
    chute = jnp.where(since_s > 20.0, 2.0 * CHUTE_STEP_S, CHUTE_STEP_S)
    left = jnp.sum(at.state.tank_kg) / jnp.maximum(abort.flow_kg_s, 1e-9)
    return jnp.where(is_motor, jnp.minimum(left, MOTOR_STEP_S), jnp.where(is_chute, chute, fall))


class Climb(eqx.Module):
    """A ship that tries for an orbit on its own engine: state at cut-off, perigee m, lowest height m, whether it did.

    `perigee_m` is over the equatorial radius.
    """

    ship: State
    perigee_m: Scalar
    lowest_m: Scalar
    is_orbit: Bool[Array, ""]


def climb_to_orbit(shared: Descent, ship: State, thrust_n: Scalar, flow_kg_s: Scalar, keep_kg: Scalar) -> Climb:
    """Burn level and ahead until the perigee is `ORBIT_PERIGEE_M`, the propellant is down to `keep_kg`, or too low.

    **Model** RK4 of 5 s, thrust held in the direction of the level velocity at the start of each step; osculating
    perigee. **Ignores** the turn to the burn's attitude, better steering (thrust upwards at first).
    """
    gm, radius = shared.gravity.gm_m3_s2, shared.gravity.radius_m

    def perigee_m(at: State) -> Scalar:
        h2 = jnp.sum(jnp.cross(at.r_gcrf, at.v_gcrf) ** 2)
        energy = 0.5 * jnp.sum(at.v_gcrf**2) - gm / jnp.linalg.norm(at.r_gcrf)
        e = jnp.sqrt(jnp.maximum(1.0 + 2.0 * energy * h2 / gm**2, 0.0))
        return h2 / gm / (1.0 + e) - radius

    def body(_: Array, at: tuple[State, Scalar]) -> tuple[State, Scalar]:
        state, lowest = at
        up = state.r_gcrf / jnp.linalg.norm(state.r_gcrf)
        level = state.v_gcrf - jnp.sum(state.v_gcrf * up) * up
        left = (jnp.sum(state.tank_kg) - keep_kg) / flow_kg_s
        dt = jnp.where(perigee_m(state) >= ORBIT_PERIGEE_M, 0.0, jnp.clip(left, 0.0, BURN_STEP_S))
        thrust = Thrust(
            thrust_n, level / jnp.linalg.norm(level), jnp.zeros(3), state.t_s, jnp.full_like(state.tank_kg, flow_kg_s)
        )
        after = step(state, dt, (*shared.orbit, thrust))
        return after, jnp.minimum(lowest, height_m(shared.air, after))

    end, lowest = jax.lax.fori_loop(0, BURN_STEPS, body, (ship, height_m(shared.air, ship)))
    perigee = perigee_m(end)
    return Climb(end, perigee, lowest, (perigee >= ORBIT_PERIGEE_M) & (lowest > LOWEST_M))


def coast_until(shared: Descent, ship: State, t_s: Scalar) -> State:
    """The ship left alone until `t_s`, RK4 of a few seconds."""
    dt = (t_s - ship.t_s) / COAST_STEPS
    end: State = jax.lax.fori_loop(0, COAST_STEPS, lambda _, at: step(at, dt, shared.orbit), ship)
    return end

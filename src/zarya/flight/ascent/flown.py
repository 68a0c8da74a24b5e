"""Fly an ascent: one compiled scan from lift-off to the separation of the ship."""

from dataclasses import replace
from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from zarya.arrays import Index, Scalar, Vector3
from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.dynamics.loads import CentralGravity, Gravity
from zarya.dynamics.runge_kutta import step
from zarya.dynamics.state import State
from zarya.flight.ascent.dispersion import AscentDispersion
from zarya.flight.ascent.plan import THIN_BOTTOM_M, THIN_STEP_M, AscentPlan
from zarya.flight.ascent.stack import Stack, StackForces, Winds, attached, local, node_times_s, timed
from zarya.flight.phase import Handover, Outcome
from zarya.gnc.pitch_programme import turned_towards
from zarya.gnc.upfg import BurnPhases, Memory, Steering, guide, started
from zarya.vehicles.launcher import Launcher

BLOCK: Final = 4
"""Calls of guidance for which the field beyond J2 is held (about 16 s, 100 km)."""
COAST_STEPS: Final = 12
"""Steps from cut-off to separation: 3 s with Soyuz, 180 s with Falcon 9."""
_SETTLING_S: Final = 60.0
"""Guidance is started afresh until this long before it takes over: it needs a dozen calls to settle. After four, its
commands still jumped by a degree a call in the first 40 s of the closed loop, which cost 1.8 kg and 10 m."""
_SLEW_S: Final = 6.0
_SLEW_STEPS: Final = 12
"""After the kick and when guidance takes over the axis turns at its rate limit; short steps catch the end of that."""
_LOCK_S: Final = 2.0
"""The cut-off instant is fixed in the last call before it, at least this long ahead."""
_FIRST_ARC_RAD: Final = 0.3


class Step(eqx.Module):
    """One integration step as flown: the state after it and the stack that was flown through it."""

    before: State
    after: State
    stack: Stack
    stages: Bool[Array, " stage"]
    items: Bool[Array, " item"]
    heating_w_m2: Scalar


class Course(eqx.Module):
    """How a flight went, whether or not its history was kept.

    Parameters
    ----------
    cutoff_s : () s, of the last stage; nan when it ran dry first. cutoff : state there, separated parts gone.
    propellant_left_kg : () kg in the last stage above its residual.
    max_dynamic_pressure_pa, max_q_alpha_pa_rad, max_axial_g : () extremes at the starts of the steps.
    launcher : with its clock settled, as flown in this case.
    """

    cutoff_s: Scalar
    cutoff: State
    propellant_left_kg: Scalar
    max_dynamic_pressure_pa: Scalar
    max_dynamic_pressure_s: Scalar
    max_q_alpha_pa_rad: Scalar
    max_axial_g: Scalar
    launcher: Launcher


class _Worst(eqx.Module):
    """Extremes at the starts of the steps so far, () each: Pa, s, Pa rad, g."""

    dynamic_pressure_pa: Scalar
    dynamic_pressure_s: Scalar
    q_alpha_pa_rad: Scalar
    axial_g: Scalar

    def with_step(self, t_s: Scalar, dynamic_pressure_pa: Scalar, alpha_rad: Scalar, axial_g: Scalar) -> "_Worst":
        """With one step more."""
        return _Worst(
            jnp.maximum(self.dynamic_pressure_pa, dynamic_pressure_pa),
            jnp.where(dynamic_pressure_pa > self.dynamic_pressure_pa, t_s, self.dynamic_pressure_s),
            jnp.maximum(self.q_alpha_pa_rad, dynamic_pressure_pa * alpha_rad),
            jnp.maximum(self.axial_g, axial_g),
        )


class _Carry(eqx.Module):
    """From one step to the next: the vehicle, what guidance remembers and commands, what was sensed since its call."""

    state: State
    axis: Vector3
    is_dropped: Bool[Array, " item"]
    memory: Memory
    law: Steering
    law_s: Scalar
    cutoff_s: Scalar
    sensed: Vector3
    worst: _Worst


def _navigated(plan: AscentPlan, case: AscentDispersion, state: State) -> tuple[Vector3, Vector3]:
    """What guidance sees: the truth and an error growing evenly to the one at insertion."""
    share = jnp.clip(state.t_s / plan.end_s, 0.0, 1.0)
    return state.r_gcrf + share * case.navigation_r_gcrf, state.v_gcrf + share * case.navigation_v_gcrf


def _guided(plan: AscentPlan, case: AscentDispersion, carry: _Carry, stack: Stack, span_s: Scalar) -> _Carry:
    """One call of guidance, and the decision to fix the cut-off before the next one."""
    t_s = carry.state.t_s
    r, v = _navigated(plan, case, carry.state)
    burns = plan.burns
    left = jnp.clip(burns.end_s - jnp.maximum(burns.start_s, t_s), 0.0, None)
    is_now = (t_s >= burns.start_s) & (t_s < burns.end_s)
    sensed = jnp.where(stack.vacuum_n > 0.0, stack.vacuum_n / carry.state.mass_kg, 1e-6)
    acceleration = jnp.where(is_now, sensed, burns.acceleration_m_s2)
    phases = BurnPhases(burns.exhaust_m_s, acceleration, left)
    fresh = started(r, v, plan.target, jnp.asarray(_FIRST_ARC_RAD), plan.gm_m3_s2)
    gained = eqx.tree_at(lambda m: m.v_go_gcrf, carry.memory, carry.memory.v_go_gcrf - carry.sensed)
    is_early = t_s < plan.closed_loop_s - _SETTLING_S
    memory = jax.tree.map(lambda a, b: jnp.where(is_early, a, b), fresh, gained)
    memory, law = guide(r, v, memory, phases, plan.target, plan.gm_m3_s2)
    is_locked = jnp.isfinite(carry.cutoff_s)
    ends = (law.time_to_go_s < 2.0 * span_s + _LOCK_S) & (t_s > plan.closed_loop_s)
    cutoff = jnp.where(ends & ~is_locked, t_s + law.time_to_go_s, carry.cutoff_s)
    return replace(
        carry,
        memory=memory,
        law=jax.tree.map(lambda a, b: jnp.where(is_locked, a, b), carry.law, law),
        law_s=jnp.where(is_locked, carry.law_s, t_s),
        cutoff_s=cutoff,
        sensed=jnp.zeros(3),
    )


def _configured(
    plan: AscentPlan,
    case: AscentDispersion,
    launcher: Launcher,
    winds: Winds,
    carry: _Carry,
    t_s: Scalar,
) -> tuple[State, Stack, Bool[Array, " stage"], Bool[Array, " item"]]:
    """The state with what has gone taken off, and the stack (axis still) in the stretch of the clock around `t_s`."""
    stages, items = attached(launcher, t_s, carry.is_dropped)
    fraction = jnp.where(stages, launcher.throttle_fraction(t_s), 0.0)
    flow = fraction * (
        launcher.thrust_vacuum_n / (launcher.isp_vacuum_s * STANDARD_GRAVITY_M_S2) + launcher.consumable_flow_kg_s
    )
    inert = plan.payload_kg + jnp.sum(launcher.dry_kg * stages) + jnp.sum(launcher.jettison_kg * items)
    state = State(
        carry.state.t_s, carry.state.r_gcrf, carry.state.v_gcrf, jnp.where(stages, carry.state.tank_kg, 0.0), inert
    )
    stack = Stack(
        launcher=launcher,
        pole_gcrf=winds.pole_gcrf,
        omega_gcrf=winds.omega_gcrf,
        wind_gcrf=winds.velocity_gcrf(state.r_gcrf),
        vacuum_n=jnp.sum(fraction * launcher.thrust_vacuum_n),
        exit_area_m2=jnp.sum(jnp.where(fraction > 0.0, launcher.exit_area_m2, 0.0)),
        flow_kg_s=flow,
        area_m2=launcher.reference_area_m2[jnp.argmax(stages)],
        drag=case.drag,
        density=case.density * _thin_air(plan, local(state.r_gcrf, winds.pole_gcrf).height_m),
        start_s=carry.state.t_s,
        axis_gcrf=carry.axis,
        axis_rate=jnp.zeros(3),
        axis_bend=jnp.zeros(3),
    )
    return state, stack, stages, items


def _wanted_axis(
    plan: AscentPlan, carry: _Carry, state: State, stack: Stack, now: StackForces, dt_s: Scalar
) -> Vector3:
    """Direction commanded for `dt_s` from now, from the navigated state and the sensed acceleration."""
    here = local(state.r_gcrf, plan.pole_gcrf)
    ground = state.v_gcrf - jnp.cross(plan.omega_gcrf, state.r_gcrf)
    fall = -plan.gm_m3_s2 * state.r_gcrf / jnp.linalg.norm(state.r_gcrf) ** 3
    v_next = ground + dt_s * (now.thrust_n / state.mass_kg * carry.axis + fall)
    open_loop = plan.programme.direction_gcrf(state.t_s + dt_s, here.east, here.north, here.up, v_next)
    closed = carry.law.direction_gcrf(state.t_s + dt_s - carry.law_s)
    return jnp.where(state.t_s >= plan.closed_loop_s, closed, open_loop)


def fly_steps(plan: AscentPlan, case: AscentDispersion, is_kept: bool) -> tuple[Course, Step | None]:
    """The ascent to cut-off; with `is_kept` every step comes along, (steps,) on each field."""
    launcher = timed(case.applied(plan.launcher), plan.end_s)
    winds = Winds(plan.pole_gcrf, plan.omega_gcrf, plan.wind, case.wind)
    gravity = Gravity(plan.field, plan.earth)

    def one(carry: _Carry, span: Float[Array, " 2"], pull: CentralGravity) -> tuple[_Carry, Step | None]:
        after, flown = _stepped(plan, case, launcher, winds, carry, span[1], pull)
        return after, flown if is_kept else None

    def cycle(carry: _Carry, spans: Float[Array, "cycle 2"], pull: CentralGravity) -> tuple[_Carry, Step | None]:
        length = spans[-1, 1] - spans[0, 0]
        _, stack, _, _ = _configured(plan, case, launcher, winds, carry, carry.state.t_s + 1e-6)
        carry = _guided(plan, case, carry, stack, length)
        return jax.lax.scan(lambda c, s: one(c, s, pull), carry, spans)

    def block(carry: _Carry, spans: Float[Array, "block cycle 2"]) -> tuple[_Carry, Step | None]:
        middle = _drifted(carry.state, 0.5 * (spans[-1, -1, 1] - spans[0, 0, 0]))
        pull = gravity.held(middle.t_s, middle)
        assert isinstance(pull, CentralGravity)
        return jax.lax.scan(lambda c, s: cycle(c, s, pull), carry, spans)

    nodes = _nodes_s(plan, launcher)
    spans = jnp.stack([nodes[:-1], nodes[1:]], axis=-1).reshape(-1, BLOCK, plan.cycle * plan.parts, 2)
    carry, kept = jax.lax.scan(block, _start(plan, launcher), spans)
    if kept is not None:
        kept = jax.tree.map(lambda x: x.reshape(plan.steps * plan.parts, *x.shape[3:]), kept)
    return _course(launcher, carry), kept


def _nodes_s(plan: AscentPlan, launcher: Launcher) -> Float[Array, " node"]:
    """Instants between the steps, s: every corner of the clock and of the commanded turn is one."""
    slew_s = _SLEW_S * jnp.arange(1.0, _SLEW_STEPS + 1.0) / _SLEW_STEPS
    turns_s = plan.programme.turns_s
    corners = jnp.concatenate([turns_s, turns_s[-1] + slew_s, plan.closed_loop_s + slew_s])
    nodes = node_times_s(launcher, corners, launcher.cutoff_s[-1], plan.steps)
    share = jnp.arange(plan.parts) / plan.parts
    return jnp.concatenate([(nodes[:-1, None] + jnp.diff(nodes)[:, None] * share).ravel(), nodes[-1:]])


def _stepped(
    plan: AscentPlan,
    case: AscentDispersion,
    launcher: Launcher,
    winds: Winds,
    carry: _Carry,
    end_s: Scalar,
    pull: CentralGravity,
) -> tuple[_Carry, Step]:
    """One step, to `end_s` or the cut-off."""
    start_s = carry.state.t_s
    dt = jnp.clip(jnp.minimum(end_s, carry.cutoff_s) - start_s, 0.0, None)
    state, stack, stages, items = _configured(plan, case, launcher, winds, carry, start_s + 0.5 * dt)
    now = stack.forces(start_s, state)
    axis, turn = _turned(plan, carry, state, stack, now, dt)
    stack = eqx.tree_at(lambda s: (s.axis_rate, s.axis_bend), stack, turn)
    after = step(state, dt, (pull, stack))
    g = pull.acceleration_gcrf(0.5 * (state.r_gcrf + after.r_gcrf))
    heat = now.dynamic_pressure_pa * now.air_speed_m_s  # free molecules: rho v^3 / 2
    is_cool = (heat < launcher.jettison_heating_w_m2) & (start_s > plan.closed_loop_s)
    axial = (now.thrust_n + jnp.dot(now.drag_gcrf, now.axis)) / (state.mass_kg * STANDARD_GRAVITY_M_S2)
    onward = replace(
        carry,
        state=after,
        axis=axis,
        is_dropped=carry.is_dropped | is_cool,
        sensed=carry.sensed + after.v_gcrf - state.v_gcrf - dt * g,
        worst=carry.worst.with_step(start_s, now.dynamic_pressure_pa, now.alpha_rad, axial),
    )
    return onward, Step(state, after, stack, stages, items, heat)


def _turned(
    plan: AscentPlan, carry: _Carry, state: State, stack: Stack, now: StackForces, dt_s: Scalar
) -> tuple[Vector3, tuple[Vector3, Vector3]]:
    """The axis after `dt_s`, and its rate and bend on the way: first and second coefficient of a parabola in time.

    The way leads through the direction commanded for mid-step, or evenly when the turn is held up by its limit.
    """
    wanted = _wanted_axis(plan, carry, state, stack, now, dt_s)
    axis = turned_towards(carry.axis, wanted, stack.launcher.steering_rate_rad_s * dt_s)
    middle = _wanted_axis(plan, carry, state, stack, now, 0.5 * dt_s)
    even = carry.axis + axis
    is_free = jnp.dot(axis, wanted) > 1.0 - 1e-12
    halfway = jnp.where(is_free, middle, even / jnp.linalg.norm(even))
    whole, part = axis - carry.axis, halfway - carry.axis
    h = jnp.maximum(dt_s, 1e-9)
    return axis, ((4.0 * part - whole) / h, (2.0 * whole - 4.0 * part) / h**2)


def _course(launcher: Launcher, end: _Carry) -> Course:
    """How the flight went, from where its last step left it."""
    is_dry = ~(end.cutoff_s <= launcher.cutoff_s[-1])
    return Course(
        cutoff_s=jnp.where(is_dry, jnp.nan, end.cutoff_s),
        cutoff=end.state,
        propellant_left_kg=end.state.tank_kg[-1] - launcher.residual_kg[-1] - launcher.consumable_residual_kg[-1],
        max_dynamic_pressure_pa=end.worst.dynamic_pressure_pa,
        max_dynamic_pressure_s=end.worst.dynamic_pressure_s,
        max_q_alpha_pa_rad=end.worst.q_alpha_pa_rad,
        max_axial_g=end.worst.axial_g,
        launcher=launcher,
    )


def separated(plan: AscentPlan, case: AscentDispersion, course: Course) -> Handover:
    """Coast with the last stage to the separation of the ship, and judge the insertion."""
    gravity = Gravity(plan.field, plan.earth)
    dt = plan.separation_delay_s / COAST_STEPS

    def coast(state: State, _: None) -> tuple[State, None]:
        return step(state, dt, (gravity,)), None

    state, _ = jax.lax.scan(coast, course.cutoff, None, length=COAST_STEPS)
    ship = State(state.t_s, state.r_gcrf, state.v_gcrf, plan.ship_tank_kg, plan.payload_kg - jnp.sum(plan.ship_tank_kg))
    r, v = _navigated(plan, case, ship)
    return Handover(ship, r, v, _outcome(plan, case, course))


def _outcome(plan: AscentPlan, case: AscentDispersion, course: Course) -> Index:
    """Orbit reached when the navigated cut-off meets the target within 10 km and 20 m/s."""
    r, v = _navigated(plan, case, course.cutoff)
    is_near = (jnp.abs(jnp.linalg.norm(r) - plan.target.radius_m) < 10_000.0) & (
        jnp.abs(jnp.linalg.norm(v) - plan.target.speed_m_s) < 20.0
    )
    failed = jnp.where(jnp.isnan(course.cutoff_s), Outcome.PROPELLANT_EXHAUSTED, Outcome.ORBIT_NOT_REACHED)
    return jnp.where(is_near & jnp.isfinite(course.cutoff_s), Outcome.FLYING, failed)


def _drifted(state: State, dt_s: Scalar) -> State:
    """The state carried along its velocity."""
    return State(state.t_s + dt_s, state.r_gcrf + dt_s * state.v_gcrf, state.v_gcrf, state.tank_kg, state.inert_kg)


def _thin_air(plan: AscentPlan, height_m: Scalar) -> Scalar:
    """Density of the day over that of US76 continued."""
    x = jnp.clip((height_m - THIN_BOTTOM_M) / THIN_STEP_M, 0.0, plan.thin_air.shape[0] - 1.000001)
    k = x.astype(jnp.int32)
    return jnp.exp(plan.thin_air[k] + (x - k) * (plan.thin_air[k + 1] - plan.thin_air[k]))


def _start(plan: AscentPlan, launcher: Launcher) -> _Carry:
    up = local(plan.r_pad_gcrf, plan.pole_gcrf).up
    zero, nothing = jnp.zeros(()), jnp.zeros(3)
    items = launcher.jettison_kg.shape[0]
    state = State(
        zero,
        plan.r_pad_gcrf,
        plan.v_pad_gcrf,
        launcher.propellant_kg + launcher.consumable_kg,
        plan.payload_kg + jnp.sum(launcher.dry_kg) + jnp.sum(launcher.jettison_kg),
    )
    memory = started(plan.r_pad_gcrf, plan.v_pad_gcrf, plan.target, jnp.asarray(_FIRST_ARC_RAD), plan.gm_m3_s2)
    law = Steering(up, nothing, zero, zero, zero)
    worst = _Worst(zero, zero, zero, zero)
    return _Carry(state, up, jnp.zeros(items, dtype=bool), memory, law, zero, jnp.asarray(jnp.inf), nothing, worst)

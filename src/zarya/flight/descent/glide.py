"""Steps of a dispersed descent, pure JAX: to the parachute command, and from there to the ground."""

from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool

from zarya.arrays import Matrix3, Scalar, Vector3
from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.dynamics.motion import derivative
from zarya.dynamics.runge_kutta import step
from zarya.dynamics.state import State
from zarya.flight.descent.column import ColumnAerodynamics, WayDown
from zarya.flight.descent.fall import SUTTON_GRAVES
from zarya.gnc.entry import BankProgram, rolled

THIN_M: Final = 95_000.0
"""Above, the air hardly acts and a step is `THIN_STEPS` times as long."""
THIN_STEPS: Final = 4.0
STEP_S: Final = 2.0
"""Usual step of the entry. A landing is off by 60 m where the module spins; guided by 0.05 km, in 1 % by 1.3 km."""
LIMIT_BAND_G: Final = 0.5
NEAR_M: Final = 1.0
"""A height is reached when it is this near."""
LONGEST_S: Final = 1_200.0
"""A module that is not at the parachute command so long after the separation has skipped out."""
TRANSIENT_STEP_S, TRANSIENT_S, STEADY_STEP_S = 0.2, 6.0, 10.0
"""Under the parachutes: steps while a canopy fills and for so long after, and once the sink is steady."""
LONGEST_SINK_S: Final = 3_000.0
_GAMMA: Final = 1.0 + 0.5**0.5


class Body(eqx.Module):
    """A module on its way down.

    Parameters
    ----------
    state : the module. bank_rad : () rad. slowing_m_s2 : () m/s2, loss of airspeed during the last step.
    speed_m_s, height_m, sink_m_s : () airspeed without wind, height over WGS84, rate of sinking, at `state`.
    """

    state: State
    bank_rad: Scalar
    slowing_m_s2: Scalar
    load_g: Scalar
    speed_m_s: Scalar
    height_m: Scalar
    sink_m_s: Scalar


class Endured(eqx.Module):
    """Largest load g, largest heat flux W/m2, heat load J/m2; each ()."""

    peak_load_g: Scalar
    peak_heat_w_m2: Scalar
    heat_load_j_m2: Scalar


def begun(way: WayDown, state: State, program: BankProgram) -> Body:
    """A module at `state`, banked as commanded."""
    bank = program.command_rad(way.airspeed_m_s(state))
    return _body(way, state, bank, jnp.zeros_like(state.t_s))


def unharmed(body: Body) -> Endured:
    """Nothing endured yet."""
    zero = jnp.zeros_like(body.height_m)
    return Endured(zero, zero, zero)


def _body(way: WayDown, state: State, bank_rad: Scalar, slowing_m_s2: Scalar) -> Body:
    place = way.place(state.r_gcrf)
    v = state.v_gcrf - jnp.cross(way.omega_earth_gcrf, state.r_gcrf)
    speed = jnp.sqrt(jnp.sum(v**2))
    return Body(state, bank_rad, slowing_m_s2, jnp.zeros_like(speed), speed, place.height_m, -jnp.sum(v * place.up))


def time_step_s(body: Body, floor_m: Scalar, usual_s: float) -> Scalar:
    """Length of the next step, s: long in thin air, shortened to end at the floor, zero at it."""
    above = body.height_m - floor_m
    smooth = jnp.where(body.height_m > THIN_M, THIN_STEPS * usual_s, usual_s)
    left = jnp.where(body.sink_m_s > 1.0, above / jnp.maximum(body.sink_m_s, 1.0), smooth)
    return jnp.where(above > NEAR_M, jnp.clip(left, 1e-3, smooth), 0.0)


def glided(way: WayDown, program: BankProgram, at: Body, dt_s: Scalar) -> tuple[Body, Scalar, Scalar]:
    """One step of the entry; the load at its start (g) and the heat flux in its middle (W/m2).

    **Model** RK4; wind and coefficients of mid-step, density exponential about it; the bank's mean over the step, the
    reversal at the instant within the step at which its airspeed is passed. Within `LIMIT_BAND_G` below the limit of
    the load the bank shrinks, at it the lift is up.
    """
    state, rate = at.state, way.module.bank_rate_rad_s
    turned_s = jnp.where(
        at.speed_m_s > program.reversal_speed_m_s,
        jnp.clip((at.speed_m_s - program.reversal_speed_m_s) / jnp.maximum(at.slowing_m_s2, 1e-3), 0.0, dt_s),
        0.0,
    )
    relief = jnp.clip((way.load_limit_g - at.load_g) / LIMIT_BAND_G, 0.0, 1.0)
    first = program.first_side * program.bank_rad * relief
    second = -first
    half_way, swept = _rolled(at.bank_rad, jnp.where(turned_s > 0.0, first, at.bank_rad), rate, turned_s)
    end, also = _rolled(half_way, second, rate, dt_s - turned_s)
    bank = jnp.where(dt_s > 0.0, (swept + also) / jnp.maximum(dt_s, 1e-6), at.bank_rad)
    half = 0.5 * dt_s
    middle = State(state.t_s + half, state.r_gcrf + half * state.v_gcrf, state.v_gcrf, state.tank_kg, state.inert_kg)
    held = ColumnAerodynamics(way, bank, program.lift, jnp.zeros_like(half)).held(middle.t_s, middle)
    newton = held.force(state.t_s, state).newton_gcrf
    load_g = jnp.sqrt(jnp.sum(newton**2)) / (state.mass_kg * STANDARD_GRAVITY_M_S2)
    after = _body(way, step(state, dt_s, (way.gravity, held)), end, jnp.zeros_like(half))
    slowing = jnp.where(dt_s > 0.0, (at.speed_m_s - after.speed_m_s) / jnp.maximum(dt_s, 1e-6), at.slowing_m_s2)
    place = way.place(middle.r_gcrf)
    density, _, _, _ = way.air(place)
    heat = SUTTON_GRAVES * jnp.sqrt(density / way.module.nose_radius_m) * (0.5 * (at.speed_m_s + after.speed_m_s)) ** 3
    return eqx.tree_at(lambda b: (b.slowing_m_s2, b.load_g), after, (slowing, load_g)), load_g, heat


def _rolled(bank_rad: Scalar, command_rad: Scalar, rate_rad_s: Scalar, dt_s: Scalar) -> tuple[Scalar, Scalar]:
    """Bank after `dt_s` of rolling towards the command, and its integral over that time, rad s."""
    end = rolled(bank_rad, command_rad, rate_rad_s, dt_s)
    moving_s = jnp.abs(end - bank_rad) / rate_rad_s
    return end, end * dt_s - 0.5 * (end - bank_rad) * moving_s


def endured(before: Endured, load_g: Scalar, heat_w_m2: Scalar, dt_s: Scalar) -> Endured:
    """With one step more."""
    return Endured(
        jnp.maximum(before.peak_load_g, load_g),
        jnp.maximum(before.peak_heat_w_m2, heat_w_m2),
        before.heat_load_j_m2 + heat_w_m2 * dt_s,
    )


def glide(way: WayDown, program: BankProgram, start: State, usual_s: float = STEP_S) -> tuple[Body, Endured]:
    """From the separation to the parachute command without corrections."""
    floor = way.module.parachute_height_m

    def body(at: tuple[Body, Endured]) -> tuple[Body, Endured]:
        dt_s = time_step_s(at[0], floor, usual_s)
        after, load_g, heat = glided(way, program, at[0], dt_s)
        return after, endured(at[1], load_g, heat, dt_s)

    def is_above(at: tuple[Body, Endured]) -> Bool[Array, ""]:
        return (at[0].height_m > floor + NEAR_M) & (at[0].state.t_s < start.t_s + LONGEST_S)

    first = begun(way, start, program)
    fallen: tuple[Body, Endured] = jax.lax.while_loop(is_above, body, (first, unharmed(first)))
    return fallen


class _Sinking(eqx.Module):
    body: Body
    main_s: Scalar


def sunk(way: WayDown, fallen: Body, finer: float = 1.0) -> tuple[Body, Scalar]:
    """From the parachute command to the ground: the module there, and when the main was drawn, s.

    Parameters
    ----------
    finer : divides the steps, to see what they cost.

    **Model** drogue, reefed main and main as steps of the drag area; steps end at the instants and heights at which
    they change. Linearly implicit Runge-Kutta of second order (ROS2), stable at any step, on the equation of motion
    with the air held at mid-step; the drift with the wind comes with it.
    **Source** Verwer, Spee, Blom & Hundsdorfer 1999, SIAM J. Sci. Comput. 20(4), 1456-1480, eq. 2.3.
    **Ignores** the swing, apparent mass, the time a canopy takes to fill beyond the catalog's delays.
    """
    module, case = way.module, way.case
    command_s = fallen.state.t_s
    filled_s = command_s + jnp.maximum(module.drogue_delay_s + case.opening_delay_s, 0.0)
    main_m = way.ground_m + module.main_height_over_ground_m
    shed_m = way.ground_m + module.heat_shield_height_over_ground_m
    never = jnp.full_like(command_s, jnp.inf)

    def body(at: _Sinking) -> _Sinking:
        now, state = at.body, at.body.state
        has_drogue = state.t_s >= filled_s - 1e-6
        is_low = has_drogue & (now.height_m <= main_m + NEAR_M)
        main_s = jnp.where(is_low, jnp.minimum(at.main_s, state.t_s), at.main_s)
        open_s = main_s + module.reefing_s
        is_drawn, is_open = state.t_s >= main_s, state.t_s >= open_s - 1e-6
        is_shed = is_open & (now.height_m <= shed_m + NEAR_M)
        area = jnp.where(has_drogue, module.drogue_drag_area_m2, 0.0)
        area = jnp.where(is_drawn, module.reefed_drag_area_m2, area)
        area = case.parachute_area * jnp.where(is_open, module.main_drag_area_m2, area)
        mass = way.mass_kg - jnp.where(is_shed, module.heat_shield_kg, 0.0)
        floor = jnp.where(is_drawn, jnp.where(is_shed, way.ground_m, shed_m), main_m)
        fall_s = jnp.maximum(now.height_m - floor, 0.0) / jnp.maximum(now.sink_m_s, 0.1)
        wait_s = jnp.where(is_drawn, open_s, filled_s) - state.t_s
        next_s = jnp.where(has_drogue & (~is_drawn | is_open), fall_s, wait_s)
        usual = jnp.where(state.t_s > open_s + TRANSIENT_S, STEADY_STEP_S, TRANSIENT_STEP_S) / finer
        dt_s = jnp.clip(next_s, 0.01 / finer, usual)
        lighter = State(state.t_s, state.r_gcrf, state.v_gcrf, state.tank_kg, mass)
        return _Sinking(_body(way, _implicit(way, lighter, area, dt_s), now.bank_rad, now.slowing_m_s2), main_s)

    def is_above(at: _Sinking) -> Bool[Array, ""]:
        return (at.body.height_m > way.ground_m + 0.1 * NEAR_M) & (at.body.state.t_s < command_s + LONGEST_SINK_S)

    last = jax.lax.while_loop(is_above, body, _Sinking(fallen, never))
    return last.body, last.main_s


def _implicit(way: WayDown, state: State, area_m2: Scalar, dt_s: Scalar) -> State:
    """One step of ROS2 under a drag area."""
    zero, half = jnp.zeros_like(dt_s), 0.5 * dt_s
    middle = State(state.t_s + half, state.r_gcrf + half * state.v_gcrf, state.v_gcrf, state.tank_kg, state.inert_kg)
    loads = (way.gravity, ColumnAerodynamics(way, zero, zero, area_m2).held(middle.t_s, middle))

    def acceleration(r_gcrf: Vector3, v_gcrf: Vector3) -> Vector3:
        moving = State(state.t_s, r_gcrf, v_gcrf, state.tank_kg, state.inert_kg)
        return derivative(state.t_s, moving, loads).a_gcrf

    r, v, h = state.r_gcrf, state.v_gcrf, _GAMMA * dt_s
    by_r, by_v = jax.jacfwd(acceleration, argnums=(0, 1))(r, v)
    inverse = _inverse(jnp.eye(3) - h * by_v - h * h * by_r)
    a1 = _times(inverse, acceleration(r, v) + h * _times(by_r, v))
    v1 = v + h * a1
    later, faster = r + dt_s * v1, v + dt_s * a1
    left = faster - 2.0 * v1
    a2 = _times(inverse, acceleration(later, faster) - 2.0 * a1 + h * _times(by_r, left))
    v2 = left + h * a2
    return State(
        state.t_s + dt_s,
        r + dt_s * (1.5 * v1 + 0.5 * v2),
        v + dt_s * (1.5 * a1 + 0.5 * a2),
        state.tank_kg,
        state.inert_kg,
    )


def _inverse(m: Matrix3) -> Matrix3:
    rows = jnp.stack([jnp.cross(m[:, 1], m[:, 2]), jnp.cross(m[:, 2], m[:, 0]), jnp.cross(m[:, 0], m[:, 1])])
    return rows / jnp.sum(rows[0] * m[:, 0])


def _times(m: Matrix3, x: Vector3) -> Vector3:
    """m x; spelled as a sum, which a batch of three by three does faster than as a matrix product."""
    return jnp.sum(m * x, axis=1)

"""The way down, pure JAX: deorbit burn and coast, entry, parachutes, touchdown."""

from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool

from zarya.arrays import Index, Scalar, Vector3
from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.dynamics.loads import CentralGravity, Thrust
from zarya.dynamics.motion import Load
from zarya.dynamics.runge_kutta import step
from zarya.dynamics.state import State
from zarya.flight.descent.loads import Aerodynamics, Air
from zarya.flight.phase import Outcome
from zarya.frames.geodetic import geodetic_from_itrf
from zarya.frames.local import dcm_lvlh_from_gcrf
from zarya.gnc.entry import BankProgram, rolled
from zarya.vehicles.descent_module import DescentModule

INTERFACE_M: Final = 100_000.0
"""Entry interface: height over WGS84 where the entry is said to begin."""
SUTTON_GRAVES: Final = 1.7415e-4
"""Convective heating at a stagnation point, kg^0.5 / m. Source: Sutton & Graves 1971, NASA TR R-376, air."""
BURN_STEPS: Final = 28
COAST_STEP_S, COAST_STEPS = 10.0, 180
ENTRY_STEP_S, ENTRY_INNER, ENTRY_OUTER = 0.5, 10, 260
CHUTE_STEP_S, CHUTE_INNER, CHUTE_OUTER = 0.25, 40, 125
_NEVER: Final = float("inf")


class Burn(eqx.Module):
    """A burn against the horizontal velocity at ignition, its direction fixed among the stars: thrust N, flow kg/s, s.

    That the direction does not turn with the orbit is derived from the published clock of MS-11: held in LVLH the ship
    would come to the separation height 48 s later than planned, fixed among the stars it comes 7 s earlier.
    """

    newton: Scalar
    flow_kg_s: Scalar
    duration_s: Scalar


class Descent(eqx.Module):
    """What every descent of one study shares.

    Parameters
    ----------
    orbit : loads of the coast (gravity field, Sun and Moon, drag of the whole ship).
    air : of the entry. gravity : of the entry, centre and J2.
    module : the descent module. burn : the deorbit burn.
    ground_m : () height of the landing zone over WGS84. drag_scale : () factor on the drag coefficient.
    """

    orbit: tuple[Load, ...]
    air: Air
    gravity: CentralGravity
    module: DescentModule
    burn: Burn
    ground_m: Scalar
    drag_scale: Scalar


class Trace(eqx.Module):
    """Samples of a descent, with a leading axis (sample,): time s, position m, velocity m/s, load g, heat W/m2."""

    t_s: Scalar
    r_gcrf: Vector3
    v_gcrf: Vector3
    load_g: Scalar
    heat_w_m2: Scalar


class DescentLog(eqx.Module):
    """Instants (s from the flight's epoch), places and loads of one descent.

    Parameters
    ----------
    ignition_s, cutoff_s, separation_s, interface_s, guidance_s, parachute_s, main_s, landing_s : () s.
    latitude_rad, longitude_rad : () of the touchdown, WGS84.
    entry_angle_rad, entry_speed_m_s : () inertial flight-path angle (negative down) and speed at 100 km.
    peak_load_g, peak_load_s, peak_load_height_m : () the largest load of the air, its instant and height.
    peak_heat_w_m2, heat_load_j_m2 : () at the stagnation point (convective).
    parachute_speed_m_s, descent_speed_m_s : () airspeed at the parachute command; sink just over the ground.
    outcome : () `Outcome`: FLYING where the module is down, NOT_CONVERGED where it never came down in the time allowed.
    entry, chutes : samples every 5 s and every 10 s.
    """

    ignition_s: Scalar
    cutoff_s: Scalar
    separation_s: Scalar
    interface_s: Scalar
    guidance_s: Scalar
    parachute_s: Scalar
    main_s: Scalar
    landing_s: Scalar
    latitude_rad: Scalar
    longitude_rad: Scalar
    entry_angle_rad: Scalar
    entry_speed_m_s: Scalar
    peak_load_g: Scalar
    peak_load_s: Scalar
    peak_load_height_m: Scalar
    peak_heat_w_m2: Scalar
    heat_load_j_m2: Scalar
    parachute_speed_m_s: Scalar
    descent_speed_m_s: Scalar
    outcome: Index
    entry: Trace
    chutes: Trace


class Fall(eqx.Module):
    """A falling body and what is remembered of its way."""

    state: State
    height_m: Scalar
    bank_rad: Scalar
    done: Scalar
    interface_s: Scalar
    guidance_s: Scalar
    main_s: Scalar
    entry_angle_rad: Scalar
    entry_speed_m_s: Scalar
    peak_load_g: Scalar
    peak_load_s: Scalar
    peak_load_height_m: Scalar
    peak_heat_w_m2: Scalar
    heat_load_j_m2: Scalar
    load_g: Scalar
    heat_w_m2: Scalar


def fly(descent: Descent, ignition: State, program: BankProgram) -> DescentLog:
    """One descent from ignition to touchdown.

    Parameters
    ----------
    descent : what is shared.
    ignition : the ship at ignition; its one tank holds the propellant.
    program : bank during the entry.

    **Model** thrust constant along a fixed direction (`Burn`); RK4 of 10 s to the separation height, 0.5 s in the entry
    with the air held over a step, 0.25 s under the parachutes; events by linear interpolation within a step.
    **Ignores** the kick of the separation, lift above the guidance height's density (it is negligible), radiative heat.
    """
    cutoff, separated, reached = deorbit(descent, ignition)
    module = descent.module
    start = State(separated.t_s, separated.r_gcrf, separated.v_gcrf, jnp.zeros_like(separated.tank_kg), module.mass_kg)
    fallen, entry = _entry(descent, start, program)
    opened = fallen.state
    speed = airspeed_m_s(descent.air, opened)
    landed, chutes = _parachutes(descent, fallen)
    dcm = descent.air.earth.dcm_itrf_from_gcrf(landed.state.t_s)
    latitude, longitude, _ = geodetic_from_itrf(dcm @ landed.state.r_gcrf)
    sink = -_climb_m_s(descent.air, landed.state)
    braked = module.soft_landing_height_m * (2.0 / (sink + module.touchdown_speed_m_s) - 1.0 / sink)
    is_down = reached & (fallen.done > 0.5) & (landed.done > 0.5)
    return DescentLog(
        ignition_s=ignition.t_s,
        cutoff_s=cutoff.t_s,
        separation_s=separated.t_s,
        interface_s=fallen.interface_s,
        guidance_s=fallen.guidance_s,
        parachute_s=opened.t_s,
        main_s=landed.main_s,
        landing_s=landed.state.t_s + braked,
        latitude_rad=latitude,
        longitude_rad=longitude,
        entry_angle_rad=fallen.entry_angle_rad,
        entry_speed_m_s=fallen.entry_speed_m_s,
        peak_load_g=fallen.peak_load_g,
        peak_load_s=fallen.peak_load_s,
        peak_load_height_m=fallen.peak_load_height_m,
        peak_heat_w_m2=fallen.peak_heat_w_m2,
        heat_load_j_m2=fallen.heat_load_j_m2,
        parachute_speed_m_s=speed,
        descent_speed_m_s=sink,
        outcome=jnp.where(is_down, Outcome.FLYING, Outcome.NOT_CONVERGED),
        entry=entry,
        chutes=chutes,
    )


def deorbit(descent: Descent, ignition: State) -> tuple[State, State, Bool[Array, ""]]:
    """Burn and coast: the ship at cut-off, at the separation height, and whether it came so low in time."""
    burn = descent.burn
    dcm = dcm_lvlh_from_gcrf(ignition.r_gcrf, ignition.v_gcrf)
    thrust = Thrust(
        burn.newton, -dcm[0], jnp.zeros(3), ignition.t_s, jnp.full_like(ignition.tank_kg, burn.flow_kg_s)
    )  # fmt: skip
    dt_s = burn.duration_s / BURN_STEPS
    cutoff = jax.lax.fori_loop(0, BURN_STEPS, lambda _, at: step(at, dt_s, (*descent.orbit, thrust)), ignition)
    floor = descent.module.separation_height_m

    def body(_: Index, at: State) -> State:
        climb = _climb_m_s(descent.air, at)
        above = _height_m(descent.air, at) - floor
        left = jnp.where(climb < -1.0, above / jnp.maximum(-climb, 1.0), COAST_STEP_S)
        return step(at, jnp.clip(left, 0.0, COAST_STEP_S), descent.orbit)

    low = jax.lax.fori_loop(0, COAST_STEPS, body, cutoff)
    return cutoff, low, jnp.abs(_height_m(descent.air, low) - floor) < 50.0


def _entry(descent: Descent, start: State, program: BankProgram) -> tuple[Fall, Trace]:
    """From the separation to the parachute command."""

    def body(_: Index, at: Fall) -> Fall:
        return entry_step(descent, program, at, ENTRY_STEP_S)

    def outer(at: Fall, _: None) -> tuple[Fall, Trace]:
        after = jax.lax.fori_loop(0, ENTRY_INNER, body, at)
        return after, _trace(after)

    return jax.lax.scan(outer, entering(descent, start, program), None, length=ENTRY_OUTER)


def entering(descent: Descent, start: State, program: BankProgram) -> Fall:
    """The module just separated, with nothing remembered yet and already banked as commanded."""
    zero, never = jnp.zeros_like(start.t_s), jnp.full_like(start.t_s, _NEVER)
    bank = program.command_rad(jnp.linalg.norm(start.v_gcrf))
    height = _height_m(descent.air, start)
    return Fall(start, height, bank, zero, never, never, never, *(zero,) * 9)


def entry_step(descent: Descent, program: BankProgram, at: Fall, dt_s: float) -> Fall:
    """One step of the entry; stands still once the height of the parachute command is reached."""
    module, state = descent.module, at.state
    zero = jnp.zeros_like(state.t_s)
    speed = airspeed_m_s(descent.air, state)
    bank = rolled(at.bank_rad, program.command_rad(speed), module.bank_rate_rad_s, jnp.asarray(dt_s))
    load = Aerodynamics(descent.air, module, bank, program.lift, descent.drag_scale, zero)
    after = _stepped(descent, at, load, dt_s)
    r, v = state.r_gcrf, state.v_gcrf
    angle = jnp.arcsin(jnp.sum(r * v) / (jnp.linalg.norm(r) * jnp.linalg.norm(v)))

    def passing(floor_m: Scalar | float) -> tuple[Bool[Array, ""], Scalar]:
        share = (at.height_m - floor_m) / jnp.maximum(at.height_m - after.height_m, 1e-3)
        return (at.height_m >= floor_m) & (after.height_m < floor_m), state.t_s + share * dt_s

    enters, interface_s = passing(INTERFACE_M)
    guided, guidance_s = passing(module.guidance_height_m)
    after = eqx.tree_at(
        lambda f: (f.bank_rad, f.interface_s, f.guidance_s, f.entry_angle_rad, f.entry_speed_m_s),
        after,
        (
            bank,
            jnp.where(enters, interface_s, at.interface_s),
            jnp.where(guided, guidance_s, at.guidance_s),
            jnp.where(enters, angle, at.entry_angle_rad),
            jnp.where(enters, jnp.linalg.norm(v), at.entry_speed_m_s),
        ),
    )
    return _until(at, after, module.parachute_height_m, dt_s)


def _parachutes(descent: Descent, fallen: Fall) -> tuple[Fall, Trace]:
    """From the parachute command to the ground."""
    module, zero = descent.module, jnp.zeros_like(fallen.height_m)
    command_s = fallen.state.t_s
    first = eqx.tree_at(lambda f: f.done, fallen, zero)

    def body(_: Index, at: Fall) -> Fall:
        state, over = at.state, at.height_m - descent.ground_m
        has_drogue = state.t_s - command_s >= module.drogue_delay_s
        drawn = has_drogue & (over <= module.main_height_over_ground_m)
        main_s = jnp.where(drawn, jnp.minimum(at.main_s, state.t_s), at.main_s)
        since = state.t_s - main_s
        area = jnp.where(has_drogue, module.drogue_drag_area_m2, 0.0)
        area = jnp.where(since >= 0.0, module.reefed_drag_area_m2, area)
        area = jnp.where(since >= module.reefing_s, module.main_drag_area_m2, area)
        shed = (since > module.reefing_s) & (over < module.heat_shield_height_over_ground_m)
        kept = jnp.where(shed, module.mass_kg - module.heat_shield_kg, module.mass_kg)
        at = eqx.tree_at(lambda f: (f.main_s, f.state.inert_kg), at, (main_s, kept))
        load = Aerodynamics(descent.air, module, zero, zero, descent.drag_scale, area)
        after = _stepped(descent, at, load, CHUTE_STEP_S)
        return _until(at, after, descent.ground_m, CHUTE_STEP_S)

    def outer(at: Fall, _: None) -> tuple[Fall, Trace]:
        after = jax.lax.fori_loop(0, CHUTE_INNER, body, at)
        return after, _trace(after)

    return jax.lax.scan(outer, first, None, length=CHUTE_OUTER)


def _stepped(descent: Descent, at: Fall, load: Aerodynamics, dt_s: float) -> Fall:
    """One step of the fall with the air held at mid-step, loads and heat with it."""
    state, half = at.state, 0.5 * dt_s
    middle = State(state.t_s + half, state.r_gcrf + half * state.v_gcrf, state.v_gcrf, state.tank_kg, state.inert_kg)
    density, sound, v_air, _ = descent.air.at(middle.t_s, middle.r_gcrf)
    held = load.at_air(density, sound, v_air, middle)
    load_g = jnp.linalg.norm(held.force(state.t_s, state).newton_gcrf) / (state.mass_kg * STANDARD_GRAVITY_M_S2)
    speed = jnp.linalg.norm(middle.v_gcrf - v_air)
    heat = SUTTON_GRAVES * jnp.sqrt(density / descent.module.nose_radius_m) * speed**3
    after = step(state, jnp.asarray(dt_s), (descent.gravity, held))
    peaks = load_g > at.peak_load_g
    return Fall(
        state=after,
        height_m=_height_m(descent.air, after),
        bank_rad=at.bank_rad,
        done=at.done,
        interface_s=at.interface_s,
        guidance_s=at.guidance_s,
        main_s=at.main_s,
        entry_angle_rad=at.entry_angle_rad,
        entry_speed_m_s=at.entry_speed_m_s,
        peak_load_g=jnp.where(peaks, load_g, at.peak_load_g),
        peak_load_s=jnp.where(peaks, state.t_s, at.peak_load_s),
        peak_load_height_m=jnp.where(peaks, at.height_m, at.peak_load_height_m),
        peak_heat_w_m2=jnp.maximum(at.peak_heat_w_m2, heat),
        heat_load_j_m2=at.heat_load_j_m2 + heat * dt_s,
        load_g=load_g,
        heat_w_m2=heat,
    )


def _until(at: Fall, after: Fall, floor_m: Scalar, dt_s: float) -> Fall:
    """`after` while above the floor; on the step that goes through, the point where it meets the floor; then still."""
    through = after.height_m <= floor_m
    share = jnp.clip((at.height_m - floor_m) / jnp.maximum(at.height_m - after.height_m, 1e-6), 0.0, 1.0)

    def between(a: Array, b: Array) -> Array:
        return a + share * (b - a)

    met = eqx.tree_at(
        lambda f: (f.state, f.height_m, f.done),
        after,
        (jax.tree.map(between, at.state, after.state), floor_m + jnp.zeros_like(at.height_m), jnp.ones_like(at.done)),
    )
    moved = jax.tree.map(lambda a, b: jnp.where(through, a, b), met, after)
    kept: Fall = jax.tree.map(lambda a, b: jnp.where(at.done > 0.5, a, b), at, moved)
    return kept


def _trace(at: Fall) -> Trace:
    return Trace(at.state.t_s, at.state.r_gcrf, at.state.v_gcrf, at.load_g, at.heat_w_m2)


def _height_m(air: Air, state: State) -> Scalar:
    height: Scalar = geodetic_from_itrf(air.earth.dcm_itrf_from_gcrf(state.t_s) @ state.r_gcrf)[2]
    return height


def _climb_m_s(air: Air, state: State) -> Scalar:
    """Rate of the geodetic height, m/s: velocity along the ellipsoid's normal."""
    dcm = air.earth.dcm_itrf_from_gcrf(state.t_s)
    latitude, longitude, _ = geodetic_from_itrf(dcm @ state.r_gcrf)
    cosine = jnp.cos(latitude)
    up = jnp.stack([cosine * jnp.cos(longitude), cosine * jnp.sin(longitude), jnp.sin(latitude)])
    v = state.v_gcrf - jnp.cross(air.earth.omega_earth_gcrf(state.t_s), state.r_gcrf)
    return jnp.sum(up * (dcm @ v))


def airspeed_m_s(air: Air, state: State) -> Scalar:
    """Speed relative to the turning Earth, m/s (without wind: what an inertial unit knows)."""
    v = state.v_gcrf - jnp.cross(air.earth.omega_earth_gcrf(state.t_s), state.r_gcrf)
    speed: Scalar = jnp.linalg.norm(v)
    return speed

"""A body falling through the air: what is shared, what is remembered, and one step of it. Pure JAX."""

from dataclasses import replace
from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array

from zarya.arrays import Scalar, Vector3
from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.dynamics.loads import CentralGravity
from zarya.dynamics.motion import Load
from zarya.dynamics.runge_kutta import step
from zarya.dynamics.state import State
from zarya.flight.descent.loads import Aerodynamics, Air
from zarya.frames.geodetic import geodetic_from_itrf, up_itrf
from zarya.vehicles.descent_module import DescentModule

SUTTON_GRAVES: Final = 1.7415e-4
"""Convective heating at a stagnation point, kg^0.5 / m. Source: Sutton & Graves 1971, NASA TR R-376, air."""


def _none() -> Array:
    return jnp.zeros(())


class Burn(eqx.Module):
    """A burn against the horizontal velocity at ignition, its direction fixed among the stars: thrust N, flow kg/s, s.

    Where the main engine stops before its time, the small thrusters finish at once, in the same direction.

    That the direction does not turn with the orbit is derived from the published clock of MS-11: held in LVLH the ship
    would come to the separation height 48 s later than planned, fixed among the stars it comes 7 s earlier.

    Parameters
    ----------
    newton, flow_kg_s, duration_s : () of the main engine.
    finish_newton, finish_flow_kg_s, finish_s : () of the small thrusters after it; none by default.
    """

    newton: Scalar
    flow_kg_s: Scalar
    duration_s: Scalar
    finish_newton: Scalar = eqx.field(default_factory=_none)
    finish_flow_kg_s: Scalar = eqx.field(default_factory=_none)
    finish_s: Scalar = eqx.field(default_factory=_none)


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


class Marks(eqx.Module):
    """What is noted of a fall on its way, () each.

    Parameters
    ----------
    interface_s, guidance_s, main_s : s from the flight's epoch: 100 km, the guidance height, the main parachute drawn;
        infinite where it never comes to it.
    entry_angle_rad, entry_speed_m_s : inertial flight-path angle (negative down) and speed at 100 km.
    peak_load_g, peak_load_s, peak_load_height_m : the largest load of the air, its instant and height.
    peak_heat_w_m2, heat_load_j_m2 : at the stagnation point (convective).
    """

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


class Fall(eqx.Module):
    """A falling body, () but for the state.

    Parameters
    ----------
    state : the body. height_m : over WGS84. bank_rad : rad from lift up. done : 1 once it has met its floor.
    load_g, heat_w_m2 : load of the air and heating of the last step. marks : what is noted of its way.
    """

    state: State
    height_m: Scalar
    bank_rad: Scalar
    done: Scalar
    load_g: Scalar
    heat_w_m2: Scalar
    marks: Marks


def stepped(descent: Descent, at: Fall, load: Aerodynamics, dt_s: float) -> Fall:
    """One step of the fall with the air held at mid-step, loads and heat with it."""
    state, half = at.state, 0.5 * dt_s
    middle = State(state.t_s + half, state.r_gcrf + half * state.v_gcrf, state.v_gcrf, state.tank_kg, state.inert_kg)
    density, sound, v_air, _ = descent.air.at(middle.t_s, middle.r_gcrf)
    held = load.at_air(density, sound, v_air, middle)
    after = step(state, jnp.asarray(dt_s), (descent.gravity, held))
    v = 0.5 * (state.v_gcrf + after.v_gcrf)  # with the density of mid-step goes its speed
    middle = State(middle.t_s, middle.r_gcrf, v, state.tank_kg, state.inert_kg)
    load_g = jnp.linalg.norm(held.force(middle.t_s, middle).newton_gcrf) / (state.mass_kg * STANDARD_GRAVITY_M_S2)
    heat = SUTTON_GRAVES * jnp.sqrt(density / descent.module.nose_radius_m) * jnp.linalg.norm(v - v_air) ** 3
    known = at.marks
    peaks = load_g > known.peak_load_g
    marks = replace(
        known,
        peak_load_g=jnp.where(peaks, load_g, known.peak_load_g),
        peak_load_s=jnp.where(peaks, state.t_s, known.peak_load_s),
        peak_load_height_m=jnp.where(peaks, at.height_m, known.peak_load_height_m),
        peak_heat_w_m2=jnp.maximum(known.peak_heat_w_m2, heat),
        heat_load_j_m2=known.heat_load_j_m2 + heat * dt_s,
    )
    return Fall(after, height_m(descent.air, after), at.bank_rad, at.done, load_g, heat, marks)


def until(at: Fall, after: Fall, floor_m: Scalar) -> Fall:
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


def sampled(at: Fall) -> Trace:
    """What is kept of the body at one instant."""
    return Trace(at.state.t_s, at.state.r_gcrf, at.state.v_gcrf, at.load_g, at.heat_w_m2)


def height_m(air: Air, state: State) -> Scalar:
    """Height over WGS84, m."""
    height: Scalar = geodetic_from_itrf(air.earth.dcm_itrf_from_gcrf(state.t_s) @ state.r_gcrf)[2]
    return height


def climb_m_s(air: Air, state: State) -> Scalar:
    """Rate of the height over WGS84, m/s."""
    return height_and_climb(air, state)[1]


def height_and_climb(air: Air, state: State) -> tuple[Scalar, Scalar]:
    """Height over WGS84, m, and its rate, m/s: velocity along the ellipsoid's normal."""
    dcm = air.earth.dcm_itrf_from_gcrf(state.t_s)
    latitude, longitude, height = geodetic_from_itrf(dcm @ state.r_gcrf)
    up = up_itrf(latitude, longitude)
    v = state.v_gcrf - jnp.cross(air.earth.omega_earth_gcrf(state.t_s), state.r_gcrf)
    return height, jnp.sum(up * (dcm @ v))


def airspeed_m_s(air: Air, state: State) -> Scalar:
    """Speed relative to the turning Earth, m/s (without wind: what an inertial unit knows)."""
    v = state.v_gcrf - jnp.cross(air.earth.omega_earth_gcrf(state.t_s), state.r_gcrf)
    speed: Scalar = jnp.linalg.norm(v)
    return speed

"""From ignition to the separation of the modules: the deorbit burn and the coast, pure JAX."""

from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool

from zarya.arrays import Index, Scalar
from zarya.dynamics.loads import Thrust
from zarya.dynamics.runge_kutta import step
from zarya.dynamics.state import State
from zarya.flight.descent.fall import Descent, climb_m_s, height_m
from zarya.frames.local import dcm_lvlh_from_gcrf

BURN_STEPS: Final = 28
"""Of the main engine, and as many of the small thrusters that finish its burn."""
COAST_STEP_S, COAST_STEPS = 10.0, 180
REVOLUTION_STEP_S, REVOLUTION_STEPS = 20.0, 280
GONE_M: Final = 60_000.0
"""A ship so low does not come up again and is followed no longer."""


def deorbit(descent: Descent, ignition: State) -> tuple[State, State, Bool[Array, ""]]:
    """Burn and coast: the ship at cut-off, at the separation height, and whether it came so low in time."""
    cutoff = burned(descent, ignition)
    low = jax.lax.fori_loop(0, COAST_STEPS, lambda _, at: sinking(descent, at), cutoff)
    floor = descent.module.separation_height_m
    return cutoff, low, jnp.abs(height_m(descent.air, low) - floor) < 50.0


def burned(descent: Descent, ignition: State) -> State:
    """The ship at cut-off: main engine, then the small thrusters where the burn has them finish."""
    burn, main = descent.burn, braking(descent, ignition)
    flow = jnp.full_like(ignition.tank_kg, burn.finish_flow_kg_s)
    small = eqx.tree_at(lambda t: (t.newton, t.flow_kg_s), main, (burn.finish_newton, flow))

    def body(k: Index, at: State) -> State:
        thrust = jax.tree.map(lambda a, b: jnp.where(k < BURN_STEPS, a, b), main, small)
        dt_s = jnp.where(k < BURN_STEPS, burn.duration_s, burn.finish_s) / BURN_STEPS
        return step(at, dt_s, (*descent.orbit, thrust))

    cutoff: State = jax.lax.fori_loop(0, 2 * BURN_STEPS, body, ignition)
    return cutoff


def braking(descent: Descent, ignition: State) -> Thrust:
    """The engine against the horizontal velocity at ignition, its direction fixed among the stars."""
    burn = descent.burn
    dcm = dcm_lvlh_from_gcrf(ignition.r_gcrf, ignition.v_gcrf)
    flow = jnp.full_like(ignition.tank_kg, burn.flow_kg_s)
    return Thrust(burn.newton, -dcm[0], jnp.zeros(3), ignition.t_s, flow)


def sinking(descent: Descent, at: State) -> State:
    """One step of the coast, the last one shortened so that it ends at the separation height; then still."""
    climb = climb_m_s(descent.air, at)
    above = height_m(descent.air, at) - descent.module.separation_height_m
    left = jnp.where(climb < -1.0, above / jnp.maximum(-climb, 1.0), COAST_STEP_S)
    return step(at, jnp.clip(left, 0.0, COAST_STEP_S), descent.orbit)


def lowest_m(descent: Descent, ignition: State) -> Scalar:
    """Lowest height over WGS84 within a revolution after the burn if the ship is left alone, m."""
    cutoff = burned(descent, ignition)

    def body(_: Index, at: tuple[State, Scalar]) -> tuple[State, Scalar]:
        after = step(at[0], jnp.asarray(REVOLUTION_STEP_S), descent.orbit)
        after = jax.tree.map(lambda a, b: jnp.where(at[1] < GONE_M, a, b), at[0], after)
        return after, jnp.minimum(at[1], height_m(descent.air, after))

    first = (cutoff, height_m(descent.air, cutoff))
    lowest: Scalar = jax.lax.fori_loop(0, REVOLUTION_STEPS, body, first)[1]
    return lowest

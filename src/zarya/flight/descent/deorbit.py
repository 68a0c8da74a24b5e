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
BURNS_STEPS: Final = 2 * BURN_STEPS
"""Of the main engine, and as many of the small thrusters that finish its burn."""
COAST_STEP_S, COAST_STEPS = 10.0, 180
REVOLUTION_STEP_S, REVOLUTION_STEPS = 20.0, 280
GONE_M: Final = 60_000.0
"""A ship so low does not come up again and is followed no longer."""


def deorbit(descent: Descent, ignition: State) -> tuple[State, State, Bool[Array, ""]]:
    """Burn and coast: the ship at cut-off, at the separation height, and whether it came so low in time."""

    def body(k: Index, at: tuple[State, State]) -> tuple[State, State]:
        cutoff, state = at
        after = deorbit_step(descent, ignition, k, state)
        return jax.tree.map(lambda a, b: jnp.where(k < BURNS_STEPS, a, b), after, cutoff), after

    cutoff, low = jax.lax.fori_loop(0, BURNS_STEPS + COAST_STEPS, body, (ignition, ignition))
    floor = descent.module.separation_height_m
    return cutoff, low, jnp.abs(height_m(descent.air, low) - floor) < 50.0


def deorbit_step(descent: Descent, ignition: State, k: Index, at: State) -> State:
    """Step `k` of burn and coast, one body for both: half to compile. Still once the separation height is reached."""
    thrust, dt_s = _push(descent, ignition, k)
    dt_s = jnp.where(k < BURNS_STEPS, dt_s, _sinking_s(descent, at))
    return step(at, dt_s, (*descent.orbit, thrust))


def _push(descent: Descent, ignition: State, k: Index) -> tuple[Thrust, Scalar]:
    """Thrust and length of step `k`: the main engine, the small thrusters where the burn has them finish, none."""
    burn, thrust = descent.burn, _braking(descent, ignition)
    is_main, is_small = k < BURN_STEPS, (k >= BURN_STEPS) & (k < BURNS_STEPS)
    newton = jnp.where(is_main, burn.newton, jnp.where(is_small, burn.finish_newton, 0.0))
    flow = jnp.where(is_main, burn.flow_kg_s, jnp.where(is_small, burn.finish_flow_kg_s, 0.0))
    dt_s = jnp.where(is_main, burn.duration_s, burn.finish_s) / BURN_STEPS
    flows = jnp.full_like(ignition.tank_kg, flow)
    return eqx.tree_at(lambda t: (t.newton, t.flow_kg_s), thrust, (newton, flows)), dt_s


def _braking(descent: Descent, ignition: State) -> Thrust:
    """The engine against the horizontal velocity at ignition, its direction fixed among the stars."""
    burn = descent.burn
    dcm = dcm_lvlh_from_gcrf(ignition.r_gcrf, ignition.v_gcrf)
    flow = jnp.full_like(ignition.tank_kg, burn.flow_kg_s)
    return Thrust(burn.newton, -dcm[0], jnp.zeros(3), ignition.t_s, flow)


def _sinking_s(descent: Descent, at: State) -> Scalar:
    climb = climb_m_s(descent.air, at)
    above = height_m(descent.air, at) - descent.module.separation_height_m
    left = jnp.where(climb < -1.0, above / jnp.maximum(-climb, 1.0), COAST_STEP_S)
    return jnp.clip(left, 0.0, COAST_STEP_S)


def lowest_m(descent: Descent, ignition: State) -> Scalar:
    """Lowest height over WGS84 within a revolution after the burn if the ship is left alone, m.

    **Model** central gravity and J2 alone, RK4 of 20 s. **Valid** within 0.3 km of the full model with
    drag down to 100 km. **Ignores** the drag: from 90 km down it brings the ship down for good.
    """

    def body(k: Index, at: tuple[State, Scalar]) -> tuple[State, Scalar]:
        state, lowest = at
        thrust, dt_s = _push(descent, ignition, k)
        dt_s = jnp.where(k < BURNS_STEPS, dt_s, REVOLUTION_STEP_S)
        after = step(state, dt_s, (descent.gravity, thrust))
        after = jax.tree.map(lambda a, b: jnp.where(lowest < GONE_M, a, b), state, after)
        return after, jnp.minimum(lowest, height_m(descent.air, after))

    first = (ignition, height_m(descent.air, ignition))
    lowest: Scalar = jax.lax.fori_loop(0, BURNS_STEPS + REVOLUTION_STEPS, body, first)[1]
    return lowest

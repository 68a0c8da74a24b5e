"""From ignition to the separation of the modules: the deorbit burn and the coast, pure JAX."""

from typing import Final

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool

from zarya.dynamics.loads import Thrust
from zarya.dynamics.runge_kutta import step
from zarya.dynamics.state import State
from zarya.flight.descent.fall import Descent, climb_m_s, height_m
from zarya.frames.local import dcm_lvlh_from_gcrf

BURN_STEPS: Final = 28
COAST_STEP_S, COAST_STEPS = 10.0, 180


def deorbit(descent: Descent, ignition: State) -> tuple[State, State, Bool[Array, ""]]:
    """Burn and coast: the ship at cut-off, at the separation height, and whether it came so low in time."""
    thrust = braking(descent, ignition)
    dt_s = descent.burn.duration_s / BURN_STEPS
    cutoff = jax.lax.fori_loop(0, BURN_STEPS, lambda _, at: step(at, dt_s, (*descent.orbit, thrust)), ignition)
    low = jax.lax.fori_loop(0, COAST_STEPS, lambda _, at: sinking(descent, at), cutoff)
    floor = descent.module.separation_height_m
    return cutoff, low, jnp.abs(height_m(descent.air, low) - floor) < 50.0


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

"""From ignition to the separation of the modules: the deorbit burn and the coast, pure JAX."""

from typing import Final

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool

from zarya.arrays import Index
from zarya.dynamics.loads import Thrust
from zarya.dynamics.runge_kutta import step
from zarya.dynamics.state import State
from zarya.flight.descent.fall import Descent, climb_m_s, height_m
from zarya.frames.local import dcm_lvlh_from_gcrf

BURN_STEPS: Final = 28
COAST_STEP_S, COAST_STEPS = 10.0, 180


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
        climb = climb_m_s(descent.air, at)
        above = height_m(descent.air, at) - floor
        left = jnp.where(climb < -1.0, above / jnp.maximum(-climb, 1.0), COAST_STEP_S)
        return step(at, jnp.clip(left, 0.0, COAST_STEP_S), descent.orbit)

    low = jax.lax.fori_loop(0, COAST_STEPS, body, cutoff)
    return cutoff, low, jnp.abs(height_m(descent.air, low) - floor) < 50.0

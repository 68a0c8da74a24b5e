"""From the parachute command to the ground, pure JAX."""

import equinox as eqx
import jax
import jax.numpy as jnp

from zarya.arrays import Index
from zarya.flight.descent.fall import Descent, Fall, Trace, sampled, stepped, until
from zarya.flight.descent.loads import Aerodynamics

CHUTE_STEP_S, CHUTE_INNER, CHUTE_OUTER = 0.25, 40, 125


def descend(descent: Descent, fallen: Fall) -> tuple[Fall, Trace]:
    """From the parachute command to the ground: the module there and samples every 10 s."""
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
        after = stepped(descent, at, load, CHUTE_STEP_S)
        return until(at, after, descent.ground_m, CHUTE_STEP_S)

    def outer(at: Fall, _: None) -> tuple[Fall, Trace]:
        after = jax.lax.fori_loop(0, CHUTE_INNER, body, at)
        return after, sampled(after)

    return jax.lax.scan(outer, first, None, length=CHUTE_OUTER)

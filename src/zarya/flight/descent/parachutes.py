"""From the parachute command to the ground, pure JAX."""

from dataclasses import replace
from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp

from zarya.arrays import Index, Scalar
from zarya.flight.descent.fall import Descent, Fall, Trace, climb_m_s, sampled, stepped, until
from zarya.flight.descent.loads import Aerodynamics
from zarya.vehicles.descent_module import DescentModule

CHUTE_STEP_S, CHUTE_INNER, CHUTE_OUTER = 0.25, 40, 125
_LEAST_SINK_M_S: Final = 1e-3


class Canopy(eqx.Module):
    """What hangs over and under a module during one step.

    Parameters
    ----------
    main_s : () s, when the main parachute is drawn; infinite while it is not. drag_area_m2 : () C A, mean of the step.
    module_kg : () mass of the module.
    """

    main_s: Scalar
    drag_area_m2: Scalar
    module_kg: Scalar


def canopy(
    module: DescentModule, command_s: Scalar, known_main_s: Scalar, t_s: Scalar, over_m: Scalar, sink_m_s: Scalar,
    dt_s: Scalar | float,
) -> Canopy:  # fmt: skip
    """The parachutes during the step from `t_s` on.

    Parameters
    ----------
    module : heights, delays and areas. command_s : () s, the parachute command; infinite before it.
    known_main_s : () s, when the main was drawn; infinite until now.
    t_s, over_m, sink_m_s, dt_s : () instant, height over the ground, rate of sinking, length of the step.

    **Model** drogue, reefed main and main as steps of the drag area; a step in which one changes flies with their mean
    over its time. The main is drawn where the height, straight from the sink at the start of the step, meets its own.
    **Valid** the draw within 1 ms of steps a tenth as long (tested). **Ignores** the time a canopy takes to fill beyond
    the delays.
    """
    drogue_s = command_s + module.drogue_delay_s
    low_s = t_s + jnp.maximum(over_m - module.main_height_over_ground_m, 0.0) / jnp.maximum(sink_m_s, _LEAST_SINK_M_S)
    drawn_s = jnp.maximum(low_s, drogue_s)
    main_s = jnp.minimum(known_main_s, jnp.where(drawn_s < t_s + dt_s, drawn_s, jnp.inf))
    open_s = main_s + module.reefing_s

    def share(since_s: Scalar) -> Scalar:
        """Part of the step that comes after an instant."""
        return jnp.clip((t_s + dt_s - since_s) / dt_s, 0.0, 1.0)

    drogue, reefed, main = share(drogue_s), share(main_s), share(open_s)
    area = (
        module.drogue_drag_area_m2 * (drogue - reefed)
        + module.reefed_drag_area_m2 * (reefed - main)
        + module.main_drag_area_m2 * main
    )
    shed = (t_s > open_s) & (over_m < module.heat_shield_height_over_ground_m)
    return Canopy(main_s, area, jnp.where(shed, module.mass_kg - module.heat_shield_kg, module.mass_kg))


def descend(descent: Descent, fallen: Fall) -> tuple[Fall, Trace]:
    """From the parachute command to the ground: the module there and samples every 10 s."""
    zero = jnp.zeros_like(fallen.height_m)
    command_s = fallen.state.t_s

    def body(_: Index, at: Fall) -> Fall:
        state, over = at.state, at.height_m - descent.ground_m
        sink = -climb_m_s(descent.air, state)
        hanging = canopy(descent.module, command_s, at.marks.main_s, state.t_s, over, sink, CHUTE_STEP_S)
        hung = replace(
            at, state=replace(state, inert_kg=hanging.module_kg), marks=replace(at.marks, main_s=hanging.main_s)
        )
        load = Aerodynamics(descent.air, descent.module, zero, zero, descent.drag_scale, hanging.drag_area_m2)
        return until(at, stepped(descent, hung, load, CHUTE_STEP_S), descent.ground_m)

    def outer(at: Fall, _: None) -> tuple[Fall, Trace]:
        after = jax.lax.fori_loop(0, CHUTE_INNER, body, at)
        return after, sampled(after)

    return jax.lax.scan(outer, replace(fallen, done=zero), None, length=CHUTE_OUTER)

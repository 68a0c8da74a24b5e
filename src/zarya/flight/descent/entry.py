"""From the separation of the modules to the parachute command, pure JAX."""

from dataclasses import replace
from typing import Final

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool

from zarya.arrays import Index, Scalar
from zarya.dynamics.state import State
from zarya.flight.descent.fall import Descent, Fall, Marks, Trace, airspeed_m_s, height_m, sampled, stepped, until
from zarya.flight.descent.loads import Aerodynamics
from zarya.gnc.entry import BankProgram, rolled

INTERFACE_M: Final = 100_000.0
"""Entry interface: height over WGS84 where the entry is said to begin."""
ENTRY_STEP_S, ENTRY_INNER, ENTRY_OUTER = 0.5, 10, 260
_NEVER: Final = float("inf")


def enter(descent: Descent, start: State, program: BankProgram) -> tuple[Fall, Trace]:
    """From the separation to the parachute command: the module there and samples every 5 s."""

    def body(_: Index, at: Fall) -> Fall:
        return entry_step(descent, program, at, ENTRY_STEP_S)

    def outer(at: Fall, _: None) -> tuple[Fall, Trace]:
        after = jax.lax.fori_loop(0, ENTRY_INNER, body, at)
        return after, sampled(after)

    return jax.lax.scan(outer, entering(descent, start, program), None, length=ENTRY_OUTER)


def entering(descent: Descent, start: State, program: BankProgram) -> Fall:
    """The module just separated, with nothing remembered yet and already banked as commanded."""
    zero, never = jnp.zeros_like(start.t_s), jnp.full_like(start.t_s, _NEVER)
    bank = program.command_rad(jnp.linalg.norm(start.v_gcrf))
    height = height_m(descent.air, start)
    marks = Marks(
        interface_s=never,
        guidance_s=never,
        main_s=never,
        entry_angle_rad=zero,
        entry_speed_m_s=zero,
        peak_load_g=zero,
        peak_load_s=zero,
        peak_load_height_m=zero,
        peak_heat_w_m2=zero,
        heat_load_j_m2=zero,
    )
    return Fall(start, height, bank, zero, zero, zero, marks)


def entry_step(descent: Descent, program: BankProgram, at: Fall, dt_s: float) -> Fall:
    """One step of the entry; stands still once the height of the parachute command is reached."""
    module, state = descent.module, at.state
    zero = jnp.zeros_like(state.t_s)
    speed = airspeed_m_s(descent.air, state)
    bank = rolled(at.bank_rad, program.command_rad(speed), module.bank_rate_rad_s, jnp.asarray(dt_s))
    load = Aerodynamics(descent.air, module, bank, program.lift, descent.drag_scale, zero)
    after = stepped(descent, at, load, dt_s)
    r, v = state.r_gcrf, state.v_gcrf
    angle = jnp.arcsin(jnp.sum(r * v) / (jnp.linalg.norm(r) * jnp.linalg.norm(v)))

    def passing(floor_m: Scalar | float) -> tuple[Bool[Array, ""], Scalar]:
        share = (at.height_m - floor_m) / jnp.maximum(at.height_m - after.height_m, 1e-3)
        return (at.height_m >= floor_m) & (after.height_m < floor_m), state.t_s + share * dt_s

    enters, interface_s = passing(INTERFACE_M)
    guided, guidance_s = passing(module.guidance_height_m)
    known = at.marks
    marks = replace(
        after.marks,
        interface_s=jnp.where(enters, interface_s, known.interface_s),
        guidance_s=jnp.where(guided, guidance_s, known.guidance_s),
        entry_angle_rad=jnp.where(enters, angle, known.entry_angle_rad),
        entry_speed_m_s=jnp.where(enters, jnp.linalg.norm(v), known.entry_speed_m_s),
    )
    return until(at, replace(after, bank_rad=bank, marks=marks), module.parachute_height_m)

"""Entry under guidance: a numerical predictor-corrector that re-aims the bank as the module learns where it is."""

from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from zarya.arrays import Scalar, Vector3
from zarya.dynamics.state import State
from zarya.flight.descent.flown import Descent, Fall, airspeed_m_s, entering, entry_step
from zarya.frames.geodetic import dcm_enu_from_itrf, geodetic_from_itrf
from zarya.gnc.entry import REVERSAL_SPEEDS_M_S, BankProgram, correction

UPDATE_S: Final = 10.0
"""Seconds between two corrections."""
STEP_S, STEPS_PER_UPDATE = 0.5, 20
PREDICTOR_STEP_S: Final = 2.0
LONGEST_S: Final = 1_000.0
"""A module that is not down so long after separation, or after the guidance height, has skipped out."""
LEAST_SPEED_M_S: Final = 800.0
"""Slower than this the bank is left alone: what lift is left moves the parachute point by less than it errs."""
BANK_LIMITS_RAD: Final = (0.15, 2.2)
_BANK_STEP_RAD: Final = 0.05
_SPEED_STEP_M_S: Final = 100.0
_LARGEST_BANK_CHANGE_RAD: Final = 0.35


class _Guided(eqx.Module):
    fall: Fall
    program: BankProgram


def parachute_point_m(descent: Descent, fall: Fall) -> Vector3:
    """Where the module is, turning with the Earth, (3,) m itrf."""
    point: Vector3 = descent.air.earth.dcm_itrf_from_gcrf(fall.state.t_s) @ fall.state.r_gcrf
    return point


def predicted(model: Descent, fall: Fall, program: BankProgram) -> Vector3:
    """Point of the parachute command that the onboard model foresees, (3,) m itrf."""

    def body(at: Fall) -> Fall:
        return entry_step(model, program, at, PREDICTOR_STEP_S)

    latest_s = fall.state.t_s + LONGEST_S
    last = jax.lax.while_loop(lambda at: (at.done < 0.5) & (at.state.t_s < latest_s), body, fall)
    return parachute_point_m(model, last)


def guided_entry(
    truth: Descent, model: Descent, start: State, program: BankProgram, aim_itrf: Vector3, lift_scale: Scalar
) -> tuple[Fall, BankProgram]:
    """Fly the entry of `truth` with corrections computed on `model`.

    Parameters
    ----------
    truth, model : what flies and what the module believes (nominal air and coefficients).
    start : the module at separation. program : the plan. aim_itrf : (3,) m, planned point of the parachute command.
    lift_scale : () true lift over believed lift.

    Returns
    -------
    The module at the parachute command, and the program as last corrected.

    **Model** every 10 s from the guidance height one Newton step on bank and reversal, with three predictions; after
    a reversal the next one is planned below the speed at hand. Navigation is perfect.
    **Ignores** estimating density
    and lift from the accelerometers: each correction starts from the state alone.
    """
    latitude, longitude, _ = geodetic_from_itrf(aim_itrf)
    level = dcm_enu_from_itrf(latitude, longitude)[:2]

    def miss(fall: Fall, program: BankProgram) -> Float[Array, "2"]:
        return level @ (predicted(model, fall, program) - aim_itrf)

    def corrected(at: _Guided) -> BankProgram:
        speed = airspeed_m_s(model.air, at.fall.state)
        turned = speed <= at.program.reversal_speed_m_s
        side = jnp.where(turned, -at.program.first_side, at.program.first_side)
        floor = jnp.asarray(REVERSAL_SPEEDS_M_S[0])
        reversal = jnp.where(turned, 0.5 * (floor + jnp.maximum(speed, floor)), at.program.reversal_speed_m_s)
        bank = at.program.bank_rad

        def with_commands(bank_rad: Scalar, speed_m_s: Scalar) -> BankProgram:
            return BankProgram(bank_rad, speed_m_s, side, at.program.lift)

        trials = (
            jnp.stack([bank, bank + _BANK_STEP_RAD, bank]),
            jnp.stack([reversal, reversal, reversal - _SPEED_STEP_M_S]),
        )
        found = jax.vmap(lambda b, v: miss(at.fall, with_commands(b, v)))(*trials)
        jacobian = jnp.stack([(found[1] - found[0]) / _BANK_STEP_RAD, (found[2] - found[0]) / -_SPEED_STEP_M_S], axis=1)
        low = jnp.stack([jnp.asarray(BANK_LIMITS_RAD[0]), floor - 1_000.0])
        high = jnp.stack([jnp.asarray(BANK_LIMITS_RAD[1]), jnp.maximum(speed, floor)])
        step = correction(found[0], jacobian, jnp.stack([bank, reversal]), low, high)
        bank = bank + jnp.clip(step[0], -_LARGEST_BANK_CHANGE_RAD, _LARGEST_BANK_CHANGE_RAD)
        return with_commands(bank, reversal + step[1])

    def flown(program: BankProgram) -> BankProgram:
        lift = program.lift * lift_scale
        return BankProgram(program.bank_rad, program.reversal_speed_m_s, program.first_side, lift)

    def update(at: _Guided) -> _Guided:
        is_guided = airspeed_m_s(model.air, at.fall.state) > LEAST_SPEED_M_S
        new = corrected(at)
        program = jax.tree.map(lambda a, b: jnp.where(is_guided, a, b), new, at.program)
        steered = flown(program)
        fall = jax.lax.fori_loop(0, STEPS_PER_UPDATE, lambda _, fall: entry_step(truth, steered, fall, STEP_S), at.fall)
        return _Guided(fall, program)

    def above(at: Fall) -> Bool[Array, ""]:
        return (at.height_m >= truth.module.guidance_height_m) & (at.state.t_s < start.t_s + LONGEST_S)

    first = jax.lax.while_loop(
        above, lambda at: entry_step(truth, flown(program), at, STEP_S), entering(truth, start, program)
    )
    latest_s = first.state.t_s + LONGEST_S
    last = jax.lax.while_loop(
        lambda at: (at.fall.done < 0.5) & (at.fall.state.t_s < latest_s), update, _Guided(first, program)
    )
    return last.fall, last.program

"""Entry under guidance: a numerical predictor-corrector that re-aims the bank as the module learns where it is."""

from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from zarya.arrays import Index, Scalar, Vector3
from zarya.dynamics.state import State
from zarya.flight.descent.column import ColumnAerodynamics, WayDown
from zarya.flight.descent.glide import (
    LONGEST_S,
    NEAR_M,
    STEP_S,
    Body,
    Endured,
    begun,
    endured,
    glided,
    time_step_s,
    unharmed,
)
from zarya.frames.geodetic import dcm_enu_from_itrf, geodetic_from_itrf
from zarya.gnc.entry import BankProgram, correction

UPDATE_S: Final = 10.0
"""From one correction to the next."""
PREDICTOR_STEPS: Final = 2.0
"""Steps of the predictor are so much longer than those of the flight."""
NEVER_M_S: Final = 100.0
"""A reversal at this airspeed does not happen: the parachutes open before."""
LEARNING, FAINT_M_S2 = 0.5, 1.0
"""Share of a new measurement in what is known of drag and lift, and the load below which it counts less."""
LEAST_SPEED_M_S: Final = 800.0
"""Slower than this the bank is left alone: what lift is left moves the parachute point by less than it errs."""
BANK_LIMITS_RAD: Final = (0.15, 2.2)
_BANK_STEP_RAD: Final = 0.05
_LARGEST_BANK_CHANGE_RAD: Final = 0.35


class Learned(eqx.Module):
    """Factors on drag and on lift to drag that the accelerometers have shown, each ()."""

    drag: Scalar
    lift_to_drag: Scalar


class _Guided(eqx.Module):
    body: Body
    harm: Endured
    program: BankProgram
    steps: Index
    learned: Learned


def felt(way: WayDown, body: Body) -> tuple[Scalar, Scalar]:
    """What accelerometers tell at this state in this air, m/s2: against the motion over the ground, and across it."""
    state = body.state
    held = ColumnAerodynamics(way, body.bank_rad, jnp.ones_like(body.bank_rad), jnp.zeros_like(body.bank_rad)).held(
        state.t_s, state
    )
    a = held.force(state.t_s, state).newton_gcrf / way.mass_kg
    along = (state.v_gcrf - jnp.cross(way.omega_earth_gcrf, state.r_gcrf)) / body.speed_m_s
    drag = -jnp.sum(a * along)
    return drag, jnp.sqrt(jnp.sum((a + drag * along) ** 2))


def learning(truth: WayDown, model: WayDown, body: Body, before: Learned) -> Learned:
    """What the accelerometers say of drag and lift, weighed with what was known; a faint load teaches little."""
    drag, lift = felt(truth, body)
    thought_drag, thought_lift = felt(model, body)
    more = drag / thought_drag
    weight = LEARNING * jnp.clip(drag / FAINT_M_S2, 0.0, 1.0)
    return Learned(
        before.drag + weight * (more - before.drag),
        before.lift_to_drag + weight * (lift / thought_lift / more - before.lift_to_drag),
    )


def predicted(model: WayDown, body: Body, program: BankProgram, usual_s: float = PREDICTOR_STEPS * STEP_S) -> Vector3:
    """Point of the parachute command that the onboard model foresees, (3,) m itrf."""
    floor = model.module.parachute_height_m
    latest_s = body.state.t_s + LONGEST_S

    def step(at: Body) -> Body:
        return glided(model, program, at, time_step_s(at, floor, usual_s))[0]

    def is_above(at: Body) -> Bool[Array, ""]:
        return (at.height_m > floor + NEAR_M) & (at.state.t_s < latest_s)

    return model.ground_point_m(jax.lax.while_loop(is_above, step, body).state)


def corrected(
    model: WayDown, body: Body, program: BankProgram, aim_itrf: Vector3, usual_s: float = PREDICTOR_STEPS * STEP_S
) -> BankProgram:
    """The program after one Newton step on bank and reversal, from four predictions.

    **Model** as planned, with more bank, with the reversal at once, and with none: the place over the square of the
    reversal's airspeed is taken as two straight pieces, and the piece in which the aim lies gives the slope. Once the
    module has rolled over, the next reversal starts from none.
    """
    latitude, longitude, _ = geodetic_from_itrf(aim_itrf)
    level = dcm_enu_from_itrf(latitude, longitude)[:2]
    now, never = body.speed_m_s**2, jnp.asarray(NEVER_M_S**2)
    turned = body.speed_m_s <= program.reversal_speed_m_s
    side = jnp.where(turned, -program.first_side, program.first_side)
    plan = jnp.where(turned, never, program.reversal_speed_m_s**2)
    bank = program.bank_rad

    def miss(bank_rad: Scalar, speed2: Scalar) -> Float[Array, "2"]:
        tried = BankProgram(bank_rad, jnp.sqrt(speed2), side, program.lift)
        off = predicted(model, body, tried, usual_s) - aim_itrf
        return jnp.sum(level * off, axis=1)

    found = jax.vmap(miss)(jnp.stack([bank, bank + _BANK_STEP_RAD, bank, bank]), jnp.stack([plan, plan, now, never]))
    by_bank = (found[1] - found[0]) / _BANK_STEP_RAD
    at = jnp.stack([bank, plan])

    def step(slope: Float[Array, "2"], low2: Scalar, high2: Scalar) -> Float[Array, "2"]:
        low, high = (
            jnp.stack([jnp.asarray(BANK_LIMITS_RAD[0]), low2]),
            jnp.stack([jnp.asarray(BANK_LIMITS_RAD[1]), high2]),
        )
        return correction(found[0], jnp.stack([by_bank, slope], axis=1), at, low, high)

    sooner = step((found[2] - found[0]) / jnp.maximum(now - plan, 1.0), plan, jnp.maximum(now, plan))
    later = step((found[0] - found[3]) / jnp.maximum(plan - never, 1.0), never, plan)
    change = jnp.where((sooner[1] > 0.0) | (plan <= never), sooner, later)
    bank = bank + jnp.clip(change[0], -_LARGEST_BANK_CHANGE_RAD, _LARGEST_BANK_CHANGE_RAD)
    return BankProgram(bank, jnp.sqrt(plan + change[1]), side, program.lift)


def guided_entry(
    truth: WayDown, model: WayDown, start: State, program: BankProgram, aim_itrf: Vector3, usual_s: float = STEP_S
) -> tuple[Body, Endured, BankProgram]:
    """Fly the entry of `truth` with corrections computed on `model`.

    Parameters
    ----------
    truth, model : what the module meets and what it believes (nominal air and coefficients, the wind foreseen).
    start : the module at separation. program : the plan. aim_itrf : (3,) m, planned point of the parachute command.
    usual_s : step of the flight; the predictor's goes with it.

    Returns
    -------
    The module at the parachute command, what it endured, and the program as last corrected.

    **Model** every 10 s from the guidance height `corrected`, with drag and lift of the model scaled by what the
    accelerometers have shown (`learning`); between, the lift turns up where the load nears the limit. The predictor is
    not told of the limit: told, it plans steeper to make up for it and the loads rise.
    **Ignores** errors of the navigation and the accelerometers.
    """
    floor, latest_s = truth.module.parachute_height_m, start.t_s + LONGEST_S
    guided_m = truth.module.guidance_height_m
    unlimited: WayDown = eqx.tree_at(lambda w: w.load_limit_g, model, jnp.full_like(model.load_limit_g, jnp.inf))

    def is_above(at: _Guided) -> Bool[Array, ""]:
        return (at.body.height_m > floor + NEAR_M) & (at.body.state.t_s < latest_s)

    def stepped(at: _Guided) -> _Guided:
        dt_s = time_step_s(at.body, floor, usual_s)
        body, load_g, heat = glided(truth, at.program, at.body, dt_s)
        return _Guided(body, endured(at.harm, load_g, heat, dt_s), at.program, at.steps + 1, at.learned)

    def is_before_update(at: _Guided) -> Bool[Array, ""]:
        return is_above(at) & ((at.steps < UPDATE_S / usual_s) | (at.body.height_m >= guided_m))

    def leg(at: _Guided) -> _Guided:
        """To the next correction, and that."""
        there = jax.lax.while_loop(is_before_update, stepped, eqx.tree_at(lambda g: g.steps, at, 0 * at.steps))
        learned = learning(truth, model, there.body, there.learned)
        taught = eqx.tree_at(
            lambda w: (w.case.drag, w.case.lift_to_drag), unlimited,
            (unlimited.case.drag * learned.drag, unlimited.case.lift_to_drag * learned.lift_to_drag),
        )  # fmt: skip
        new = corrected(taught, there.body, there.program, aim_itrf, PREDICTOR_STEPS * usual_s)
        is_guided = there.body.speed_m_s > LEAST_SPEED_M_S
        program = jax.tree.map(lambda a, b: jnp.where(is_guided, a, b), new, there.program)
        return _Guided(there.body, there.harm, program, there.steps, learned)

    first, one = begun(truth, start, program), jnp.ones_like(start.t_s)
    last = jax.lax.while_loop(
        is_above, leg, _Guided(first, unharmed(first), program, jnp.asarray(0), Learned(one, one))
    )
    return last.body, last.harm, last.program

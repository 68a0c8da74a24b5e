"""Flying an approach: one scan of 1 s steps from the aim point to contact, pure JAX."""

from dataclasses import replace
from functools import partial
from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from zarya.arrays import Index, Scalar, Vector3
from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.dynamics.loads import Thrust
from zarya.dynamics.motion import Load, held
from zarya.dynamics.runge_kutta import step
from zarya.dynamics.state import State
from zarya.flight.approach.plan import STAGES, ApproachPlan
from zarya.flight.docking import contact, corridor_angle_rad, crossing_s, probe_lvlh
from zarya.flight.phase import Handover, Outcome
from zarya.frames import (
    absolute_from_lvlh_rotating,
    dcm_lvlh_from_gcrf,
    dcm_port_from_lvlh,
    omega_lvlh_gcrf,
    relative_lvlh_rotating,
)
from zarya.gnc.proximity import RelativeNavigation, velocity_to_gain

STEP_S: Final = 1.0
"""Control and integration step."""
SAMPLE_STEPS: Final = 5
"""So many steps share one evaluation of the slow parts of the loads, and give one sample of the trajectory."""
_HOLD_BOX_M, _HOLD_BOX_M_S = 10.0, 0.15
"""Station-keeping begins when the ship believes itself this near the hold point and this slow."""


class ApproachLog(eqx.Module):
    """What happened between the aim point and contact; a batch has one leading axis on every field.

    Parameters
    ----------
    station_keeping_s, final_approach_s, docking_s : () s from the flight's epoch; NaN if it did not happen.
        The second is commanded, the others result.
    axial_m_s, lateral_m, lateral_m_s, inside_limits : () the contact; NaN and False without one.
    delta_v_m_s : () m/s, all of the approach. propellant_kg : () kg, through the thrusters.
    stage_delta_v_m_s, stage_propellant_kg, stage_burn_s : (stage,) m/s, kg, s of thrust, in the order of `STAGES`.
    nearest_m : () m, smallest distance between the two centres before the final approach.
    corridor_margin_rad : () rad, smallest margin to the corridor's half angle in the final approach (negative: left).
    sample_s, sample_r_lvlh, sample_v_lvlh : (sample,), (sample, 3) s, m, m/s: the true relative path every 5 s in
        the station's turning LVLH; after the end it repeats the last state.
    """

    station_keeping_s: Scalar
    final_approach_s: Scalar
    docking_s: Scalar
    axial_m_s: Scalar
    lateral_m: Scalar
    lateral_m_s: Scalar
    inside_limits: Bool[Array, ""]
    delta_v_m_s: Scalar
    propellant_kg: Scalar
    stage_delta_v_m_s: Float[Array, " stage"]
    stage_propellant_kg: Float[Array, " stage"]
    stage_burn_s: Float[Array, " stage"]
    nearest_m: Scalar
    corridor_margin_rad: Scalar
    sample_s: Float[Array, " sample"]
    sample_r_lvlh: Float[Array, "sample 3"]
    sample_v_lvlh: Float[Array, "sample 3"]


class _Moment(eqx.Module):
    """What the scan carries from one second to the next."""

    ship: State
    r_station_gcrf: Vector3
    v_station_gcrf: Vector3
    r_lvlh: Vector3
    v_lvlh: Vector3
    wander: Float[Array, "6"]
    row: Index
    is_burning: Bool[Array, ""]
    thrust: Thrust
    is_met: Bool[Array, ""]
    met_s: Scalar
    is_closed: Bool[Array, ""]
    outcome: Index
    station_keeping_s: Scalar
    final_approach_s: Scalar
    nearest_m: Scalar
    corridor_margin_rad: Scalar
    spent: Float[Array, "stage 3"]
    """delta-v m/s, propellant kg, thrust s"""


def fly(
    plan: ApproachPlan, handover: Handover, loads: tuple[Load, ...], navigation: RelativeNavigation
) -> tuple[Handover, ApproachLog]:
    """Fly from the aim point to contact.

    Parameters
    ----------
    plan : from `prepare`. handover : at the aim point (any nearby state; the guidance starts from where it is).
    loads : what acts on the ship besides its thrusters. navigation : errors of the relative sensors.

    Returns the handover at contact (or where the flight ended) and the log.

    **Model** both bodies in the same field, ship by RK4 at 1 s with the slow parts of the loads (field beyond J2, Sun,
    Moon, air density) held at the middle of every 5 s, station from its table. Guidance at 1 Hz on the navigated
    relative state; the relative sensors have taken over, so the absolute navigation of the handover is not used.
    A pulse shorter than a second is flown as its mean over the second (position error under 1 cm). Attitude is ideal:
    the ship looks at the port, then along its axis. Each axis of thrusters burns for itself, so an oblique push costs
    its 1-norm.
    **Valid** contact located to a microsecond between steps.
    **Ignores** attitude motion and its propellant, plume on the station, the station's attitude against LVLH.
    """
    first = _first(plan, handover, navigation)
    draws = jax.random.normal(navigation.key, (plan.steps // SAMPLE_STEPS, SAMPLE_STEPS, 6))

    def sample(at: _Moment, draws: Float[Array, "step 6"]) -> tuple[_Moment, tuple[Scalar, Vector3, Vector3]]:
        second = partial(_second, plan, _held_ahead(loads, at.ship), navigation)
        after, _ = jax.lax.scan(lambda moment, draw: (second(moment, draw), None), at, draws)
        return after, (at.ship.t_s, at.r_lvlh, at.v_lvlh)

    last, (sample_s, sample_r, sample_v) = jax.lax.scan(sample, first, draws)
    return _ended(plan, handover, navigation, last, (sample_s, sample_r, sample_v))


def _held_ahead(loads: tuple[Load, ...], ship: State) -> tuple[Load, ...]:
    """The loads with their slow parts frozen where the ship will be in the middle of the next block of steps."""
    half_s = 0.5 * SAMPLE_STEPS * STEP_S
    fallen = 0.5 * half_s**2 * jnp.sum(ship.v_gcrf**2) / jnp.sum(ship.r_gcrf**2)  # a circular orbit's curve is enough
    r_gcrf = (1.0 - fallen) * ship.r_gcrf + half_s * ship.v_gcrf
    along = eqx.tree_at(lambda s: (s.t_s, s.r_gcrf), ship, (ship.t_s + half_s, r_gcrf))
    return held(loads, along.t_s, along)


def _first(plan: ApproachPlan, handover: Handover, navigation: RelativeNavigation) -> _Moment:
    ship = handover.ship
    r_station, v_station = plan.station.r_gcrf(ship.t_s), plan.station.v_gcrf(ship.t_s)
    r, v = relative_lvlh_rotating(ship.r_gcrf, ship.v_gcrf, r_station, v_station)
    nothing, nan = jnp.zeros(()), jnp.full((), jnp.nan)
    return _Moment(
        ship=ship,
        r_station_gcrf=r_station,
        v_station_gcrf=v_station,
        r_lvlh=r,
        v_lvlh=v,
        wander=jax.random.normal(jax.random.fold_in(navigation.key, 1), (6,)),
        row=jnp.asarray(-1),
        is_burning=jnp.asarray(False),
        thrust=Thrust(nothing, jnp.array([1.0, 0.0, 0.0]), jnp.zeros(3), ship.t_s, jnp.zeros_like(ship.tank_kg)),
        is_met=jnp.asarray(False),
        met_s=nothing,
        is_closed=jnp.asarray(False),
        outcome=handover.outcome,
        station_keeping_s=nan,
        final_approach_s=nan,
        nearest_m=jnp.full((), jnp.inf),
        corridor_margin_rad=plan.corridor_half_angle_rad,
        spent=jnp.zeros((len(STAGES), 3)),
    )


class _Wish(eqx.Module):
    """What guidance believes and wants.

    Parameters
    ----------
    wander : (6,) errors of the sensors in their sigmas. r_lvlh, v_lvlh : (3,) m, m/s, the navigated relative state.
    row : () of the waypoints. stage : () of `STAGES`. gain_lvlh : (3,) m/s, velocity to gain.
    is_burning : () whether it shall be gained.
    """

    wander: Float[Array, "6"]
    r_lvlh: Vector3
    v_lvlh: Vector3
    row: Index
    stage: Index
    gain_lvlh: Vector3
    is_burning: Bool[Array, ""]


class _Push(eqx.Module):
    """One second of thrust.

    Parameters
    ----------
    thrust : as a load. spent : (3,) delta-v m/s, propellant kg, thrust s.
    is_dry : () whether the tanks do not hold what it takes; then nothing is pushed.
    is_full : () whether an axis burns through the whole second, and so goes on.
    """

    thrust: Thrust
    spent: Float[Array, "3"]
    is_dry: Bool[Array, ""]
    is_full: Bool[Array, ""]


def _second(
    plan: ApproachPlan, loads: tuple[Load, ...], navigation: RelativeNavigation, now: _Moment, draw: Float[Array, "6"]
) -> _Moment:
    """One second: look and decide, push, move, judge."""
    t_s = now.ship.t_s
    omega_gcrf = omega_lvlh_gcrf(now.r_station_gcrf, now.v_station_gcrf)
    wish = _wished(plan, navigation, now, draw, jnp.linalg.norm(omega_gcrf))
    push = _pushed(plan, now, wish, omega_gcrf)

    # Move: a second, or what is left to the contact found in the round before.
    thrust = _either(now.is_met, now.thrust, push.thrust)
    after = step(now.ship, jnp.where(now.is_met, now.met_s, STEP_S), (*loads, thrust))
    r_station, v_station = plan.station.r_gcrf(after.t_s), plan.station.v_gcrf(after.t_s)
    r, v = relative_lvlh_rotating(after.r_gcrf, after.v_gcrf, r_station, v_station)

    is_final = t_s >= plan.final_approach_s
    is_met, met_s = _contact(plan, now, r, v, is_final)
    margin = plan.corridor_half_angle_rad - corridor_angle_rad(r, plan.port)
    margin = jnp.where(is_final & ~is_met, jnp.minimum(now.corridor_margin_rad, margin), now.corridor_margin_rad)
    outcome = jnp.where(push.is_dry, int(Outcome.PROPELLANT_EXHAUSTED), now.outcome)
    outcome = jnp.where(margin < 0.0, int(Outcome.CORRIDOR_LEFT), outcome).astype(now.outcome.dtype)
    is_held = _is_held(plan, wish)
    moved = _Moment(
        ship=after,
        r_station_gcrf=r_station,
        v_station_gcrf=v_station,
        r_lvlh=r,
        v_lvlh=v,
        wander=wish.wander,
        row=wish.row.astype(now.row.dtype),
        is_burning=wish.is_burning & push.is_full,
        thrust=thrust,
        is_met=is_met,
        met_s=now.met_s,
        is_closed=now.is_closed,
        outcome=outcome,
        station_keeping_s=jnp.where(jnp.isnan(now.station_keeping_s) & is_held, t_s, now.station_keeping_s),
        final_approach_s=jnp.where(jnp.isnan(now.final_approach_s) & is_final, t_s, now.final_approach_s),
        nearest_m=jnp.where(is_final, now.nearest_m, jnp.minimum(now.nearest_m, jnp.linalg.norm(r))),
        corridor_margin_rad=margin,
        spent=now.spent.at[wish.stage].add(push.spent),
    )
    # A second that passes contact is not flown: the next round flies it up to the crossing, and is the last.
    met = replace(now, thrust=thrust, is_met=is_met, met_s=met_s)
    closed = replace(
        now, ship=after, r_station_gcrf=r_station, v_station_gcrf=v_station, r_lvlh=r, v_lvlh=v,
        is_closed=jnp.asarray(True),
    )  # fmt: skip
    is_flying = (now.outcome == int(Outcome.FLYING)) & ~now.is_closed
    return _either(is_flying, _either(now.is_met, closed, _either(is_met, met, moved)), now)


def _wished(
    plan: ApproachPlan, navigation: RelativeNavigation, now: _Moment, draw: Float[Array, "6"], rate_rad_s: Scalar
) -> _Wish:
    """Look and decide, on what navigation believes."""
    t_s, rows = now.ship.t_s, plan.waypoints
    row = rows.row(t_s)
    memory = jnp.exp(-STEP_S / navigation.correlation_s)
    wander = memory * now.wander + jnp.sqrt(1.0 - memory**2) * draw
    r_seen, v_seen = navigation.estimate(now.r_lvlh, now.v_lvlh, wander, plan.port.r_port_lvlh)
    gain = velocity_to_gain(rows, row, t_s, r_seen, v_seen, rate_rad_s)
    is_wanted = jnp.linalg.norm(gain) > rows.deadband_m_s[row]
    is_burning = jnp.where(row != now.row, is_wanted, now.is_burning)
    return _Wish(wander, r_seen, v_seen, row, rows.stage[row], gain, is_burning)


def _pushed(plan: ApproachPlan, now: _Moment, wish: _Wish, omega_gcrf: Vector3) -> _Push:
    """Push along the ship's axes, from what is in the tanks."""
    ship, thrusters = now.ship, plan.thrusters
    on_axis = wish.stage >= STAGES.index("station_keeping")
    dcm_ship = dcm_port_from_lvlh(jnp.where(on_axis, plan.port.axis_lvlh, wish.r_lvlh - plan.port.r_port_lvlh))
    pulse = thrusters.pulse_newton(dcm_ship @ wish.gain_lvlh, ship.mass_kg, jnp.asarray(STEP_S))
    newton = jnp.where(wish.is_burning, pulse, 0.0)
    tank = jnp.sum(ship.tank_kg)
    flow = jnp.sum(jnp.abs(newton)) / (thrusters.isp_s * STANDARD_GRAVITY_M_S2)
    is_dry = (flow > 0.0) & (flow * STEP_S > tank)
    newton, flow = jnp.where(is_dry, 0.0, newton), jnp.where(is_dry, 0.0, flow)
    size = jnp.linalg.norm(newton)
    push_lvlh = dcm_ship.T @ newton / jnp.maximum(size, 1e-9)
    push_gcrf = dcm_lvlh_from_gcrf(now.r_station_gcrf, now.v_station_gcrf).T @ push_lvlh
    on_s = jnp.max(jnp.abs(newton) / jnp.maximum(thrusters.axis_newton, 1e-9)) * STEP_S
    return _Push(
        Thrust(size, push_gcrf, omega_gcrf, ship.t_s, flow * ship.tank_kg / jnp.maximum(tank, 1e-9)),
        jnp.stack([size * STEP_S / ship.mass_kg, flow * STEP_S, on_s]),
        is_dry,
        jnp.any(jnp.abs(newton) >= 0.999 * thrusters.axis_newton),
    )


def _contact(
    plan: ApproachPlan, now: _Moment, r_lvlh: Vector3, v_lvlh: Vector3, is_final: Bool[Array, ""]
) -> tuple[Bool[Array, ""], Scalar]:
    """Whether the probe meets the port between now and this state a second on, and after how many seconds."""
    axis = plan.port.axis_lvlh
    before_m = probe_lvlh(now.r_lvlh, plan.port, plan.probe_m) @ axis
    after_m = probe_lvlh(r_lvlh, plan.port, plan.probe_m) @ axis
    met_s = crossing_s(before_m, now.v_lvlh @ axis, after_m, v_lvlh @ axis, jnp.asarray(STEP_S))
    return is_final & (before_m > 0.0) & (after_m <= 0.0), met_s


def _is_held(plan: ApproachPlan, wish: _Wish) -> Bool[Array, ""]:
    """Whether the ship keeps station, as far as it knows."""
    is_near = jnp.linalg.norm(wish.r_lvlh - plan.hold_lvlh) < _HOLD_BOX_M
    is_slow = jnp.linalg.norm(wish.v_lvlh) < _HOLD_BOX_M_S
    is_held: Bool[Array, ""] = (wish.stage == STAGES.index("station_keeping")) & is_near & is_slow
    return is_held


def _either[Tree](which: Bool[Array, ""], yes: Tree, no: Tree) -> Tree:
    chosen: Tree = jax.tree.map(lambda a, b: jnp.where(which, a, b), yes, no)
    return chosen


def _ended(
    plan: ApproachPlan,
    handover: Handover,
    navigation: RelativeNavigation,
    last: _Moment,
    samples: tuple[Float[Array, " sample"], Float[Array, "sample 3"], Float[Array, "sample 3"]],
) -> tuple[Handover, ApproachLog]:
    """The state at contact, its verdict, and the log."""
    ship, r, v = last.ship, last.r_lvlh, last.v_lvlh
    verdict = contact(r, v, plan.port, plan.probe_m)
    docked = jnp.where(verdict.inside_limits, int(Outcome.DOCKED), int(Outcome.CONTACT_OUTSIDE_LIMITS))
    late = jnp.where(last.outcome == int(Outcome.FLYING), int(Outcome.TIMED_OUT), last.outcome)
    r_seen, v_seen = navigation.estimate(r, v, last.wander, plan.port.r_port_lvlh)
    navigated_r, navigated_v = absolute_from_lvlh_rotating(r_seen, v_seen, last.r_station_gcrf, last.v_station_gcrf)

    def known(value: Scalar) -> Scalar:
        return jnp.where(last.is_closed, value, jnp.nan)

    log = ApproachLog(
        station_keeping_s=last.station_keeping_s,
        final_approach_s=last.final_approach_s,
        docking_s=known(ship.t_s),
        axial_m_s=known(verdict.axial_m_s),
        lateral_m=known(verdict.lateral_m),
        lateral_m_s=known(verdict.lateral_m_s),
        inside_limits=last.is_closed & verdict.inside_limits,
        delta_v_m_s=jnp.sum(last.spent[:, 0]),
        propellant_kg=jnp.sum(handover.ship.tank_kg) - jnp.sum(ship.tank_kg),
        stage_delta_v_m_s=last.spent[:, 0],
        stage_propellant_kg=last.spent[:, 1],
        stage_burn_s=last.spent[:, 2],
        nearest_m=last.nearest_m,
        corridor_margin_rad=last.corridor_margin_rad,
        sample_s=samples[0],
        sample_r_lvlh=samples[1],
        sample_v_lvlh=samples[2],
    )
    outcome = jnp.where(last.is_closed, docked, late).astype(handover.outcome.dtype)
    return Handover(ship, navigated_r, navigated_v, outcome), log


def stages_made(plan: ApproachPlan, log: ApproachLog) -> list[dict[str, float | str]]:
    """Rows of the burns of one flight, a row a stage: name, phase, t_s, delta_v_m_s, duration_s, propellant_kg.

    A stage is many pulses: `t_s` is its planned start and `duration_s` the thrust time of its busiest axis. Host side.
    """
    columns = (plan.stage_start_s, log.stage_delta_v_m_s, log.stage_burn_s, log.stage_propellant_kg)
    starts, delta_v, duration, used = (np.asarray(column, dtype=np.float64).tolist() for column in columns)
    return [
        {
            "name": name,
            "phase": "approach",
            "t_s": starts[k],
            "delta_v_m_s": delta_v[k],
            "duration_s": duration[k],
            "propellant_kg": used[k],
        }
        for k, name in enumerate(STAGES)
        if used[k] > 0.0
    ]

"""From spacecraft separation to the aim point: the burns of the rendezvous plan, re-planned after each of them."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from zarya.arrays import Scalar
from zarya.dynamics.state import State
from zarya.dynamics.station_path import StationPath
from zarya.dynamics.surroundings import Surroundings
from zarya.flight.phase import Handover, Outcome
from zarya.frames.local import dcm_lvlh_from_gcrf
from zarya.gnc.rendezvous import Burns, RendezvousPlan, Scheme, plan
from zarya.gnc.rendezvous.legs import Flown, begun, firing_of, flown, fly_leg, offset_of
from zarya.gnc.rendezvous.prediction import predicted
from zarya.programs import program
from zarya.vehicles.ship import Ship

CLOSURE = (3_000.0, 3.0)
"""The approach can start from this far off the aim point, m and m/s: beyond it phasing has not closed (assumed)."""
_REPLANNINGS = 2
"""Newton steps of a re-planning, on the plan's matrices."""


class PhasingPlan(eqx.Module):
    """What `fly` needs: the burns, the ship's numbers, the station's path and the surroundings."""

    burns: RendezvousPlan
    numbers: Ship
    station: StationPath
    around: Surroundings


class PhasingErrors(eqx.Module):
    """What goes wrong, one row per slot (burns, trims, and the aim last); zeros for a perfect flight, a batch in front.

    Parameters
    ----------
    magnitude : (slot,) relative error of the velocity step; -1 misses the burn.
    pointing_rad : (slot, 2) rad, tilt of the thrust about the two axes across it.
    navigation : (slot, 6) m, m/s, error of the navigated state at each ignition and at the aim, in the ship's lvlh.
    """

    magnitude: Float[Array, "*case slot"]
    pointing_rad: Float[Array, "*case slot 2"]
    navigation: Float[Array, "*case slot 6"]


class PhasingLog(eqx.Module):
    """What was flown, one row per slot; the last slot is the aim and holds no burn.

    Parameters
    ----------
    ignition_t_s, duration_s : (slot,) s. delta_v_m_s : (slot,) m/s made. propellant_kg : (slot,) kg.
    on_engine : (slot,) 1 on the main engine, 0 on the thrusters.
    commanded : the burns as re-planned at their ignition. made : with the errors of their execution.
    start : state and unwrapped angle at the start of the phase, for `sampled_path`.
    residual : (6,) m, m/s, offset from the aim at its instant: along, across, down and rates.
    total_m_s, propellant_total_kg : () m/s, kg.
    """

    ignition_t_s: Float[Array, " slot"]
    duration_s: Float[Array, " slot"]
    delta_v_m_s: Float[Array, " slot"]
    propellant_kg: Float[Array, " slot"]
    on_engine: Float[Array, " slot"]
    commanded: Burns
    made: Burns
    start: Flown
    residual: Float[Array, "6"]
    total_m_s: Scalar
    propellant_total_kg: Scalar


def prepare(
    handover: Handover,
    station: StationPath,
    around: Surroundings,
    numbers: Ship,
    scheme: Scheme,
    aim_t_s: float,
    *,
    preloaded: int = 0,
) -> PhasingPlan:
    """Plan the rendezvous from the state that navigation believes at separation. Host side; see `plan`."""
    ship = eqx.tree_at(
        lambda s: (s.r_gcrf, s.v_gcrf), handover.ship, (handover.navigated_r_gcrf, handover.navigated_v_gcrf)
    )
    burns = plan(ship, station, around, numbers, scheme, aim_t_s, preloaded=preloaded)
    return PhasingPlan(burns, numbers, station, around)


def no_errors(slots: int) -> PhasingErrors:
    """A perfect flight of `slots` slots (`plan.burns.slots.centre_t_s.shape[0]`)."""
    return PhasingErrors(jnp.zeros(slots), jnp.zeros((slots, 2)), jnp.zeros((slots, 6)))


def burn_names(scheme: Scheme) -> tuple[str, ...]:
    """Names for `burns_made`: `phasing_burn_1`, ... of the burns, then `correction_1`, ... of the trims."""
    burns = [f"phasing_burn_{k + 1}" for k in range(scheme.burns)]
    trims = [f"correction_{k + 1}" for k in range(len(scheme.trims))]
    return (*burns, *trims)


@program
def fly(phasing: PhasingPlan, handover: Handover, errors: PhasingErrors) -> tuple[Handover, PhasingLog]:
    """Fly the plan in the full model to the aim.

    Parameters
    ----------
    phasing : from `prepare`; a batch shares it or has its own. handover : ship at separation. errors : see there.

    **Model** at every ignition the aim is predicted from the navigated state and the burns still to come (`predicted`),
    and what is left there is answered by all of them through the plan's gains (Newton's method on shared matrices), two
    times; then the burn is made with its errors. The truth, coasts and finite burns, is flown in the full model.
    Outcome: `PROPELLANT_EXHAUSTED` when less than the deorbit reserve is left, `NOT_CONVERGED` when the aim is missed
    by more than `CLOSURE`. A lane that is not flying comes back unchanged.
    **Ignores** attitude manoeuvres and their propellant, ignition transients, changes of burn times after the plan.
    """
    p, order = phasing.burns, phasing.burns.order
    last = p.slots.centre_t_s.shape[0] - 1

    def slot(carry: tuple[Flown, Burns], k: Array) -> tuple[tuple[Flown, Burns], tuple[Array, ...]]:
        at, burns = carry

        def leg(row: Array, at: Flown) -> Flown:
            this = jax.tree.map(lambda x: x[row], order.rows)
            return fly_leg(at, this, burns, phasing.numbers, phasing.station, phasing.around)[0]

        before = jnp.where(k > 0, order.ignition[k - 1], 0)  # the burn before, then the coast
        at = jax.lax.fori_loop(before, order.ignition[k], leg, at)
        believed = _navigated(at.ship, errors.navigation[k])
        start = jnp.concatenate([believed.r_gcrf, believed.v_gcrf])

        def replan(_: object, burns: Burns) -> Burns:
            half_s = 0.5 * firing_of(burns.dv_lvlh[k], believed, phasing.numbers).duration_s
            left = predicted(believed.t_s, start, burns, k, half_s, p.forecast) - p.aim
            return Burns(burns.centre_t_s, burns.dv_lvlh - p.gains[k] @ left)  # the aim's own gains are zero

        burns = jax.lax.fori_loop(0, _REPLANNINGS, replan, burns)
        commanded = burns.dv_lvlh[k]
        made = _executed(commanded, errors.magnitude[k], errors.pointing_rad[k])
        fire = firing_of(made, at.ship, phasing.numbers)
        burnt = fire.newton / jnp.maximum(fire.flow_kg_s, 1e-9) * -jnp.log1p(-fire.propellant_kg / at.ship.mass_kg)
        row = (at.ship.t_s, fire.duration_s, burnt, fire.propellant_kg, fire.on_engine, commanded)
        return (at, Burns(burns.centre_t_s, burns.dv_lvlh.at[k].set(made))), row

    start = begun(handover.ship, phasing.station, p.ahead_rad)
    (end, flown_burns), rows = jax.lax.scan(slot, (start, p.slots), jnp.arange(last + 1))
    ignition, duration, delta_v, used, on_engine, commanded = rows
    residual = offset_of(end, phasing.station) - p.aim
    log = PhasingLog(
        ignition, duration, delta_v, used, on_engine, Burns(p.slots.centre_t_s, commanded), flown_burns, start,
        residual, jnp.sum(delta_v), jnp.sum(used),
    )  # fmt: skip

    missed = (jnp.linalg.norm(residual[:3]) > CLOSURE[0]) | (jnp.linalg.norm(residual[3:]) > CLOSURE[1])
    dry = jnp.sum(end.ship.tank_kg) < phasing.numbers.deorbit_reserve_kg
    outcome = jnp.where(missed, Outcome.NOT_CONVERGED, Outcome.FLYING)
    outcome = jnp.where(dry, Outcome.PROPELLANT_EXHAUSTED, outcome).astype(handover.outcome.dtype)
    believed = _navigated(end.ship, errors.navigation[last])
    arrived = Handover(end.ship, believed.r_gcrf, believed.v_gcrf, outcome)
    flying = handover.outcome == Outcome.FLYING
    return _where(flying, arrived, handover), log


def sampled_path(phasing: PhasingPlan, log: PhasingLog) -> State:
    """The ship's path between separation and the aim, fields (sample, ...), in order of time. Host side.

    The log holds burns, not states: the path is flown again where it is wanted, so that batches carry none.
    """
    made = _as_flown(phasing, log)
    _, _, path = flown(log.start, phasing.burns.order, made, phasing.numbers, phasing.station, phasing.around)
    samples: State = jax.tree.map(lambda x: np.asarray(x).reshape(-1, *x.shape[2:]), path)
    return samples


def _as_flown(phasing: PhasingPlan, log: PhasingLog) -> Burns:
    """The burns made, centred so that they ignite when they did."""
    return Burns(log.ignition_t_s + 0.5 * log.duration_s, log.made.dv_lvlh)


def _where[T](condition: Array, yes: T, no: T) -> T:
    """`jnp.where` through a tree."""
    chosen: T = jax.tree.map(lambda a, b: jnp.where(condition, a, b), yes, no)
    return chosen


def _navigated(ship: State, error_lvlh: Float[Array, "6"]) -> State:
    axes = dcm_lvlh_from_gcrf(ship.r_gcrf, ship.v_gcrf).T
    return State(
        ship.t_s, ship.r_gcrf + axes @ error_lvlh[:3], ship.v_gcrf + axes @ error_lvlh[3:], ship.tank_kg, ship.inert_kg
    )


def _executed(dv: Float[Array, "3"], magnitude: Scalar, pointing_rad: Float[Array, "2"]) -> Float[Array, "3"]:
    """A velocity step tilted about the two axes across it, and scaled."""
    size2 = jnp.sum(dv**2)
    along = jnp.where(size2 > 0.0, dv / jnp.sqrt(jnp.where(size2 > 0.0, size2, 1.0)), jnp.array([1.0, 0.0, 0.0]))
    aside = jnp.where(jnp.abs(along[1]) < 0.9, jnp.array([0.0, 1.0, 0.0]), jnp.array([0.0, 0.0, 1.0]))
    first = jnp.cross(along, aside)
    first = first / jnp.linalg.norm(first)
    second = jnp.cross(along, first)
    tilted = along + jnp.tan(pointing_rad[0]) * first + jnp.tan(pointing_rad[1]) * second
    executed: Array = (1.0 + magnitude) * jnp.sqrt(size2) * tilted / jnp.linalg.norm(tilted)
    return executed


def burns_made(phasing: PhasingPlan, log: PhasingLog, names: tuple[str, ...]) -> list[dict[str, float | str]]:
    """Rows of the burns made by one flight, in order: name, phase, ignition, velocity step, duration, propellant.

    Trims that were not made are left out. Host side.
    """
    ignition, duration, delta_v, used = (
        np.asarray(x, dtype=np.float64) for x in (log.ignition_t_s, log.duration_s, log.delta_v_m_s, log.propellant_kg)
    )
    burns = np.asarray(phasing.burns.burn_slots).tolist()
    trims = [k for k in range(len(names)) if k not in burns]
    named = dict(zip((*burns, *trims), names, strict=True))
    made: NDArray[np.int64] = np.flatnonzero(used[: len(names)] > 0.0)
    return [
        {
            "name": named[k],
            "phase": "phasing",
            "t_s": float(ignition[k]),
            "delta_v_m_s": float(delta_v[k]),
            "duration_s": float(duration[k]),
            "propellant_kg": float(used[k]),
        }
        for k in made.tolist()
    ]

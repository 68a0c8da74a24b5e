"""The rendezvous plan: which burns take the ship from separation to the aim point for the least propellant."""

import math
from dataclasses import dataclass
from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from numpy.typing import NDArray

from zarya.arrays import Index, Scalar
from zarya.dynamics.state import State
from zarya.dynamics.station_path import StationPath
from zarya.dynamics.surroundings import Surroundings
from zarya.errors import FlightError, InputError
from zarya.gnc.rendezvous.curvilinear import Offset, angle_ahead_rad, offset_of_point
from zarya.gnc.rendezvous.legs import Burns, Flown, Legs, begun, firing, firing_of, flown, legs, offset_of
from zarya.gnc.rendezvous.linear import Answer, Oblate, answer, oblate
from zarya.gnc.rendezvous.optimum import SCALE, burns_at, few_burns, least_burns, moved_burns
from zarya.gnc.rendezvous.prediction import Forecast, forecast_steps, predicted
from zarya.gnc.rendezvous.scheme import AIM_LVLH_M, Scheme
from zarya.programs import program
from zarya.vehicles.ship import Ship

type Floats = NDArray[np.float64]

_ROUNDS: Final = 8
_CLOSINGS: Final = 12
_FAR_M_S: Final = 1.0
_CHEAPEST: Final = 2
"""Farther than this from the aim (10 km) the first corrections work out the cheapest burns anew; then, and nearer, they
change the burns least."""
_STARTS: Final = 8
"""Linearisations about impulses before anything is flown in the full model."""
_SETTLED_M_S: Final = 1.0
"""The start is good enough when its optimum moves by less than this from one linearisation to the next."""
_NODES_MULTIPLE: Final = 32
_MET: Final = (1.0, 0.001)
"""The aim is met to these, m and m/s (asked: 10 m, 0.01 m/s)."""
_RIDGE: Final = 0.01
"""Softens the gains of re-planning, m/s: what a slot cannot steer it leaves to the next."""


class RendezvousPlan(eqx.Module):
    """A plan that meets the aim in the full model.

    Parameters
    ----------
    burn_t_s : (burn,) s, middle of each burn. dv_lvlh : (burn, 3) m/s in the ship's own lvlh, held during the burn.
    duration_s, propellant_kg : (burn,) s, kg.
    burn_slots : (burn,) which of `slots` they are; the others but the last are trims.
    total_m_s : () m/s, sum of the burns.
    bound_m_s : () m/s, dual bound of the program linearised about this plan: no burns at the allowed times cost less.
    residual : (6,) m, m/s, what is left at the aim.
    aim_t_s : () s. aim : (6,) m, m/s, the aim as an offset from the station.
    start_t_s, ahead_rad : () s, rad, start of the plan and the ship's unwrapped angle ahead of the station there.
    order, slots : the legs, and all burns with the trims (planned at zero) and the aim.
    forecast : how re-planning predicts the offset at the aim.
    gains : (slot, slot, 3, 6), change of every later burn, seen from each slot, m/s per m and m/s left at the aim.
    """

    burn_t_s: Float[Array, " burn"]
    burn_slots: Int[Array, " burn"]
    dv_lvlh: Float[Array, "burn 3"]
    duration_s: Float[Array, " burn"]
    propellant_kg: Float[Array, " burn"]
    total_m_s: Scalar
    bound_m_s: Scalar
    residual: Offset
    aim_t_s: Scalar
    aim: Offset
    start_t_s: Scalar
    ahead_rad: Scalar
    order: Legs
    slots: Burns
    forecast: Forecast
    gains: Float[Array, "slot slot 3 6"]


@dataclass(frozen=True)
class _Grid:
    """Instants the planner chooses from."""

    start_t_s: float
    step_s: float
    count: int

    def t_s(self) -> Floats:
        return np.asarray(self.start_t_s + self.step_s * np.arange(self.count), dtype=np.float64)


@dataclass(frozen=True)
class _Trial:
    """A set of burns flown in the full model, with what it leaves at the aim."""

    nodes: NDArray[np.int64]
    dv_lvlh: Floats
    left: Floats
    ahead_rad: float
    order: Legs
    slots: Burns

    @property
    def total_m_s(self) -> float:
        return float(np.sum(np.linalg.norm(self.dv_lvlh, axis=1)))

    @property
    def is_met(self) -> bool:
        return bool(np.linalg.norm(self.left[:3]) < _MET[0] and np.linalg.norm(self.left[3:]) < _MET[1])

    @property
    def size(self) -> float:
        """Of what is left, weighed to m/s; infinite when the flight left the model's range."""
        return float(np.linalg.norm(self.left * SCALE)) if np.all(np.isfinite(self.left)) else math.inf


def plan(
    ship: State,
    station: StationPath,
    around: Surroundings,
    numbers: Ship,
    scheme: Scheme,
    aim_t_s: float,
    *,
    preloaded: int = 0,
) -> RendezvousPlan:
    """Plan the burns of a rendezvous. Host side.

    Parameters
    ----------
    ship : state at separation as navigation believes it.
    station, around, numbers : path of the station, forces, numbers of the ship.
    scheme : allowed times and number of burns.
    aim_t_s : s, arrival at the aim point.
    preloaded : burns that re-planning in flight leaves as they are.

    **Model** minimum sum of |dv| over the instants the scheme allows, with the offset at the aim linear in the burns
    (transition matrices under J2 about the last plan, cylindrical coordinates with the angle unwrapped): `least_burns`
    gives optimum and bound, `few_burns` a plan of the scheme's number of impulses. The first linearisation is about the
    optimum of impulses under J2 (`Desk.start`). A plan is closed in the full model with finite burns by Newton's method
    (`Desk.corrected`), the program is linearised anew about it, and the cheapest closed plan of a few rounds is kept
    (plain re-solving wanders along the flat valley of equal plans).
    **Valid** closes to 1 m and 1 mm/s or raises; tests re-fly it with an independent integrator.
    **Ignores** coverage and lighting (the caller chooses the arrival), attitude, plumes.

    Raises
    ------
    FlightError : no burns at the allowed times meet the aim, or the plan does not close.
    """
    desk = Desk(ship, station, around, numbers, scheme, float(aim_t_s))
    best: _Trial | None = None
    reference, left = desk.start()
    settled = False  # then the burns are only moved a little: far jumps leave the range of the matrices
    for _ in range(_ROUNDS):
        by_burn = np.asarray(desk.answer(reference).by_burn)
        wanted = np.einsum("nij,nj->i", by_burn, reference) - left
        if settled and best is not None:
            nodes, dv, _ = moved_burns(by_burn, wanted, desk.allowed, best.nodes, desk.spacing, first_step=2)
        else:
            optimum = least_burns(by_burn, wanted, desk.allowed)
            nodes, dv, _ = few_burns(by_burn, wanted, desk.allowed, optimum, scheme.burns, desk.spacing)
        trial = desk.corrected(nodes, dv)
        gain = -math.inf
        if trial.is_met:
            gain = math.inf if best is None else best.total_m_s - trial.total_m_s
            best = trial if gain > 0.0 else best
        if best is not None and gain < 0.02:
            if settled:
                break
            settled = True
        nearest = trial if best is None else best
        if not math.isfinite(nearest.size):
            break
        reference, left = desk.on_grid(nearest), nearest.left
    if best is None:
        raise FlightError(
            "the rendezvous plan does not close on the aim point",
            orbits=scheme.orbits,
            aim_t_s=float(aim_t_s),
            remedy="Choose another arrival time or scheme.",
        )
    return desk.finished(best, preloaded)


class Desk:
    """What stays the same while one plan is worked out: grid, allowed times, aim, matrices."""

    def __init__(
        self, ship: State, station: StationPath, around: Surroundings, numbers: Ship, scheme: Scheme, aim_t_s: float
    ) -> None:
        start_t_s = float(ship.t_s)
        length_s = aim_t_s - start_t_s
        if not length_s > scheme.earliest_s + scheme.last_s + scheme.spacing_s * (scheme.burns - 1):
            raise InputError(
                f"the aim must lie more than {scheme.earliest_s + scheme.spacing_s * (scheme.burns - 1):.0f} s after "
                f"separation for {scheme.burns} burns",
                key="aim_t_s",
                value=aim_t_s,
                remedy="Choose a later arrival or another scheme.",
            )
        self.ship, self.station, self.around, self.numbers, self.scheme = ship, station, around, numbers, scheme
        self.aim_t_s = aim_t_s
        count = _NODES_MULTIPLE * math.ceil((length_s / scheme.grid_s + 1.0) / _NODES_MULTIPLE)
        self.grid = _Grid(start_t_s, length_s / (count - 1), count)
        self.spacing = math.ceil(scheme.spacing_s / self.grid.step_s)
        self.allowed = _allowed(self.grid, scheme, aim_t_s)
        self.station_at_aim, aim, self.earth, behind = _met(ship, station, around, jnp.asarray(aim_t_s))
        self.aim = np.asarray(aim)
        floor = scheme.transfer.phase_floor_rad
        self.ahead_rad = jnp.asarray(-((float(behind) - floor) % (2.0 * math.pi) + floor))
        self.begun = _begun(ship, station, self.ahead_rad)

    def answer(self, reference: Floats, near_rad: float = 0.0) -> Answer:
        """Derivatives about impulses on the grid."""
        start = jnp.concatenate([self.ship.r_gcrf, self.ship.v_gcrf])
        step, burns = jnp.asarray(self.grid.step_s), jnp.asarray(reference)
        found: Answer = answer(start, step, burns, self.station_at_aim, self.earth, jnp.asarray(near_rad), substeps=2)
        return found

    def on_grid(self, closed: _Trial) -> Floats:
        """Burns as impulses on the grid."""
        reference = np.zeros((self.grid.count, 3))
        reference[closed.nodes] = closed.dv_lvlh
        return reference

    def slots(self, nodes: NDArray[np.int64], dv_lvlh: Floats) -> tuple[Floats, Floats]:
        """Times and burns of all slots: the burns, the trims in the coast before the last burn or after it, the aim."""
        t_s = self.grid.t_s()[nodes]
        parts, trims = np.array(self.scheme.trims), np.zeros((len(self.scheme.trims), 3))
        last_s = self.aim_t_s - t_s[-1]
        if last_s < self.scheme.spacing_s:
            times = np.concatenate([t_s[:-1], t_s[-2] + parts * (t_s[-1] - t_s[-2]), t_s[-1:], [self.aim_t_s]])
            burns = np.concatenate([dv_lvlh[:-1], trims, dv_lvlh[-1:], np.zeros((1, 3))])
        else:  # the burn's own errors would grow until the aim: correct them, and stop there
            stop_s = self.aim_t_s - self.scheme.last_s
            after = t_s[-1] + parts / parts[-1:] * (stop_s - t_s[-1])
            times = np.concatenate([t_s, after, [self.aim_t_s]])
            burns = np.concatenate([dv_lvlh, trims, np.zeros((1, 3))])
        return times, burns

    def flown(self, nodes: NDArray[np.int64], dv_lvlh: Floats) -> _Trial:
        """Fly the burns in the full model."""
        times, burns = self.slots(nodes, dv_lvlh)
        order, slots = legs(self.grid.start_t_s, times), Burns(jnp.asarray(times), jnp.asarray(burns))
        end, _, _ = flown(self.begun, order, slots, self.numbers, self.station, self.around)
        left = np.asarray(_offset_of(end, self.station)) - self.aim
        return _Trial(nodes, dv_lvlh, left, float(end.ahead_rad), order, slots)

    def start(self) -> tuple[Floats, Floats]:
        """Impulses near the optimum, (node, 3) m/s, and what they leave at the aim, (6,) m, m/s.

        **Model** the linear optimum, linearised anew about itself under J2 until it settles; what J2 leaves out is that
        of the flight without burns. Over two days the matrices of that flight, hundreds of degrees of phase from the
        wanted one, ask for up to four times the burns: nothing to start the full model from.
        """
        even = np.linspace(0, self.grid.count - 2, self.scheme.burns).astype(int)
        free = self.flown(even, np.zeros((self.scheme.burns, 3)))
        reference, bound = np.zeros((self.grid.count, 3)), math.inf
        answer = self.answer(reference, free.ahead_rad)
        beyond_j2 = free.left + self.aim - np.asarray(answer.offset)
        for _ in range(_STARTS):
            by_burn, left = np.asarray(answer.by_burn), np.asarray(answer.offset) + beyond_j2 - self.aim
            wanted = np.einsum("nij,nj->i", by_burn, reference) - left
            optimum = least_burns(by_burn, wanted, self.allowed)
            reference, before, bound = optimum.dv_lvlh, bound, optimum.bound_m_s
            answer = self.answer(reference)
            if abs(before - bound) < _SETTLED_M_S:
                break
        return reference, np.asarray(answer.offset) + beyond_j2 - self.aim

    def corrected(self, nodes: NDArray[np.int64], dv_lvlh: Floats) -> _Trial:
        """Burns corrected until the full model meets the aim, or as near as it comes.

        **Model** Newton's method on the matrices about the last flight; a step that makes matters worse is halved.
        """
        at, share = self.flown(nodes, dv_lvlh), 1.0
        for closing in range(_CLOSINGS):
            if at.is_met or not math.isfinite(at.size):
                break
            by_burn = np.asarray(self.answer(self.on_grid(at)).by_burn)
            if at.size > _FAR_M_S and closing < _CHEAPEST:
                wanted = np.einsum("nij,nj->i", by_burn[nodes], at.dv_lvlh) - at.left
                step = burns_at(by_burn, wanted, nodes[None])[0][0] - at.dv_lvlh
            else:
                weight = np.repeat(np.linalg.norm(at.dv_lvlh, axis=1) + 0.5, 3)
                matrix = np.moveaxis(by_burn[nodes], 0, 1).reshape(6, -1) * SCALE[:, None]
                step = (weight * (np.linalg.pinv(matrix * weight, rcond=1e-10) @ (-at.left * SCALE))).reshape(-1, 3)
            after = self.flown(nodes, at.dv_lvlh + share * step)
            at, share = (after, 1.0) if after.size < at.size else (at, 0.5 * share)
        return at

    def finished(self, best: _Trial, preloaded: int) -> RendezvousPlan:
        """The plan with its bound and its gains."""
        by_burn = np.asarray(self.answer(self.on_grid(best)).by_burn)
        wanted = np.einsum("nij,nj->i", by_burn, self.on_grid(best)) - best.left
        bound = least_burns(by_burn, wanted, self.allowed).bound_m_s
        burns = jnp.asarray(np.searchsorted(np.asarray(best.slots.centre_t_s), self.grid.t_s()[best.nodes]))
        mass = float(self.ship.mass_kg)
        duration, propellant = [], []
        for dv in best.dv_lvlh:
            fire = _firing(jnp.asarray(np.linalg.norm(dv)), jnp.asarray(mass), self.numbers)
            duration.append(float(fire.duration_s))
            propellant.append(float(fire.propellant_kg))
            mass -= propellant[-1]
        return RendezvousPlan(
            burn_t_s=best.slots.centre_t_s[burns],
            burn_slots=burns,
            dv_lvlh=jnp.asarray(best.dv_lvlh),
            duration_s=jnp.asarray(duration),
            propellant_kg=jnp.asarray(propellant),
            total_m_s=jnp.asarray(best.total_m_s),
            bound_m_s=jnp.asarray(bound),
            residual=jnp.asarray(best.left),
            aim_t_s=jnp.asarray(self.aim_t_s),
            aim=jnp.asarray(self.aim),
            start_t_s=jnp.asarray(self.grid.start_t_s),
            ahead_rad=self.ahead_rad,
            order=best.order,
            slots=best.slots,
            forecast=self._forecast(best),
            gains=jnp.asarray(self._gains(by_burn, np.asarray(best.slots.centre_t_s), preloaded)),
        )

    def _forecast(self, best: _Trial) -> Forecast:
        """The quick model of `predicted`, with its difference from the full model along the plan."""
        _, starts, _ = flown(self.begun, best.order, best.slots, self.numbers, self.station, self.around)
        count = len(best.slots.centre_t_s)
        steps = forecast_steps(self.grid.start_t_s, np.asarray(best.slots.centre_t_s))
        forecast = Forecast(steps, jnp.asarray(np.zeros((count, 6))), self.station_at_aim, self.earth)
        ignition, beyond = np.asarray(best.order.ignition), np.zeros((count, 6))
        for slot in range(count - 1):
            row = jnp.asarray(ignition[slot])
            foreseen = _forecast_from(starts, row, best.slots, jnp.asarray(slot), self.numbers, forecast)
            beyond[slot] = self.aim + best.left - np.asarray(foreseen)
        return Forecast(steps, jnp.asarray(beyond), self.station_at_aim, self.earth)

    def _gains(self, by_burn: Floats, t_s: Floats, preloaded: int) -> Floats:
        """Least-squares answer of the remaining burns to an offset at the aim, seen from each slot."""
        at = (t_s - self.grid.start_t_s) / self.grid.step_s
        low = np.clip(np.floor(at).astype(int), 0, self.grid.count - 2)
        part = (at - low)[:, None, None]
        matrices = (1.0 - part) * by_burn[low] + part * by_burn[low + 1]
        count = len(t_s)
        gains = np.zeros((count, count, 3, 6))
        for k in range(count - 1):
            free = list(range(max(k, preloaded), count - 1))
            matrix = np.moveaxis(matrices[free], 0, 1).reshape(6, -1) * SCALE[:, None]
            normal = matrix @ matrix.T + _RIDGE**2 * np.eye(6)
            gains[k, free] = (matrix.T @ np.linalg.solve(normal, np.diag(SCALE))).reshape(-1, 3, 6)
        return gains


_firing = program(firing)


@program
def _forecast_from(starts: Flown, row: Index, slots: Burns, slot: Index, numbers: Ship, forecast: Forecast) -> Offset:
    """`predicted` from the ignition of a slot, the start of leg `row`."""
    ship = jax.tree.map(lambda x: x[row], starts.ship)
    half_s = 0.5 * firing_of(slots.dv_lvlh[slot], ship, numbers).duration_s
    start = jnp.concatenate([ship.r_gcrf, ship.v_gcrf])
    return predicted(ship.t_s, start, slots, slot, half_s, forecast)


@program
def _met(
    ship: State, station: StationPath, around: Surroundings, aim_t_s: Scalar
) -> tuple[Float[Array, "6"], Offset, Oblate, Scalar]:
    """Station at the aim, the aim as an offset, the oblate Earth, and the ship's angle behind the station now."""
    r, v = station.r_gcrf(aim_t_s), station.v_gcrf(aim_t_s)
    aim = offset_of_point(jnp.asarray(AIM_LVLH_M), jnp.zeros(3), r, v)
    now = ship.t_s
    behind = -angle_ahead_rad(ship.r_gcrf, station.r_gcrf(now), station.v_gcrf(now))
    return jnp.concatenate([r, v]), aim, oblate(around, now), behind


_begun, _offset_of = program(begun), program(offset_of)


def _allowed(grid: _Grid, scheme: Scheme, aim_t_s: float) -> NDArray[np.bool_]:
    t_s = grid.t_s()
    since, until = t_s - grid.start_t_s, t_s - aim_t_s
    inside = np.asarray((since >= scheme.earliest_s) & (until <= -scheme.last_s))
    if scheme.windows_s:
        open_ = np.zeros(len(t_s), dtype=bool)
        for start, end in scheme.windows_s:
            clock = until if start < 0.0 else since
            open_ |= (clock >= start) & (clock <= end)
        inside &= open_
    return inside

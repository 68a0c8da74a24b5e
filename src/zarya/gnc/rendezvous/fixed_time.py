"""Plans at given burn times, for many ships at once: what windows and dispersions ask for."""

from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from zarya.arrays import Scalar, Vector3
from zarya.dynamics.state import State
from zarya.dynamics.station_path import StationPath
from zarya.dynamics.surroundings import Surroundings
from zarya.gnc.rendezvous.curvilinear import Offset, offset
from zarya.gnc.rendezvous.linear import Oblate, Point, burnt, oblate, stepped
from zarya.gnc.rendezvous.optimum import SCALE
from zarya.gnc.rendezvous.planner import RendezvousPlan

_PASSES: Final = 4
_REWEIGHTINGS: Final = 12
_STEPS: Final = 32
"""Runge-Kutta steps between two burns: 80 s for the two-orbit scheme, 60 m over the flight."""


class FixedTimes(eqx.Module):
    """What the plans share.

    Parameters
    ----------
    start_t_s, aim_t_s : () s.
    burn_t_s : (burn,) s.
    dv_lvlh : (burn, 3) m/s, first guess, from one full plan.
    by_burn : (burn, 6, 3), transition matrices of that plan.
    aim : (6,) offset of the aim. station : (6,) m, m/s, GCRF at the aim.
    beyond_j2 : (6,) offset of that plan in the full model minus under J2.
    earth : centre and J2.
    """

    start_t_s: Scalar
    aim_t_s: Scalar
    burn_t_s: Float[Array, " burn"]
    dv_lvlh: Float[Array, "burn 3"]
    by_burn: Float[Array, "burn 6 3"]
    aim: Offset
    station: Point
    beyond_j2: Offset
    earth: Oblate


def fixed_times(plan: RendezvousPlan, ship: State, station: StationPath, around: Surroundings) -> FixedTimes:
    """What plans at the burn times of `plan` share; `ship` is the state it was made from. Host side."""
    t_s, start = plan.aim_t_s, jnp.concatenate([ship.r_gcrf, ship.v_gcrf])
    at_aim = jnp.concatenate([station.r_gcrf(t_s), station.v_gcrf(t_s)])
    blank, none = jnp.zeros((plan.dv_lvlh.shape[0], 6, 3)), jnp.zeros(6)
    earth = oblate(around, ship.t_s)
    shared = FixedTimes(ship.t_s, t_s, plan.burn_t_s, plan.dv_lvlh, blank, plan.aim, at_aim, none, earth)
    seen, by_burn = _matrices(start, shared)
    beyond_j2 = plan.aim + plan.residual - seen
    return FixedTimes(ship.t_s, t_s, plan.burn_t_s, plan.dv_lvlh, by_burn, plan.aim, at_aim, beyond_j2, earth)


@jax.jit
def _matrices(start: Point, shared: FixedTimes) -> tuple[Offset, Float[Array, "burn 6 3"]]:
    by_burn = jax.jacfwd(lambda dv: _flown(start, dv, shared))(shared.dv_lvlh)
    return _flown(start, shared.dv_lvlh, shared), jnp.moveaxis(by_burn, 0, 1)


@jax.jit
def fixed_time_plan(start: Point, shared: FixedTimes) -> tuple[Float[Array, "burn 3"], Offset]:
    """Least burns at the shared times from one ship's start; batch by `jax.vmap` over `start`.

    Parameters
    ----------
    start : (6,) m, m/s, GCRF at `shared.start_t_s`.

    Returns
    -------
    (burn, 3) m/s in the ship's lvlh, and (6,) m, m/s, what is left at the aim.

    **Model** impulses under the centre and J2, what J2 leaves out taken from the plan the times come from; each pass
    flies the burns and solves min sum |dv| for the offset left on the shared matrices (reweighted least squares).
    **Valid** starts near that plan's: MS-24 with 5 m/s of insertion error closes to metres (tested).
    **Ignores** finite burns, differences of drag.
    """

    def one(_: object, dv: Float[Array, "burn 3"]) -> Float[Array, "burn 3"]:
        left = _flown(start, dv, shared) - shared.aim
        wanted = jnp.einsum("nij,nj->i", shared.by_burn, dv) - left
        return _least(shared.by_burn, wanted, dv)

    dv = jax.lax.fori_loop(0, _PASSES, one, shared.dv_lvlh)
    return dv, _flown(start, dv, shared) - shared.aim


def _flown(start: Point, dv_lvlh: Float[Array, "burn 3"], shared: FixedTimes) -> Offset:
    """Offset at the aim of impulses."""

    def leg(x: Point, at: tuple[Scalar, Vector3]) -> tuple[Point, None]:
        span_s, dv = at
        h = span_s / _STEPS
        x = jax.lax.fori_loop(0, _STEPS, lambda _, x: stepped(x, h, shared.earth), x)
        return burnt(x, dv), None

    times = jnp.concatenate([shared.start_t_s[None], shared.burn_t_s, shared.aim_t_s[None]])
    end, _ = jax.lax.scan(leg, start, (jnp.diff(times), jnp.concatenate([dv_lvlh, jnp.zeros((1, 3))])))
    station = shared.station
    seen = offset(end[:3], end[3:], station[:3], station[3:], jnp.zeros(()))
    return seen + shared.beyond_j2


def _least(by_burn: Float[Array, "burn 6 3"], wanted: Offset, guess: Float[Array, "burn 3"]) -> Float[Array, "burn 3"]:
    """Minimum of sum |dv| with sum by_burn dv = wanted, by reweighting from `guess`."""
    matrix = by_burn * jnp.asarray(SCALE)[:, None]
    goal = wanted * jnp.asarray(SCALE)

    def one(_: object, dv: Float[Array, "burn 3"]) -> Float[Array, "burn 3"]:
        weight = jnp.sqrt(jnp.sum(dv**2, axis=1)) + 1e-3
        normal = jnp.einsum("nij,n,nkj->ik", matrix, weight, matrix)
        multiplier = jax.scipy.linalg.cho_solve(jax.scipy.linalg.cho_factor(normal), goal)
        return weight[:, None] * jnp.einsum("nij,i->nj", matrix, multiplier)

    least: Float[Array, "burn 3"] = jax.lax.fori_loop(0, _REWEIGHTINGS, one, guess)
    return least

"""A plan flown again by another integrator: does it arrive?"""

from typing import Final

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from zarya.arrays import Index, Scalar, Vector3
from zarya.dynamics.motion import Load, derivative
from zarya.dynamics.runge_kutta import moved
from zarya.dynamics.state import State
from zarya.dynamics.station_path import StationPath
from zarya.dynamics.surroundings import Surroundings, orbital_loads
from zarya.frames.local import relative_lvlh_rotating
from zarya.gnc.rendezvous.legs import firing_of, thrust_of
from zarya.gnc.rendezvous.planner import RendezvousPlan
from zarya.gnc.rendezvous.scheme import AIM_LVLH_M
from zarya.vehicles.ship import Ship

STEP_S: Final = 10.0
"""Longest step of a coast, s: after two days 4 m from where half the step arrives."""
_BURN_STEPS: Final = 64


@jax.jit
def reflown_miss(
    plan: RendezvousPlan, ship: State, station: StationPath, around: Surroundings, numbers: Ship
) -> tuple[Scalar, Scalar]:
    """Distance (m) and speed (m/s) from the aim point when the burns of a plan are flown by fixed-step Runge-Kutta.

    Parameters
    ----------
    plan, ship : the plan and the state it was made from; the others as for `plan`. A batch by `jax.vmap`.

    **Model** the full model of the plan (EGM2008, Sun and Moon, drag, finite burns), nothing held; RK4 in steps of at
    most 10 s. Shares with the plan the forces and the rocket equation, not the integrator, the legs or the coordinates.
    """
    free = orbital_loads(around, numbers.drag_area_m2 * numbers.drag_coefficient)

    def burn(at: State, row: tuple[Scalar, Float[Array, "3"]]) -> tuple[State, None]:
        centre_s, dv = row
        half_s = 0.5 * firing_of(dv, at, numbers).duration_s  # the mass does not change on the coast
        at = _run(at, centre_s - half_s, free, jnp.ceil((centre_s - half_s - at.t_s) / STEP_S))
        fire = firing_of(dv, at, numbers)
        loads = (*free, thrust_of(dv, at, fire, jnp.asarray(1.0)))
        return _run(at, at.t_s + fire.duration_s, loads, jnp.asarray(float(_BURN_STEPS))), None

    at, _ = jax.lax.scan(burn, ship, (plan.burn_t_s, plan.dv_lvlh))
    at = _run(at, plan.aim_t_s, free, jnp.ceil((plan.aim_t_s - at.t_s) / STEP_S))
    there: tuple[Vector3, Vector3] = (station.r_gcrf(plan.aim_t_s), station.v_gcrf(plan.aim_t_s))
    r, v = relative_lvlh_rotating(at.r_gcrf, at.v_gcrf, *there)
    return jnp.linalg.norm(r - jnp.asarray(AIM_LVLH_M)), jnp.linalg.norm(v)


def _run(state: State, until_s: Scalar, loads: tuple[Load, ...], steps: Scalar) -> State:
    dt_s = (until_s - state.t_s) / steps

    def one(_: Index, at: State) -> State:
        k1 = derivative(at.t_s, at, loads)
        k2 = derivative(at.t_s + 0.5 * dt_s, moved(at, k1, 0.5 * dt_s), loads)
        k3 = derivative(at.t_s + 0.5 * dt_s, moved(at, k2, 0.5 * dt_s), loads)
        k4 = derivative(at.t_s + dt_s, moved(at, k3, dt_s), loads)
        mean = jax.tree.map(lambda a, b, c, d: (a + 2.0 * b + 2.0 * c + d) / 6.0, k1, k2, k3, k4)
        return moved(at, mean, dt_s)

    flown: State = jax.lax.fori_loop(0, steps.astype(jnp.int64), one, state)
    return flown

"""Where the burns still to come would lead: the quick forecast behind re-planning in flight."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from zarya.arrays import Index, Scalar, Vector3
from zarya.gnc.rendezvous.curvilinear import Offset, offset
from zarya.gnc.rendezvous.legs import Burns
from zarya.gnc.rendezvous.linear import Oblate, Point, burnt, stepped

STEP_S = 100.0
"""Longest Runge-Kutta step, s."""


class Forecast(eqx.Module):
    """What a prediction needs besides the ship.

    Parameters
    ----------
    steps : (slot,) Runge-Kutta steps of the coast to each slot.
    beyond : (slot, 6) m, m/s, offset at the aim of the plan in the full model minus predicted from each ignition.
    station : (6,) m, m/s, GCRF at the aim. earth : centre and J2.
    """

    steps: Int[Array, " slot"]
    beyond: Float[Array, "slot 6"]
    station: Point
    earth: Oblate


def forecast_steps(start_t_s: float, centre_t_s: np.ndarray) -> Int[Array, " slot"]:
    """Steps to each slot, host side."""
    spans = np.diff(np.concatenate([[start_t_s], np.asarray(centre_t_s, dtype=np.float64)]))
    return jnp.asarray(np.maximum(4, np.ceil(spans / STEP_S)).astype(np.int64))


def predicted(t_s: Scalar, start: Point, burns: Burns, slot: Index, half_burn_s: Scalar, forecast: Forecast) -> Offset:
    """Offset at the aim if the burns from `slot` on are made, (6,) m, m/s.

    Parameters
    ----------
    t_s, start : () s, (6,) m, m/s: the ignition of the burn of `slot`, GCRF.
    burns : all slots; those before `slot` are past. half_burn_s : () s, ignition to the middle of the burn.

    **Model** impulses at the middles of the burns, centre and J2 by RK4; the plan's own difference between the full
    model and this one, kept per slot, is added: the plan itself is predicted exactly, a ship 10 km off it to metres.
    **Ignores** how that difference changes off the plan (drag, tesseral terms, burn arcs).
    """

    def leg(carry: tuple[Scalar, Point], at: tuple[Index, Index, Scalar, Vector3]) -> tuple[tuple[Scalar, Point], None]:
        (now_s, x), (k, steps, centre_s, dv) = carry, at
        ahead = k >= slot
        until_s = jnp.where(k > slot, centre_s, jnp.where(k == slot, t_s + half_burn_s, now_s))
        count = jnp.where(k > slot, steps, jnp.where(k == slot, 2, 0))  # shared by a batch: a true loop
        h = (until_s - now_s) / jnp.maximum(count, 1)
        x = jax.lax.fori_loop(0, count, lambda _, x: stepped(x, h, forecast.earth), x)
        return (until_s, burnt(x, jnp.where(ahead, dv, 0.0))), None

    slots = jnp.arange(burns.centre_t_s.shape[0])
    rows = (slots, forecast.steps, burns.centre_t_s, burns.dv_lvlh)
    (_, end), _ = jax.lax.scan(leg, (t_s, start), rows)
    station = forecast.station
    return offset(end[:3], end[3:], station[:3], station[3:], jnp.zeros(())) + forecast.beyond[slot]

"""How the end of a flight follows its start: state-transition matrices by forward-mode differentiation."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from zarya.arrays import Scalar
from zarya.dynamics.motion import Load
from zarya.dynamics.propagate import coast
from zarya.dynamics.state import State

type Transition = Float[Array, "6 6"]
"""Change of (r, v) at the end for a change of (r, v) at the start, gcrf, SI."""


def transition(
    state: State, duration_s: Scalar, loads: tuple[Load, ...], gm_m3_s2: Scalar, *, arcs: int
) -> tuple[State, Transition]:
    """The state after `duration_s` and the state-transition matrix to it.

    Parameters
    ----------
    state : start. duration_s : () s, either sign. loads : what acts, smooth over the span. gm_m3_s2 : () of the centre.
    arcs : static, from `propagate.arcs_for`.

    **Model** derivative of `coast` itself, every load included; exact to the convergence of its arcs.
    **Source** Montenbruck & Gill, Satellite Orbits, section 7.1, for what it is.
    """

    def end(start: Float[Array, "6"]) -> tuple[Float[Array, "6"], State]:
        begun = State(state.t_s, start[:3], start[3:], state.tank_kg, state.inert_kg)
        last = coast(begun, duration_s, loads, gm_m3_s2, arcs=arcs)
        return jnp.concatenate([last.r_gcrf, last.v_gcrf]), last

    matrix, last = jax.jacfwd(end, has_aux=True)(jnp.concatenate([state.r_gcrf, state.v_gcrf]))
    return last, matrix

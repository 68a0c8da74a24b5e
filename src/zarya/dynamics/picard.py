"""Picard iteration on Chebyshev nodes, for long smooth arcs: coasts, finite burns, the station's path.

All nodes of an arc are evaluated at once, so the rolled gravity recursion runs over a batch of nodes instead of a
scalar, and the arc comes back as a polynomial: dense output costs nothing. The loads' slow parts (`Load.held`) are
refreshed at the nodes only a few times; the cheap rest is iterated until it stands still.
"""

from collections.abc import Callable
from functools import cache
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from zarya.arrays import Index, Scalar, Vector3
from zarya.dynamics.motion import Load, derivative
from zarya.dynamics.state import Rate, State
from zarya.orbits.elements import two_body_motion

_GUESS_ITERATIONS: Final = 5
"""Of Kepler's equation for the first guess of an arc: exact to e = 0.95 over half a revolution, and only a guess."""

type Path = State
"""States at the nodes of an arc: every field has a leading axis (node,)."""


@cache
def nodes(degree: int) -> NDArray[np.float64]:
    """Chebyshev-Gauss-Lobatto nodes mapped to 0..1, (degree + 1,), rising."""
    return 0.5 * (1.0 - np.cos(np.pi * np.arange(degree + 1) / degree))


@cache
def integration_matrix(degree: int) -> NDArray[np.float64]:
    """(degree + 1, degree + 1): values at the nodes to integrals from 0 to each node (interval length one).

    **Model** exact for polynomials of `degree`: interpolate, integrate the Chebyshev series, evaluate.
    """
    x = 2.0 * nodes(degree) - 1.0
    to_series = np.linalg.inv(chebyshev.chebvander(x, degree))
    integrated = chebyshev.chebint(to_series, lbnd=-1.0, axis=0)
    return 0.5 * chebyshev.chebvander(x, degree + 1) @ integrated


def evaluation_matrix(degree: int, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """(len(at), degree + 1): values at the nodes to values at the fractions `at` (0..1) of the arc."""
    x = 2.0 * nodes(degree) - 1.0
    return np.asarray(
        chebyshev.chebvander(2.0 * np.asarray(at) - 1.0, degree) @ np.linalg.inv(chebyshev.chebvander(x, degree))
    )


def arc(
    state: State, duration_s: Scalar, loads: tuple[Load, ...], gm_m3_s2: Scalar, *, degree: int, sweeps: tuple[int, ...]
) -> tuple[State, Path]:
    """Fly one arc; returns its end and the states at its nodes.

    Parameters
    ----------
    state : start.
    duration_s : () s, length; may be zero or negative.
    loads : what acts; smooth over the arc (a burn begins and ends at the ends of arcs).
    gm_m3_s2 : () of the centre, for the Keplerian first guess only.
    degree : nodes less one.
    sweeps : iterations after each refresh of the slow parts; () entries are the number of refreshes.

    **Model** r = r0 + int v, v = v0 + int a(t, r, v), both on Chebyshev-Gauss-Lobatto nodes; the error
    falls as (2 w^2 T^2)^k / (2k)! after k sweeps (w mean motion, T arc), so a quarter revolution needs about ten.
    **Source** Bai & Junkins 2011, J. Astronaut. Sci. 58(4) 583-613; holding the small terms as in Macomber et al. 2015.
    **Valid** where `degree` resolves the forces over the arc; `propagate` states what its settings give.
    """
    x = jnp.asarray(nodes(degree))
    S = duration_s * jnp.asarray(integration_matrix(degree))
    t_s = state.t_s + duration_s * x

    def guess(since_s: Scalar) -> tuple[Vector3, Vector3]:
        return two_body_motion(state.r_gcrf, state.v_gcrf, since_s, gm_m3_s2, iterations=_GUESS_ITERATIONS)

    r_gcrf, v_gcrf = jax.vmap(guess)(duration_s * x)
    tank_kg = jnp.broadcast_to(state.tank_kg, (degree + 1, *state.tank_kg.shape))
    inert_kg = jnp.broadcast_to(state.inert_kg, (degree + 1,))
    stacked: Callable[..., State] = jax.vmap(State)  # fields of a node, not of the batch, have the shapes of a state
    path = stacked(t_s, r_gcrf, v_gcrf, tank_kg, inert_kg)
    at_nodes: Callable[..., Rate] = jax.vmap(lambda at, frozen: derivative(at.t_s, at, frozen))

    def refresh(at: Path, count: Index) -> tuple[Path, None]:
        frozen = jax.vmap(lambda node: tuple(load.held(node.t_s, node) for load in loads))(at)

        def sweep(_: Index, at: Path) -> Path:
            rate = at_nodes(at, frozen)
            v = state.v_gcrf + S @ rate.a_gcrf
            return stacked(t_s, state.r_gcrf + S @ v, v, state.tank_kg + S @ rate.tank_rate_kg_s, inert_kg)

        return jax.lax.fori_loop(0, count, sweep, at), None

    path, _ = jax.lax.scan(refresh, path, jnp.asarray(sweeps))  # rolled twice: each load is compiled once
    return jax.tree.map(lambda leaf: leaf[-1], path), path


def tail(path: Float[Array, "node component"], degree: int) -> Scalar:
    """Size of the last two Chebyshev coefficients of a quantity at the nodes, same unit: is the arc resolved?"""
    x = 2.0 * nodes(degree) - 1.0
    to_series = jnp.asarray(np.linalg.inv(chebyshev.chebvander(x, degree))[-2:])
    return jnp.max(jnp.abs(to_series @ path))

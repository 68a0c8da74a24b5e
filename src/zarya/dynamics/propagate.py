"""Long smooth flight: a scan over Picard arcs, one compiled program for any number of loads of the same kind."""

import math
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np

from zarya.arrays import Scalar
from zarya.dynamics.motion import Load
from zarya.dynamics.picard import arc, evaluation_matrix
from zarya.dynamics.state import State

ARC_S: Final = 1800.0
"""Longest arc: a third of a low revolution."""
DEGREE: Final = 40
"""Degree of the polynomial of an arc. Measured after a day at 400 km with Sun and Moon, against shorter arcs: 0.02 mm
at 20x20 in arcs of 1800 s; at 70x70 148 mm in arcs of 1800 s, 2.6 mm in 1200 s, 0.02 mm in 900 s."""
SWEEPS: Final = (7, 5, 4)
"""Iterations after each refresh of the held parts. A day in 20x20 differs by under 0.04 mm from (16, 14, 12, 10) in
arcs of 300 s, at 250 km, e = 0.3, to 36 000 km and on a hyperbola; half as many again change nothing."""
_ARC_DEGREES_S: Final = 63_000.0


def arc_limit_s(gravity_degree: int) -> float:
    """Longest arc in which `DEGREE` resolves the ripple of a field of `gravity_degree` along a low orbit, s."""
    return min(ARC_S, _ARC_DEGREES_S / max(gravity_degree, 1))


def arcs_for(duration_s: float, gravity_degree: int = 20) -> int:
    """How many arcs a coast of `duration_s` needs (at least one)."""
    return max(1, math.ceil(abs(duration_s) / arc_limit_s(gravity_degree)))


def coast(state: State, duration_s: Scalar, loads: tuple[Load, ...], gm_m3_s2: Scalar, *, arcs: int) -> State:
    """The state after `duration_s` (either sign) in `arcs` equal arcs.

    Parameters
    ----------
    state : start. duration_s : () s. loads : what acts, smooth over the span. gm_m3_s2 : () of the centre.
    arcs : static, from `arcs_for`.
    """

    def body(at: State, _: None) -> tuple[State, None]:
        return arc(at, duration_s / arcs, loads, gm_m3_s2, degree=DEGREE, sweeps=SWEEPS)[0], None

    last, _ = jax.lax.scan(body, state, None, length=arcs)
    return last


def path(
    state: State, arc_s: Scalar, loads: tuple[Load, ...], gm_m3_s2: Scalar, *, arcs: int, samples: int
) -> tuple[State, State]:
    """Fly `arcs` arcs of `arc_s` seconds; returns the last state and the states at `samples` equal steps of each arc.

    The samples are a `State` with a leading axis (arcs * samples,); each arc gives its start but not its end:
    the samples are equally spaced by arc_s / samples and the last state follows them.
    """
    at = jnp.asarray(evaluation_matrix(DEGREE, np.arange(samples) / samples))

    def body(now: State, _: None) -> tuple[State, State]:
        end, nodes = arc(now, arc_s, loads, gm_m3_s2, degree=DEGREE, sweeps=SWEEPS)
        return end, jax.tree.map(lambda leaf: jnp.tensordot(at, leaf, axes=1), nodes)

    last, sampled = jax.lax.scan(body, state, None, length=arcs)
    return last, jax.tree.map(lambda leaf: leaf.reshape((arcs * samples, *leaf.shape[2:])), sampled)

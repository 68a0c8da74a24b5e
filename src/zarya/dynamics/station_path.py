"""The station's path: our force model fitted to an element set, flown once, read as a table by everything else."""

import math
from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from zarya.arrays import Scalar, Vector3, traced_once
from zarya.dynamics.differential_correction import (
    ARC_SAMPLES,
    ASIDE,
    GRID_STEP_S,
    corrected,
    first_state,
    neighbours,
    parameters,
)
from zarya.dynamics.motion import derivative
from zarya.dynamics.propagate import path
from zarya.dynamics.state import State
from zarya.dynamics.surroundings import Surroundings, orbital_loads
from zarya.errors import InputError
from zarya.frames import dcms_gcrf_from_teme
from zarya.orbits.tle import ElementSet
from zarya.programs import program
from zarya.tables import UniformTable, quintic_table
from zarya.time import Epoch
from zarya.units import DAY

type Floats = NDArray[np.float64]

FIT_SPAN_S: Final = 1.5 * DAY
"""SGP4 is fitted over this long before the epoch of the set: what the set itself was made from."""
STEP_S: Final = 60.0
"""Node spacing of the table: quintic Hermite, 15 micrometres."""
DRAG_SIGMA: Final = 0.3
"""1 sigma of the drag scale before the fit: mass, area and Cd of a station are quoted in pairs that vary so much."""
SGP4_SIGMA_M: Final = 1000.0
"""1 sigma of SGP4 against the true path over the span of its fit: it lacks tesseral terms, which swing by this much."""
CORRELATION_S: Final = 3600.0
"""The error of SGP4 keeps its sign for about an hour: samples closer than that count as one."""
_ROUNDS: Final = 3


class StationPath(eqx.Module):
    """Where the station is.

    Parameters
    ----------
    table : position in GCRF, m; its rate is the velocity.
    rms_m : () m, residual of the fit to SGP4, root mean square of the distance.
    drag_scale : () fitted factor on the drag area.
    """

    table: UniformTable
    rms_m: Scalar
    drag_scale: Scalar

    @traced_once
    def r_gcrf(self, t_s: Scalar) -> Vector3:
        """Position, (3,) m."""
        return self.table(t_s)

    @traced_once
    def v_gcrf(self, t_s: Scalar) -> Vector3:
        """Velocity, (3,) m/s."""
        return self.table.rate(t_s)


@program
def states(path: StationPath, t_s: Float[Array, " instant"]) -> tuple[Array, Array]:
    """Positions, m, and velocities, m/s, at `t_s`, (instant, 3)."""
    return jax.vmap(path.r_gcrf)(t_s), jax.vmap(path.v_gcrf)(t_s)


def fit_start_s(element_set: ElementSet, epoch: Epoch) -> float:
    """Seconds from `epoch` at which the fit begins; surroundings must reach back to it."""
    return (element_set.epoch - epoch) - FIT_SPAN_S


def fit_station(
    element_set: ElementSet,
    epoch: Epoch,
    around: Surroundings,
    mass_kg: float,
    drag_area_m2: float,
    start_s: float,
    end_s: float,
) -> StationPath:
    """Fit position, velocity and drag to the element set and fly on to `end_s`.

    Parameters
    ----------
    element_set : of the station, with an epoch before `end_s`. epoch : the flight's.
    around : surroundings from `fit_start_s` to `end_s`.
    mass_kg, drag_area_m2 : kg; Cd times area, m2, before the fitted factor.
    start_s, end_s : s, span of the table.

    Raises
    ------
    InputError : the table would begin before the fit.

    **Model** batch least squares (Gauss-Newton, differences of neighbouring paths) on SGP4 positions every
    5 min over the day and a half before the set's epoch, up to that epoch; the drag scale is held to 1 +- 0.3.
    **Valid** an SGP4 state dropped into a numerical model errs 38 km over 50 h; the fit's residual is what SGP4 lacks.
    **Ignores** burns of the station inside the span.
    """
    first_s = fit_start_s(element_set, epoch)
    if start_s < first_s:
        raise InputError(
            "the station's path begins before the fit of its element set",
            key="start_s",
            value=start_s,
            remedy="Give an element set nearer to the flight.",
        )
    count = int(FIT_SPAN_S / GRID_STEP_S) + 1
    times = first_s + GRID_STEP_S * np.arange(count)
    r_teme, _ = element_set.sgp4(times + (epoch - element_set.epoch))
    goal = np.einsum("sij,sj->si", dcms_gcrf_from_teme(epoch, times), r_teme)
    numbers = (jnp.asarray(first_s), jnp.asarray(float(mass_kg)), jnp.asarray(float(drag_area_m2)), around)
    x, rms = parameters(element_set, epoch + first_s), 0.0
    for _ in range(_ROUNDS):
        x, rms = _round(x, goal, numbers)
    arcs = math.ceil((end_s - first_s) / (30.0 * STEP_S))
    states, a = _flown(jnp.asarray(x), *numbers, arcs)
    skip = max(0, math.floor((start_s - first_s) / STEP_S))
    table = quintic_table(first_s + skip * STEP_S, STEP_S, states.r_gcrf[skip:], states.v_gcrf[skip:], a[skip:])
    return StationPath(table, jnp.asarray(rms), jnp.asarray(x[6]))


def _round(x: Floats, goal: Floats, numbers: tuple[Scalar, Scalar, Scalar, Surroundings]) -> tuple[Floats, float]:
    """One Gauss-Newton step; returns the better parameters and the residual of the old ones, m."""
    arcs = math.ceil((len(goal) - 1) / ARC_SAMPLES)
    r = np.asarray(neighbours(jnp.asarray(x), *numbers, arcs)[0])[:, : len(goal)]
    sigma_m = SGP4_SIGMA_M * math.sqrt(CORRELATION_S / GRID_STEP_S)
    left = goal - r[0]
    better, _ = corrected(
        x, ((r[1:] - r[0]) / ASIDE / sigma_m).reshape(7, -1), left.ravel() / sigma_m, (1.0, DRAG_SIGMA)
    )
    return better, math.sqrt(float(np.mean(np.sum(left**2, axis=-1))))


@program
def _flown(
    x: Float[Array, "7"],
    first_s: Scalar,
    mass_kg: Scalar,
    drag_area_m2: Scalar,
    around: Surroundings,
    arcs: int,
) -> tuple[State, Float[Array, "node 3"]]:
    loads = orbital_loads(around, drag_area_m2 * x[6])
    last, states = path(
        first_state(x, first_s, mass_kg),
        jnp.asarray(30.0 * STEP_S),
        loads,
        around.field.gm_m3_s2,
        arcs=arcs,
        samples=30,
    )
    nodes: State = jax.tree.map(lambda many, one: jnp.concatenate([many, one[None]]), states, last)
    a = jax.vmap(lambda at: derivative(at.t_s, at, loads).a_gcrf)(nodes)
    return nodes, a

"""Differential correction: an orbit flown beside its neighbours, and the least-squares change of what it starts from.

The seven parameters of an orbit are position (m) and velocity (m/s) at its first instant, GCRF, and a factor on its
drag area.
"""

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from zarya.arrays import Scalar
from zarya.dynamics.propagate import path
from zarya.dynamics.state import State
from zarya.dynamics.surroundings import Surroundings, orbital_loads
from zarya.frames import dcm_gcrf_from_teme
from zarya.orbits.tle import ElementSet
from zarya.programs import program
from zarya.time import Epoch

type Floats = NDArray[np.float64]

GRID_STEP_S: Final = 300.0
"""Between the samples of a flown orbit."""
ARC_SAMPLES: Final = 6
"""Of one arc of the integrator, half an hour."""
SCALE: Final = np.array([1e3, 1e3, 1e3, 1.0, 1.0, 1.0, 1.0])
"""What a parameter is measured in: km, m/s, one."""
ASIDE: Final = 0.01
"""How far a neighbour is set aside, in `SCALE`: 10 m, 1 cm/s, 1 % of drag. The map is linear to 1e-5 over that."""


def parameters(element_set: ElementSet, at: Epoch) -> Floats:
    """What an element set says of the orbit at an instant, drag as it is: (7,)."""
    r_teme, v_teme = element_set.sgp4(at)
    dcm = dcm_gcrf_from_teme(at)
    return np.concatenate([dcm @ r_teme, dcm @ v_teme, [1.0]])


def first_state(x: Float[Array, "7"], first_s: Scalar, mass_kg: Scalar) -> State:
    """The state from which parameters are flown."""
    return State(first_s, x[:3], x[3:6], jnp.zeros(1), mass_kg)


@program
def neighbours(
    x: Float[Array, "7"], first_s: Scalar, mass_kg: Scalar, drag_area_m2: Scalar, around: Surroundings, arcs: int
) -> tuple[Float[Array, "lane step 3"], Float[Array, "lane step 3"]]:
    """Positions (m) and velocities (m/s) every `GRID_STEP_S`: of the orbit, then with each parameter set aside.

    Parameters
    ----------
    x : parameters at `first_s`, s. mass_kg, drag_area_m2 : kg; Cd times area, m2, before the factor.
    around : surroundings of the whole span. arcs : of `ARC_SAMPLES` steps each.
    """

    def flown(p: Float[Array, "7"]) -> tuple[Float[Array, "step 3"], Float[Array, "step 3"]]:
        loads = orbital_loads(around, drag_area_m2 * p[6])
        arc_s = jnp.asarray(GRID_STEP_S * ARC_SAMPLES)
        start = first_state(p, first_s, mass_kg)
        last, states = path(start, arc_s, loads, around.field.gm_m3_s2, arcs=arcs, samples=ARC_SAMPLES)
        return (
            jnp.concatenate([states.r_gcrf, last.r_gcrf[None]]),
            jnp.concatenate([states.v_gcrf, last.v_gcrf[None]]),
        )

    aside = jnp.concatenate([jnp.zeros((1, 7)), ASIDE * jnp.diag(jnp.asarray(SCALE))])
    lanes: tuple[Float[Array, "lane step 3"], Float[Array, "lane step 3"]] = jax.vmap(flown)(x + aside)
    return lanes


def corrected(
    x: Floats, design: Floats, residual: Floats, last: tuple[float, float], scale: Floats = SCALE
) -> tuple[Floats, Floats]:
    """The parameters after one Gauss-Newton step, and the normal matrix in units of `scale`.

    Parameters
    ----------
    x, scale : (parameter,) and what each is measured in.
    design : (parameter, observation) change of each observation by one unit of `scale`, over its sigma.
    residual : (observation,) observed less flown, over its sigma.
    last : what the last parameter is expected to be, and 1 sigma of that.

    **Source** Tapley, Schutz & Born 2004, Statistical Orbit Determination, eq. 4.3.25 and 4.4.29.
    """
    expected, sigma = last
    prior = np.zeros(len(x))
    prior[-1] = (scale[-1] / sigma) ** 2
    normal = np.diag(prior) + design @ design.T
    right = prior * (expected - x) / scale + design @ residual
    return x + scale * np.linalg.solve(normal, right), normal

"""How heavy a ship may be: what a launch that does not reach its orbit lacks."""

from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from zarya.arrays import Scalar
from zarya.flight.ascent.dispersion import nominal
from zarya.flight.ascent.log import fly_bare
from zarya.flight.ascent.plan import AscentPlan
from zarya.flight.phase import Outcome
from zarya.programs import program

LANES: Final = 64
"""Masses flown at once; two rounds find the limit to a four-thousandth of the span."""
LEAST_SHARE: Final = 0.3
"""Lighter ships than this share of the given one are not tried."""


@program
def _reaches(plan: AscentPlan, payload_kg: Float[Array, " lane"]) -> Bool[Array, " lane"]:
    stages = plan.launcher.dry_kg.shape[0]

    def one(kg: Scalar) -> Bool[Array, ""]:
        lighter = eqx.tree_at(lambda p: p.payload_kg, plan, kg)
        return fly_bare(lighter, nominal(stages))[0].outcome == Outcome.FLYING

    return jax.vmap(one)(payload_kg)


def heaviest_kg(plan: AscentPlan) -> float | None:
    """Heaviest ship that this ascent puts into its orbit, kg; None where not even a third of the given one gets there.

    **Model** the ascent of `plan` (steering of the first stage made for its own payload) with lighter ships, under
    closed-loop guidance. **Valid** within some ten kilograms of an ascent planned anew for the lighter ship.
    """
    high = float(plan.payload_kg)
    low = LEAST_SHARE * high
    for _ in range(2):
        masses = jnp.linspace(low, high, LANES)
        reached = jnp.flatnonzero(_reaches(plan, masses))
        if reached.size == 0:
            return None
        best = int(reached[-1])
        if best == LANES - 1:
            return high
        low, high = float(masses[best]), float(masses[best + 1])
    return low

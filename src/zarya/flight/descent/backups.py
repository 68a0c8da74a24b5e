"""When the main engine fails in the deorbit burn: the small thrusters finish or make it; and when it commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from zarya.arrays import Scalar
from zarya.dynamics.state import State
from zarya.flight.descent.corridor import crossing
from zarya.flight.descent.deorbit import lowest_m
from zarya.flight.descent.entry import INTERFACE_M
from zarya.flight.descent.fall import Burn, Descent
from zarya.flight.descent.flown import DescentLog
from zarya.flight.descent.plan import Aimed, aimed, burn, flown_lanes
from zarya.tables import UniformTable
from zarya.vehicles.quantity import leaf
from zarya.vehicles.ship import ShipData

type Floats = NDArray[np.float64]

FAILURES: Final = (0.25, 0.5, 0.75)
"""Parts of the burn after which the main engine fails and the small thrusters finish."""
WHOLE: Final = "whole burn on the thrusters"
TRIALS: Final = tuple(np.linspace(0.3, 1.0, 15))
"""Parts of the burn that are made, to find the one that commits."""


@dataclass(frozen=True)
class Backup:
    """One back-up for many descents.

    Parameters
    ----------
    name : what fails. burn : what is burned. log : the descents, one lane each.
    """

    name: str
    burn: Burn
    log: DescentLog

    @property
    def propellant_kg(self) -> float:
        """What the burn takes, kg."""
        one = self.burn
        return float(one.flow_kg_s * one.duration_s + one.finish_flow_kg_s * one.finish_s)


def backups(
    shared: Descent, ship: ShipData, paths: Sequence[UniformTable], nominal: Aimed,
    aim_latitude_rad: float, aim_longitude_rad: float,
) -> list[Backup]:  # fmt: skip
    """Each back-up of each descent: failures part-way from the planned ignition, and the whole burn aimed anew.

    **Model** the small thrusters that push forward start at once, in the direction of the main engine, and stop at the
    planned delta-v; the bank stays as planned, so a failure part-way shifts the landing. The whole burn on the
    thrusters has an ignition and a reversal of its own.
    **Ignores** the time that finding the failure takes, the share of the thrusters that attitude needs.
    """
    count = len(paths)
    lasts = float(shared.burn.duration_s)
    failing = [
        (f"main engine fails after {part * lasts:.0f} s", burn(ship, fails_after_s=part * lasts)) for part in FAILURES
    ]
    ignition = np.tile(np.asarray(nominal.log.ignition_s), len(failing))
    programs = jax.tree.map(lambda x: np.tile(x, len(failing)), nominal.programs)
    burns = [one for _, one in failing for _ in range(count)]
    log = flown_lanes(shared, ship, [*paths] * len(failing), ignition, programs, burns)
    found = [
        Backup(name, one, jax.tree.map(lambda x, n=n: x[n * count : (n + 1) * count], log))
        for n, (name, one) in enumerate(failing)
    ]
    small = burn(ship, fails_after_s=0.0)
    slow: Descent = eqx.tree_at(lambda d: d.burn, shared, small)
    anew = aimed(slow, ship, paths, np.asarray(nominal.log.ignition_s), aim_latitude_rad, aim_longitude_rad)
    return [*found, Backup(WHOLE, small, anew.log)]


@eqx.filter_jit
def _lowest_m(
    shared: Descent, path: UniformTable, ignition_s: Scalar, burned_s: Float[Array, " part"], propellant_kg: Scalar,
    inert_kg: Scalar,
) -> Float[Array, " part"]:  # fmt: skip
    now = path(ignition_s)
    ship = State(ignition_s, now[:3], now[3:], propellant_kg[None], inert_kg)

    def one(lasts_s: Scalar) -> Scalar:
        return lowest_m(eqx.tree_at(lambda d: d.burn.duration_s, shared, lasts_s), ship)

    return jax.vmap(one)(burned_s)


def commit_burn_s(shared: Descent, ship: ShipData, path: UniformTable, ignition_s: float) -> float:
    """Second of the burn from which there is no way back: cut off there, the ship sinks to 100 km in a revolution.

    Cut off earlier it stays above and the burn can be made good a revolution later; cut off later it meets air that
    tears off its arrays, and from 90 km down it does not come up again. nan where no cut-off commits.

    **Model** cut-offs in steps of 5 % of the burn, each followed for a revolution; straight between them.
    """
    assert ship.descent is not None
    burned_s = np.array(TRIALS) * float(shared.burn.duration_s)
    inert = ship.descent.ignition_mass_kg.value - ship.propellant_kg.value
    lowest = _lowest_m(
        shared, path, jnp.asarray(ignition_s), jnp.asarray(burned_s), leaf(ship.propellant_kg.value), leaf(inert)
    )
    return crossing(burned_s, np.asarray(lowest), INTERFACE_M)

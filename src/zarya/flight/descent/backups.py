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
from zarya.flight.descent.plan import Aimed, aimed, burn, east_north_m, flown_lanes
from zarya.programs import program
from zarya.tables import UniformTable
from zarya.vehicles.quantity import leaf
from zarya.vehicles.ship import ShipData

type Floats = NDArray[np.float64]

FAILURES: Final = (0.25, 0.5, 0.75)
"""Parts of the burn after which the main engine fails and the small thrusters finish."""
BANKS_RAD: Final = np.deg2rad([0.0, 30.0, 45.0, 55.0, 61.0, 67.0, 73.0, 79.0])
"""Banks tried to take away what a failure shifts: up to 6 g."""
WHOLE: Final = "whole burn on the thrusters"
TRIALS: Final = tuple(np.linspace(0.3, 1.0, 15))
"""Parts of the burn that are made, to find the one that commits."""


@dataclass(frozen=True)
class Backup:
    """One back-up for many descents.

    Parameters
    ----------
    name : what fails. burn : what is burned. log : the descents, one lane each, with the bank as planned.
    bank_rad : (lane,) bank that brings them as near to the planned landing as it can; corrected : those descents.
    """

    name: str
    burn: Burn
    log: DescentLog
    bank_rad: Floats
    corrected: DescentLog

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
    planned delta-v. With the bank as planned a failure part-way shifts the landing; `corrected` holds the one bank, of
    `BANKS_RAD`, that takes the shift along the track away, or the nearest. The whole burn on the thrusters has an
    ignition and a reversal of its own.
    **Ignores** the time that finding the failure takes, the share of the thrusters that attitude needs; a corrected
    descent keeps the reversal of the plan and may land to the side.
    """
    count, lasts = len(paths), float(shared.burn.duration_s)
    ignition = np.asarray(nominal.log.ignition_s)
    plan = jax.tree.map(np.asarray, nominal.programs)

    def flown(burns: Sequence[Burn], banks: Floats) -> DescentLog:
        """(burn, lane) descents, the last axis fastest."""
        programs = eqx.tree_at(lambda p: p.bank_rad, jax.tree.map(lambda x: np.tile(x, len(burns)), plan), banks)
        each = [one for one in burns for _ in range(count)]
        return flown_lanes(shared, ship, [*paths] * len(burns), np.tile(ignition, len(burns)), programs, each)

    failing = [burn(ship, fails_after_s=part * lasts) for part in FAILURES]
    trials = [one for one in failing for _ in BANKS_RAD]
    tried = flown(trials, np.tile(np.repeat(BANKS_RAD, count), len(failing)))
    off_m = along_m(tried, nominal, len(trials)).reshape(len(failing), len(BANKS_RAD), count)
    banks = np.array(
        [[np.interp(0.0, -off_m[n, :, k], BANKS_RAD) for k in range(count)] for n in range(len(failing))]
    )  # fmt: skip
    planned = flown(failing, np.tile(plan.bank_rad, len(failing)))
    corrected = flown(failing, banks.ravel())
    found = [
        Backup(
            f"main engine fails after {part * lasts:.0f} s", failing[n], _lanes(planned, n, count), banks[n],
            _lanes(corrected, n, count),
        )
        for n, part in enumerate(FAILURES)
    ]  # fmt: skip
    small = burn(ship, fails_after_s=0.0)
    slow: Descent = eqx.tree_at(lambda d: d.burn, shared, small)
    anew = aimed(slow, ship, paths, ignition, aim_latitude_rad, aim_longitude_rad)
    return [*found, Backup(WHOLE, small, anew.log, plan.bank_rad, anew.log)]


def along_m(log: DescentLog, nominal: Aimed, times: int) -> Floats:
    """How far descents land beyond the planned ones, m along the way from the ballistic landing to the planned one.

    `log` holds `times` descents for each of the planned ones, the planned ones fastest.
    """

    def place(of: DescentLog) -> tuple[Floats, Floats]:
        return np.asarray(of.latitude_rad), np.asarray(of.longitude_rad)

    there = place(nominal.log)
    back = np.stack([east_north_m(*(x[k] for x in (*place(nominal.ballistic), *there))) for k in range(len(there[0]))])
    onward = -back / np.linalg.norm(back, axis=1, keepdims=True)
    aims = [np.tile(x, times) for x in there]
    latitude, longitude = place(log)
    off = np.stack([east_north_m(latitude[k], longitude[k], aims[0][k], aims[1][k]) for k in range(len(latitude))])
    along: Floats = np.sum(off * np.tile(onward, (times, 1)), axis=1)
    return along


def _lanes(log: DescentLog, n: int, count: int) -> DescentLog:
    """The `n`-th group of `count` descents."""
    group: DescentLog = jax.tree.map(lambda x: np.asarray(x)[n * count : (n + 1) * count], log)
    return group


@program
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

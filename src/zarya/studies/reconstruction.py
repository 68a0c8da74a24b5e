"""What flown separations say of a launcher: published numbers moved within their own spread, by least squares."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from zarya.flight.ascent import SPARE_KG, AscentPlan, fly_bare, nominal, spared
from zarya.units import KM
from zarya.vehicles.launcher import Launcher, LauncherData
from zarya.vehicles.quantity import Quantity

MASS: Final = "mass_kg"
type Floats = NDArray[np.float64]
type Stack = tuple[Launcher, float]
"""A launcher and the mass of its payload, kg."""


@dataclass(frozen=True)
class Separation:
    """A flown separation of the ship from the last stage: s after lift-off, 1 sigma, the ship, where it is from."""

    flight: str
    ship: str
    met_s: float
    sigma_s: float
    source: str


@dataclass(frozen=True)
class Reconciled:
    """A number of the launcher before and after.

    Parameters
    ----------
    part, key : of the catalog file, e.g. "upper", "dry_mass_kg". published, published_sigma : as in the catalog, in the
        unit of the key. value, sigma : after.
    """

    part: str
    key: str
    published: float
    published_sigma: float
    value: float
    sigma: float


@dataclass(frozen=True)
class Reconciliation:
    """What came out, and what it does.

    Parameters
    ----------
    numbers : largest move first, in its own sigma.
    separation_s : {ship: (published data, reconciled data, flown mean)}, s after lift-off; the flown ships' masses
        moved along with the launcher's numbers.
    margin_kg, margin_sigma_kg : {ship: (before, after)}, propellant above the residual of the last stage with the
        planned mass of the ship; the sigma is that of the knowledge of the launcher, not from flight to flight.
    """

    numbers: tuple[Reconciled, ...]
    separation_s: dict[str, tuple[float, float, float]]
    margin_kg: dict[str, tuple[float, float]]
    margin_sigma_kg: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class _Unknown:
    part: str
    key: str
    value: float
    sigma: float
    moved: Callable[[Stack, float], Stack]


def flown_separations() -> tuple[Separation, ...]:
    """The open flights of the 2.1a whose separation is known to the second (data/flown_separations.csv)."""
    text = files("zarya.studies").joinpath("data/flown_separations.csv").read_text(encoding="utf-8")
    return tuple(
        Separation(row["flight"], row["ship"], float(row["separation_met_s"]), float(row["sigma_s"]), row["source"])
        for row in csv.DictReader(text.splitlines())
    )


def reconciled(
    plans: dict[str, tuple[LauncherData, AscentPlan]], flown: Sequence[Separation], payload_sigma_kg: float = 70.0
) -> Reconciliation:
    """Move the published numbers of a launcher to where flown separations are met, each within its own spread.

    Parameters
    ----------
    plans : {ship: (launcher as it flies with it, its nominal ascent)}. flown : separations, ships among those.
    payload_sigma_kg : 1 sigma of the masses of the ships of `flown` about the plan's, kg (assumed: Soyuz MS 7080-7290,
        Progress 7250-7300 and heavier).

    **Model** linear least squares with the catalog's sigmas as prior knowledge, all numbers independent: thrust,
    specific impulse, dry mass, load and residual of each stage, adapter, what is thrown off, zero-lift drag.
    Closed-loop guidance in every trial, steering of the first stage as planned.
    **Valid** while the moves stay within the prior: the instants say how much propellant is burnt, not which number is
    off, so the single numbers stay nearly as uncertain as they were while their effect becomes known.
    **Source** Tapley, Schutz & Born 2004, Statistical Orbit Determination, eq. 4.4.29 (least squares with prior).
    **Ignores** the last stage's residual, which no separation shows, and its load, which moves one by 0.3 s for its
    sigma and the margin by 2 kg: both keep their values.
    """
    ships = sorted(plans)
    unknowns = {ship: _unknowns(*plans[ship], payload_sigma_kg) for ship in ships}
    names = list(dict.fromkeys((u.part, u.key) for ship in ships for u in unknowns[ship]))
    first = {(u.part, u.key): u for ship in ships for u in unknowns[ship]}
    before: dict[str, tuple[float, float]] = {}
    slopes = {ship: np.zeros((2, len(names))) for ship in ships}
    for ship in ships:
        plan = spared(plans[ship][1])
        base: Stack = (plan.launcher, float(plan.payload_kg))
        before[ship] = _flown(plan, base)
        for u in unknowns[ship]:
            change = np.subtract(_flown(plan, u.moved(base, u.sigma)), before[ship])
            slopes[ship][:, names.index((u.part, u.key))] = change
    # in units of each prior sigma; one unknown for each column
    rows = np.stack([slopes[one.ship][0] / one.sigma_s for one in flown])
    missed = np.array([(one.met_s - before[one.ship][0]) / one.sigma_s for one in flown])
    spread = np.linalg.inv(np.eye(len(names)) + rows.T @ rows)
    move = spread @ rows.T @ missed
    numbers = [
        Reconciled(
            part=name[0],
            key=name[1],
            published=first[name].value,
            published_sigma=first[name].sigma,
            value=first[name].value + float(step) * first[name].sigma,
            sigma=first[name].sigma * float(np.sqrt(variance)),
        )
        for name, step, variance in zip(names, move, np.diag(spread), strict=True)
    ]
    settled = {ship: _all_moved(plans[ship][1], unknowns[ship], names, move) for ship in ships}
    after = {ship: _flown(spared(plans[ship][1]), settled[ship]) for ship in ships}
    planned = {
        ship: _flown(spared(plan), (settled[ship][0], float(plan.payload_kg))) for ship, (_, plan) in plans.items()
    }
    return Reconciliation(
        numbers=tuple(sorted(numbers, key=lambda n: -abs(n.value - n.published) / n.published_sigma)),
        separation_s={
            ship: (
                before[ship][0],
                after[ship][0],
                float(np.mean([one.met_s for one in flown if one.ship == ship])),
            )
            for ship in ships
        },
        margin_kg={ship: (before[ship][1], planned[ship][1]) for ship in ships},
        margin_sigma_kg={ship: _margin_sigma_kg(slopes[ship][1], spread, names.index((ship, MASS))) for ship in ships},
    )


def _margin_sigma_kg(slope: Floats, spread: Floats, mass: int) -> tuple[float, float]:
    """1 sigma of a margin before and after, the mass of the ship known."""
    known = slope.copy()
    known[mass] = 0.0
    return float(np.linalg.norm(known)), float(np.sqrt(known @ spread @ known))


def _all_moved(plan: AscentPlan, unknowns: Sequence[_Unknown], names: list[tuple[str, str]], move: Floats) -> Stack:
    stack: Stack = (spared(plan).launcher, float(plan.payload_kg))
    for u in unknowns:
        stack = u.moved(stack, u.sigma * float(move[names.index((u.part, u.key))]))
    return stack


def _flown(plan: AscentPlan, stack: Stack) -> tuple[float, float]:
    """Separation of the ship, s after lift-off, and propellant above the residual, kg."""
    launcher, payload_kg = stack
    trial = eqx.tree_at(lambda p: (p.launcher, p.payload_kg), plan, (launcher, jnp.asarray(payload_kg)))
    handover, course = fly_bare(trial, nominal(launcher.dry_kg.shape[0]))
    return float(handover.ship.t_s), float(course.propellant_left_kg) - SPARE_KG


def _added(field: str, row: int, scale: float) -> Callable[[Stack, float], Stack]:
    def moved(stack: Stack, by: float) -> Stack:
        launcher, payload_kg = stack
        values = getattr(launcher, field).at[row].add(scale * by)
        changed: Launcher = eqx.tree_at(lambda x: getattr(x, field), launcher, values)
        return changed, payload_kg

    return moved


def _drag(stack: Stack, by: float) -> Stack:
    launcher, payload_kg = stack
    changed: Launcher = eqx.tree_at(lambda x: x.cd0, launcher, launcher.cd0 + by)
    return changed, payload_kg


def _heavier(stack: Stack, by: float) -> Stack:
    return stack[0], stack[1] + by


def _unknowns(data: LauncherData, plan: AscentPlan, payload_sigma_kg: float) -> tuple[_Unknown, ...]:
    """Every number of this stack that a separation can show and whose sigma the catalog gives."""
    fields: dict[str, tuple[str, float]] = {
        "dry_mass_kg": ("dry_kg", 1.0),
        "propellant_loaded_kg": ("propellant_kg", 1.0),
        "residual_kg": ("residual_kg", 1.0),
        "thrust_vacuum_kn": ("thrust_vacuum_n", KM),
        "isp_vacuum_s": ("isp_vacuum_s", 1.0),
    }
    last = len(data.stage) - 1
    found: list[_Unknown] = []

    def take(part: str, key: str, number: Quantity, moved: Callable[[Stack, float], Stack]) -> None:
        if number.sigma:
            found.append(_Unknown(part, key, number.value, number.sigma, moved))

    for row, stage in enumerate(data.stage):
        for key, (field, unit) in fields.items():
            if row == last and key in ("propellant_loaded_kg", "residual_kg"):
                continue
            pieces = 1.0 if key == "isp_vacuum_s" else float(stage.count.value)
            take(stage.name, key, getattr(stage, key), _added(field, row, pieces * unit))
    for row, item in enumerate(data.parts):
        if item.part_of is None:
            take(item.name, MASS, item.mass_kg, _added("jettison_kg", row, 1.0))
    take("", "adapter_mass_kg", data.adapter_mass_kg, _added("dry_kg", last, 1.0))
    sigma = data.aerodynamics.cd0.sigma
    if sigma:
        found.append(_Unknown("aerodynamics", "cd0", 0.0, sigma, _drag))
    found.append(_Unknown(data.ship, MASS, float(plan.payload_kg), payload_sigma_kg, _heavier))
    return tuple(found)

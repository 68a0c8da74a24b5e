"""What moves the third-stage cut-off: one number of the launcher changed at a time, by its own 1 sigma."""

from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from zarya.flight.ascent import AscentDispersion, AscentPlan, fly_bare, nominal
from zarya.studies.dispersions import one_sigma
from zarya.vehicles.launcher import LauncherData


@dataclass(frozen=True)
class Sensitivity:
    """Change of one number by 1 sigma: what it is, how large, what it does to cut-off (s) and propellant left (kg)."""

    quantity: str
    relative: float
    cutoff_s: float
    propellant_left_kg: float


def cutoff_sensitivities(data: LauncherData, plan: AscentPlan) -> tuple[Sensitivity, ...]:
    """Ascents with one number changed each, guidance closing the loop; largest effect on the cut-off first.

    **Model** sigma of the catalog where the entry gives one (thrust, impulse, dry mass, load of each stage), else of
    data/dispersions.csv; first order, so a combination adds in squares.
    """
    base = nominal(len(data.stage))
    cases: list[tuple[str, float, AscentDispersion]] = []
    for row, stage in enumerate(data.stage):
        numbers = {
            "thrust": stage.thrust_vacuum_kn,
            "specific_impulse": stage.isp_vacuum_s,
            "dry_mass": stage.dry_mass_kg,
            "load": stage.propellant_loaded_kg,
        }
        for field, number in numbers.items():
            relative = (number.sigma or 0.0) / number.value
            if relative > 0.0:
                values: Float[Array, " stage"] = getattr(base, field)
                case = eqx.tree_at(lambda c, f=field: getattr(c, f), base, values.at[row].set(1.0 + relative))
                cases.append((f"{stage.name} {field.replace('_', ' ')}", relative, case))
    for field, quantity in (("drag", "axial_drag_coefficient"), ("density", "density")):
        relative = one_sigma(quantity) / 100.0
        case = eqx.tree_at(lambda c, f=field: getattr(c, f), base, jnp.asarray(1.0 + relative))
        cases.append((field, relative, case))
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), base, *(case for _, _, case in cases))
    cutoff, left = _flown(plan, stacked)
    found = [
        Sensitivity(name, relative, float(cutoff[k + 1] - cutoff[0]), float(left[k + 1] - left[0]))
        for k, (name, relative, _) in enumerate(cases)
    ]
    return tuple(sorted(found, key=lambda item: -abs(item.cutoff_s) if np.isfinite(item.cutoff_s) else 0.0))


@eqx.filter_jit
def _flown(plan: AscentPlan, cases: AscentDispersion) -> tuple[Float[Array, " case"], Float[Array, " case"]]:
    def one(case: AscentDispersion) -> tuple[Float[Array, ""], Float[Array, ""]]:
        _, course = fly_bare(plan, case)
        return course.cutoff.t_s, course.propellant_left_kg

    found: tuple[Float[Array, " case"], Float[Array, " case"]] = jax.vmap(one)(cases)
    return found

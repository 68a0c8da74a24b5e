"""What moves the third-stage cut-off, by one number at a time, and what spreads its propellant, by a batch."""

from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from zarya.flight.ascent import SPARE_KG, AscentDispersion, AscentPlan, fly_bare, nominal, spared
from zarya.studies.dispersions import ascent_dispersions, one_sigma
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


@dataclass(frozen=True)
class Margin:
    """Propellant of the last stage above its residual over many ascents in which one quantity differs.

    Parameters
    ----------
    quantity : what differs; "all" for everything at once, "nothing" for the nominal flight.
    mean_kg, sigma_kg : kg. short : share of the ascents that need more than there is.
    """

    quantity: str
    mean_kg: float
    sigma_kg: float
    short: float


def margin_budget(data: LauncherData, plan: AscentPlan, cases: int = 1000, seed: int = 1) -> tuple[Margin, ...]:
    """Where the spread of the last stage's propellant comes from: "nothing", "all", "all but thrust", then one by one.

    **Model** the cases of `ascent_dispersions`, all of it and one quantity of one stage at a time; the last stage may
    burn into what is not there, so that a shortage is a number and not a flight that ends early.
    """
    free, base = spared(plan), nominal(len(data.stage))
    drawn = ascent_dispersions(data, seed, np.arange(float(cases)))
    same: AscentDispersion = jax.tree.map(lambda x: jnp.broadcast_to(x, (cases, *x.shape)), base)

    def flown(name: str, batch: AscentDispersion) -> Margin:
        left = np.asarray(_flown(free, batch)[1]) - SPARE_KG
        return Margin(name, float(np.mean(left)), float(np.std(left)), float(np.mean(left <= 0.0)))

    rows = []
    for field in ("thrust", "specific_impulse", "dry_mass", "load"):
        for k, stage in enumerate(data.stage):
            values = getattr(same, field).at[:, k].set(getattr(drawn, field)[:, k])
            case = eqx.tree_at(lambda c, f=field: getattr(c, f), same, values)
            rows.append(flown(f"{stage.name} {field.replace('_', ' ')}", case))
    for field in ("drag", "density", "wind", "navigation_v_gcrf"):
        case = eqx.tree_at(lambda c, f=field: getattr(c, f), same, getattr(drawn, field))
        rows.append(flown(field.partition("_")[0], case))
    rows.sort(key=lambda row: -row.sigma_kg)
    steady = eqx.tree_at(lambda c: c.thrust, drawn, same.thrust)
    return (flown("nothing", same), flown("all", drawn), flown("all but thrust", steady), *rows)


@eqx.filter_jit
def _flown(plan: AscentPlan, cases: AscentDispersion) -> tuple[Float[Array, " case"], Float[Array, " case"]]:
    def one(case: AscentDispersion) -> tuple[Float[Array, ""], Float[Array, ""]]:
        _, course = fly_bare(plan, case)
        return course.cutoff.t_s, course.propellant_left_kg

    found: tuple[Float[Array, " case"], Float[Array, " case"]] = jax.vmap(one)(cases)
    return found

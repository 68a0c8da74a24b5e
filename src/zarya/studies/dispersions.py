"""What may differ from flight to flight: sizes from a table, draws that depend on seed and case alone."""

import csv
from functools import cache
from importlib.resources import files
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from zarya.environment.wind import WindProfile
from zarya.flight.ascent import AscentDispersion
from zarya.flight.phasing import PhasingErrors
from zarya.units import DEG
from zarya.vehicles.launcher import LauncherData

type Floats = NDArray[np.float64]

WIND_LEVELS: Final = 12
WIND_TOP_M: Final = 30_000.0
_WIND_GROUND_M_S: Final = 3.0
_WIND_KNEE_M: Final = 10_000.0
_WIND_CORRELATION_M: Final = 3_000.0


@cache
def one_sigma(quantity: str) -> float:
    """1 sigma of a quantity in the unit of data/dispersions.csv (every row graded there, most assumed)."""
    text = files("zarya.studies").joinpath("data/dispersions.csv").read_text(encoding="utf-8")
    table = {row["quantity"]: float(row["one_sigma"]) for row in csv.DictReader(text.splitlines())}
    return table[quantity]


def _normals(seed: int, cases: Floats, phase: int, count: int) -> Floats:
    """(case, count) unit normals; a case gets the same numbers whatever the others."""
    return np.stack([np.random.default_rng([seed, int(case), phase]).standard_normal(count) for case in cases])


def ascent_dispersions(launcher: LauncherData, seed: int, cases: Floats) -> AscentDispersion:
    """Ascents that differ, one leading axis (case,) on every field.

    **Model** normal and independent: thrust by role of the stage, one specific impulse, dry mass and load a stage,
    drag, density, wind of both components correlated over 3 km growing from the ground to 10 km, ignition delay, error
    of the launcher's navigation at insertion (isotropic, so any axes serve).
    """
    stages = len(launcher.stage)
    z = _normals(seed, cases, 1, 5 * stages + 2 + 2 * WIND_LEVELS + 6)
    at = 0

    def take(count: int) -> Floats:
        nonlocal at
        part = z[:, at : at + count]
        at += count
        return part

    by_role = {"booster": "strap_on_thrust", "core": "core_thrust", "upper": "third_stage_thrust"}
    thrust_sigma = np.array([one_sigma(by_role[stage.role]) / 100.0 for stage in launcher.stage])
    # a set of boosters is one row: independent errors of its pieces average out
    thrust_sigma = thrust_sigma / np.sqrt([stage.count.value for stage in launcher.stage])
    height = np.linspace(0.0, WIND_TOP_M, WIND_LEVELS)
    rise = np.clip(height / _WIND_KNEE_M, 0.0, 1.0)
    sigma = _WIND_GROUND_M_S + (one_sigma("wind") - _WIND_GROUND_M_S) * rise
    correlation = np.exp(-np.abs(height[:, None] - height[None, :]) / _WIND_CORRELATION_M)
    factor = np.linalg.cholesky(correlation) * sigma[:, None]

    def near_one(quantity: str, count: int) -> Floats:
        return 1.0 + one_sigma(quantity) / 100.0 * take(count)

    fields = {
        "thrust": jnp.asarray(1.0 + thrust_sigma * take(stages)),
        "specific_impulse": jnp.asarray(near_one("specific_impulse", stages)),
        "dry_mass": jnp.asarray(near_one("stage_dry_mass", stages)),
        "load": jnp.asarray(near_one("propellant_load", stages)),
        "drag": jnp.asarray(near_one("axial_drag_coefficient", 1)[:, 0]),
        "density": jnp.asarray(near_one("density", 1)[:, 0]),
        "wind": jax.vmap(WindProfile)(
            jnp.asarray(np.broadcast_to(height, (len(cases), WIND_LEVELS))),
            jnp.asarray(np.einsum("ck,lk->cl", take(WIND_LEVELS), factor)),
            jnp.asarray(np.einsum("ck,lk->cl", take(WIND_LEVELS), factor)),
        ),
        "ignition_delay_s": jnp.asarray(np.abs(one_sigma("ignition_delay") * take(stages))),
        "navigation_r_gcrf": jnp.asarray(one_sigma("launcher_navigation_position") * take(3)),
        "navigation_v_gcrf": jnp.asarray(one_sigma("launcher_navigation_velocity") * take(3)),
    }
    batch: AscentDispersion = jax.vmap(lambda case: AscentDispersion(**case))(fields)  # shapes are those of a case
    return batch


def phasing_errors(slots: int, seed: int, cases: Floats) -> PhasingErrors:
    """Errors of burns and navigation on the way, one leading axis (case,) on every field.

    **Model** normal: magnitude and direction of every burn; the navigated state at every ignition; the station's place
    along its track is one error of the whole flight until the last burn, when relative sensors have taken over.
    """
    count = len(cases)
    z = _normals(seed, cases, 2, 9 * slots + 1)
    magnitude = one_sigma("burn_magnitude") / 100.0 * z[:, :slots]
    pointing = one_sigma("burn_direction") * DEG * z[:, slots : 3 * slots].reshape(count, slots, 2)
    sizes = np.repeat([one_sigma("ship_navigation_position"), one_sigma("ship_navigation_velocity")], 3)
    navigation = sizes * z[:, 3 * slots : 9 * slots].reshape(count, slots, 6)
    navigation[:, : max(slots - 2, 0), 0] += one_sigma("station_along_track") * z[:, -1:]
    return PhasingErrors(jnp.asarray(magnitude), jnp.asarray(pointing), jnp.asarray(navigation))

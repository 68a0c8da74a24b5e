"""The entry corridor: how steep and how shallow the ship may meet the air, found by flying entries side by side."""

from dataclasses import dataclass
from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float
from numpy.typing import NDArray

from zarya.arrays import Scalar, Vector3
from zarya.dynamics.state import State
from zarya.flight.descent.entry import INTERFACE_M, entering, entry_step
from zarya.flight.descent.fall import Descent, Fall
from zarya.flight.descent.flown import DescentLog
from zarya.gnc.entry import BankProgram
from zarya.programs import program
from zarya.units import DEG

type Floats = NDArray[np.float64]

ANGLES_DEG: Final = (
    -0.3,
    -0.5,
    -0.6,
    -0.7,
    -0.8,
    -1.0,
    -1.2,
    -1.4,
    -1.6,
    -1.8,
    -2.1,
    -2.5,
    -3.0,
    -3.5,
    -4.0,
    -4.6,
    -5.2,
)
"""Flight-path angles at 100 km that are flown, shallow to steep."""
MORE_BANK_RAD: Final = (0.14, 0.28, 0.42)
"""Beyond the planned bank, to find the lowest flight that keeps the load limit."""
STEP_S: Final = 1.0
LONGEST_S: Final = 1_500.0
"""An entry that is not under its parachute so long after 100 km has skipped out, or will be far beyond any zone."""
SKIPPED_M: Final = 1_000.0
"""Climbing so far over the interface counts as skipping out."""


class Entries(eqx.Module):
    """Entries flown, (angle, bank): largest load g, heat load J/m2, range over the ground m, whether it is down."""

    peak_load_g: Float[Array, "angle bank"]
    heat_load_j_m2: Float[Array, "angle bank"]
    range_m: Float[Array, "angle bank"]
    is_down: Bool[Array, "angle bank"]


@dataclass(frozen=True)
class Corridor:
    """Limits of the flight-path angle at 100 km, rad, negative down, along the orbits from the ship's own height.

    Parameters
    ----------
    steep_rad : steeper, even lift up exceeds the load limit. shallow_rad : shallower, `shallow_by` happens.
    shallow_by : "heat load" or "skip-out".
    reach_steep_rad, reach_shallow_rad : between these the aim is in range of the lift within the load limit, from where
        the flown entry meets 100 km; nan where the trial angles do not enclose it.
    """

    steep_rad: float
    shallow_rad: float
    shallow_by: str
    reach_steep_rad: float
    reach_shallow_rad: float
    angles_rad: Floats
    lift_up_g: Floats
    planned_g: Floats
    heat_load_j_m2: Floats


@program
def fly_entries(
    descent: Descent, t_s: Scalar, r_gcrf: Vector3, v_gcrf: Vector3, angles_rad: Float[Array, " angle"],
    speeds_m_s: Float[Array, " angle"], banks_rad: Float[Array, " bank"],
) -> Entries:  # fmt: skip
    """Entries from one point at 100 km, (angle, bank) of them, each at one bank without reversal.

    Parameters
    ----------
    t_s, r_gcrf, v_gcrf : where and in which plane, s, m, m/s.
    angles_rad, speeds_m_s : inertial flight-path angles and the speeds that go with them.
    banks_rad : bank of each column.
    """
    up = r_gcrf / jnp.linalg.norm(r_gcrf)
    level = v_gcrf - jnp.sum(v_gcrf * up) * up
    level = level / jnp.linalg.norm(level)
    one, zero = jnp.ones_like(t_s), jnp.zeros_like(t_s)

    def fly(angle: Scalar, speed: Scalar, bank: Scalar) -> tuple[Scalar, Scalar, Scalar, Bool[Array, ""]]:
        v = speed * (jnp.cos(angle) * level + jnp.sin(angle) * up)
        program = BankProgram(bank, zero, one, one)
        first = entering(descent, State(t_s, r_gcrf, v, jnp.zeros(1), descent.module.mass_kg), program)

        def flying(at: tuple[Fall, Scalar]) -> Bool[Array, ""]:
            fall, top = at
            is_late = fall.state.t_s >= t_s + LONGEST_S
            goes_on: Bool[Array, ""] = (fall.done < 0.5) & ~is_late & (top < INTERFACE_M + SKIPPED_M)
            return goes_on

        def body(at: tuple[Fall, Scalar]) -> tuple[Fall, Scalar]:
            fall = entry_step(descent, program, at[0], STEP_S)
            return fall, jnp.maximum(at[1], fall.height_m)

        last, _ = jax.lax.while_loop(flying, body, (first, zero))
        dcm = descent.air.earth.dcm_itrf_from_gcrf
        ends = jnp.stack([dcm(t_s) @ r_gcrf, dcm(last.state.t_s) @ last.state.r_gcrf])
        cross = jnp.linalg.norm(jnp.cross(ends[0], ends[1]))
        ground = descent.gravity.radius_m * jnp.arctan2(cross, jnp.sum(ends[0] * ends[1]))
        return last.marks.peak_load_g, last.marks.heat_load_j_m2, ground, last.done > 0.5

    lanes = jax.vmap(jax.vmap(fly, in_axes=(None, None, 0)), in_axes=(0, 0, None))
    return Entries(*lanes(angles_rad, speeds_m_s, banks_rad))


def corridor(
    descent: Descent, log: DescentLog, planned_bank_rad: float, guided_load_g: float, heat_load_j_m2: float
) -> Corridor:
    """The corridor round one descent.

    Parameters
    ----------
    log : of one descent. planned_bank_rad : rad.
    guided_load_g, heat_load_j_m2 : what the crew and the shield stand.

    **Model** trial entries from the point where the descent meets 100 km, in its plane, on the orbits that have their
    highest point where its own has it (a longer or shorter burn). Steep: the load of the flight with lift up meets the
    limit. Shallow: with the planned bank the heat load meets the limit, or the module is not down in 1500 s or climbs
    out. In reach: lift up overshoots the aim and the lowest flight within the load limit falls short of it. Straight
    lines between the trial angles.
    **Ignores** the reversal (0.5 % of the range), a guidance that changes the bank on the way.
    """
    t_s, r, v = _interface(log)
    radius, speed = float(np.linalg.norm(r)), float(np.linalg.norm(v))
    gm = float(descent.gravity.gm_m3_s2)
    own = float(np.arcsin(r @ v / (radius * speed)))
    momentum2 = (radius * speed * np.cos(own)) ** 2
    energy = 0.5 * speed**2 - gm / radius
    highest = gm / (-2.0 * energy) * (1.0 + np.sqrt(1.0 + 2.0 * energy * momentum2 / gm**2))
    angles = np.append(np.array(ANGLES_DEG) * DEG, own)
    speeds = np.sqrt(2.0 * gm * (1.0 / radius - 1.0 / highest) / (1.0 - (radius * np.cos(angles) / highest) ** 2))
    banks = np.array([0.0, planned_bank_rad, *(planned_bank_rad + np.array(MORE_BANK_RAD))])
    flown = fly_entries(descent, *(jnp.asarray(x) for x in (t_s, r, v, angles, speeds, banks)))
    load, heat, ground = (np.asarray(x) for x in (flown.peak_load_g, flown.heat_load_j_m2, flown.range_m))
    down = np.asarray(flown.is_down)
    aim_m = float(ground[-1, 1])

    def limit(values: Floats, which: NDArray[np.bool_], met: float) -> float:
        """Angle at which a column of the trials meets a limit; the flown entry is not a trial."""
        kept = np.flatnonzero(which[:-1])
        return crossing(angles[kept], values[kept], met)

    shallow = limit(heat[:, 1], down[:, 1], heat_load_j_m2)
    hot = not np.isnan(shallow)
    lowest = np.array([np.interp(guided_load_g, load[k], ground[k]) for k in range(len(angles))])
    return Corridor(
        steep_rad=limit(load[:, 0], down[:, 0], guided_load_g),
        shallow_rad=shallow if hot else float(angles[np.argmax(down[:, 1])]),
        shallow_by="heat load" if hot else "skip-out",
        reach_steep_rad=limit(ground[:, 0], down[:, 0], aim_m),
        reach_shallow_rad=limit(lowest, down.all(axis=1), aim_m),
        angles_rad=angles[:-1],
        lift_up_g=np.where(down[:, 0], load[:, 0], np.nan)[:-1],
        planned_g=np.where(down[:, 1], load[:, 1], np.nan)[:-1],
        heat_load_j_m2=np.where(down[:, 1], heat[:, 1], np.nan)[:-1],
    )


def crossing(at: Floats, value: Floats, limit: float) -> float:
    """Where `value` meets the limit last along `at`, straight between the points; nan where it does not."""
    over = value - limit
    turns = np.flatnonzero(np.sign(over[:-1]) * np.sign(over[1:]) <= 0.0)
    if not len(turns):
        return float("nan")
    k = int(turns[-1])
    return float(at[k] + (at[k + 1] - at[k]) * over[k] / (over[k] - over[k + 1]))


def _interface(log: DescentLog) -> tuple[float, Floats, Floats]:
    """When, where and how fast a descent meets 100 km: cubic between the samples 5 s apart."""
    t, r, v = (np.asarray(x) for x in (log.entry.t_s, log.entry.r_gcrf, log.entry.v_gcrf))
    at = float(log.marks.interface_s)
    k = int(np.clip(np.searchsorted(t, at), 1, len(t) - 1))
    h = t[k] - t[k - 1]
    s = (at - t[k - 1]) / h
    place = (
        (1.0 + 2.0 * s) * (1.0 - s) ** 2 * r[k - 1] + s**2 * (3.0 - 2.0 * s) * r[k]
        + h * s * (1.0 - s) * ((1.0 - s) * v[k - 1] - s * v[k])
    )  # fmt: skip
    return at, place, v[k - 1] + s * (v[k] - v[k - 1])

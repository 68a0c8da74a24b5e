"""Print how many burns are found in element sets made from a numerical orbit, and how many where there are none.

    python builders/measure_reboost_detection.py [STARTS]

Truth: the full model (EGM2008 20 x 20, Sun, Moon, drag in the air of the days), a burn of known size in the middle of
14 days, from several starts. Sets: SGP4 fitted to the day and a half before each epoch, one every four to six hours,
so those after a burn mix arcs before and after it as published ones do; argument of latitude off by 0.006 deg.
The table goes into docs/validation/windows.md.
"""

import sys
from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from zarya.dynamics.propagate import path
from zarya.dynamics.state import State
from zarya.dynamics.surroundings import orbital_loads, surroundings
from zarya.frames import dcm_gcrf_from_teme
from zarya.orbits.tle import ElementSet
from zarya.studies.station.element_fit import fit_element_set
from zarya.studies.station.reboosts import detect_lowerings, detect_reboosts
from zarya.time import Epoch
from zarya.units import DAY, HOUR

BURNS_M_S = (-1.0, -0.35, -0.2, 0.0, 0.0, 0.1, 0.2, 0.5, 1.0, 2.0)
START = Epoch.from_iso("2023-05-01T00:00:00Z", scale="utc")
STEP_S, DAYS, BURN_DAY, TRACKED_S = 300.0, 14, 7, 1.5 * DAY
MASS_KG, DRAG_AREA_M2 = 461_000.0, 4_000.0
LATITUDE_SIGMA_DEG = 0.006


def flown(starts: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions and velocities (start, burn, step, 3) in GCRF."""
    around = surroundings(START, -600.0, DAYS * DAY + 3_600.0)
    loads = orbital_loads(around, jnp.asarray(DRAG_AREA_M2))
    gm = around.field.gm_m3_s2

    def leg(state: State, days: int) -> tuple[State, State]:
        return path(state, jnp.asarray(6.0 * STEP_S), loads, gm, arcs=48 * days, samples=6)

    def one(r: jax.Array, v: jax.Array) -> tuple[jax.Array, jax.Array]:
        begin = State(jnp.zeros(()), r, v, jnp.zeros(1), jnp.asarray(MASS_KG))
        middle, before = leg(begin, BURN_DAY)

        def after(burn: jax.Array) -> tuple[jax.Array, jax.Array]:
            v_after = middle.v_gcrf * (1.0 + burn / jnp.linalg.norm(middle.v_gcrf))
            _, later = leg(eqx.tree_at(lambda s: s.v_gcrf, middle, v_after), DAYS - BURN_DAY)
            return jnp.concatenate([before.r_gcrf, later.r_gcrf]), jnp.concatenate([before.v_gcrf, later.v_gcrf])

        return jax.vmap(after)(jnp.asarray(BURNS_M_S))

    a, tilt = 6.796e6, np.radians(51.64)
    angle = np.linspace(0.0, 2.0 * np.pi, starts, endpoint=False) + 0.3
    node = np.linspace(0.0, 2.0 * np.pi, starts, endpoint=False) * 3.0
    along = np.stack([-np.sin(node) * np.cos(tilt), np.cos(node) * np.cos(tilt), np.full(starts, np.sin(tilt))], axis=1)
    out = np.stack([np.cos(node), np.sin(node), np.zeros(starts)], axis=1)
    speed = np.sqrt(3.986004418e14 / a)
    r = a * (np.cos(angle)[:, None] * out + np.sin(angle)[:, None] * along)
    v = speed * (-np.sin(angle)[:, None] * out + np.cos(angle)[:, None] * along)
    fly = jax.jit(one)
    parts = [fly(jnp.asarray(x), jnp.asarray(y)) for x, y in zip(r, v, strict=True)]
    return np.stack([np.asarray(p[0]) for p in parts]), np.stack([np.asarray(p[1]) for p in parts])


def element_sets(r: np.ndarray, v: np.ndarray, dcms: np.ndarray, random: np.random.Generator) -> list[ElementSet]:
    """Sets of one orbit (step, 3)."""
    found, count, k = [], round(TRACKED_S / STEP_S), round(TRACKED_S / STEP_S)
    while k < len(r):
        some = slice(k - count, k + 1, 3)
        turned = [np.einsum("sji,sj->si", dcms[some], part[some]) for part in (r, v)]
        times = STEP_S * np.arange(len(r))[some]
        made = fit_element_set(START, times, *turned).element_set
        noise = random.normal(0.0, LATITUDE_SIGMA_DEG)
        found.append(replace(made, mean_anomaly_deg=(made.mean_anomaly_deg + noise) % 360.0))
        k += int(random.integers(48, 73))
    return found


def main() -> None:
    starts = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    random = np.random.default_rng(7)
    r, v = flown(starts)
    nodes = [dcm_gcrf_from_teme(START + STEP_S * k) for k in range(0, r.shape[2], 36)]
    dcms = np.repeat(np.stack(nodes), 36, axis=0)[: r.shape[2]]
    when = START + BURN_DAY * DAY
    print(f"{'m/s':>6} {'spans':>6} {'found':>6} {'false':>6}  delta-v rms, largest   time rms, h")
    for k, burn in enumerate(BURNS_M_S):
        seen, false, errors, late = 0, 0, [], []
        for lane in range(starts):
            sets = element_sets(r[lane, k], v[lane, k], dcms, random)
            along = detect_reboosts(sets)
            every = [*along, *detect_lowerings(sets, along)]
            right = [item for item in every if burn * item.delta_v_m_s > 0.0 and abs(item.epoch - when) < 12.0 * HOUR]
            seen, false = seen + (len(right) > 0), false + len(every) - min(len(right), 1)
            errors += [item.delta_v_m_s / burn - 1.0 for item in right[:1]]
            late += [(item.epoch - when) / HOUR for item in right[:1]]
        size = np.array(errors)
        words = "" if not errors else (
            f"{np.sqrt(np.mean(size**2)):10.1%} {np.max(np.abs(size)):9.1%} {np.sqrt(np.mean(np.square(late))):12.1f}"
        )  # fmt: skip
        print(f"{burn:6.2f} {starts:6d} {seen:6d} {false:6d} {words}", flush=True)


if __name__ == "__main__":
    main()

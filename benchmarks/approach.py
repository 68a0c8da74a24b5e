"""Approach and docking: seconds to compile, flights a second, and what a dispersed batch does.

    python benchmarks/approach.py [--cases 200] [--port rassvet]

The ship flies in EGM2008 20 x 20 with Sun, Moon and drag; handover errors 100 m and 0.1 m/s an axis, relative
navigation as `drawn_navigation` states.
"""

import zarya  # noqa: F401, I001  (first: it sets float64 before jax starts)

import argparse
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from zarya.dynamics.state import State
from zarya.dynamics.station_path import fit_start_s, fit_station
from zarya.dynamics.surroundings import orbital_loads, surroundings
from zarya.flight import approach
from zarya.flight.phase import OUTCOMES, Handover, Outcome
from zarya.frames import absolute_from_lvlh_rotating
from zarya.gnc.proximity import drawn_navigation
from zarya.orbits.tle import latest_before, read_element_sets
from zarya.time import Epoch
from zarya.vehicles import catalog

SETS = Path(__file__).parents[1] / "tests/flights/data/iss_2023-09.tle"
CONTACT_S = 11_337.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--port", default="rassvet")
    options = parser.parse_args()
    epoch = Epoch.from_iso("2023-09-15T15:44:35.417Z")
    ship, station = catalog.ship("soyuz-ms").pytree(), catalog.station("iss")
    elements = latest_before(read_element_sets(SETS), epoch)
    around = surroundings(epoch, fit_start_s(elements, epoch), CONTACT_S + 300.0)
    body = station.pytree()
    drag_m2 = float(body.drag_area_m2 * body.drag_coefficient)
    path = fit_station(elements, epoch, around, float(body.mass_kg), drag_m2, 0.0, CONTACT_S + 300.0)
    plan = approach.prepare(ship, body, station.port_pytree(options.port), path, CONTACT_S)
    loads = orbital_loads(around, ship.drag_area_m2 * ship.drag_coefficient)
    batch = jax.jit(jax.vmap(approach.fly, in_axes=(None, 0, None, 0)))

    draw = np.random.default_rng(1)
    start = jnp.asarray(CONTACT_S - 2160.0)

    def handed_over(r_error: jax.Array, v_error: jax.Array) -> Handover:
        r_lvlh = jnp.asarray(approach.AIM_LVLH_M) + r_error
        r, v = absolute_from_lvlh_rotating(r_lvlh, v_error, path.r_gcrf(start), path.v_gcrf(start))
        state = State(start, r, v, jnp.array([600.0]), ship.dry_kg)
        return Handover(state, r, v, jnp.asarray(Outcome.FLYING))

    errors = [jnp.asarray(draw.normal(0.0, sigma, (options.cases, 3))) for sigma in (100.0, 0.1)]
    starts = jax.vmap(handed_over)(*errors)
    navigation = drawn_navigation(1, options.cases)
    for run in ("first", "again"):
        began = time.perf_counter()
        last, log = jax.block_until_ready(batch(plan, starts, loads, navigation))
        took = time.perf_counter() - began
        print(f"{run}: {took:.2f} s, {options.cases / took:.0f} flights/s")
    counts = np.bincount(np.asarray(last.outcome), minlength=len(OUTCOMES))
    print({name: int(count) for name, count in zip(OUTCOMES, counts, strict=True) if count})

    def say(name: str, values: jax.Array) -> None:
        low, middle, high = np.nanpercentile(np.asarray(values), [1.0, 50.0, 99.0])
        print(f"{name:28s} 1 % {low:9.3f}   median {middle:9.3f}   99 % {high:9.3f}")

    say("contact late, s", log.docking_s - CONTACT_S)
    say("axial, m/s", log.axial_m_s)
    say("lateral, m", log.lateral_m)
    say("lateral, m/s", log.lateral_m_s)
    say("delta-v, m/s", log.delta_v_m_s)
    say("propellant, kg", log.propellant_kg)
    say("nearest before final, m", log.nearest_m)
    say("corridor margin, deg", jnp.degrees(log.corridor_margin_rad))
    for stage, values in zip(approach.STAGES, np.asarray(log.stage_delta_v_m_s).T, strict=True):
        say(f"delta-v {stage}, m/s", values)


if __name__ == "__main__":
    main()

"""Speed of the rendezvous planner on the case of Soyuz MS-24: `python benchmarks/rendezvous.py [lanes]`.

Prints, for this machine: closed plans in the full model per second (host), plans at fixed times per second in batches
(one process; XLA uses one core per batch), and dispersed phasing flights per second in the full model.
"""

import zarya  # noqa: F401, I001  (first: it sets float64 before jax starts)

import sys
import time
from collections.abc import Callable
from importlib.resources import as_file, files

import jax
import jax.numpy as jnp
import numpy as np

from zarya.dynamics.state import State
from zarya.dynamics.station_path import fit_start_s, fit_station
from zarya.dynamics.surroundings import surroundings
from zarya.flight import phasing
from zarya.flight.phase import Handover, Outcome
from zarya.frames import dcm_gcrf_from_teme
from zarya.gnc.launch_instant import SCHEMES as TRANSFERS
from zarya.gnc.launch_instant import mean_plane, node_drift, soyuz_insertion
from zarya.gnc.rendezvous import SCHEMES, fixed_time_plan, fixed_times
from zarya.orbits.mean import MeanElements, osculating_from_mean
from zarya.orbits.tle import latest_before, read_element_sets
from zarya.time import Epoch
from zarya.units import DEG
from zarya.vehicles import catalog

LIFTOFF = Epoch.from_iso("2023-09-15T15:44:35.417Z")
SEPARATION_S, AIM_S, PHASE_RAD = 528.6, 9_324.583, 16.3 * DEG


def seconds(act: Callable[[], object], repeats: int) -> float:
    """Least wall time of some calls after one that compiles."""
    jax.block_until_ready(act())
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        jax.block_until_ready(act())
        taken.append(time.perf_counter() - start)
    return min(taken)


def main(lanes: int) -> None:
    with as_file(files("zarya") / "missions" / "soyuz-ms-24" / "station.tle") as path:
        element_set = latest_before(read_element_sets(path), LIFTOFF)
    around = surroundings(LIFTOFF, fit_start_s(element_set, LIFTOFF), AIM_S + 7_200.0)
    iss, ship = catalog.station("iss"), catalog.ship("soyuz-ms")
    area_m2 = iss.drag_area_m2.value * iss.drag_coefficient.value
    station = fit_station(element_set, LIFTOFF, around, iss.mass_kg.value, area_m2, 0.0, AIM_S + 7_200.0)

    insertion, at = soyuz_insertion(), LIFTOFF + SEPARATION_S
    plane = mean_plane(element_set, at)
    drift, _ = node_drift(PHASE_RAD, plane, insertion, TRANSFERS[2])
    perigee = 82.0 * DEG
    shape = (insertion.semi_major_axis_m, insertion.e * np.cos(perigee), insertion.e * np.sin(perigee))
    angles = (insertion.inclination_rad, plane.raan_rad - drift, plane.u_rad - PHASE_RAD)
    r, v = osculating_from_mean(MeanElements(*(jnp.asarray(x) for x in (*shape, *angles))))
    dcm = jnp.asarray(dcm_gcrf_from_teme(at))
    tank_kg, dry_kg = ship.propellant_kg.value, ship.mass_kg.value - ship.propellant_kg.value
    state = State(jnp.asarray(SEPARATION_S), dcm @ r, dcm @ v, jnp.array([tank_kg]), jnp.asarray(dry_kg))
    handover, numbers = Handover(state, state.r_gcrf, state.v_gcrf, jnp.asarray(Outcome.FLYING)), ship.pytree()

    def closed() -> phasing.PhasingPlan:
        return phasing.prepare(handover, station, around, numbers, SCHEMES[2], AIM_S)

    one = seconds(closed, 3)
    plan = closed()
    print(f"plan {plan.burns.total_m_s:.2f} m/s, bound {plan.burns.bound_m_s:.2f} m/s: {one:.3f} s, {1.0 / one:.1f}/s")

    draw = np.random.default_rng(1)
    start = jnp.concatenate([state.r_gcrf, state.v_gcrf]) + draw.standard_normal((lanes, 6)) * np.repeat(
        [500.0, 3.0], 3
    )
    shared = fixed_times(plan.burns, state, station, around)
    many = jax.jit(jax.vmap(fixed_time_plan, in_axes=(0, None)))
    batch = seconds(lambda: many(start, shared), 5)
    left = np.linalg.norm(np.asarray(many(start, shared)[1])[:, :3], axis=1)
    print(
        f"fixed-time plans: {lanes / batch:,.0f}/s in batches of {lanes}; {np.percentile(left, 99):.1f} m left (99 %)"
    )

    slots, flights = plan.burns.slots.centre_t_s.shape[0], min(lanes, 128)
    errors = phasing.PhasingErrors(
        jnp.asarray(0.003 * draw.standard_normal((flights, slots))),
        jnp.asarray(0.003 * draw.standard_normal((flights, slots, 2))),
        jnp.asarray(draw.standard_normal((flights, slots, 6)) * np.repeat([20.0, 0.02], 3)),
    )
    fly = jax.jit(jax.vmap(phasing.fly, in_axes=(None, None, 0)))
    flown = seconds(lambda: fly(plan, handover, errors), 2)
    total = np.asarray(fly(plan, handover, errors)[1].total_m_s)
    print(f"dispersed flights: {flights / flown:.0f}/s in {flights}; {total.mean():.1f} +- {total.std():.1f} m/s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1024)

"""Descents a second: spun up and under guidance, beside SciPy's solve_ivp on the same problem; tracing apart.

Usage: python benchmarks/descent.py [--cases 2048] [--scipy 4]

A descent goes from the separation of the modules to the ground, each with its own lift, drag, mass, place, density,
wind and parachutes. SciPy flies the same forces in NumPy (RK45 in the entry, LSODA under the parachutes, relative
tolerance 1e-6, about the error of our steps). Under guidance SciPy is charged what the predictions cost: four entries
at each correction of one descent, flown with the bank as planned.
"""

import zarya  # noqa: F401, I001  # before jax, whose settings it makes

import argparse
import os
import time
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from descent_scipy import Problem

from zarya.dynamics.state import State
from zarya.dynamics.surroundings import surroundings
from zarya.flight.descent import descent, fly
from zarya.flight.descent.column import Dispersion, WayDown, displaced, meeting, way_down
from zarya.flight.descent.glide import STEP_S, glide, sunk
from zarya.flight.descent.guided import UPDATE_S, guided_entry
from zarya.flight.descent.plan import planned_program
from zarya.gnc.entry import BankProgram, ballistic
from zarya.studies.landing.draws import landing_draws
from zarya.time import Epoch
from zarya.vehicles import catalog

GOALS = {"ballistic": 2_000.0, "guided": 200.0}
LANES = 64
FINE = 8


def planned() -> tuple[WayDown, State, BankProgram]:
    """The way down from a circular orbit of 420 km at 51.6 deg, and the module just separated."""
    ship = catalog.ship("soyuz-ms")
    around = surroundings(Epoch.from_iso("2024-04-06T06:24:00Z"), -3_600.0, 7_200.0, degree=4)
    shared = descent(around, ship, 345.0)
    r, v, tilt, u = 6_798e3, 7_657.0, np.deg2rad(51.6), np.deg2rad(-50.0)
    at = r * np.array([np.cos(u), np.sin(u) * np.cos(tilt), np.sin(u) * np.sin(tilt)])
    moving = v * np.array([-np.sin(u), np.cos(u) * np.cos(tilt), np.cos(u) * np.sin(tilt)])
    orbiting = State(jnp.zeros(()), jnp.asarray(at), jnp.asarray(moving), jnp.asarray([880.0]), jnp.asarray(5_737.0))
    program = planned_program(ship)
    log = eqx.filter_jit(fly)(shared, orbiting, program)
    way = way_down(shared, jax.tree.map(lambda a, b: jnp.concatenate([a, b]), log.entry, log.chutes))
    return way, State(log.entry.t_s[0], log.entry.r_gcrf[0], log.entry.v_gcrf[0], jnp.zeros(0), way.mass_kg), program


def landed(case: Dispersion, way: WayDown, start: State, program: BankProgram, aim: jax.Array, finer: int = 1) -> Any:
    """One guided descent: instant s and place m (itrf) of the landing."""
    truth = meeting(way, case)
    if aim is None:
        opened, _ = glide(truth, ballistic(program), displaced(truth, start), STEP_S / finer)
    else:
        opened, _, _ = guided_entry(truth, way, displaced(truth, start), program, aim, STEP_S / finer)
    down, _ = sunk(truth, opened, float(finer))
    return down.state.t_s, truth.ground_point_m(down.state)


def spread(one: Callable[..., Any], shared: Any) -> Callable[[Dispersion], Any]:
    """Batches over the devices of this machine, `LANES` at a time on each."""
    mesh = jax.sharding.Mesh(np.array(jax.local_devices()), ("case",))
    spec: Any = jax.sharding.PartitionSpec

    def part(cases: Dispersion, shared: Any) -> Any:
        return jax.lax.map(lambda case: one(case, *shared), cases, batch_size=LANES)

    inside = jax.shard_map(part, mesh=mesh, in_specs=(spec("case"), spec()), out_specs=spec("case"), check_vma=False)
    compiled = jax.jit(inside)

    def measured(cases: Dispersion) -> Any:
        start = time.perf_counter()
        lowered = compiled.lower(cases, shared)
        traced = time.perf_counter()
        program = lowered.compile()
        print(f"  tracing {traced - start:.1f} s, compiling {time.perf_counter() - traced:.1f} s")
        walls, cpus = [], []
        for _ in range(3):
            start, cpu = time.perf_counter(), time.process_time()
            found = jax.block_until_ready(program(cases, shared))
            walls.append(time.perf_counter() - start)
            cpus.append(time.process_time() - cpu)
        return found, min(walls), min(cpus)

    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2048)
    parser.add_argument("--scipy", type=int, default=4, help="descents SciPy flies")
    options = parser.parse_args()
    size = LANES * len(jax.local_devices())
    count = max(options.cases // size, 1) * size
    way, start, program = planned()
    cases = landing_draws(1, np.arange(float(count)))
    few = jax.tree.map(lambda x: x[:size], cases)
    aim = way.ground_point_m(jax.jit(glide)(way, program, start)[0].state)
    print(f"{len(jax.local_devices())} devices, load {os.getloadavg()[0]:.1f}, {count} cases")
    rates = {}
    for name, goal in GOALS.items():
        print(name)
        at = aim if name == "guided" else None
        (t_s, place), wall, cpu = spread(landed, (way, start, program, at))(cases)
        rates[name] = count / wall
        print(f"  {rates[name]:.0f} a second ({rates[name] / goal:.2f} of the goal), {count / cpu:.0f} a CPU second")
        fine = spread(lambda *x: landed(*x, FINE), (way, start, program, at))
        (fine_s, fine_place), _, _ = fine(few)
        off = np.linalg.norm(np.asarray(place)[:size] - np.asarray(fine_place), axis=1)
        late = np.abs(np.asarray(t_s)[:size] - np.asarray(fine_s))
        print(f"  against steps {FINE} times shorter: place median {np.median(off):.0f} m, 99 % "
              f"{np.percentile(off, 99):.0f} m; instant median {np.median(late):.2f} s, worst "
              f"{late.max():.2f} s")  # fmt: skip
        if name == "ballistic":
            against_scipy(options.scipy, way, start, cases, np.asarray(t_s), np.asarray(place), rates[name])
        else:
            predictions(way, start, program, rates[name])


def first(start: State) -> np.ndarray:
    return np.concatenate([np.asarray(start.r_gcrf), np.asarray(start.v_gcrf), [0.0, 0.0]])


def against_scipy(count: int, way: WayDown, start: State, cases: Dispersion, t_s: Any, place: Any, rate: float) -> None:
    off, late, took = [], [], []
    for k in range(count):
        truth = meeting(way, jax.tree.map(lambda x, k=k: x[k], cases))
        problem, at = Problem(truth), displaced(truth, start)
        began = time.process_time()
        entry = problem.entry(float(at.t_s), first(at), rtol=1e-6, atol=1e-3)
        fall = problem.parachutes(entry.t[-1], entry.y[:, -1], rtol=1e-6, atol=1e-3)
        took.append(time.process_time() - began)
        dcm = np.asarray(way.earth.dcm_itrf_from_gcrf(jnp.asarray(fall.t[-1])))
        off.append(np.linalg.norm(dcm @ fall.y[:3, -1] - place[k]))
        late.append(abs(fall.t[-1] - t_s[k]))
    cores = len(jax.local_devices())
    scipy = cores / np.mean(took)
    print(f"  solve_ivp on {cores} cores: {scipy:.1f} a second, ours {rate / scipy:.0f} times as many; "
          f"it lands {np.max(off):.0f} m and {np.max(late):.2f} s from ours at worst")  # fmt: skip


def predictions(way: WayDown, start: State, program: BankProgram, rate: float) -> None:
    problem, bank = Problem(way), float(program.bank_rad)
    began = time.process_time()
    entry = problem.entry(float(start.t_s), first(start), bank, rtol=1e-6, atol=1e-3, dense_output=True)
    corrections = 0
    for t_s in np.arange(entry.t[0], entry.t[-1], UPDATE_S):
        y = entry.sol(t_s)
        low = problem.height_up(y[:3])[0] < float(way.module.guidance_height_m)
        if low and np.linalg.norm(y[3:6]) > 800.0:
            corrections += 1
            for _ in range(4):
                problem.entry(t_s, y, bank, rtol=1e-6, atol=1e-3)
    fall = problem.parachutes(entry.t[-1], entry.y[:, -1], rtol=1e-6, atol=1e-3)
    cores = len(jax.local_devices())
    scipy = cores / (time.process_time() - began)
    print(f"  solve_ivp on {cores} cores, {corrections} corrections: {scipy:.2f} a second, "
          f"ours {rate / scipy:.0f} times as many; landing after {fall.t[-1] - entry.t[0]:.0f} s")  # fmt: skip


if __name__ == "__main__":
    main()

"""A ballistic entry keeps its books: energy lost is work of the air, heat load is Sutton and Graves' integral.

SciPy's solve_ivp integrates the same forces, written independently in NumPy (benchmarks/descent_scipy.py), with the
work of the air and the heat flux as two more states.
"""

import importlib.util
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya.dynamics.state import State
from zarya.dynamics.surroundings import surroundings
from zarya.flight.descent import descent, fly
from zarya.flight.descent.column import WayDown, way_down
from zarya.flight.descent.glide import Body, Endured, glide, sunk
from zarya.flight.descent.plan import planned_program
from zarya.gnc.entry import ballistic
from zarya.time import Epoch
from zarya.vehicles import catalog

GROUND_M = 345.0
PLAN = ballistic(planned_program(catalog.ship("soyuz-ms")))
FINE_S = 0.25


def problem(way: WayDown) -> Any:
    path = Path(__file__).parents[2] / "benchmarks" / "descent_scipy.py"
    spec = importlib.util.spec_from_file_location("descent_scipy", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Problem(way)


@pytest.fixture(scope="module")
def begun() -> tuple[WayDown, State]:
    """A spun-up module just separated, from a circular orbit of 420 km at 51.6 deg, in its own air."""
    around = surroundings(Epoch.from_iso("2024-04-06T06:24:00Z"), -3_600.0, 7_200.0, degree=4)
    shared = descent(around, catalog.ship("soyuz-ms"), GROUND_M)
    r, v, tilt, u = 6_798e3, 7_657.0, np.deg2rad(51.6), np.deg2rad(-50.0)
    at = r * np.array([np.cos(u), np.sin(u) * np.cos(tilt), np.sin(u) * np.sin(tilt)])
    moving = v * np.array([-np.sin(u), np.cos(u) * np.cos(tilt), np.cos(u) * np.sin(tilt)])
    ship = State(jnp.zeros(()), jnp.asarray(at), jnp.asarray(moving), jnp.asarray([880.0]), jnp.asarray(5_737.0))
    log = eqx.filter_jit(fly)(shared, ship, PLAN)
    way = way_down(shared, jax.tree.map(lambda a, b: jnp.concatenate([a, b]), log.entry, log.chutes))
    return way, State(log.entry.t_s[0], log.entry.r_gcrf[0], log.entry.v_gcrf[0], jnp.zeros(0), way.mass_kg)


@pytest.fixture(scope="module")
def ours(begun: tuple[WayDown, State]) -> tuple[Body, Endured, Body]:
    """At the parachute command, what was endured, and on the ground."""
    way, start = begun
    opened, harm = eqx.filter_jit(glide)(way, PLAN, start, FINE_S)
    return opened, harm, eqx.filter_jit(sunk)(way, opened, 8.0)[0]


@pytest.fixture(scope="module")
def theirs(begun: tuple[WayDown, State]) -> tuple[Any, Any]:
    way, start = begun
    first = np.concatenate([np.asarray(start.r_gcrf), np.asarray(start.v_gcrf), [0.0, 0.0]])
    entry = problem(way).entry(float(start.t_s), first, rtol=1e-8, atol=1e-4)
    fall = problem(way).parachutes(entry.t[-1], entry.y[:, -1], rtol=1e-7, atol=1e-4)
    return entry, fall


def test_energy_lost_is_the_work_of_the_air(
    begun: tuple[WayDown, State], ours: tuple[Body, Endured, Body], theirs: tuple[Any, Any]
) -> None:
    """Kinetic energy and that of the field (centre and J2) along our entry; the work is SciPy's. Measured: 1.5e-6."""
    way, start = begun
    potential = problem(way).potential

    def energy(state: State) -> float:
        r, v = np.asarray(state.r_gcrf), np.asarray(state.v_gcrf)
        return 0.5 * float(v @ v) + float(potential(r))

    work = float(theirs[0].y[7, -1])
    assert work < -2.9e7  # J/kg: all but a hundredth of the orbit's kinetic energy
    assert energy(ours[0].state) - energy(start) == pytest.approx(work, rel=1e-5)


def test_heat_load_is_the_integral_of_sutton_and_graves(
    ours: tuple[Body, Endured, Body], theirs: tuple[Any, Any]
) -> None:
    assert float(ours[1].heat_load_j_m2) == pytest.approx(float(theirs[0].y[6, -1]), rel=1e-3)


def test_the_two_ways_end_at_one_point(ours: tuple[Body, Endured, Body], theirs: tuple[Any, Any]) -> None:
    """Parachute command and landing, ours with short steps: 2 m and 0.01 s, 24 m and 0.1 s."""
    for body, way in zip((ours[0], ours[2]), theirs, strict=True):
        assert float(body.state.t_s) == pytest.approx(float(way.t[-1]), abs=0.2)
        assert np.linalg.norm(np.asarray(body.state.r_gcrf) - way.y[:3, -1]) < 100.0
        assert float(jnp.linalg.norm(body.state.v_gcrf)) == pytest.approx(np.linalg.norm(way.y[3:6, -1]), rel=1e-3)

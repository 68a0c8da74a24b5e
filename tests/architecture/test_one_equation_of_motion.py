"""There is one equation of motion: `dynamics.motion.derivative`, and everything that moves comes through it."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import pytest

import zarya
from zarya.constants import GM_EARTH_EGM2008_M3_S2
from zarya.dynamics import motion, picard, runge_kutta
from zarya.dynamics.loads import CentralGravity
from zarya.dynamics.state import Rate, State

SOURCE = Path(zarya.__file__).parent
INTEGRATORS = {
    "dynamics/runge_kutta.py",
    "dynamics/picard.py",
    "dynamics/station_path.py",  # accelerations at the nodes of the station's table
    "flight/descent/glide.py",  # the stiff fall under a parachute, implicit
    "gnc/rendezvous/reflown.py",  # plans flown again by another integrator
}
"""The only files that ask for the derivative."""
PHASES = ("ascent", "phasing", "approach", "departure", "descent", "abort")


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.Module, name: str) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
        for node in ast.walk(tree)
    )


def imported(tree: ast.Module) -> set[str]:
    return {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module} | {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }


def test_a_rate_is_made_in_one_place() -> None:
    assert [name for name, tree in modules() if calls(tree, "Rate")] == ["dynamics/motion.py"]


def test_derivative_is_defined_once_and_asked_by_integrators_alone() -> None:
    found = list(modules())
    defined = [
        name
        for name, tree in found
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "derivative"
    ]
    assert defined == ["dynamics/motion.py"]
    assert {name for name, tree in found if calls(tree, "derivative")} == INTEGRATORS


def test_nobody_brings_an_integrator_of_their_own() -> None:
    foreign = {"scipy.integrate", "diffrax", "jax.experimental.ode"}
    assert [name for name, tree in modules() if imported(tree) & foreign] == []


@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_moves_by_the_integrators(phase: str) -> None:
    """What a phase imports, followed through its own package and the guidance, reaches an integrator."""
    seen: set[str] = set()
    left = {f"zarya.flight.{phase}"}
    while left:
        name = left.pop()
        seen.add(name)
        path = SOURCE.joinpath(*name.split(".")[1:])
        files = [*path.glob("*.py")] if path.is_dir() else [path.with_suffix(".py")]
        for file in files:
            if file.exists():
                more = imported(ast.parse(file.read_text(encoding="utf-8")))
                left |= {one for one in more if one.startswith(("zarya.flight", "zarya.gnc", "zarya.dynamics"))} - seen
    assert seen & {"zarya.dynamics.runge_kutta", "zarya.dynamics.picard"}
    assert "zarya.dynamics.motion" in seen


@pytest.mark.parametrize("integrator", ["runge_kutta", "picard"])
def test_integrators_follow_whatever_the_equation_says(integrator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an equation that knows no force, a satellite flies straight on."""
    module = importlib.import_module(f"zarya.dynamics.{integrator}")
    assert module.derivative is motion.derivative

    def straight(t_s: jax.Array, state: State, loads: tuple[motion.Load, ...]) -> Rate:
        return Rate(state.v_gcrf, jnp.zeros(3), jnp.zeros_like(state.tank_kg))

    monkeypatch.setattr(module, "derivative", straight)
    gm = jnp.asarray(GM_EARTH_EGM2008_M3_S2)
    zero = jnp.asarray(0.0)
    loads = (CentralGravity(gm, jnp.asarray(6.4e6), zero, jnp.array([0.0, 0.0, 1.0]), jnp.zeros(3)),)
    start = State(zero, jnp.array([7.0e6, 0.0, 0.0]), jnp.array([0.0, 7.5e3, 0.0]), jnp.zeros(1), jnp.asarray(1.0e3))
    if integrator == "runge_kutta":
        end = eqx.filter_jit(lambda at: runge_kutta.run(at, jnp.asarray(100.0), 10, loads)[0])(start)
    else:
        end = eqx.filter_jit(lambda at: picard.arc(at, jnp.asarray(100.0), loads, gm, degree=10, sweeps=(4,))[0])(start)
    assert jnp.allclose(end.r_gcrf, start.r_gcrf + 100.0 * start.v_gcrf, atol=1e-6)
    assert jnp.allclose(end.v_gcrf, start.v_gcrf, atol=1e-9)

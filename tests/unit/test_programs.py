"""Programs kept on disk: found again, never stale, never trusted when damaged."""

import hashlib
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya import programs
from zarya.dynamics.state import State

traces: list[tuple[int, ...]] = []


def _sum(state: State, factor: jax.Array, *, power: int = 1) -> tuple[State, jax.Array, str]:
    traces.append(factor.shape)
    moved = State(state.t_s + 1.0, state.r_gcrf * factor, state.v_gcrf, state.tank_kg, state.inert_kg)
    return moved, jnp.sum(state.r_gcrf * factor) ** power, "done"


class Foreign(eqx.Module):
    """A class whose source is not zarya's."""

    x: jax.Array


def _foreign(one: Foreign) -> jax.Array:
    traces.append(one.x.shape)
    return one.x + 1.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(programs.store, "folder", tmp_path / "programs")
    monkeypatch.setattr(programs, "_OURS", (*programs._OURS, "test_programs", __name__.split(".")[0]))
    traces.clear()
    return tmp_path / "programs"


def _fresh(function: object) -> object:
    """The program as another process would have it: nothing in memory."""
    return programs._Program(function)  # type: ignore[arg-type]


STATE = State(jnp.asarray(0.0), jnp.arange(3.0), jnp.ones(3), jnp.ones(2), jnp.asarray(5.0))
TWO = jnp.asarray(2.0)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_the_second_process_traces_nothing_and_has_the_same_answer(folder: Path) -> None:
    first = _fresh(_sum)(STATE, TWO)  # type: ignore[operator]
    assert len(traces) == 1
    assert len(_files(folder)) == 1
    again = _fresh(_sum)(STATE, TWO)  # type: ignore[operator]
    assert len(traces) == 1
    assert isinstance(again[0], State)
    assert again[2] == "done"
    assert eqx.tree_equal(first, again)
    plain = eqx.filter_jit(_sum)(STATE, TWO)
    assert eqx.tree_equal(plain, again)


def test_another_shape_or_static_argument_is_another_program(folder: Path) -> None:
    run = _fresh(_sum)
    assert float(run(STATE, TWO)[1]) == 6.0  # type: ignore[operator]
    assert float(run(STATE, jnp.full(3, 2.0))[1]) == 6.0  # type: ignore[operator]
    assert float(run(STATE, TWO, power=2)[1]) == 36.0  # type: ignore[operator]
    assert len(_files(folder)) == 3
    assert float(run(STATE, jnp.asarray(3.0))[1]) == 9.0  # type: ignore[operator]
    assert len(traces) == 3


def test_other_source_or_versions_are_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fresh(_sum)(STATE, TWO)  # type: ignore[operator]
    monkeypatch.setattr(programs, "source_state", lambda: "another")
    _fresh(_sum)(STATE, TWO)  # type: ignore[operator]
    assert len(traces) == 2
    for number in range(6):
        monkeypatch.setattr(programs, "source_state", lambda number=number: f"state {number}")
        _fresh(_sum)(STATE, TWO)  # type: ignore[operator]
    assert len(list(folder.iterdir())) == programs.FOLDERS_KEPT


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "foreign"])
def test_a_damaged_file_is_traced_anew_and_replaced(folder: Path, damage: str) -> None:
    _fresh(_sum)(STATE, TWO)  # type: ignore[operator]
    (path,) = _files(folder)
    content = path.read_bytes()
    other = pickle.dumps("no program")
    path.write_bytes(
        {
            "empty": b"",
            "cut": content[:-100],
            "flipped": content[:-1] + bytes([content[-1] ^ 1]),
            "foreign": hashlib.sha256(other).digest() + other,
        }[damage]
    )
    assert float(_fresh(_sum)(STATE, TWO)[1]) == 6.0  # type: ignore[operator]
    assert len(traces) == 2
    assert float(_fresh(_sum)(STATE, TWO)[1]) == 6.0  # type: ignore[operator]
    assert len(traces) == 2


def test_inside_another_program_and_in_a_batch_it_is_traced(folder: Path) -> None:
    run = _fresh(_sum)
    many = jax.vmap(lambda x: run(STATE, x)[1])(jnp.arange(4.0))  # type: ignore[operator]
    np.testing.assert_array_equal(many, 3.0 * np.arange(4.0))
    assert not folder.exists()


def test_a_class_of_unknown_source_is_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_OURS", ("zarya", "jax", "builtins"))
    assert float(_fresh(_foreign)(Foreign(TWO))) == 3.0  # type: ignore[operator]
    assert _files(folder) == []


def test_a_folder_that_cannot_be_written_costs_only_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setattr(programs.store, "folder", blocked / "programs")
    assert float(_fresh(_sum)(STATE, TWO)[1]) == 6.0  # type: ignore[operator]


def test_a_fault_of_the_program_is_its_own(folder: Path) -> None:
    with pytest.raises(TypeError, match="incompatible shapes"):
        _fresh(_sum)(STATE, jnp.ones(4))  # type: ignore[operator]


def test_a_closure_is_refused() -> None:
    hidden = 3.0
    with pytest.raises(TypeError, match="closure"):
        programs.program(lambda x: x + hidden)


def test_another_process_finds_the_program(tmp_path: Path) -> None:
    code = (
        "import zarya, jax, jax.numpy as jnp\n"
        "from zarya import programs\n"
        "from zarya.orbits.mean import mean_from_osculating\n"
        "seen = []\n"
        "from jax import export; old = export.export\n"
        "export.export = lambda f: (seen.append(1), old(f))[1]\n"
        "mean = programs.program(mean_from_osculating)(jnp.array([6.8e6, 0.0, 1e3]), jnp.array([0.0, 4.8e3, 6e3]))\n"
        "print(len(seen), repr(float(mean.a_m)))\n"
    )
    env = {"ZARYA_CACHE": str(tmp_path), "PATH": "", "HOME": str(tmp_path)}
    said = [
        subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout.split()
        for _ in range(2)
    ]
    assert said[0][0] == "1"
    assert said[1][0] == "0"
    assert said[0][1] == said[1][1]

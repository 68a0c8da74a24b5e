"""Programs that are traced once per installation: their StableHLO is kept beside the compiled code.

JAX's cache on disk saves compiling. Tracing and lowering, half of a start, are saved here: the first call of a
`program` exports it (`jax.export`) into a file, and the next process reads that instead of running the Python
function. A file is found by what the function may depend on, so a stale one is never read; a damaged or foreign one is
traced anew and replaced.
"""

import hashlib
import inspect
import io
import os
import pickle
import shutil
import tempfile
import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import replace
from functools import cache, update_wrapper
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Final, cast

import equinox as eqx
import jax
import jaxlib.version
import numpy as np

FOLDERS_KEPT: Final = 4
"""Of so many states of the source the programs are kept; older ones are removed when a new one begins."""
_OURS: Final = ("zarya", "jax", "jaxlib", "numpy", "equinox", "builtins", "collections", "copyreg")
"""Packages whose classes a program may meet: their source or version is part of its name."""

type _Run = Callable[..., Any]


class _NotKeptError(Exception):
    """The arguments hold something whose source is not known here."""


_NOT_KEPT: Final = (
    _NotKeptError, pickle.PicklingError, AttributeError, TypeError, ValueError, OSError, NotImplementedError,
)  # fmt: skip
"""What says that a program cannot be named, exported or written; a fault of its own shows when it is then traced."""


class _Store:
    """Where programs are kept; `folder` None keeps none."""

    folder: Path | None

    def __init__(self) -> None:
        given = os.environ.get("JAX_COMPILATION_CACHE_DIR", "")
        is_local = given != "" and "://" not in given
        self.folder = Path(given) / "programs" if is_local else None


store: Final = _Store()


def program[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """`equinox.filter_jit` for the large programs of a flight, which the next process need not trace again.

    Parameters
    ----------
    function : of a module of zarya, without a closure: it depends on its arguments, the source and its data alone.
        Arrays are traced, everything else is static.

    **Model** called inside another program, with arrays on several devices, with a class from outside zarya in its
    arguments, or with no cache folder it is `filter_jit`, no more. Otherwise the exported program is looked up by
    the digest of zarya's source and data, the versions and settings of what traces it, the shapes of the arrays and
    the static arguments. Files are written whole or not at all, so processes may share them.
    **Ignores** functions of zarya that are replaced at run time: set `store.folder = None` then.
    """
    return cast("Callable[P, R]", _program_of(function))


@cache
def _program_of(function: Callable[..., Any]) -> "_Program":
    """One for a function, wherever it is asked for: it is read and loaded once."""
    return _Program(function)


class _Program:
    def __init__(self, function: Callable[..., Any]) -> None:
        inner = cast("FunctionType", inspect.unwrap(function))  # of what jax.vmap wraps
        if inner.__closure__:
            raise TypeError(f"{inner.__qualname__} has a closure: what it holds would not be part of its name")
        self._function = function
        self._traced = eqx.filter_jit(function)
        self._ready: dict[Hashable, _Run] = {}
        self._lock = threading.Lock()
        self._name = f"{inner.__module__}.{inner.__qualname__}:{inner.__code__.co_firstlineno}"
        update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        leaves, tree = jax.tree.flatten((args, kwargs))
        signature = None if store.folder is None else _signature(leaves, tree)
        if signature is None:
            return self._traced(*args, **kwargs)
        run = self._ready.get(signature)
        if run is None:
            with self._lock:
                run = self._ready.get(signature) or self._prepared(leaves, tree)
                self._ready[signature] = run
        return run(*args, **kwargs) if run is self._traced else run(leaves)

    def _prepared(self, leaves: list[Any], tree: Any) -> _Run:
        """The program read from the disk, or traced and written there."""
        is_array = [eqx.is_array(leaf) for leaf in leaves]
        try:
            path = _folder() / f"{self._function.__name__}-{_digest(self._name, leaves, is_array, tree)}"
            exported, form = _read(path) or self._exported(leaves, is_array, tree, path)
        except _NOT_KEPT:
            return self._traced

        def called(*arrays: Any) -> Any:
            return exported.call(*arrays)

        called.__name__ = self._function.__name__
        arrays = [leaf for leaf, is_one in zip(leaves, is_array, strict=True) if is_one]
        types = [jax.ShapeDtypeStruct(leaf.shape, leaf.dtype) for leaf in arrays]  # type: ignore[no-untyped-call]
        compiled = jax.jit(called).lower(*types).compile()  # once: weakly typed numbers are the same program

        def run(leaves: list[Any]) -> Any:
            found = compiled(*(leaf for leaf, is_one in zip(leaves, is_array, strict=True) if is_one))
            return _filled(form, found)

        return run

    def _exported(self, leaves: list[Any], is_array: list[bool], tree: Any, path: Path) -> tuple[Any, Any]:
        from jax import export

        form: list[Any] = []

        def flat(*arrays: Any) -> list[Any]:
            left = iter(arrays)
            whole = [next(left) if is_one else leaf for leaf, is_one in zip(leaves, is_array, strict=True)]
            args, kwargs = jax.tree.unflatten(tree, whole)
            dynamic, static = eqx.partition(self._function(*args, **kwargs), eqx.is_array)
            found, found_tree = jax.tree.flatten(dynamic)
            form[:] = [(jax.tree.unflatten(found_tree, list(range(len(found)))), static)]
            return found

        flat.__name__ = self._function.__name__
        arrays = [leaf for leaf, is_one in zip(leaves, is_array, strict=True) if is_one]
        exported = export.export(jax.jit(flat))(*arrays)
        exported = replace(exported, _get_vjp=None)
        with suppress(OSError, pickle.PicklingError, AttributeError, TypeError):
            _write(path, pickle.dumps((exported, form[0])))
        return exported, form[0]


def _filled(form: Any, found: list[Any]) -> Any:
    """The result with its arrays in place of their numbers."""
    numbers, static = form
    dynamic = jax.tree.map(lambda number: found[number], numbers)
    return eqx.combine(dynamic, static)


def _signature(leaves: list[Any], tree: Any) -> Hashable | None:
    """What distinguishes one program of a function from another in this process; None where it cannot be kept."""
    if jax.config.jax_default_device is not None or jax.config.jax_disable_jit:
        return None
    rows: list[Hashable] = [tree]
    here = {jax.devices()[0]}
    for leaf in leaves:
        if isinstance(leaf, jax.core.Tracer):
            return None
        if isinstance(leaf, jax.Array) and leaf.sharding.device_set != here:
            return None
        if eqx.is_array(leaf):
            rows.append(_type(leaf))
        else:
            rows.append((type(leaf), leaf))
    signature = tuple(rows)
    try:
        hash(signature)
    except TypeError:
        return None
    return signature


def _type(leaf: Any) -> tuple[tuple[int, ...], Any]:
    return leaf.shape, leaf.dtype


def _digest(name: str, leaves: list[Any], is_array: list[bool], tree: Any) -> str:
    """Name of the file: function, shapes of the arrays, static arguments and the classes that hold them."""
    rows = [(leaf.shape, str(leaf.dtype)) if is_one else leaf for leaf, is_one in zip(leaves, is_array, strict=True)]
    form = jax.tree.unflatten(tree, range(len(leaves)))
    buffer = io.BytesIO()
    _KnownOnly(buffer).dump((name, rows, form))
    return hashlib.sha256(buffer.getvalue()).hexdigest()[:32]


class _KnownOnly(pickle.Pickler):
    """Refuses what comes from a package whose source is not part of the name."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, type) or callable(obj) or isinstance(obj, ModuleType):
            module = getattr(obj, "__module__", None) or type(obj).__module__
            if module.split(".")[0] not in _OURS:
                raise _NotKeptError
        return NotImplemented


def _folder() -> Path:
    """Of the programs of this source with these versions; older ones than the last few are removed."""
    assert store.folder is not None
    folder = store.folder / source_state()
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):
            others = sorted(store.folder.iterdir(), key=lambda item: item.stat().st_mtime, reverse=True)
            for old in others[FOLDERS_KEPT:]:
                shutil.rmtree(old, ignore_errors=True)
    return folder


@cache
def source_state() -> str:
    """Digest of everything a traced program depends on beside its arguments."""
    total = hashlib.sha256()
    for part in (
        jax.__version__, jaxlib.version.__version__, eqx.__version__, np.__version__, jax.default_backend(),
        jax.config.jax_enable_x64, jax.config.jax_default_matmul_precision, jax.config.jax_numpy_dtype_promotion,
    ):  # fmt: skip
        total.update(repr(part).encode())
    root = Path(__file__).parent
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".npz", ".toml", ".csv", ".json"):
            total.update(str(path.relative_to(root)).encode())
            total.update(path.read_bytes())
    return total.hexdigest()[:32]


def _read(path: Path) -> tuple[Any, Any] | None:
    """What a file holds; None where there is none or it is damaged."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(content[32:]).digest() != content[:32]:
        return None
    try:
        exported, form = pickle.loads(content[32:])
    except Exception:  # whatever a foreign pickle raises, the program is traced anew
        return None
    return exported, form


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).digest() + content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

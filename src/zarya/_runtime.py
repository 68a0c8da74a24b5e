"""Settings of the JAX runtime, made once when zarya is imported and before JAX starts."""

import os
import sys
from pathlib import Path


def configure() -> None:
    """Float64, one CPU device per core (a batch is sharded over them), and a compile cache on disk.

    A value already in the environment wins. `ZARYA_CACHE` names the cache folder; empty turns it off.
    """
    os.environ.setdefault("JAX_ENABLE_X64", "1")
    if "jax" in sys.modules and os.environ["JAX_ENABLE_X64"] == "1":  # imported before us: it read no variable of ours
        sys.modules["jax"].config.update("jax_enable_x64", True)
    flags = os.environ.get("XLA_FLAGS", "")
    if "xla_force_host_platform_device_count" not in flags:
        cores = os.cpu_count() or 1
        os.environ["XLA_FLAGS"] = f"{flags} --xla_force_host_platform_device_count={cores}".strip()
    folder = os.environ.get("ZARYA_CACHE", str(_cache_home() / "zarya" / "xla"))
    if folder:
        os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", folder)
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")


def _cache_home() -> Path:
    given = os.environ.get("XDG_CACHE_HOME")
    return Path(given) if given else Path.home() / ".cache"

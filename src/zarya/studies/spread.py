"""A batch spread over the devices: the cores of a CPU, or the cards of a machine."""

from collections.abc import Callable
from typing import Any, Final

import equinox as eqx
import jax
import numpy as np

_EACH: Final = jax.sharding.PartitionSpec("case")  # type: ignore[no-untyped-call]
_ALL: Final = jax.sharding.PartitionSpec()  # type: ignore[no-untyped-call]


def on_all_devices[T](shared: T) -> T:
    """A pytree with its arrays on every device: what comes out of another program may lie on one of them alone."""
    everywhere = jax.sharding.NamedSharding(_mesh(), _ALL)
    arrays, static = eqx.partition(shared, eqx.is_array)
    placed: T = eqx.combine(jax.device_put(arrays, everywhere), static)
    return placed


def over_devices(fly: Callable[[Any, Any], dict[str, Any]], shared: Any, cases: Any) -> dict[str, Any]:
    """`fly(shared, cases)` with a share of the cases on each device and what they share on all.

    Parameters
    ----------
    fly : flies the cases of one device. shared : what every case reads, from `on_all_devices`. cases : a pytree with a
    leading axis (case,), a multiple of the number of devices.

    Called inside a compiled function.
    """
    arrays, static = eqx.partition(shared, eqx.is_array)

    def part(arrays: Any, cases: Any) -> dict[str, Any]:
        return fly(eqx.combine(arrays, static), cases)

    spread = jax.shard_map(part, mesh=_mesh(), in_specs=(_ALL, _EACH), out_specs=_EACH, check_vma=False)
    found: dict[str, Any] = spread(arrays, cases)
    return found


def _mesh() -> jax.sharding.Mesh:
    return jax.sharding.Mesh(np.array(jax.local_devices()), ("case",))

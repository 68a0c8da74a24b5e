"""A batch spread over the devices: the cores of a CPU, or the cards of a machine."""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import numpy as np


def over_devices(fly: Callable[[Any, Any], dict[str, Any]], shared: Any, cases: Any) -> dict[str, Any]:
    """`fly(shared, cases)` with a share of the cases on each device and what they share on all.

    Parameters
    ----------
    fly : flies the cases of one device. shared : what every case reads. cases : a pytree with a leading axis (case,), a
    multiple of the number of devices.

    Called inside a compiled function.
    """
    arrays, static = eqx.partition(shared, eqx.is_array)
    mesh = jax.sharding.Mesh(np.array(jax.local_devices()), ("case",))
    spec: Any = jax.sharding.PartitionSpec
    here, everywhere = spec("case"), spec()

    def part(arrays: Any, cases: Any) -> dict[str, Any]:
        return fly(eqx.combine(arrays, static), cases)

    spread = jax.shard_map(part, mesh=mesh, in_specs=(everywhere, here), out_specs=here, check_vma=False)
    found: dict[str, Any] = spread(arrays, cases)
    return found

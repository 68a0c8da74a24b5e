"""A batch over the devices: as without, in order, wherever its arrays lay before."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from zarya.studies.spread import on_all_devices, over_devices


def _squared(shared, cases):
    return {"value": jax.vmap(lambda x: shared["offset"] + x**2)(cases), "name": cases * 0.0 + len(shared["name"])}


def test_what_lies_on_one_device_alone_is_spread_too():
    """Programs that were kept on disk leave their results committed to the first device."""
    offset = jax.device_put(jnp.asarray(3.0), jax.local_devices()[0])
    shared = on_all_devices({"offset": offset, "name": "abc"})
    assert shared["name"] == "abc"
    cases = jnp.arange(4.0 * len(jax.local_devices()))
    found = eqx.filter_jit(lambda shared, cases: over_devices(_squared, shared, cases))(shared, cases)
    np.testing.assert_array_equal(found["value"], 3.0 + np.arange(cases.size) ** 2)
    assert set(np.asarray(found["name"]).tolist()) == {3.0}

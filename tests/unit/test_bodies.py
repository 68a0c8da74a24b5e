import jax
import jax.numpy as jnp
import numpy as np

from zarya.bodies import ephemeris, positions_gcrf
from zarya.time import Epoch


def test_tables_follow_de421(epoch: Epoch) -> None:
    table = ephemeris(epoch, 0.0, 3 * 86400.0)
    t = np.linspace(0.0, 3 * 86400.0, 301)
    sun, moon = positions_gcrf(epoch, t)
    assert np.abs(np.asarray(jax.vmap(table.sun)(jnp.asarray(t))) - sun).max() < 1.0e3
    assert np.abs(np.asarray(jax.vmap(table.moon)(jnp.asarray(t))) - moon).max() < 10.0

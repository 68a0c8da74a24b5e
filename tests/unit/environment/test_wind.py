import jax.numpy as jnp
import numpy as np

from zarya.environment.wind import WindProfile, calm


def test_linear_between_levels_and_constant_outside() -> None:
    wind = WindProfile(jnp.array([0.0, 1_000.0, 3_000.0]), jnp.array([2.0, 4.0, 10.0]), jnp.array([0.0, -1.0, 1.0]))
    np.testing.assert_allclose(wind.velocity_enu(jnp.asarray(2_000.0)), [7.0, 0.0, 0.0])
    np.testing.assert_allclose(wind.velocity_enu(jnp.asarray(-50.0)), [2.0, 0.0, 0.0])
    np.testing.assert_allclose(wind.velocity_enu(jnp.asarray(9_000.0)), [10.0, 1.0, 0.0])


def test_calm() -> None:
    np.testing.assert_array_equal(calm().velocity_enu(jnp.asarray(12_000.0)), np.zeros(3))

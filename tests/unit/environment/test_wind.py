import jax.numpy as jnp
import numpy as np

from zarya.environment.wind import WindProfile, WindTable, calm


def test_linear_between_levels_and_constant_outside() -> None:
    wind = WindProfile(jnp.array([0.0, 1_000.0, 3_000.0]), jnp.array([2.0, 4.0, 10.0]), jnp.array([0.0, -1.0, 1.0]))
    np.testing.assert_allclose(wind.velocity_enu(jnp.asarray(2_000.0)), [7.0, 0.0, 0.0])
    np.testing.assert_allclose(wind.velocity_enu(jnp.asarray(-50.0)), [2.0, 0.0, 0.0])
    np.testing.assert_allclose(wind.velocity_enu(jnp.asarray(9_000.0)), [10.0, 1.0, 0.0])


def test_calm() -> None:
    np.testing.assert_array_equal(calm().velocity_enu(jnp.asarray(12_000.0)), np.zeros(3))


def test_a_table_is_linear_in_time_and_height_and_held_beyond_its_ends() -> None:
    rows = jnp.array([[[0.0, 1.0], [4.0, 3.0]], [[2.0, 1.0], [6.0, 7.0]], [[2.0, 1.0], [6.0, 7.0]]])
    wind = WindTable(jnp.asarray(100.0), jnp.asarray(10.0), jnp.asarray(500.0), rows)
    for t_s, height_m, east_north in (
        (100.0, 0.0, [0.0, 1.0]),
        (105.0, 250.0, [3.0, 3.0]),
        (0.0, -30.0, [0.0, 1.0]),
        (500.0, 9_000.0, [6.0, 7.0]),
        (110.0, 500.0, [6.0, 7.0]),
    ):
        np.testing.assert_allclose(wind.at(jnp.asarray(t_s), jnp.asarray(height_m)), [*east_north, 0.0])


def test_the_profile_of_an_instant() -> None:
    rows = jnp.array([[[0.0, 1.0], [4.0, 3.0]], [[2.0, 1.0], [6.0, 7.0]]])
    wind = WindTable(jnp.asarray(0.0), jnp.asarray(10.0), jnp.asarray(500.0), rows)
    profile = wind.profile(5.0)
    for height_m in (0.0, 130.0, 500.0):
        there = jnp.asarray(height_m)
        np.testing.assert_allclose(profile.velocity_enu(there), wind.at(jnp.asarray(5.0), there))
    assert profile.profile(5.0) is profile

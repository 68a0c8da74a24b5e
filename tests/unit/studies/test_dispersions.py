import jax
import numpy as np

from zarya.studies.dispersions import ascent_dispersions, one_sigma, phasing_errors
from zarya.vehicles import catalog


def test_a_case_keeps_its_numbers_whatever_the_batch() -> None:
    launcher = catalog.launcher("soyuz-2.1a").for_ship("soyuz-ms")
    many, few = (ascent_dispersions(launcher, 7, np.array(cases)) for cases in ([0.0, 1.0, 2.0, 3.0], [3.0, 1.0]))
    for a, b in zip(jax.tree.leaves(many), jax.tree.leaves(few), strict=True):
        np.testing.assert_array_equal(np.asarray(a)[[3, 1]], np.asarray(b))
    other = ascent_dispersions(launcher, 8, np.array([3.0, 1.0]))
    assert not np.array_equal(np.asarray(other.thrust), np.asarray(few.thrust))


def test_draws_have_the_spread_of_the_table() -> None:
    errors = phasing_errors(6, 1, np.arange(2000.0))
    assert abs(np.std(np.asarray(errors.magnitude)) / (one_sigma("burn_magnitude") / 100.0) - 1.0) < 0.03
    along = np.std(np.asarray(errors.navigation)[:, 0, 0])
    expected = np.hypot(one_sigma("ship_navigation_position"), one_sigma("station_along_track"))
    assert abs(along / expected - 1.0) < 0.06  # 2,000 draws: 1.6 % is one sigma

from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest

from zarya.constants import AU_M, GM_MOON_M3_S2, GM_SUN_M3_S2
from zarya.environment.third_body import third_body_acceleration


def exact(gm: float, r: np.ndarray, s: np.ndarray) -> np.ndarray:
    """The plain difference, squares exact and the rest in extended precision."""

    def pull(vector: list[Fraction]) -> list[np.longdouble]:
        squared = sum((x * x for x in vector), Fraction(0))
        root = np.sqrt(np.longdouble(squared.numerator) / np.longdouble(squared.denominator))
        return [np.longdouble(gm) * np.longdouble(float(x)) / root**3 for x in vector]

    place, body = ([Fraction(float(x)) for x in vector] for vector in (r, s))
    to_body = [b - p for b, p in zip(body, place, strict=True)]
    return np.array([float(a - b) for a, b in zip(pull(to_body), pull(body), strict=True)])


@pytest.mark.parametrize(
    ("gm", "body", "rtol"),
    [
        (GM_SUN_M3_S2, AU_M * np.array([0.6, -0.74, 0.31]), 2e-13),
        (GM_MOON_M3_S2, np.array([-2.1e8, 2.9e8, 1.3e8]), 2e-15),
    ],
)
def test_difference_of_pulls(gm: float, body: np.ndarray, rtol: float) -> None:
    place = np.array([4_131_077.0, -3_020_553.0, 4_411_190.0])
    difference = exact(gm, place, body)
    tidal = np.asarray(third_body_acceleration(gm, jnp.asarray(place), jnp.asarray(body)))
    np.testing.assert_allclose(tidal, difference, rtol=0, atol=np.linalg.norm(difference) * rtol * 10)


def test_towards_the_body_it_pulls_twice_as_hard_as_it_squeezes() -> None:
    body = np.array([0.0, 0.0, AU_M])
    r = 6.8e6
    along = third_body_acceleration(GM_SUN_M3_S2, jnp.array([0.0, 0.0, r]), jnp.asarray(body))
    aside = third_body_acceleration(GM_SUN_M3_S2, jnp.array([r, 0.0, 0.0]), jnp.asarray(body))
    assert float(along[2]) == pytest.approx(2.0 * GM_SUN_M3_S2 * r / AU_M**3, rel=2e-4)
    assert float(aside[0]) == pytest.approx(-GM_SUN_M3_S2 * r / AU_M**3, rel=1e-8)


def test_no_tide_at_the_centre() -> None:
    np.testing.assert_array_equal(
        third_body_acceleration(GM_SUN_M3_S2, jnp.zeros(3), jnp.array([AU_M, 0.0, 0.0])), np.zeros(3)
    )

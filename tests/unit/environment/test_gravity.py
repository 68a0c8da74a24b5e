"""The field against a sum written another way, and against laws."""

import math
from importlib.resources import as_file, files

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import satkit

from zarya.constants import GM_EARTH_EGM2008_M3_S2, J2_EGM2008, RADIUS_EARTH_EGM2008_M
from zarya.environment.gravity import (
    MAX_DEGREE,
    acceleration_itrf,
    central_j2_acceleration,
    gravity_field,
    load_gravity,
)
from zarya.errors import CoverageError, InputError

PLACES = np.array(
    [
        [4.2e6, -3.1e6, 4.4e6],
        [-6.6e6, 1.5e6, 2.0e5],
        [1.0e-3, 2.0e-3, 6.7e6],  # a millimetre beside the pole
        [2.0e5, -1.0e5, -6.7e6],
        [7.0e6, 0.0, 0.0],
    ]
)


def coefficients(degree: int) -> tuple[np.ndarray, np.ndarray]:
    c, s = np.zeros((MAX_DEGREE + 1,) * 2), np.zeros((MAX_DEGREE + 1,) * 2)
    with as_file(files("zarya.environment") / "data" / "egm2008_120.npz") as path, np.load(path) as data:
        lower = np.tril_indices(MAX_DEGREE + 1)
        c[lower], s[lower] = data["c"], data["s"]
    return c[: degree + 1, : degree + 1], s[: degree + 1, : degree + 1]


def potential(r_itrf: np.ndarray, c: np.ndarray, s: np.ndarray) -> np.longdouble:
    """Potential in extended precision, from latitude and longitude: the textbook sum, column by column."""
    long = np.longdouble
    x, y, z = (long(value) for value in r_itrf)
    r = np.sqrt(x * x + y * y + z * z)
    t, u = z / r, np.hypot(x, y) / r
    longitude = np.arctan2(y, x)
    total = long(0)
    sectoral = long(1)
    for m in range(c.shape[0]):
        if m > 0:
            sectoral *= u * np.sqrt(long(3) if m == 1 else long(2 * m + 1) / long(2 * m))
        below, here = long(0), sectoral
        cosine, sine = np.cos(m * longitude), np.sin(m * longitude)
        for n in range(m, c.shape[0]):
            if n > m:
                a = np.sqrt(long((2 * n - 1) * (2 * n + 1)) / long((n - m) * (n + m)))
                b = np.sqrt(long((2 * n + 1) * (n + m - 1) * (n - m - 1)) / long((n - m) * (n + m) * max(2 * n - 3, 1)))
                below, here = here, a * t * here - b * below
            total += (long(RADIUS_EARTH_EGM2008_M) / r) ** n * here * (c[n, m] * cosine + s[n, m] * sine)
    return long(GM_EARTH_EGM2008_M3_S2) / r * total


def slope(r_itrf: np.ndarray, c: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Gradient by sixth-order central differences of the extended sum."""
    step = np.longdouble(400.0)
    weights = ((1, 45.0), (2, -9.0), (3, 1.0))
    gradient = []
    for axis in np.eye(3):
        parts = [
            np.longdouble(w) * (potential(r_itrf + k * step * axis, c, s) - potential(r_itrf - k * step * axis, c, s))
            for k, w in weights
        ]
        gradient.append(float(sum(parts) / (60 * step)))
    return np.array(gradient)


@pytest.mark.parametrize("degree", [2, 20, 70])
def test_acceleration_is_the_slope_of_the_potential(degree: int) -> None:
    c, s = coefficients(degree)
    field = load_gravity("egm2008", degree)
    nanometre_s2 = 1e-9
    for place in PLACES[: 5 if degree < 70 else 3]:
        np.testing.assert_allclose(
            acceleration_itrf(field, jnp.asarray(place)), slope(place, c, s), rtol=0, atol=0.02 * nanometre_s2
        )


def test_field_is_free_of_divergence_and_curl_at_full_degree() -> None:
    field = load_gravity("egm2008", MAX_DEGREE)
    tensor = np.asarray(jax.jit(jax.vmap(jax.jacfwd(lambda r: acceleration_itrf(field, r))))(jnp.asarray(PLACES)))
    size = np.abs(tensor).max()
    np.testing.assert_allclose(np.trace(tensor, axis1=1, axis2=2), 0.0, atol=1e-13 * size)
    np.testing.assert_allclose(tensor, np.swapaxes(tensor, 1, 2), atol=1e-13 * size)


def test_nothing_jumps_at_the_pole() -> None:
    field = load_gravity("egm2008", 50)
    pole = np.array([0.0, 0.0, -6.75e6])
    at_pole = np.asarray(acceleration_itrf(field, jnp.asarray(pole)))
    for angle in np.linspace(0.0, 2.0 * math.pi, 5):
        aside = pole + 1e-3 * np.array([math.cos(angle), math.sin(angle), 0.0])
        np.testing.assert_allclose(acceleration_itrf(field, jnp.asarray(aside)), at_pole, rtol=0, atol=1e-8)


def test_degree_two_zonal_is_the_closed_form_of_j2() -> None:
    c = np.zeros((3, 3))
    c[0, 0], c[2, 0] = 1.0, -J2_EGM2008 / math.sqrt(5.0)
    field = gravity_field(GM_EARTH_EGM2008_M3_S2, RADIUS_EARTH_EGM2008_M, c, np.zeros((3, 3)))
    assert float(field.j2) == pytest.approx(J2_EGM2008, rel=1e-14)
    for place in PLACES:
        closed = central_j2_acceleration(
            field.gm_m3_s2, field.radius_m, field.j2, jnp.asarray(place), jnp.array([0.0, 0.0, 1.0])
        )
        np.testing.assert_allclose(acceleration_itrf(field, jnp.asarray(place)), closed, rtol=1e-14, atol=1e-14)


def test_j2_of_the_field_is_the_constant() -> None:
    assert float(load_gravity("egm2008", 20).j2) == pytest.approx(J2_EGM2008, rel=1e-12)
    assert float(load_gravity("egm2008", 0).j2) == 0.0
    assert load_gravity("egm2008", 33).degree == 33


def test_central_field_is_newtons() -> None:
    place = jnp.asarray(PLACES[0])
    newton = -GM_EARTH_EGM2008_M3_S2 * PLACES[0] / np.linalg.norm(PLACES[0]) ** 3
    np.testing.assert_allclose(acceleration_itrf(load_gravity("egm2008", 0), place), newton, rtol=1e-15)


def test_what_is_not_shipped_is_refused() -> None:
    with pytest.raises(CoverageError):
        load_gravity("egm2008", 121)
    with pytest.raises(InputError):
        load_gravity("egm96", 20)


@pytest.mark.parametrize("degree", [20, 70])
def test_satkit_computes_the_same(degree: int) -> None:
    """Another programme, with EGM2008 from another file (GM and radius included)."""
    field = load_gravity("egm2008", degree)
    for place in PLACES[[0, 1, 3, 4]]:
        theirs = satkit.gravity(place, model=satkit.gravmodel.egm2008, degree=degree, order=degree)
        np.testing.assert_allclose(acceleration_itrf(field, jnp.asarray(place)), theirs, rtol=0, atol=1e-13)

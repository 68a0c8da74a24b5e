"""Mean elements stay put while the osculating ones swing by kilometres."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from zarya.constants import GM_EARTH_EGM2008_M3_S2 as GM
from zarya.constants import J2_EGM2008 as J2
from zarya.constants import RADIUS_EARTH_EGM2008_M as RADIUS
from zarya.orbits import mean
from zarya.orbits.elements import Keplerian, cartesian_from_keplerian

MILLIMETRE = 1.0e-3
DAY = 86_400.0


def j2_motion(_t: float, y: np.ndarray) -> np.ndarray:
    r = y[:3]
    d = np.sqrt(r @ r)
    z2 = (r[2] / d) ** 2
    factor = -1.5 * J2 * GM * RADIUS**2 / d**5
    return np.r_[y[3:], -GM * r / d**3 + factor * r * np.array([1 - 5 * z2, 1 - 5 * z2, 3 - 5 * z2])]


@pytest.fixture(scope="module", params=[(221e3, 21.0 / 6599.0), (418e3, 0.0005)], ids=["200x242km", "418km"])
def day(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray, mean.MeanElements]:
    height, e = request.param
    orbit = Keplerian(*(jnp.asarray(x) for x in (RADIUS + height, e, np.radians(51.65), 1.0, 2.0, 0.3)))
    r, v = cartesian_from_keplerian(orbit, GM)
    t = np.linspace(0.0, DAY, 400)
    y = solve_ivp(j2_motion, (0, DAY), np.r_[r, v], t_eval=t, method="DOP853", rtol=1e-12, atol=1e-6).y.T
    found = jax.jit(jax.vmap(lambda y: mean.mean_from_osculating(y[:3], y[3:])))(jnp.asarray(y))
    return t, y, found


def test_mean_elements_are_constant(day: tuple[np.ndarray, np.ndarray, mean.MeanElements]) -> None:
    _, y, z = day
    osculating = 1.0 / (2.0 / np.linalg.norm(y[:, :3], axis=1) - np.sum(y[:, 3:] ** 2, axis=1) / GM)
    assert np.ptp(osculating) > 10e3  # what the theory has to take away
    assert np.ptp(z.a_m) < MILLIMETRE
    assert np.ptp(z.i_rad) < 1e-8
    assert np.ptp(np.hypot(z.ex, z.ey)) < 3e-6


def test_node_and_phase_are_straight_lines_with_the_secular_rates(
    day: tuple[np.ndarray, np.ndarray, mean.MeanElements],
) -> None:
    t, _, z = day
    rates = mean.j2_secular_rates(z.a_m[0], jnp.hypot(z.ex[0], z.ey[0]), z.i_rad[0])
    for angle, rate in ((z.raan_rad, rates.raan_rad_s), (z.u_rad, rates.u_rad_s)):
        unwrapped = np.unwrap(np.asarray(angle))
        slope, offset = np.polyfit(t, unwrapped, 1)
        assert np.degrees(np.abs(unwrapped - slope * t - offset).max()) < 1e-4
        assert abs(np.degrees(slope - float(rate)) * DAY) < 3e-5  # deg per day
    turned = np.unwrap(np.arctan2(z.ey, z.ex))
    assert np.polyfit(t, turned, 1)[0] == pytest.approx(float(rates.argp_rad_s), rel=2e-3)


def test_node_rate_is_the_textbook_one_to_first_order() -> None:
    a, e, i = 6.8e6, 0.001, 0.9
    n, p = np.sqrt(GM / a**3), a * (1 - e * e)
    rates = mean.j2_secular_rates(jnp.asarray(a), jnp.asarray(e), jnp.asarray(i))
    first = -1.5 * n * J2 * (RADIUS / p) ** 2 * np.cos(i)
    assert float(rates.raan_rad_s) == pytest.approx(first, rel=2e-3)  # J2 squared
    weak = mean.Oblateness(jnp.asarray(GM), jnp.asarray(RADIUS), jnp.asarray(J2 * 1e-6))
    scaled = mean.j2_secular_rates(jnp.asarray(a), jnp.asarray(e), jnp.asarray(i), weak)
    assert float(scaled.raan_rad_s) * 1e6 == pytest.approx(first, rel=1e-8)
    argp = 0.75 * n * J2 * (RADIUS / p) ** 2 * (5 * np.cos(i) ** 2 - 1)
    assert float(scaled.argp_rad_s) * 1e6 == pytest.approx(argp, rel=1e-6)


def test_inverse_returns_the_state(day: tuple[np.ndarray, np.ndarray, mean.MeanElements]) -> None:
    _, y, z = day
    r, v = jax.jit(jax.vmap(mean.osculating_from_mean))(z)
    assert np.abs(np.asarray(r) - y[:, :3]).max() < 1e-6
    assert np.abs(np.asarray(v) - y[:, 3:]).max() < 1e-9


def test_mean_after_predicts_a_day(day: tuple[np.ndarray, np.ndarray, mean.MeanElements]) -> None:
    _, y, z = day
    start = jax.tree.map(lambda x: x[0], z)
    r, _ = mean.osculating_from_mean(mean.mean_after(start, DAY))
    assert np.linalg.norm(np.asarray(r) - y[-1, :3]) < 30.0  # metres after sixteen revolutions

"""Printed tables of the standard, and its laws."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya.environment.atmosphere.us76 import us76

TABLE = (
    # geometric m, K, Pa, kg/m3, m/s: US76 (NOAA-S/T 76-1562), tables I and III
    (-1_000.0, 294.651, 1.1393e5, 1.3470, 344.11),
    (0.0, 288.150, 1.01325e5, 1.2250, 340.29),
    (1_000.0, 281.651, 8.9876e4, 1.1117, 336.43),
    (5_000.0, 255.676, 5.4048e4, 7.3643e-1, 320.55),
    (10_000.0, 223.252, 2.6500e4, 4.1351e-1, 299.53),
    (15_000.0, 216.650, 1.2111e4, 1.9476e-1, 295.07),
    (20_000.0, 216.650, 5.5293e3, 8.8910e-2, 295.07),
    (30_000.0, 226.509, 1.1970e3, 1.8410e-2, 301.71),
    (40_000.0, 250.350, 2.8714e2, 3.9957e-3, 317.19),
    (50_000.0, 270.650, 7.9779e1, 1.0269e-3, 329.80),
    (60_000.0, 247.021, 2.1958e1, 3.0968e-4, 315.07),
    (70_000.0, 219.585, 5.2209e0, 8.2829e-5, 297.06),
    (80_000.0, 198.639, 1.0524e0, 1.8458e-5, 282.54),
    (86_000.0, 186.87, 3.7338e-1, 6.958e-6, None),
)
LAST_DIGIT = 1.2e-4
"""The tables print five digits; the constants behind them agree to a unit of the last."""


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0] / 1e3:g} km")
def test_printed_table(row: tuple[float | None, ...]) -> None:
    height, temperature, pressure, density, sound = row
    air = us76(jnp.asarray(height))
    assert float(air.temperature_k) == pytest.approx(temperature, abs=0.006)
    assert float(air.pressure_pa) == pytest.approx(pressure, rel=LAST_DIGIT)
    assert float(air.density_kg_m3) == pytest.approx(density, rel=LAST_DIGIT)
    if sound is not None:
        assert float(air.sound_speed_m_s) == pytest.approx(sound, abs=0.006)


def test_air_is_hydrostatic_and_unbroken() -> None:
    height = jnp.linspace(-4_000.0, 90_000.0, 9_401)
    air = jax.vmap(us76)(height)
    gravity = 9.80665 * (6_356_766.0 / (6_356_766.0 + height)) ** 2
    slope = jax.vmap(jax.grad(lambda h: us76(h).pressure_pa))(height)
    np.testing.assert_allclose(slope, -air.density_kg_m3 * gravity, rtol=1e-12)
    steps = np.diff(np.log(np.asarray(air.density_kg_m3)))
    assert np.all(steps < 0.0)
    assert np.abs(np.diff(steps)).max() < 4e-4  # no jump at a layer, only the change of slope

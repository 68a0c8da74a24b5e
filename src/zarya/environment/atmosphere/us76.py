"""U.S. Standard Atmosphere 1976, for compiled code."""

from typing import Final

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from zarya.arrays import Scalar, traced_once
from zarya.constants import STANDARD_GRAVITY_M_S2

EARTH_RADIUS_M: Final = 6_356_766.0
"""Effective radius of the standard. Source: US76, table 2, r0."""
GAS_CONSTANT_J_KG_K: Final = 8_314.32 / 28.9644
"""R* over the molar mass at sea level. Source: US76, table 2 and table 3."""
HEAT_RATIO: Final = 1.4
"""Source: US76, table 2, gamma."""
SEA_LEVEL_PRESSURE_PA: Final = 101_325.0
SEA_LEVEL_TEMPERATURE_K: Final = 288.15
BASE_M: Final = (0.0, 11_000.0, 20_000.0, 32_000.0, 47_000.0, 51_000.0, 71_000.0, 84_852.0)
"""Geopotential heights of the layers; the last is 86 km geometric. Source: US76, table 4."""
LAPSE_K_M: Final = (-6.5e-3, 0.0, 1.0e-3, 2.8e-3, 0.0, -2.8e-3, -2.0e-3, 0.0)
"""Gradient of the molecular-scale temperature. Source: US76, table 4; above 86 km isothermal, see `us76`."""
TOP_M: Final = 86_000.0
MASS_RATIO_80_86: Final = (
    *(1.0, 0.999996, 0.999989, 0.999971, 0.999941, 0.999909, 0.999870),
    *(0.999829, 0.999786, 0.999741, 0.999694, 0.999641, 0.999579),
)
"""M over M0 at 80, 80.5 ... 86 km geometric. Source: US76, table 8."""


class Air(eqx.Module):
    """Air at a point: density kg/m3, pressure Pa, kinetic temperature K, speed of sound m/s; each ()."""

    density_kg_m3: Scalar
    pressure_pa: Scalar
    temperature_k: Scalar
    sound_speed_m_s: Scalar


def _layers() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Molecular-scale temperature and pressure at the base of each layer."""
    temperature, pressure = [SEA_LEVEL_TEMPERATURE_K], [SEA_LEVEL_PRESSURE_PA]
    for below, above, lapse in zip(BASE_M[:-1], BASE_M[1:], LAPSE_K_M[:-1], strict=True):
        t, p, rise = temperature[-1], pressure[-1], above - below
        k = STANDARD_GRAVITY_M_S2 / GAS_CONSTANT_J_KG_K
        temperature.append(t + lapse * rise)
        pressure.append(p * (t / temperature[-1]) ** (k / lapse) if lapse else p * float(np.exp(-k * rise / t)))
    return tuple(temperature), tuple(pressure)


_BASE_K, _BASE_PA = _layers()


@traced_once
def us76(height_m: Scalar) -> Air:
    """Standard air at `height_m` above sea level (geometric).

    **Model** seven layers of constant gradient of the molecular-scale temperature in geopotential height, hydrostatic;
    sound speed from the molecular-scale temperature.
    **Source** U.S. Standard Atmosphere 1976, NOAA-S/T 76-1562, eqs. 18, 19, 23, 33a, 33b, 42, 50; tables 4 and 8.
    **Valid** -5 to 86 km: the printed tables to their last digit (tested). Above 86 km the last temperature is
    continued (as the standard does to 91 km); below -5 km the first layer.
    **Ignores** weather, season and place.
    """
    height = jnp.maximum(height_m, -5_000.0)
    h = EARTH_RADIUS_M * height / (EARTH_RADIUS_M + height)
    layer = jnp.sum(h >= jnp.asarray(BASE_M[1:]))
    base_t, base_p = jnp.asarray(_BASE_K)[layer], jnp.asarray(_BASE_PA)[layer]
    lapse, rise = jnp.asarray(LAPSE_K_M)[layer], h - jnp.asarray(BASE_M)[layer]
    molecular = base_t + lapse * rise
    k = STANDARD_GRAVITY_M_S2 / GAS_CONSTANT_J_KG_K
    steep = jnp.where(lapse == 0.0, 1.0, lapse)
    isothermal = -k * rise / base_t
    graded = -k / steep * jnp.log(jnp.maximum(molecular, 1.0) / base_t)
    pressure = base_p * jnp.exp(jnp.where(lapse == 0.0, isothermal, graded))
    heights = jnp.linspace(80_000.0, TOP_M, len(MASS_RATIO_80_86))
    ratio = jnp.interp(height, heights, jnp.asarray(MASS_RATIO_80_86))
    return Air(
        density_kg_m3=pressure / (GAS_CONSTANT_J_KG_K * molecular),
        pressure_pa=pressure,
        temperature_k=molecular * ratio,
        sound_speed_m_s=jnp.sqrt(HEAT_RATIO * GAS_CONSTANT_J_KG_K * molecular),
    )

"""Silence of the radio: when the air round the descent module holds more free electrons than the link gets through."""

import math
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from zarya.arrays import Index, Scalar
from zarya.flight.descent.fall import Trace
from zarya.flight.descent.loads import Air
from zarya.programs import program

GAS_CONSTANT_J_KG_K: Final = 287.05
"""Of air. Source: US Standard Atmosphere 1976."""
BOLTZMANN_J_K: Final = 1.380649e-23
MOLAR_J_K: Final = 8.314463
ELECTRON_KG: Final = 9.1093837e-31
ELECTRON_COULOMB: Final = 1.602176634e-19
PLANCK_J_S: Final = 6.62607015e-34
VACUUM_PERMITTIVITY_F_M: Final = 8.8541878e-12
"""Source of the five: CODATA 2018."""
NITROGEN, OXYGEN = 0.79, 0.21
"""Parts by number."""
VIBRATION_K: Final = (3_371.0, 2_256.0)
"""Of nitrogen and oxygen. Source: Vincenti & Kruger, Introduction to Physical Gas Dynamics, chapter V."""
OXIDE_J_MOL: Final = (90_370.0, 12.66)
"""Free energy of formation of NO, a - b T. Source: JANAF tables, 65.06 kJ/mol at 2000 K and 58.72 at 2500 K."""
IONISATION_EV: Final = 9.264
"""Of NO. Source: NIST WebBook."""
WEIGHT: Final = 0.42
"""Partition functions of NO+ and electron over that of NO: 2 x 1/4 and the ratio of rotations; no vibration."""
_ROUNDS: Final = 12
_NEWTON: Final = 4


def critical_density_m3(link_hz: Scalar) -> Scalar:
    """Electrons per m3 above which a plane wave of this frequency does not pass: eps0 m (2 pi f / e)^2."""
    density: Scalar = VACUUM_PERMITTIVITY_F_M * ELECTRON_KG * (2.0 * jnp.pi * link_hz / ELECTRON_COULOMB) ** 2
    return density


def electrons_m3(density_kg_m3: Scalar, speed_m_s: Scalar) -> Scalar:
    """Free electrons behind the normal shock, per m3, in equilibrium.

    **Model** momentum and enthalpy across a strong shock, p2 = rho v^2 (1 - e), h2 = v^2 (1 - e^2) / 2 with
    e = rho / rho2, in air that vibrates and does not dissociate; NO in equilibrium with N2 and O2; NO <-> NO+ + e
    by Saha's equation.
    **Valid** 1.5 to 3 km/s, where the silence ends; faster, dissociation cools the gas, which still holds more
    electrons by orders of magnitude than the link gets through.
    **Ignores** the wake where the antennas sit, ablation, and above 70 km the time that ionisation takes.
    """

    def heat(t_k: Scalar) -> tuple[Scalar, Scalar]:
        """Enthalpy, J/kg, and heat capacity at a temperature."""
        h, c = 3.5 * t_k, jnp.full_like(t_k, 3.5)
        for part, theta in zip((NITROGEN, OXYGEN), VIBRATION_K, strict=True):
            e = jnp.exp(theta / t_k)
            h, c = h + part * theta / (e - 1.0), c + part * (theta / t_k) ** 2 * e / (e - 1.0) ** 2
        return GAS_CONSTANT_J_KG_K * h, GAS_CONSTANT_J_KG_K * c

    def body(_: Index, at: tuple[Scalar, Scalar]) -> tuple[Scalar, Scalar]:
        ratio, t_k = at
        want = 0.5 * speed_m_s**2 * (1.0 - ratio**2)
        for _n in range(_NEWTON):
            h, c = heat(t_k)
            t_k = jnp.clip(t_k - (h - want) / c, 100.0, 60_000.0)
        ratio = GAS_CONSTANT_J_KG_K * t_k / (speed_m_s**2 * jnp.maximum(1.0 - ratio, 0.1))
        return jnp.clip(ratio, 0.01, 0.9), t_k

    first = (jnp.full_like(speed_m_s, 0.15), 0.5 * speed_m_s**2 / 1_200.0)
    ratio, t_k = jax.lax.fori_loop(0, _ROUNDS, body, first)
    particles = density_kg_m3 / ratio * GAS_CONSTANT_J_KG_K / BOLTZMANN_J_K
    a, b = OXIDE_J_MOL
    oxide = jnp.sqrt(NITROGEN * OXYGEN) * jnp.exp(-(a - b * t_k) / (MOLAR_J_K * t_k)) * particles
    states = (2.0 * jnp.pi * ELECTRON_KG * BOLTZMANN_J_K * t_k / PLANCK_J_S**2) ** 1.5
    saha = WEIGHT * states * jnp.exp(-IONISATION_EV * ELECTRON_COULOMB / (BOLTZMANN_J_K * t_k))
    return jnp.sqrt(saha * oxide)


@program
def _along(air: Air, entry: Trace) -> tuple[Float[Array, " sample"], Float[Array, " sample"]]:
    """Height, m, and electrons, per m3, at the samples of an entry."""

    def one(t_s: Scalar, r: Float[Array, "3"], v: Float[Array, "3"]) -> tuple[Scalar, Scalar]:
        density, _, v_air, height = air.at(t_s, r)
        return height, electrons_m3(density, jnp.linalg.norm(v - v_air))

    return jax.vmap(one)(entry.t_s, entry.r_gcrf, entry.v_gcrf)


def blackout_s(air: Air, entry: Trace, start_height_m: float, link_hz: float) -> tuple[float, float]:
    """First and last second of the silence, s from the flight's epoch; both nan where there is none.

    Parameters
    ----------
    air : of the descent. entry : (sample,) of one descent.
    start_height_m : height over WGS84 where the silence begins. link_hz : frequency of the link.

    **Model** begins at a given height, because equilibrium says nothing of the thin air there; ends where the electrons
    behind the normal shock fall below `critical_density_m3`, straight between samples 5 s apart in the logarithm.
    **Valid** MS-11, planned silent from 80.4 to 35.3 km: ends 10 s before the plan, where the ship is 9 s early itself.
    """
    height, electrons = (np.asarray(x) for x in _along(air, entry))
    t_s = np.asarray(entry.t_s)
    above = np.log(np.maximum(electrons, 1.0) / float(critical_density_m3(jnp.asarray(link_hz))))
    below = np.flatnonzero((height[:-1] >= start_height_m) & (height[1:] < start_height_m))
    ends = np.flatnonzero((above[:-1] > 0.0) & (above[1:] <= 0.0))
    if not len(below) or not len(ends):
        return math.nan, math.nan
    k, n = int(below[0]), int(ends[-1])
    start = t_s[k] + (t_s[k + 1] - t_s[k]) * (height[k] - start_height_m) / (height[k] - height[k + 1])
    end = t_s[n] + (t_s[n + 1] - t_s[n]) * above[n] / (above[n] - above[n + 1])
    return float(start), float(end)

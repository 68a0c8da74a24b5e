"""Density of the air from the ground to the orbit, as a table of the flight's days for compiled code."""

import math
from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pymsis
from jaxtyping import Array, Float
from numpy.typing import NDArray
from scipy.ndimage import spline_filter1d

from zarya.arrays import Scalar, Vector3, traced_once
from zarya.bodies import positions_gcrf
from zarya.environment.atmosphere.space_weather import SpaceWeather, space_weather
from zarya.environment.atmosphere.us76 import us76
from zarya.errors import InputError
from zarya.frames.earth import EarthOrientation, earth_orientation
from zarya.frames.geodetic import geodetic_from_itrf
from zarya.programs import program
from zarya.time import Epoch
from zarya.units import KM

type Floats = NDArray[np.float64]

TIME_STEP_S: Final = 10_800.0
"""Spacing of the table in time: the three hours of ap; its nodes are the middles of those hours."""
BOTTOM_M: Final = 80_000.0
TOP_M: Final = 1_000_000.0
STRETCH_M: Final = 60_000.0
"""Altitude nodes are even in ln(1 + (h - BOTTOM_M) / STRETCH_M): 4 km apart at 80 km, 25 km at 400 km."""
ALTITUDES: Final = 44
LATITUDES: Final = 13
SOLAR_TIMES: Final = 12
JOIN_M: Final = (80_000.0, 91_000.0)
"""Between these heights US76 gives way to NRLMSISE-00."""
TOP_SCALE_HEIGHT_M: Final = 288_203.0
"""Continues the density above the table. Source: US76, table 1, pressure scale height at 1000 km."""
_PAD: Final = 3
"""Nodes beyond either end of an open axis: there the spline has forgotten its end conditions (0.27 per node)."""


class DensityTable(eqx.Module):
    """Logarithm of the density as a cubic B-spline over time, altitude, latitude and local solar time.

    Parameters
    ----------
    start_s, step_s : () s, first node of the coefficients and their spacing, from the flight's epoch.
    coefficients : (time, altitude, latitude, solar_time), of ln(kg/m3).
    """

    start_s: Scalar
    step_s: Scalar
    coefficients: Float[Array, "time altitude latitude solar_time"]

    @traced_once
    def density_kg_m3(self, t_s: Scalar, r_itrf: Vector3, r_sun_itrf: Vector3) -> Scalar:
        """Density at `r_itrf` (m), with the Sun at `r_sun_itrf` (any length), () kg/m3.

        **Model** US76 to 80 km, NRLMSISE-00 (with anomalous oxygen, for drag) from 91 to 1000 km with the day's
        F10.7 and the 3-hour ap history, a smooth passage between them, an exponential above.
        **Source** US76: see `us76`; Picone et al. 2002, JGR 107(A12) 1468, by pymsis.
        **Valid** -5 km to 1000 km, within the prepared time (the ends hold beyond it). From 91 km up within 1 % of the
        model, 0.1 % rms, in the middle of each three hours; between them the steps of ap are smoothed (0.7 % rms in the
        storm of 2023-11-05 against indices that run linearly, 9 % where ap leaps from 27 to 154).
        **Ignores** what the model ignores: it is commonly given 15 % of uncertainty in quiet times. No wind.
        """
        latitude, longitude, height = geodetic_from_itrf(r_itrf)
        noon = jnp.arctan2(r_sun_itrf[1], r_sun_itrf[0])
        turn = (longitude - noon) / (2.0 * jnp.pi) + 0.5
        altitude = jnp.clip(height, BOTTOM_M, TOP_M)
        positions = (
            (t_s - self.start_s) / self.step_s,
            jnp.log1p((altitude - BOTTOM_M) / STRETCH_M) * ((ALTITUDES - 1) / _top()) + _PAD,
            (latitude / jnp.pi + 0.5) * (LATITUDES - 1) + _PAD,
            (turn - jnp.floor(turn)) * SOLAR_TIMES + 1.0,
        )
        log_msis = _spline(self.coefficients, positions) - jnp.maximum(height - TOP_M, 0.0) / TOP_SCALE_HEIGHT_M
        x = jnp.clip((height - JOIN_M[0]) / (JOIN_M[1] - JOIN_M[0]), 0.0, 1.0)
        share = x**3 * (10.0 + x * (6.0 * x - 15.0))
        log_us76 = jnp.log(us76(jnp.minimum(height, JOIN_M[1])).density_kg_m3)
        return jnp.exp(share * log_msis + (1.0 - share) * log_us76)


def _top() -> float:
    return math.log1p((TOP_M - BOTTOM_M) / STRETCH_M)


def _spline(coefficients: Float[Array, "a b c d"], positions: tuple[Scalar, ...]) -> Scalar:
    """Value of the uniform cubic B-spline; `positions` in nodes, clipped to where four coefficients stand."""
    index, weight = [], []
    for axis, position in enumerate(positions):
        inside = jnp.clip(position, 1.0, coefficients.shape[axis] - 2.0)
        first = jnp.minimum(jnp.floor(inside), coefficients.shape[axis] - 3.0)
        x = inside - first
        y = 1.0 - x
        index.append(first.astype(jnp.int32) - 1)
        weight.append(jnp.stack([y**3, 4.0 - 6.0 * x * x + 3.0 * x**3, 4.0 - 6.0 * y * y + 3.0 * y**3, x**3]) / 6.0)
    block = jax.lax.dynamic_slice(coefficients, index, (4, 4, 4, 4))
    a, b, c, d = weight
    planes = jnp.sum(block * (c[:, None] * d[None, :]), axis=(2, 3))
    return jnp.sum(planes * (a[:, None] * b[None, :]))


def density_table(
    epoch: Epoch, start_s: float | int, end_s: float | int, weather: SpaceWeather | None = None
) -> DensityTable:
    """Prepare the density from `start_s` to `end_s` (s from `epoch`); `weather` defaults to the shipped series.

    Three days take half a second and 3 MB, sixty days seven seconds and 56 MB.

    Raises
    ------
    CoverageError : the space weather does not reach.
    """
    if not (math.isfinite(start_s) and math.isfinite(end_s) and end_s > start_s):
        raise InputError("the span must end after it starts", key="start_s, end_s", value=(start_s, end_s))
    jd1, jd2 = epoch.jd("utc")
    mjd_epoch = jd1 - 2_400_000.5 + jd2
    first = math.floor(8.0 * (mjd_epoch + start_s / 86_400.0)) - _PAD
    last = math.ceil(8.0 * (mjd_epoch + end_s / 86_400.0)) + _PAD
    count = 8 * math.ceil((last - first) / 8)  # whole days: flights of like length share one compiled program
    mjd = np.asarray((first + np.arange(count) + 0.5) / 8.0, dtype=np.float64)
    t_s = np.asarray((mjd - mjd_epoch) * 86_400.0)
    logs = np.log(_msis_densities(mjd, _sun_longitudes_deg(epoch, t_s), weather or space_weather()))
    return DensityTable(jnp.asarray(float(t_s[0])), jnp.asarray(TIME_STEP_S), jnp.asarray(_coefficients(logs)))


def altitudes_m() -> Floats:
    """Altitudes of the nodes, (altitude,) m: `ALTITUDES` from bottom to top, and a few beyond."""
    return np.asarray(BOTTOM_M + STRETCH_M * np.expm1(_top() / (ALTITUDES - 1) * np.arange(-_PAD, ALTITUDES + _PAD)))


@program
def _turned(earth: EarthOrientation, t_s: Float[Array, " instant"]) -> Float[Array, "instant 3 3"]:
    dcm: Float[Array, "instant 3 3"] = jax.vmap(earth.dcm_itrf_from_gcrf)(t_s)
    return dcm


def _sun_longitudes_deg(epoch: Epoch, t_s: Floats) -> Floats:
    """Longitude under the Sun, deg, (instant,)."""
    dcm = _turned(earth_orientation(epoch, float(t_s[0]), float(t_s[-1])), jnp.asarray(t_s))
    sun_itrf = np.einsum("tij,tj->ti", np.asarray(dcm), positions_gcrf(epoch, t_s)[0])
    return np.asarray(np.degrees(np.arctan2(sun_itrf[:, 1], sun_itrf[:, 0])))


def _msis_densities(mjd: Floats, sun_longitude_deg: Floats, weather: SpaceWeather) -> Floats:
    """NRLMSISE-00 at the nodes, (time, altitude, latitude, solar_time) kg/m3.

    The nodes stand at true solar times; the model is asked at the longitudes where those are found.
    """
    indices = weather.indices(mjd)
    latitude_deg = np.linspace(-90.0, 90.0, LATITUDES)
    turns = np.arange(SOLAR_TIMES) / SOLAR_TIMES
    epoch = np.datetime64("1858-11-17T00:00:00", "ms")
    grids = []
    for k, day in enumerate(mjd):
        longitude_deg = (sun_longitude_deg[k] + 360.0 * (turns - 0.5)) % 360.0
        out = pymsis.calculate(
            epoch + np.timedelta64(round(day * 86_400_000.0), "ms"),
            longitude_deg,
            latitude_deg,
            altitudes_m() / KM,
            [indices.f107_sfu[k]],
            [indices.f107_mean81_sfu[k]],
            [indices.ap[k]],
            version=0,
            geomagnetic_activity=-1,
        )
        grids.append(np.moveaxis(out[0, ..., pymsis.Variable.MASS_DENSITY], (0, 1, 2), (2, 1, 0)))
    return np.asarray(grids, dtype=np.float64)


def _coefficients(logs: Floats) -> Floats:
    """B-spline coefficients of values at the nodes, with the rows that the ends need.

    Rows beyond a pole are those on its other side, half a turn away; solar time is periodic.
    """
    half = logs.shape[3] // 2
    south = np.roll(logs[:, :, 1 : _PAD + 1], half, axis=3)[:, :, ::-1]
    north = np.roll(logs[:, :, -_PAD - 1 : -1], half, axis=3)[:, :, ::-1]
    c = np.concatenate([south, logs, north], axis=2)
    for axis in (0, 1, 2):
        c = spline_filter1d(c, 3, axis, mode="mirror")
    c = spline_filter1d(c, 3, 3, mode="grid-wrap")
    return np.asarray(np.concatenate([c[..., -1:], c, c[..., :2]], axis=3))

"""A climatology of the wind: the quiet part of the Horizontal Wind Model 14, on the host.

>>> wind = climatology(epoch, start_s, end_s, latitude_rad, longitude_rad)
>>> wind.at(t_s, height_m)
"""

import datetime
import math
from functools import cache
from importlib.resources import as_file, files
from typing import Final, NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline

from zarya.environment.wind import WindTable
from zarya.errors import CoverageError
from zarya.time import Epoch
from zarya.units import DAY, HOUR, KM, MINUTE

type Floats = NDArray[np.float64]
type Complex = NDArray[np.complex128]

SOURCE: Final = "HWM14, quiet part (Drob et al. 2015, doi:10.1002/2014EA000089)"
TIME_STEP_S: Final = 3_600.0
STEP_M, TOP_M = 1_000.0, 100_000.0
"""Nodes of a table in time and height, and the last height with wind."""
HIGHEST_M: Final = 600_000.0
_YEAR_DAYS: Final = 365.25
_DECAY_KM: Final = 60.0
_CUBIC: Final = 3


def climatology(epoch: Epoch, start_s: float, end_s: float, latitude_rad: float, longitude_rad: float) -> WindTable:
    """The usual wind over a place (geodetic, rad) in the days from `start_s` to `end_s` (s from `epoch`), as a table.

    **Model** `quiet_wind_m_s` every hour and every kilometre to 100 km, linear between; none from 101 km up, where
    no air is felt.
    **Source** HWM14 (Drob et al. 2015). **Valid** any day and place.
    **Ignores** the weather of the day, which lies about it (`studies/data/dispersions.csv`), magnetic storms (felt
    above 100 km), the relief of the ground.
    """
    height_m = np.arange(0.0, TOP_M + 0.5 * STEP_M, STEP_M)
    at_s = start_s + TIME_STEP_S * np.arange(math.ceil((end_s - start_s) / TIME_STEP_S) + 1)
    days, seconds = (np.array(x) for x in zip(*(_day_and_second(epoch + float(t)) for t in at_s), strict=True))
    wind = np.zeros((at_s.size, height_m.size + 1, 2))
    for day in np.unique(days):
        wind[days == day, :-1] = quiet_wind_m_s(int(day), seconds[days == day], latitude_rad, longitude_rad, height_m)
    return WindTable(*(jnp.asarray(x) for x in (start_s, TIME_STEP_S, STEP_M, wind)))


def _day_and_second(epoch: Epoch) -> tuple[int, float]:
    now = epoch.to_utc_calendar()
    day = datetime.date(now.year, now.month, now.day).timetuple().tm_yday
    return day, HOUR * now.hour + MINUTE * now.minute + now.second


def quiet_wind_m_s(
    day_of_year: int,
    utc_s: Floats | float,
    latitude_rad: Floats | float,
    longitude_rad: Floats | float,
    height_m: Floats,
) -> Floats:
    """Wind of quiet times at places and heights: (*place, height, 2) m/s, where the air goes to, east and north.

    Parameters
    ----------
    day_of_year : 1 on the 1st of January. utc_s : (*place) s of that day.
    latitude_rad, longitude_rad : (*place) geodetic. height_m : (height,) over the ground's zero.

    Raises
    ------
    CoverageError : a height below the ground or above 600 km.

    **Model** each component a sum of vector spherical harmonics to degree 8 in latitude: a zonal mean with the year's
    first two harmonics, waves 1 and 2 in longitude and 1 to 3 in local solar time, these with the same harmonics; cubic
    B-splines over height with knots every 5 km (wider above 110 km), from 200 km on an exponential of 60 km.
    With amplitudes a, b of each term, V = (dP/dcolatitude) / sqrt(n(n+1)), W = m P / sin(colatitude) / sqrt(n(n+1)):
    east = -V Re(a e) - W Im(b e), north = -V Re(b e) + W Im(a e), e = exp(i m longitude) (or local time); in the zonal
    mean sin(n colatitude) stands for V.
    **Source** Drob et al. 2008 (HWM07), J. Geophys. Res. 113, A12304 (formulation); Drob et al. 2015 (HWM14, numbers).
    **Valid** 0 to 600 km; within 0.02 mm/s of the authors' program (which is in single precision) at 20,000 places and
    instants. Troposphere and stratosphere stand on the analyses of NCEP. Days count whole, as in that program.
    **Ignores** the part of magnetic storms (above about 100 km), the Sun's activity.
    """
    coefficients = _coefficients()
    places = np.broadcast_arrays(utc_s, latitude_rad, longitude_rad)
    second, latitude, longitude = (x.ravel() for x in places)
    height_km = height_m / KM
    if np.any((height_km < 0.0) | (height_km > HIGHEST_M / KM)):
        raise CoverageError("the climatology of the wind reaches from 0 to 600 km", key="height_m", value=height_m)
    local = 2.0 * math.pi * second / DAY + longitude
    season = 2.0 * math.pi * (day_of_year % 1000) / _YEAR_DAYS
    year = np.array([1.0, math.cos(season), math.sin(season), math.cos(2.0 * season), math.sin(2.0 * season)])
    colatitude = 0.5 * math.pi - latitude
    by_latitude, by_longitude = _harmonics(colatitude, max(coefficients.waves.shape[1], coefficients.tides.shape[1]))

    degree = np.arange(1, 1 + coefficients.mean.shape[2])
    mean = np.einsum("rsnc,s->rnc", coefficients.mean, np.exp(1j * season * np.arange(coefficients.mean.shape[1])))
    rows = -np.einsum("pn,rnc->prc", np.sin(np.outer(colatitude, degree)), mean.real)
    for amplitudes, angle in ((coefficients.waves, longitude), (coefficients.tides, local)):
        order = np.arange(1, 1 + amplitudes.shape[1])
        turned = np.exp(1j * np.outer(angle, order))
        of_today = np.einsum("rmsnc,s->rmnc", amplitudes, year)
        along, across = (
            np.einsum("pmn,pm,rmnc->prc", values[:, order - 1], turned, of_today)
            for values in (by_latitude, by_longitude)
        )
        rows += np.stack(
            [-along[..., 0].real - across[..., 1].imag, -along[..., 1].real + across[..., 0].imag], axis=-1
        )
    wind = np.moveaxis(_at_heights(coefficients.knots_km, np.moveaxis(rows, 1, 0), height_km), 0, 1)
    return wind.reshape(*places[0].shape, height_km.size, 2)


class _Coefficients(NamedTuple):
    """Knots of the splines; amplitudes with an axis each for spline, harmonic, degree, and the two of a term."""

    knots_km: Floats
    mean: Complex
    waves: Complex
    tides: Complex


@cache
def _coefficients() -> _Coefficients:
    with as_file(files("zarya.environment") / "data" / "hwm14_quiet.npz") as path, np.load(path) as data:
        return _Coefficients(*(data[name] for name in ("knots_km", "mean", "waves", "tides")))


def _harmonics(colatitude: Floats, orders: int) -> tuple[Floats, Floats]:
    """V and W of vector spherical harmonics: (place, order, degree), both counted from 1.

    **Model** normalised so that the integral of P^2 over the cosine is 1, no alternating sign. The recursion runs on
    Q = P / sin(colatitude), which is finite at the poles.
    """
    degrees = _coefficients().mean.shape[2]
    x, y = np.cos(colatitude), np.sin(colatitude)
    v, w = (np.zeros((colatitude.size, orders, degrees)) for _ in range(2))
    sectoral = np.full_like(x, math.sqrt(0.75))  # Q of degree and order 1
    for m in range(1, 1 + orders):
        if m > 1:
            sectoral = math.sqrt((2.0 * m + 1.0) / (2.0 * m)) * y * sectoral
        before, now = np.zeros_like(x), sectoral
        for n in range(m, 1 + degrees):
            if n > m:
                a = math.sqrt((4.0 * n**2 - 1.0) / (n**2 - m**2))
                b = math.sqrt((2.0 * n + 1.0) * ((n - 1.0) ** 2 - m**2) / ((2.0 * n - 3.0) * (n**2 - m**2)))
                before, now = now, a * x * now - b * before
            size = math.sqrt(n * (n + 1.0))
            w[:, m - 1, n - 1] = m * now / size
            down = math.sqrt((2.0 * n + 1.0) * (n**2 - m**2) / (2.0 * n - 1.0))
            v[:, m - 1, n - 1] = (n * x * now - down * before) / size
    return v, w


def _at_heights(knots_km: Floats, rows: Floats, height_km: Floats) -> Floats:
    """The splines, and above their last knot an exponential (the last two rows): (height, ...)."""
    splines, decaying, constant = rows[:-2], rows[-2], rows[-1]
    top_km = knots_km[splines.shape[0]]
    low = BSpline(knots_km, splines, _CUBIC)(np.minimum(height_km, top_km))
    over = np.exp(-np.maximum(height_km - top_km, 0.0) / _DECAY_KM).reshape(-1, *[1] * (rows.ndim - 1))
    is_above = (height_km > top_km).reshape(over.shape)
    values: Floats = np.where(is_above, over * decaying + constant, low)
    return values

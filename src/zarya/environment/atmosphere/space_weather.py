"""Solar flux and geomagnetic activity, day by day: what the thermosphere depends on. Host side."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zarya.errors import CoverageError

type Floats = NDArray[np.float64]

OBSERVED, DAILY_FORECAST, MONTHLY_FORECAST = 0, 1, 2
"""What `SpaceWeather.forecast` says of a day."""


@dataclass(frozen=True)
class Indices:
    """What NRLMSISE-00 takes at each instant.

    Parameters
    ----------
    f107_sfu : (instant,) flux of the previous day. f107_mean81_sfu : (instant,) mean over 81 days about the day.
    ap : (instant, 7) daily Ap; 3-hour ap now, 3, 6 and 9 h before; mean of 12 to 33 h and of 36 to 57 h before.
    """

    f107_sfu: Floats
    f107_mean81_sfu: Floats
    ap: Floats


@dataclass(frozen=True)
class SpaceWeather:
    """Daily series from `first_mjd` (UTC days).

    Parameters
    ----------
    f107_sfu, f107_mean81_sfu : (day,) 1e-22 W/m2/Hz, flux at 10.7 cm as observed (not adjusted to 1 au), and its
        centred mean over 81 days.
    ap : (day, 8) equivalent planetary amplitude of each three hours, 2 nT.
    forecast : (day,) 0 observed, 1 daily forecast (45 days), 2 monthly forecast.
    """

    first_mjd: int
    f107_sfu: Floats
    f107_mean81_sfu: Floats
    ap: Floats
    forecast: NDArray[np.int8]

    def forecast_at(self, mjd_utc: float | int | ArrayLike) -> NDArray[np.int8]:
        """Whether the days are observed (0) or forecast (1 daily, 2 monthly)."""
        return np.asarray(self.forecast[self._day(np.asarray(mjd_utc, dtype=np.float64))])

    def indices(self, mjd_utc: float | int | ArrayLike) -> Indices:
        """Indices in force at `mjd_utc` (instant,): steps of three hours and of a day, as the model was fitted.

        Raises
        ------
        CoverageError : a day, or the three before it, is not in the data.
        """
        mjd = np.atleast_1d(np.asarray(mjd_utc, dtype=np.float64))
        day = self._day(mjd)
        three_hourly = self.ap.reshape(-1)
        now = 8 * day + np.floor((mjd - np.floor(mjd)) * 8.0).astype(np.int64)
        before = three_hourly[now[:, None] - np.arange(20)]
        history = [
            self.ap[day].mean(axis=1),
            *before[:, :4].T,
            before[:, 4:12].mean(axis=1),
            before[:, 12:].mean(axis=1),
        ]
        return Indices(
            np.asarray(self.f107_sfu[day - 1]), np.asarray(self.f107_mean81_sfu[day]), np.stack(history, axis=1)
        )

    def _day(self, mjd: Floats) -> NDArray[np.int64]:
        day = np.floor(mjd).astype(np.int64) - self.first_mjd
        if np.any(day < 3) or np.any(day >= self.f107_sfu.shape[0]):
            raise CoverageError(
                f"date outside the space weather data, which serve MJD {self.first_mjd + 3} "
                f"to {self.first_mjd + self.f107_sfu.shape[0] - 1}",
                file="space_weather.npz",
                key="date",
                value=float(np.ravel(mjd)[0]),
                remedy="Give the space weather of the flight.",
            )
        return np.asarray(day)


@cache
def space_weather() -> SpaceWeather:
    """The shipped series: 1957-10 to the monthly forecast of the day it was made.

    **Source** CelesTrak SW-All.csv (GFZ Potsdam, DRAO Penticton, NOAA SWPC, NASA MSFC). Monthly forecasts carry no ap;
    the mean of all observed days stands in.
    """
    with as_file(files("zarya.environment") / "data" / "space_weather.npz") as path, np.load(path) as data:
        ap, forecast = data["ap"].astype(np.float64), np.asarray(data["forecast"])
        ap[forecast == MONTHLY_FORECAST] = np.mean(ap[forecast == OBSERVED])
        return SpaceWeather(
            int(data["first_mjd"]), data["f107_tenths"] / 10.0, data["f107_mean81_tenths"] / 10.0, ap, forecast
        )


def steady_weather(f107_sfu: float | int, f107_mean81_sfu: float | int, ap: float | int) -> SpaceWeather:
    """The same indices on every day from 1900 to 2100."""
    first, days = 15_020, 73_415
    return SpaceWeather(
        first,
        np.broadcast_to(np.float64(f107_sfu), (days,)),
        np.broadcast_to(np.float64(f107_mean81_sfu), (days,)),
        np.full((days, 8), float(ap)),
        np.zeros(days, dtype=np.int8),
    )

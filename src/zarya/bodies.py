"""Where the Sun and the Moon are, as tables for compiled code."""

import math
from importlib.resources import as_file, files

import equinox as eqx
import numpy as np
from jplephem.spk import SPK
from numpy.typing import ArrayLike, NDArray

from zarya.errors import CoverageError, InputError
from zarya.tables import UniformTable, cubic_table
from zarya.time import Epoch, jd_grid
from zarya.units import KM

MOON_STEP_S = 3_600.0
"""Node spacing, s: leaves under 10 m (tested)."""
SUN_STEP_S = 21_600.0
"""Node spacing, s: leaves under 1 km (tested)."""


class Ephemeris(eqx.Module):
    """Geocentric positions of Sun and Moon, gcrf axes, m, read at `t_s` (s from the flight's epoch).

    **Ignores** light time and aberration: positions are geometric.
    """

    sun: UniformTable
    moon: UniformTable


def positions_gcrf(epoch: Epoch, t_s: float | int | ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sun and Moon from the Earth's centre, each (instant, 3) m, straight from DE421.

    **Source** Folkner et al. 2009, IPN PR 42-178; de421.bsp of skyfield-data. Axes ICRF. **Valid** 1899-07 to 2053-10.
    """
    jd1, jd2 = jd_grid(epoch, np.atleast_1d(np.asarray(t_s, dtype=np.float64)), "tdb")
    with as_file(files("skyfield_data") / "data" / "de421.bsp") as path, SPK.open(str(path)) as kernel:
        first, last = kernel[0, 3].start_jd, kernel[0, 3].end_jd
        if np.any(jd1 + jd2 < first) or np.any(jd1 + jd2 > last):
            raise CoverageError(
                f"date outside DE421, which serves JD {first} to {last}",
                file="de421.bsp",
                key="date",
                value=float(jd1[0] + jd2[0]),
                remedy="Choose a date from 1900 to 2053.",
            )
        earth = kernel[3, 399].compute(jd1, jd2)
        moon = kernel[3, 301].compute(jd1, jd2) - earth
        sun = kernel[0, 10].compute(jd1, jd2) - kernel[0, 3].compute(jd1, jd2) - earth
    return np.asarray(sun).T * KM, np.asarray(moon).T * KM


def ephemeris(epoch: Epoch, start_s: float | int, end_s: float | int) -> Ephemeris:
    """Prepare Sun and Moon from `start_s` to `end_s` (s from `epoch`)."""
    if not (math.isfinite(start_s) and math.isfinite(end_s) and end_s > start_s):
        raise InputError("the span must end after it starts", key="start_s, end_s", value=(start_s, end_s))
    sun_t, moon_t = _grid(start_s, end_s, SUN_STEP_S), _grid(start_s, end_s, MOON_STEP_S)
    sun, moon = positions_gcrf(epoch, sun_t)[0], positions_gcrf(epoch, moon_t)[1]
    return Ephemeris(
        sun=cubic_table(float(sun_t[0]), SUN_STEP_S, sun), moon=cubic_table(float(moon_t[0]), MOON_STEP_S, moon)
    )


def _grid(start_s: float | int, end_s: float | int, step_s: float) -> NDArray[np.float64]:
    """Nodes over the span and two more on either side, where a spline's ends are poor."""
    count = math.ceil((end_s - start_s) / step_s) + 5
    return np.asarray(start_s + step_s * (np.arange(count) - 2), dtype=np.float64)

"""Leap seconds and Earth orientation parameters as the IERS publishes them, from the astropy-iers-data package."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import astropy_iers_data
import erfa
import numpy as np
from numpy.typing import ArrayLike, NDArray

from zarya.errors import CoverageError
from zarya.units import ARCSECOND

type Floats = NDArray[np.float64]

MJD_J2000_DAY = 51_544
"""Modified Julian day number of 2000-01-01 (0 h)."""
MJD_FIRST_LEAP = 41_317
"""1972-01-01, the first day of UTC with whole leap seconds."""


@dataclass(frozen=True)
class EarthParameters:
    """Pole, rotation and pole offset, each an array over the instants asked for.

    Parameters
    ----------
    xp_rad, yp_rad : polar motion.
    ut1_minus_tai_s : s, without leap jumps.
    dx_rad, dy_rad : celestial pole offsets with respect to IAU 2006/2000A.
    """

    xp_rad: Floats
    yp_rad: Floats
    ut1_minus_tai_s: Floats
    dx_rad: Floats
    dy_rad: Floats


@cache
def leap_seconds() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First MJD of each value of TAI-UTC since 1972, and the values in s; the newer of ERFA's and the IERS's list."""
    own = erfa.leap_seconds.get()
    own = own[own["year"] >= 1972]
    rows = [
        (int(float(mjd)), int(offset))
        for mjd, _, _, _, offset in (
            line.split()
            for line in Path(astropy_iers_data.IERS_LEAP_SECOND_FILE).read_text(encoding="ascii").splitlines()
            if line.strip() and not line.startswith("#")
        )
    ]
    if len(own) > len(rows):
        rows = [(int(erfa.cal2jd(int(item["year"]), int(item["month"]), 1)[1]), int(item["tai_utc"])) for item in own]
    table = np.array(rows, dtype=np.int64)
    return table[:, 0], table[:, 1]


def tai_minus_utc_s(mjd: float | int | ArrayLike) -> NDArray[np.int64]:
    """TAI-UTC, s, valid on the whole UTC day `mjd` (1972 or later; the first value holds before)."""
    first, offset = leap_seconds()
    index = np.searchsorted(first, np.floor(np.asarray(mjd, dtype=np.float64)), side="right") - 1
    return np.asarray(offset[np.maximum(index, 0)])


def _column(text: NDArray[Any], start: int, end: int) -> Floats:
    """Numbers between two columns of the text, (line, letter) bytes: (line,), NaN where blank."""
    words = np.char.strip(np.ascontiguousarray(text[:, start:end]).view(f"S{end - start}")[:, 0])
    return np.where(words == b"", b"nan", words).astype(np.float64)


def _printed(text: NDArray[Any], final: tuple[int, int], rapid: tuple[int, int]) -> Floats:
    """Bulletin B where it is printed, else Bulletin A."""
    first = _column(text, *final)
    return np.where(np.isnan(first), _column(text, *rapid), first)


@cache
def _daily() -> tuple[Floats, Floats]:
    """TAI s since J2000 of each UTC midnight (node,), and xp, yp (arcsec), UT1-TAI (s), dX, dY (mas) (node, 5)."""
    lines = Path(astropy_iers_data.IERS_A_FILE).read_text(encoding="ascii").splitlines()
    width = max(len(line) for line in lines)
    text = np.array(lines, dtype=f"S{width}").view("S1").reshape(len(lines), width)
    rapid = [(18, 27), (37, 46), (58, 68), (97, 106), (116, 125)]
    final = [(134, 144), (144, 154), (154, 165), (165, 175), (175, 185)]
    table = np.stack(
        [_column(text, 7, 15), *(_printed(text, *pair) for pair in zip(final, rapid, strict=True))], axis=1
    )
    table = table[~np.isnan(table[:, 3])]
    mjd = table[:, 0]
    offset = tai_minus_utc_s(mjd)
    values: Floats = table[:, 1:]
    values[:, 2] -= offset
    values[:, 3:] = np.nan_to_num(values[:, 3:])
    return np.asarray((mjd - MJD_J2000_DAY) * 86_400.0 - 43_200.0 + offset, dtype=np.float64), values


def earth_parameters(tai_s: float | int | ArrayLike) -> EarthParameters:
    """Earth orientation at `tai_s`, TAI seconds since 2000-01-01T12:00:00 TAI.

    **Model** four-point Lagrange interpolation of the daily values, UT1 with leap jumps removed. Bulletin B where it
    is printed, else Bulletin A, else its prediction.
    **Source** IERS finals2000A.all; interpolation as IERS interp.f (Gambis & Bizouard).
    **Valid** 1973 to about a year ahead of the installed file; `CoverageError` outside.
    **Ignores** daily and sub-daily tides in the pole and UT1 (up to 1 mas and 50 us: 3 cm on the ground);
    pole offsets beyond their last printed prediction are zero (0.5 mas: 1.5 cm).
    """
    times = np.asarray(tai_s, dtype=np.float64)
    nodes, values = _daily()
    if np.any(times < nodes[1]) or np.any(times > nodes[-2]):
        years = 2000.0 + np.array([nodes[1], nodes[-2]]) / (365.25 * 86_400.0)
        raise CoverageError(
            f"date outside the Earth orientation data, which serve {years[0]:.1f} to {years[1]:.1f}",
            file="finals2000A.all",
            key="UT1-UTC",
            value=f"{2000.0 + float(np.ravel(times)[0]) / (365.25 * 86_400.0):.2f}",
            remedy="Choose a date inside, or install a newer astropy-iers-data.",
        )
    index = np.clip(np.searchsorted(nodes, times, side="right") - 2, 0, len(nodes) - 4)
    result = np.zeros((*times.shape, 5))
    for i in range(4):
        weight = np.ones_like(times)
        for j in range(4):
            if i != j:
                weight = weight * (times - nodes[index + j]) / (nodes[index + i] - nodes[index + j])
        result += weight[..., None] * values[index + i]
    mas = 1e-3 * ARCSECOND
    return EarthParameters(
        xp_rad=np.asarray(result[..., 0] * ARCSECOND),
        yp_rad=np.asarray(result[..., 1] * ARCSECOND),
        ut1_minus_tai_s=np.asarray(result[..., 2]),
        dx_rad=np.asarray(result[..., 3] * mas),
        dy_rad=np.asarray(result[..., 4] * mas),
    )

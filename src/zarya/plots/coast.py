"""The coastline under a ground track."""

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray


@cache
def coastlines() -> tuple[NDArray[np.float32], ...]:
    """Lines of (n, 2) longitude and latitude, deg (Natural Earth 1:110 million)."""
    with files("zarya.plots").joinpath("data/coast_110m.npz").open("rb") as file, np.load(file) as data:
        points, starts = data["points_deg"], data["starts"]
    lines = np.split(points, starts[1:-1])
    return tuple(
        piece for line in lines for piece in np.split(line, np.where(np.abs(np.diff(line[:, 0])) > 180.0)[0] + 1)
    )

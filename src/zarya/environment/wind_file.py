"""A wind profile from a table of the user."""

import csv
import math
from itertools import pairwise
from pathlib import Path
from typing import Final

import jax.numpy as jnp

from zarya.environment.wind import WindProfile
from zarya.errors import FormatError

COLUMNS: Final = ("height_m", "east_m_s", "north_m_s")
STRONGEST_M_S: Final = 250.0
"""No wind below 100 km is stronger: jets reach 110 m/s (WMO record 112.7), the mesopause about 200 (judged)."""


def read_wind(path: Path, key: str = "wind", otherwise: str = "") -> WindProfile:
    """Profile of a CSV file with the columns height_m (over WGS84, rising), east_m_s, north_m_s (where the air goes).

    `key` and `otherwise` name the option that gave the path and what it takes besides, for the message.

    Raises
    ------
    FormatError : the file cannot be read, a column is missing, a value is not a number, heights do not rise, a
        wind is stronger than any.
    """
    remedy = f"Write a CSV file with the columns {', '.join(COLUMNS)}, a row a height, from the ground up{otherwise}."
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not a text"
        raise FormatError(f"the wind cannot be read: {why}", file=str(path), key=key, remedy=remedy) from None
    if len(rows) < 2:
        raise FormatError("a wind needs two heights or more", file=str(path), key=key, value=len(rows), remedy=remedy)
    values: dict[str, list[float]] = {name: [] for name in COLUMNS}
    for number, row in enumerate(rows, start=2):
        for name in COLUMNS:
            value = _number(row.get(name))
            if value is None:
                raise FormatError(
                    f"line {number} has no number there", file=str(path), key=name, value=row.get(name), remedy=remedy
                )
            values[name].append(value)
    height = values["height_m"]
    if any(high <= low for low, high in pairwise(height)):
        raise FormatError("the heights do not rise", file=str(path), key="height_m", value=height, remedy=remedy)
    for name in COLUMNS[1:]:
        strongest = max(values[name], key=abs)
        if abs(strongest) > STRONGEST_M_S:
            raise FormatError(
                f"no wind is stronger than {STRONGEST_M_S:g} m/s", file=str(path), key=name, value=strongest,
                remedy="Give metres a second.",
            )  # fmt: skip
    return WindProfile(*(jnp.asarray(values[name]) for name in COLUMNS))


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None

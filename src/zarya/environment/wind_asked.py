"""Which wind over a place is asked for: its climatology, a given one, or none."""

from pathlib import Path
from typing import Final, Literal

from zarya.environment.wind import Wind
from zarya.environment.wind_file import read_wind

type WindAsked = Wind | Literal["climatology", "none"]
"""A wind over the zone, or the name of one."""
CLIMATOLOGY: Final = "climatology"
STILL: Final = "none"


def wind_asked(text: str, folder: Path, key: str = "wind") -> WindAsked:
    """What `text` asks for: `climatology`, `none`, or the CSV file of a profile, relative to `folder`.

    Raises
    ------
    FormatError : neither a name nor a file that holds a wind.
    """
    if text == CLIMATOLOGY:
        return CLIMATOLOGY
    if text == STILL:
        return STILL
    return read_wind(folder / text, key, f'; or give "{CLIMATOLOGY}" or "{STILL}"')

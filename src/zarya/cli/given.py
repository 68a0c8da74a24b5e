"""What several commands are given: element sets and instants."""

from pathlib import Path
from typing import Annotated, Any

import typer

Sets = Annotated[
    Path | None,
    typer.Option("--tle", "--orbit", help="Orbit of the station: TLE, 3LE or OMM (may hold years), or OEM."),
]


def element_sets(path: Path | None) -> Any:
    """Element sets of the file given with `--tle`: TLE, 3LE or OMM, or fitted to an OEM."""
    from zarya.exchange.orbit_intake import read_sets

    return read_sets(_given(path))


def history(path: Path | None) -> Any:
    """The same as an `ElementHistory`, which knows what of an OEM is a forecast."""
    from zarya.exchange.orbit_intake import read_history

    return read_history(_given(path))


def _given(path: Path | None) -> Path:
    from zarya.errors import InputError

    if path is None:
        raise InputError("the station's element sets are missing", key="tle", remedy="Give --tle FILE.")
    return path


def instant(text: str | None, key: str) -> Any:
    """An instant of the command line; a bare date is its midnight."""
    from zarya.errors import InputError
    from zarya.time import Epoch

    if text is None:
        raise InputError("a date is missing", key=key, remedy=f"Give --{key} 2023-09-15T12:00:00Z.")
    try:
        return Epoch.from_iso(f"{text}T00:00:00Z" if len(text) == 10 else text)
    except InputError:
        raise InputError(
            "not an ISO 8601 UTC date", key=key, value=text, remedy="Write 2023-09-15T12:00:00Z."
        ) from None


def limits(text: str, key: str) -> tuple[float, float]:
    """Two numbers of the command line, `35/120`, the first not above the second."""
    from zarya.errors import InputError

    try:
        low, high = (float(part) for part in text.split("/"))
    except ValueError:
        low, high = 1.0, 0.0
    if not low <= high:
        raise InputError("not two numbers in order", key=key, value=text, remedy="Write 35/120.")
    return low, high


def span(text: str, key: str) -> tuple[Any, Any]:
    """Two instants of the command line, `2023-09-01/2023-09-05`; the end of a bare date is its midnight."""
    from zarya.errors import InputError

    parts = text.split("/")
    if len(parts) != 2:
        raise InputError("not a span of dates", key=key, value=text, remedy="Write 2023-09-01/2023-09-05.")
    start, end = instant(parts[0], key), instant(parts[1], key)
    if not start < end:
        raise InputError("the span ends before it starts", key=key, value=text, remedy="Give the earlier date first.")
    return start, end


def positive(value: float, key: str) -> float:
    """A number of the command line that may not be negative."""
    from zarya.errors import InputError

    if not 0.0 <= value < float("inf"):
        raise InputError("may not be negative", key=key, value=value, remedy="Give 0 or more.")
    return value


def above_zero(value: float, key: str) -> float:
    """A number of the command line that must be greater than zero."""
    from zarya.errors import InputError

    if not 0.0 < value < float("inf"):
        raise InputError("must be greater than zero", key=key, value=value, remedy="Give a positive number.")
    return value

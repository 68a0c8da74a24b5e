"""Calendars of ports and visiting vehicles: CSV or TOML.

CSV has a heading with `from_utc`, `to_utc` and `vehicle` (or `what`), and may have `port`; other columns are ignored.
TOML has tables `[[busy]]` with the same keys. An empty `to_utc` stays to the end, an empty `port` is every port.
"""

import csv
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from zarya.errors import FormatError, InputError
from zarya.studies.windows.port_calendar import Busy
from zarya.time import Epoch
from zarya.units import DAY

_OPEN_END_S: Final = 36_525.0 * DAY


def read_calendar(path: str | Path) -> tuple[Busy, ...]:
    """Spans in which no ship may dock.

    Raises
    ------
    FormatError : the file cannot be read, a key is missing, a date is none, a span ends before it starts.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"cannot be read: {error}", file=str(path), remedy="Give a CSV or TOML file.") from None
    if file.suffix.lower() == ".toml":
        try:
            rows = tomllib.loads(text).get("busy", [])
        except tomllib.TOMLDecodeError as error:
            raise FormatError(f"is not TOML: {error}", file=str(path), remedy="Correct the line named.") from None
        return tuple(_busy(row, str(path), f"[[busy]] {k + 1}") for k, row in enumerate(rows))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    reader = csv.DictReader(lines)
    missing = {"from_utc", "to_utc"} - set(reader.fieldnames or ())
    if missing:
        raise FormatError(
            "a column is missing", file=str(path), key=sorted(missing)[0],
            remedy="Begin with a heading: from_utc,to_utc,vehicle,port",
        )  # fmt: skip
    return tuple(_busy(row, str(path), f"row {k + 1}") for k, row in enumerate(reader))


def _busy(row: Mapping[str, Any], file: str, place: str) -> Busy:
    start = _instant(row, "from_utc", file, place)
    end = _instant(row, "to_utc", file, place) if str(row.get("to_utc") or "").strip() else start + _OPEN_END_S
    if end < start:
        raise FormatError(
            "ends before it starts", file=file, key=f"{place}: to_utc", value=row.get("to_utc"),
            remedy="Correct the dates.",
        )  # fmt: skip
    what = str(row.get("vehicle") or row.get("what") or "another ship").strip()
    return Busy(start, end, what, str(row.get("port") or "").strip())


def _instant(row: Mapping[str, Any], key: str, file: str, place: str) -> Epoch:
    value = row.get(key)
    try:
        return Epoch.from_iso(str(value or "").strip(), scale="utc")
    except InputError:
        raise FormatError(
            "not an ISO 8601 UTC date", file=file, key=f"{place}: {key}", value=value, remedy="Write 2023-09-15T12:00Z."
        ) from None

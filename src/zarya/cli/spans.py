"""Spans of time as people type them."""

import re
from typing import Final

from zarya.errors import InputError

_UNITS: Final = {"w": 604_800.0, "d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0}
_WORDS: Final = r"(days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)"
_PART: Final = re.compile(r"(\d+\.?\d*|\.\d+)\s*" + _WORDS + r"?\s*")
_ISO: Final = re.compile(r"p(?:([\d.]+)w)?(?:([\d.]+)d)?(?:t(?:([\d.]+)h)?(?:([\d.]+)m)?(?:([\d.]+)s)?)?")


def seconds(text: str, key: str) -> float:
    """Seconds of `24h`, `90min`, `1h30m`, `2 days`, `PT24H` (ISO 8601) or a plain number of seconds, either sign.

    Raises
    ------
    InputError : not a span.
    """
    plain = text.strip().lower()
    sign = -1.0 if plain.startswith("-") else 1.0
    plain = plain.removeprefix("-").removeprefix("+").strip()
    try:
        return sign * (_of_iso(plain) if plain.startswith("p") else _of_parts(plain))
    except ValueError:
        raise InputError(
            "not a span of time", key=key, value=text, remedy="Write 24h, 90min, 1h30m, 3600s, 2d or PT24H."
        ) from None


def _of_iso(plain: str) -> float:
    match = _ISO.fullmatch(plain)
    if match is None or not any(match.groups()):
        raise ValueError
    return sum(float(part) * size for part, size in zip(match.groups(), _UNITS.values(), strict=True) if part)


def _of_parts(plain: str) -> float:
    """A number of seconds, or numbers with their units in falling order."""
    if re.fullmatch(r"(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", plain):
        return float(plain)
    total, at, largest = 0.0, 0, float("inf")
    while at < len(plain):
        match = _PART.match(plain, at)
        if match is None or match[2] is None or _UNITS[match[2][0]] >= largest:
            raise ValueError
        largest = _UNITS[match[2][0]]
        total, at = total + float(match[1]) * largest, match.end()
    if at == 0:
        raise ValueError
    return total

"""Spans of time as people type them."""

import re

from zarya.errors import InputError

_UNITS = {"s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(text: str, key: str) -> float:
    """Seconds of `24h`, `90min`, `3600s`, `2d` or a plain number of seconds.

    Raises
    ------
    InputError : not a span.
    """
    match = re.fullmatch(r"\s*(-?\d+(?:\.\d*)?)\s*(s|min|m|h|d)?\s*", text)
    if match is None:
        raise InputError("not a span of time", key=key, value=text, remedy="Write 24h, 90min, 3600s or 2d.")
    return float(match[1]) * _UNITS[match[2] or "s"]

"""Conversions between SI and the units people write. Used by readers, writers and the screen only."""

from typing import Final

KM: Final = 1.0e3
"""metres in a kilometre"""
MINUTE: Final = 60.0
"""seconds in a minute"""
HOUR: Final = 3_600.0
"""seconds in an hour"""
DAY: Final = 86_400.0
"""seconds in a day"""
DEG: Final = 0.017453292519943295
"""radians in a degree"""
ARCSECOND: Final = DEG / 3_600.0
"""radians in a second of arc"""
KPA: Final = 1.0e3
"""pascals in a kilopascal"""

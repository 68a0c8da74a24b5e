"""Frames and time systems by the names the files use, and the dates in them."""

import re
from typing import Final

from zarya.errors import FormatError, InputError
from zarya.time import Epoch

TAI_MINUS_GPS_S: Final = 19
"""Source: IS-GPS-200, 3.3.4: GPS time had UTC's reading at 1980-01-06, when TAI-UTC was 19 s."""
TIME_SCALES: Final = ("utc", "tai", "tt", "gps", "ut1", "tdb")
FRAMES: Final = ("gcrf", "eme2000", "itrf", "teme")
_FRAME_OF: Final = {
    "GCRF": "gcrf", "ICRF": "gcrf", "ICRF1": "gcrf", "ICRF2": "gcrf", "ICRF3": "gcrf",
    "EME2000": "eme2000", "J2000": "eme2000", "TEME": "teme", "TEMEOFDATE": "teme",
}  # fmt: skip
_ITRF: Final = re.compile(r"ITRF[-_ ]?(\d{2}|\d{4})?")


def frame_from_name(name: str, file: str = "", key: str = "REF_FRAME") -> str:
    """Our frame (`gcrf`, `eme2000`, `itrf` or `teme`) of a name in a file.

    ICRF axes at the Earth are those of gcrf; J2000 is read as EME2000. Realisations of ITRF differ by centimetres
    and are taken as one.

    Raises
    ------
    FormatError : any other frame, named.
    """
    plain = name.strip().upper()
    if plain in _FRAME_OF:
        return _FRAME_OF[plain]
    if _ITRF.fullmatch(plain):
        return "itrf"
    raise FormatError(
        "this reference frame is not known here", file=file, key=key, value=name,
        remedy="Give the states in EME2000, GCRF, ICRF, ITRF (any realisation) or TEME.",
    )  # fmt: skip


def scale_from_name(name: str, file: str = "", key: str = "TIME_SYSTEM") -> str:
    """Our time scale (one of `TIME_SCALES`) of a TIME_SYSTEM.

    Raises
    ------
    FormatError : any other time system, named.
    """
    plain = name.strip().lower()
    if plain in TIME_SCALES:
        return plain
    raise FormatError(
        "this time system is not known here", file=file, key=key, value=name,
        remedy="Give the dates in UTC, TAI, TT, TDB, UT1 or GPS.",
    )  # fmt: skip


def epoch_from_text(text: str, scale: str, file: str = "", key: str = "EPOCH") -> Epoch:
    """The instant of a calendar or day-of-year date in `scale`.

    Raises
    ------
    FormatError : not such a date.
    """
    try:
        if scale == "gps":
            return Epoch.from_iso(text, "tai") + TAI_MINUS_GPS_S
        return Epoch.from_iso(text, scale)
    except InputError as error:
        raise FormatError(
            error.problems[0].problem, file=file, key=key, value=text, remedy=error.problems[0].remedy
        ) from None


def epoch_text(epoch: Epoch, scale: str, decimals: int = 3) -> str:
    """The date in `scale` as the messages write it: no Z, a leap second as :60."""
    if scale == "gps":
        return (epoch + -TAI_MINUS_GPS_S).iso("tai", decimals)
    return epoch.iso(scale, decimals).removesuffix("Z")


def decimals_needed(epochs: tuple[Epoch, ...], scale: str = "utc") -> int:
    """Digits of a second that write these dates without loss: 3, 6 or 9 (nothing below a nanosecond is kept).

    Scales that run unevenly against TAI always take 9.
    """
    if scale in ("ut1", "tdb"):
        return 9
    for decimals in (3, 6):
        ticks = 10.0**decimals
        if all(abs(e.fraction_s - round(e.fraction_s * ticks) / ticks) < 5.0e-10 for e in epochs):
            return decimals
    return 9

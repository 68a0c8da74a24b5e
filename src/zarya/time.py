"""Instants on the time scales utc, tai, tt, ut1 and tdb, exact to less than a nanosecond over decades."""

import datetime
import math
import re
from dataclasses import dataclass
from fractions import Fraction

import erfa
import numpy as np
from numpy.typing import ArrayLike, NDArray

from zarya.errors import InputError
from zarya.iers import MJD_FIRST_LEAP, MJD_J2000_DAY, earth_parameters, tai_minus_utc_s

SCALES = ("utc", "tai", "tt", "ut1", "tdb")
TT_MINUS_TAI_S = 32.184
"""Source: IAU 1991 Resolution A4."""

_ISO = re.compile(
    r"(?P<year>\d{4})-(?:(?P<month>\d{2})-(?P<day>\d{2})|(?P<doy>\d{3}))"
    r"(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d+))?)?)?(?P<zulu>Z?)"
)
_MJD_OF_ORDINAL = 678_576
"""Ordinal of Python's calendar minus modified Julian day."""


@dataclass(frozen=True)
class UtcCalendar:
    """A UTC date and clock reading; `second` is 60 and more inside a leap second."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: float


@dataclass(frozen=True, order=True)
class Epoch:
    """An instant.

    Parameters
    ----------
    tai_s : whole TAI seconds since 2000-01-01T12:00:00 TAI.
    fraction_s : rest of the second, 0 <= fraction_s < 1.
    """

    tai_s: int
    fraction_s: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.fraction_s < 1.0:
            raise InputError("the fraction of a second must be in [0, 1)", key="fraction_s", value=self.fraction_s)

    @classmethod
    def from_iso(cls, text: str, scale: str = "utc") -> "Epoch":
        """Read `2023-09-15T15:44:35.417Z` or `2023-258T15:44:35.417`; a leap second is written :60.

        Raises
        ------
        InputError : not such a date, or UTC before 1972.
        """
        _check_scale(scale)
        match = _ISO.fullmatch(text.strip())
        if match is None:
            raise _bad_date(text, "not a date like 2023-09-15T15:44:35.417Z or 2023-258T15:44:35.417Z")
        if match["zulu"] and scale != "utc":
            raise _bad_date(text, f"Z means UTC but the scale is {scale}")
        mjd = _mjd(match, text)
        hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
        if hour > 23 or minute > 59 or second > 60:
            raise _bad_date(text, "hours go to 23, minutes to 59, seconds to 59 (60 in a leap second)")
        whole = 3_600 * hour + 60 * minute + second
        if second == 60 and (scale != "utc" or (hour, minute) != (23, 59) or whole >= _day_length_s(mjd)):
            raise _bad_date(text, "no leap second was inserted there")
        digits = match["fraction"]
        fraction = Fraction(int(digits), 10 ** len(digits)) if digits else Fraction(0)
        return _from_day(mjd, whole + fraction, scale, text)

    @classmethod
    def from_jd(cls, jd1: float | int, jd2: float | int = 0.0, scale: str = "utc") -> "Epoch":
        """From a two-part Julian date in days (utc: the quasi-JD of SOFA, 86401 s long on a leap-second day)."""
        _check_scale(scale)
        if not (math.isfinite(jd1) and math.isfinite(jd2)):
            raise _bad_date(f"{jd1} + {jd2}", "a Julian date must be finite")
        days = Fraction(float(jd1)) + Fraction(float(jd2)) - Fraction(4_800_001, 2)
        mjd = math.floor(days)
        length = _day_length_s(mjd) if scale == "utc" else 86_400
        return _from_day(mjd, (days - mjd) * length, scale, f"JD {jd1} + {jd2}")

    def jd(self, scale: str = "utc") -> tuple[float, float]:
        """Two-part Julian date: midnight, and the fraction of the day (quasi-JD of SOFA in utc)."""
        mjd, second, fraction = self._day(scale)
        length = _day_length_s(mjd) if scale == "utc" else 86_400
        return mjd + 2_400_000.5, (second + fraction) / length

    def iso(self, scale: str = "utc", decimals: int = 3) -> str:
        """`2023-09-15T15:44:35.417Z` (Z in utc only), rounded half to even with the carry done right."""
        mjd, second, fraction = self._day(scale)
        ticks = round(Fraction(fraction) * 10**decimals)
        if ticks == 10**decimals:
            ticks, second = 0, second + 1
            if second == (_day_length_s(mjd) if scale == "utc" else 86_400):
                mjd, second = mjd + 1, 0
        date = datetime.date.fromordinal(mjd + _MJD_OF_ORDINAL)
        hour, minute, second = _clock(second)
        tail = f".{ticks:0{decimals}d}" if decimals else ""
        return f"{date.isoformat()}T{hour:02d}:{minute:02d}:{second:02d}{tail}{'Z' if scale == 'utc' else ''}"

    def to_utc_calendar(self) -> UtcCalendar:
        """Date and clock in UTC."""
        mjd, second, fraction = self._day("utc")
        date = datetime.date.fromordinal(mjd + _MJD_OF_ORDINAL)
        hour, minute, second = _clock(second)
        return UtcCalendar(date.year, date.month, date.day, hour, minute, second + fraction)

    def __add__(self, seconds: float | int) -> "Epoch":
        """The instant `seconds` TAI seconds later."""
        whole = math.floor(seconds)
        return _normal(self.tai_s + whole, self.fraction_s + float(seconds - whole))

    def __sub__(self, other: "Epoch") -> float:
        """TAI seconds from `other` to this instant."""
        if not isinstance(other, Epoch):
            return NotImplemented
        return (self.tai_s - other.tai_s) + (self.fraction_s - other.fraction_s)

    def __str__(self) -> str:
        return self.iso()

    def _day(self, scale: str) -> tuple[int, int, float]:
        """MJD, whole second of the day, fraction of the second, in `scale`."""
        _check_scale(scale)
        if scale == "utc":
            mjd = _utc_day(self.tai_s)
            return mjd, self.tai_s - _tai_at_utc_midnight(mjd), self.fraction_s
        shifted = self + offset_from_tai_s(self.tai_s + self.fraction_s, scale)
        days, second = divmod(shifted.tai_s + 43_200, 86_400)
        return MJD_J2000_DAY + days, second, shifted.fraction_s


def offset_from_tai_s(tai_s: float | int, scale: str) -> float:
    """`scale` minus TAI in s at `tai_s` TAI seconds since J2000, for tai, tt, ut1, tdb.

    **Model** TDB-TT of Fairhead & Bretagnon 1990 at the geocentre (`erfa.dtdb`), 3 us; UT1 from `zarya.iers`.
    """
    if scale == "tai":
        return 0.0
    if scale == "tt":
        return TT_MINUS_TAI_S
    if scale == "ut1":
        return float(earth_parameters(tai_s).ut1_minus_tai_s)
    return TT_MINUS_TAI_S + float(erfa.dtdb(2_451_545.0, (tai_s + TT_MINUS_TAI_S) / 86_400.0, 0.0, 0.0, 0.0, 0.0))


def jd_grid(
    epoch: Epoch, t_s: float | int | ArrayLike, scale: str = "tt"
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two-part Julian dates (tai, tt or tdb) of `epoch` plus `t_s` TAI seconds, each part with the shape of `t_s`."""
    if scale not in ("tai", "tt", "tdb"):
        raise InputError("a grid of dates has a uniform scale: tai, tt or tdb", key="scale", value=scale)
    t = np.asarray(t_s, dtype=np.float64)
    jd1, jd2 = epoch.jd("tai" if scale == "tai" else "tt")
    days = jd2 + t / 86_400.0
    if scale == "tdb":
        days = days + np.asarray(erfa.dtdb(jd1, days, 0.0, 0.0, 0.0, 0.0)) / 86_400.0
    return np.full_like(days, jd1), days


def _check_scale(scale: str) -> None:
    if scale not in SCALES:
        raise InputError("no such time scale", key="scale", value=scale, remedy=f"Use one of {', '.join(SCALES)}.")


def _bad_date(text: str, problem: str) -> InputError:
    return InputError(problem, key="date", value=text, remedy="Write it like 2023-09-15T15:44:35.417Z.")


def _mjd(match: re.Match[str], text: str) -> int:
    try:
        if match["doy"] is None:
            date = datetime.date(int(match["year"]), int(match["month"]), int(match["day"]))
        else:
            date = datetime.date(int(match["year"]), 1, 1) + datetime.timedelta(days=int(match["doy"]) - 1)
            if int(match["doy"]) < 1 or date.year != int(match["year"]):
                raise ValueError("day of year out of range")
    except (ValueError, OverflowError) as error:
        raise _bad_date(text, f"no such day: {error}") from None
    return date.toordinal() - _MJD_OF_ORDINAL


def _day_length_s(mjd: int) -> int:
    return 86_400 + int(tai_minus_utc_s(mjd + 1)) - int(tai_minus_utc_s(mjd))


def _tai_at_utc_midnight(mjd: int) -> int:
    return (mjd - MJD_J2000_DAY) * 86_400 - 43_200 + int(tai_minus_utc_s(mjd))


def _utc_day(tai_s: int) -> int:
    mjd = MJD_J2000_DAY + (tai_s + 43_200) // 86_400
    if tai_s < _tai_at_utc_midnight(mjd):
        mjd -= 1
    if mjd < MJD_FIRST_LEAP:
        raise InputError(
            "UTC with whole leap seconds begins 1972-01-01", key="date", value=tai_s, remedy="Use tai or tt."
        )
    return mjd


def _clock(second: int) -> tuple[int, int, int]:
    """Hour, minute, second; what is past 86399 stays in the last minute."""
    minutes = min(second // 60, 1_439)
    return minutes // 60, minutes % 60, second - 60 * minutes


def _normal(whole: int, fraction: float) -> Epoch:
    carry = math.floor(fraction)
    rest = fraction - carry
    return Epoch(whole + carry, rest) if rest < 1.0 else Epoch(whole + carry + 1, 0.0)


def _from_day(mjd: int, second: Fraction, scale: str, text: str) -> Epoch:
    """The instant `second` after 0 h of day `mjd` read in `scale`."""
    whole = math.floor(second)
    fraction = float(second - whole)
    if scale == "utc":
        if mjd < MJD_FIRST_LEAP:
            raise _bad_date(text, "UTC with whole leap seconds begins 1972-01-01; use tai or tt before")
        return _normal(_tai_at_utc_midnight(mjd) + whole, fraction)
    reading = _normal((mjd - MJD_J2000_DAY) * 86_400 - 43_200 + whole, fraction)
    epoch = reading
    for _ in range(3):  # the offset changes by less than 1e-7 s per s: three rounds leave nothing
        epoch = reading + -offset_from_tai_s(epoch.tai_s + epoch.fraction_s, scale)
    return epoch

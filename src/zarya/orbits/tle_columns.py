"""The fixed columns of a TLE: what fits, checksums, Alpha-5 numbers, exponents without a point."""

import math
import re
from typing import Final

from zarya.errors import FormatError

_ALPHA5: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_EXPONENT = r"([ +-][\d ]\d{4}[ +-]\d)"
LINE1: Final = re.compile(
    r"1 ([ 0-9A-HJ-NP-Z][ \d]{3}\d)([UCS ]) (.{8}) ([\d ]\d)([\d ]{2}\d\.\d{8}) ([ +-][ 0]?\.\d{8}) "
    + _EXPONENT + " " + _EXPONENT + r" ([\d ]) ([ \d]{4})(\d)\s*\Z"
)  # fmt: skip
LINE2: Final = re.compile(
    r"2 ([ 0-9A-HJ-NP-Z][ \d]{3}\d) ([\d ]{2}\d\.\d{4}) ([\d ]{2}\d\.\d{4}) ([\d ]{7}) ([\d ]{2}\d\.\d{4}) "
    r"([\d ]{2}\d\.\d{4}) ([\d ]\d\.\d{8})([ \d]{5})(\d)\s*\Z"
)
_WEIGHT: Final = bytes(int(chr(c)) if chr(c).isdigit() and c < 128 else int(c == 45) for c in range(256))
_COLUMNS1: Final = {
    1: "line number", 3: "catalogue number", 8: "classification", 10: "designator", 19: "epoch", 34: "n-dot",
    45: "n-ddot", 54: "B*", 63: "ephemeris type", 65: "element number", 69: "checksum",
}  # fmt: skip
_COLUMNS2: Final = {
    1: "line number", 3: "catalogue number", 9: "inclination", 18: "node", 27: "eccentricity",
    35: "argument of perigee", 44: "mean anomaly", 53: "mean motion", 64: "revolution", 69: "checksum",
}  # fmt: skip


def matched_columns(pattern: re.Pattern[str], line: str, file: str, number: int) -> tuple[str, ...]:
    """Fields of a line (`LINE1` or `LINE2`) as text; raises FormatError with the reason it is not one."""
    columns = _COLUMNS1 if pattern is LINE1 else _COLUMNS2
    match = pattern.match(line)
    if match:
        if int(match[match.lastindex or 1]) == checksum(line):
            return match.groups()
        problem = f"checksum in column 69 is {line[68]}, the line sums to {checksum(line)}"
        remedy = "Fetch the set again; a digit is wrong."
    else:
        length = len(line.rstrip())
        problem = f"not a TLE line {'1' if pattern is LINE1 else '2'}"
        if length != 69:
            problem += f": {length} columns instead of 69"
        else:
            column = next((c for c in range(69, 0, -1) if _prefix_fits(pattern, line, c)), 0) + 1
            names = [name for start, name in columns.items() if start <= column]
            problem += f": column {column} does not fit ({names[-1]})"
        remedy = "Restore the fixed columns of the format."
    raise FormatError(problem, file=file, key=f"line {number}", value=line.rstrip(), remedy=remedy)


_SAMPLE: Final = (
    "1 25544U 98067A   07001.14574546  .00014625  00000+0  92241-4 0  3616",
    "2 25544  51.6357 246.9671 0023898  42.1830  94.2311 15.76561852464394",
)


def _prefix_fits(pattern: re.Pattern[str], line: str, columns: int) -> bool:
    """Whether the first columns of `line`, completed by a good line, make a line of the format."""
    return pattern.match(line[:columns] + _SAMPLE[pattern is LINE2][columns:]) is not None


def checksum(line: str) -> int:
    """Sum of the digits of columns 1 to 68, a minus counting one, modulo 10."""
    return sum(line[:68].encode("ascii", "replace").translate(_WEIGHT)) % 10


def catalog_number_value(text: str) -> int:
    """Catalogue number of five columns; `A0000` is 100000 (Alpha-5, no I and O)."""
    head = text[0]
    return (_ALPHA5.index(head) + 10) * 10_000 + int(text[1:]) if head.isalpha() else int(text)


def catalog_number_text(number: int) -> str:
    """Five columns of a catalogue number."""
    if number > 339_999:
        raise FormatError(
            "a TLE holds catalogue numbers up to 339999", key="catalog_number", value=number, remedy="Write an OMM."
        )
    return f"{number:05d}" if number < 100_000 else f"{_ALPHA5[number // 10_000 - 10]}{number % 10_000:04d}"


def exponent_value(text: str) -> float:
    """` 12345-6` is 0.12345e-6; blanks are zeros."""
    return float(f"{text[0].strip()}.{text[1:6].replace(' ', '0')}e{text[6:].replace(' ', '')}")


def zero_sign(text: str) -> str:
    """Sign written before a zero exponent."""
    return "-" if text.endswith("-0") else "+"


def exponent_text(value: float, zero: str) -> str:
    """Eight columns of `value`; `zero` is the sign of a zero exponent."""
    sign = "-" if math.copysign(1.0, value) < 0.0 else " "
    mantissa, exponent = f"{abs(value):.4e}".split("e")
    power = int(exponent) + 1
    if value == 0.0 or power < -9:
        return f"{sign}00000{zero}0"
    return f"{sign}{mantissa.replace('.', '')}{'-' if power < 0 else '+' if power > 0 else zero}{abs(power)}"

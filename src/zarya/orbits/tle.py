"""Element sets (TLE or OMM) and their motion by SGP4. Host side, NumPy."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sgp4.api import SGP4_ERRORS, WGS72, Satrec

from zarya.errors import CoverageError, FormatError
from zarya.orbits.mean import MeanElements, Oblateness, mean_from_osculating
from zarya.orbits.omm_records import omm_records
from zarya.orbits.tle_columns import (
    LINE1,
    LINE2,
    catalog_number_text,
    catalog_number_value,
    checksum,
    exponent_text,
    exponent_value,
    matched_columns,
    zero_sign,
)
from zarya.time import Epoch
from zarya.units import DAY, DEG, KM

WGS72_OBLATENESS: Final = (3.986008e14, 6_378_135.0, 0.001082616)
"""gm m3/s2, radius m, J2 of SGP4. Source: Hoots & Roehrich 1980, Spacetrack Report 3; Vallado et al. 2006."""
_J2000_JD: Final = 2_451_545.0
_EPOCH_RESOLUTION_DAY: Final = 5.0e-9
"""Half the last printed digit of a TLE epoch (0.4 ms): closer epochs are the same instant."""
_SGP4_EPOCH_JD: Final = 2_433_281.5
"""1949-12-31 00:00, day zero of the SGP4 code."""
_REV_DAY: Final = 2.0 * math.pi / DAY


@dataclass(frozen=True)
class ElementSet:
    """Mean elements of the SGP4 theory, in the units of the formats (deg, rev/day); SI by the properties.

    Parameters
    ----------
    catalog_number : satellite number, up to 339999 in a TLE (Alpha-5).
    epoch_year, epoch_day : UTC year and day of year with fraction (1.0 is January 1, 00:00).
    inclination_deg, raan_deg, argp_deg, mean_anomaly_deg, eccentricity, mean_motion_rev_day : mean elements, TEME.
    bstar : 1/earth radii. mean_motion_dot, mean_motion_ddot : half and sixth derivative as printed, rev/day^2, ^3.
    classification, designator : as in a TLE (`98067A`). ephemeris_type, element_number, revolution : as in a TLE.
    name : of a three-line set or OMM, may be empty.
    zero_exponents : signs the source writes before a zero exponent of n-ddot and B* (`+` or `-`; both are in use).
    """

    catalog_number: int
    epoch_year: int
    epoch_day: float
    inclination_deg: float
    raan_deg: float
    eccentricity: float
    argp_deg: float
    mean_anomaly_deg: float
    mean_motion_rev_day: float
    bstar: float
    mean_motion_dot: float = 0.0
    mean_motion_ddot: float = 0.0
    classification: str = "U"
    designator: str = ""
    ephemeris_type: int = 0
    element_number: int = 0
    revolution: int = 0
    name: str = ""
    zero_exponents: str = field(default="++", compare=False)

    @classmethod
    def from_lines(cls, line1: str, line2: str, name: str = "", file: str = "TLE", number: int = 1) -> "ElementSet":
        """From the two lines of a TLE; `file` and `number` (of line 1) go into the error."""
        one = matched_columns(LINE1, line1, file, number)
        two = matched_columns(LINE2, line2, file, number + 1)
        if one[0] != two[0]:
            raise FormatError(
                f"the two lines are of different satellites ({one[0]} and {two[0]})",
                file=file, key=f"line {number + 1}", value=line2.rstrip(), remedy="Pair each line 1 with its line 2.",
            )  # fmt: skip
        year = int(one[3])
        return cls(
            catalog_number=catalog_number_value(one[0]),
            epoch_year=year + (1900 if year >= 57 else 2000),
            epoch_day=float(one[4]),
            inclination_deg=float(two[1]), raan_deg=float(two[2]),
            eccentricity=float("0." + two[3].replace(" ", "0")),
            argp_deg=float(two[4]), mean_anomaly_deg=float(two[5]), mean_motion_rev_day=float(two[6]),
            bstar=exponent_value(one[7]), mean_motion_dot=float(one[5].replace(" ", "")),
            mean_motion_ddot=exponent_value(one[6]),
            classification=one[1], designator=one[2].rstrip(), ephemeris_type=int(one[8].strip() or 0),
            element_number=int(one[9].strip() or 0), revolution=int(two[7].strip() or 0), name=name.strip(),
            zero_exponents=zero_sign(one[6]) + zero_sign(one[7]),
        )  # fmt: skip

    @classmethod
    def from_omm(cls, fields: dict[str, Any], file: str = "OMM") -> "ElementSet":
        """From the keywords of a CCSDS OMM (`MEAN_MOTION`, `EPOCH`, ...), values as text or numbers."""
        for key, allowed in (("TIME_SYSTEM", "UTC"), ("REF_FRAME", "TEME"), ("MEAN_ELEMENT_THEORY", "SGP4")):
            found = str(fields.get(key, allowed)).upper()
            if found not in (allowed, f"{allowed}/SGP4-XP", "SGP/SGP4"):
                raise FormatError(
                    f"only {allowed} can be flown", file=file, key=key, value=found, remedy=f"Give {key} = {allowed}."
                )

        def number(key: str, default: float | None = None) -> float:
            raw = fields.get(key, default)
            try:
                if raw is None or not math.isfinite(float(raw)):
                    raise ValueError
                return float(raw)
            except (TypeError, ValueError):
                raise FormatError(
                    "a number is needed", file=file, key=key, value=raw, remedy="Add the keyword with a number."
                ) from None

        try:
            epoch = Epoch.from_iso(str(fields["EPOCH"]), scale="utc")
        except KeyError:
            raise FormatError("keyword missing", file=file, key="EPOCH", remedy="Add EPOCH, ISO 8601 UTC.") from None
        year = int(epoch.iso("utc", 3)[:4])
        jd1, jd2 = epoch.jd("utc")
        day = (jd1 - _year_start_jd(year)) + jd2 + 1.0
        object_id = str(fields.get("OBJECT_ID", ""))
        match = re.fullmatch(r"\d\d(\d\d)-(\w{1,6})", object_id)
        return cls(
            catalog_number=int(number("NORAD_CAT_ID", 0.0)), epoch_year=year, epoch_day=day,
            inclination_deg=number("INCLINATION"), raan_deg=number("RA_OF_ASC_NODE"),
            eccentricity=number("ECCENTRICITY"), argp_deg=number("ARG_OF_PERICENTER"),
            mean_anomaly_deg=number("MEAN_ANOMALY"), mean_motion_rev_day=number("MEAN_MOTION"),
            bstar=number("BSTAR", 0.0), mean_motion_dot=number("MEAN_MOTION_DOT", 0.0),
            mean_motion_ddot=number("MEAN_MOTION_DDOT", 0.0),
            classification=str(fields.get("CLASSIFICATION_TYPE", "U"))[:1] or "U",
            designator=match[1] + match[2] if match else object_id[:8],
            ephemeris_type=int(number("EPHEMERIS_TYPE", 0.0)), element_number=int(number("ELEMENT_SET_NO", 0.0)),
            revolution=int(number("REV_AT_EPOCH", 0.0)), name=str(fields.get("OBJECT_NAME", "")).strip(),
        )  # fmt: skip

    @property
    def epoch_jd(self) -> tuple[float, float]:
        """UTC Julian date of the epoch in two parts (midnight, fraction of the day)."""
        whole = math.floor(self.epoch_day)
        return _year_start_jd(self.epoch_year) + whole - 1.0, self.epoch_day - whole

    @cached_property
    def epoch(self) -> Epoch:
        """Instant of the elements."""
        return Epoch.from_jd(*self.epoch_jd, scale="utc")

    @property
    def inclination_rad(self) -> float:
        """Mean inclination, rad, TEME."""
        return self.inclination_deg * DEG

    @property
    def raan_rad(self) -> float:
        """Mean right ascension of the node, rad, TEME."""
        return self.raan_deg * DEG

    @property
    def argp_rad(self) -> float:
        """Mean argument of perigee, rad."""
        return self.argp_deg * DEG

    @property
    def mean_anomaly_rad(self) -> float:
        """Mean anomaly, rad."""
        return self.mean_anomaly_deg * DEG

    @property
    def mean_motion_rad_s(self) -> float:
        """Mean motion (Kozai), rad/s."""
        return self.mean_motion_rev_day * _REV_DAY

    @cached_property
    def _satrec(self) -> Any:
        satrec = Satrec()
        jd1, jd2 = self.epoch_jd
        per_minute = 2.0 * math.pi / 1440.0
        satrec.sgp4init(
            WGS72, "i", self.catalog_number % 340_000, jd1 - _SGP4_EPOCH_JD + jd2, self.bstar,
            self.mean_motion_dot * per_minute / 1440.0, self.mean_motion_ddot * per_minute / 1440.0**2,
            self.eccentricity, self.argp_rad, self.inclination_rad, self.mean_anomaly_rad,
            self.mean_motion_rev_day * per_minute, self.raan_rad,
        )  # fmt: skip
        satrec.jdsatepoch, satrec.jdsatepochF = jd1, jd2
        return satrec

    def sgp4(
        self, when: float | ArrayLike | Epoch | Sequence[Epoch]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Position (..., 3) m and velocity (..., 3) m/s in TEME.

        Parameters
        ----------
        when : an epoch, epochs, or (...) s after the set's epoch (TAI seconds).

        Raises
        ------
        CoverageError : SGP4 cannot serve an instant (decayed, elements out of range); says which.

        **Model** SGP4/SDP4 with WGS72 constants, improved mode. **Source** Vallado et al. 2006, AIAA 2006-6753.
        **Valid** against the published verification set within 1.1 mm, 5 mm at e = 0.97 (tested).
        """
        seconds = self._seconds(when)
        jd1, jd2 = self.epoch_jd
        flat = seconds.reshape(-1)
        satrec = self._satrec
        whole = np.floor(flat / DAY)
        codes, r_km, v_km_s = satrec.sgp4_array(jd1 + whole, jd2 + (flat - whole * DAY) / DAY)
        if codes.any():
            first = int(np.flatnonzero(codes)[0])
            raise CoverageError(
                f"SGP4 cannot serve this instant: {SGP4_ERRORS[int(codes[first])]}",
                file=self.name or f"satellite {self.catalog_number}",
                key="seconds after epoch",
                value=float(flat[first]),
                remedy="Use a newer element set or an earlier instant.",
            )
        shape = (*seconds.shape, 3)
        return np.asarray(r_km).reshape(shape) * KM, np.asarray(v_km_s).reshape(shape) * KM

    def mean_at(self, when: Epoch | float) -> MeanElements:
        """Mean elements in TEME at an epoch or s after the set's epoch: SGP4's state less the J2 short-period terms.

        Near SGP4's own secular elements, not equal: SGP4 leaves out short-period terms times eccentricity, and its
        long-period (J3) terms stay in the eccentricity vector and, times e, in the angles. For the station the node
        and the argument of latitude differ by less than 0.001 deg (tested).
        """
        r, v = self.sgp4(when)
        planet = Oblateness(*(jnp.asarray(x) for x in WGS72_OBLATENESS))
        return mean_from_osculating(jnp.asarray(r), jnp.asarray(v), planet)

    def secular_at(self, when: Epoch | float) -> tuple[float, float]:
        """SGP4's own secular node and mean argument of latitude (rad, TEME) at an epoch or s after the set's epoch."""
        self.sgp4(when)
        satrec = self._satrec
        return float(satrec.Om) % (2.0 * math.pi), float(satrec.om + satrec.mm) % (2.0 * math.pi)

    def to_lines(self) -> tuple[str, str]:
        """The two lines of a TLE, 69 columns with checksums."""
        satellite = catalog_number_text(self.catalog_number)
        dot = f"{abs(self.mean_motion_dot):.8f}"
        dot = ("-" if math.copysign(1.0, self.mean_motion_dot) < 0.0 else " ") + dot[1:]
        line1 = (
            f"1 {satellite}{self.classification} {self.designator:<8} {self.epoch_year % 100:02d}"
            f"{self.epoch_day:012.8f} {dot} {exponent_text(self.mean_motion_ddot, self.zero_exponents[0])}"
            f" {exponent_text(self.bstar, self.zero_exponents[1])} {self.ephemeris_type} {self.element_number:4d}"
        )
        line2 = (
            f"2 {satellite} {self.inclination_deg:8.4f} {self.raan_deg:8.4f} {round(self.eccentricity * 1e7):07d}"
            f" {self.argp_deg:8.4f} {self.mean_anomaly_deg:8.4f} {self.mean_motion_rev_day:11.8f}{self.revolution:5d}"
        )
        return line1 + str(checksum(line1)), line2 + str(checksum(line2))

    def _seconds(self, when: object) -> NDArray[np.float64]:
        if isinstance(when, Epoch):
            return np.asarray(when - self.epoch, dtype=np.float64)
        if isinstance(when, Sequence) and len(when) and isinstance(when[0], Epoch):
            return np.asarray([item - self.epoch for item in when], dtype=np.float64)
        return np.asarray(when, dtype=np.float64)


def read_element_sets(path: Path | str) -> tuple[ElementSet, ...]:
    """Every set of a file of two- or three-line sets or OMMs, in the order of the file. A `#` line is a comment."""
    source = Path(path)
    try:
        text = source.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(
            f"cannot be read: {error}", file=str(path), remedy="Give a plain text file of element sets."
        ) from None
    return element_sets_from_text(text, str(path))


def element_sets_from_text(text: str, file: str = "TLE") -> tuple[ElementSet, ...]:
    """Every set in `text`, TLE or OMM (`omm_records`); `file` goes into the error. Blank lines and margins are free."""
    if records := omm_records(text, file):
        return tuple(ElementSet.from_omm(record, file) for record in records)
    found: list[ElementSet] = []
    name, first, first_number = "", "", 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip("\ufeff \t")
        if not line:
            continue
        if first:
            found.append(ElementSet.from_lines(first, line, name, file, first_number))
            name, first = "", ""
        elif line.startswith("1 ") and len(line) > 60:
            first, first_number = line, number
        elif line.startswith("2 ") and len(line) > 60:
            raise FormatError(
                "line 2 without its line 1",
                file=file,
                key=f"line {number}",
                value=line,
                remedy="Restore the line before.",
            )
        elif not line.startswith("#"):
            name = line[2:] if line.startswith("0 ") else line
    if first or not found:
        raise FormatError(
            "ends after line 1 of a set" if first else "holds no element set",
            file=file, key=f"line {first_number}" if first else "", remedy="Give both lines of each set.",
        )  # fmt: skip
    return tuple(found)


def latest_before(sets: Iterable[ElementSet], epoch: Epoch) -> ElementSet:
    """The set with the latest epoch before `epoch`.

    Raises
    ------
    CoverageError : every set is later.
    """
    jd1, jd2 = epoch.jd("utc")
    goal = (jd1 - _J2000_JD, jd2)
    best, best_age = None, math.inf
    for item in sets:
        day, fraction = item.epoch_jd
        age = (goal[0] - (day - _J2000_JD)) + (goal[1] - fraction)
        if _EPOCH_RESOLUTION_DAY < age < best_age:
            best, best_age = item, age
    if best is None:
        raise CoverageError(
            "no element set has an earlier epoch", key="epoch", value=epoch.iso("utc"), remedy="Give older sets."
        )
    return best


def _year_start_jd(year: int) -> float:
    """Julian date of January 1, 00:00 (Gregorian)."""
    before = year - 1
    return 1_721_425.5 + 365.0 * before + before // 4 - before // 100 + before // 400

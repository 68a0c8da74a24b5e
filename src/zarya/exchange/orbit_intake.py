"""The orbit of a station from whatever file holds it: TLE, 3LE, OMM or OEM."""

from pathlib import Path
from typing import Final

from zarya.errors import FormatError
from zarya.exchange.frame_change import in_frame, require_earth
from zarya.exchange.messages import read_oem, read_omm
from zarya.gnc.element_choice import ElementHistory
from zarya.orbits.tle import ElementSet, read_element_sets
from zarya.studies.station.element_fit import FittedSet, fit_element_sets, history_of

OBJECTS: Final = {"1998-067-A": 25544, "1998-067A": 25544, "2021-035-A": 48274, "2021-035A": 48274}
"""Catalog numbers of the stations by the designators an OEM names them with."""
_HEAD_BYTES: Final = 4096
_LEAST_STATES: Final = 6


def read_history(path: str | Path) -> ElementHistory:
    """The element sets of a file, or those fitted to its ephemeris.

    Raises
    ------
    FormatError : the file cannot be read, or an OEM names an object whose catalog number is not known.
    CoverageError : SGP4 follows no span of the ephemeris.

    **Model** an OEM becomes a set every six hours fitted to the day and a half before it
    (`zarya.studies.station.element_fit`), segment by segment, since makers begin a segment after a burn. States later
    than the creation date of the file (without one: than the first state) are its maker's forecast: the sigma of the
    phase counts from then.
    """
    head = _head(path)
    if b"ccsds_oem_vers" in head or b"<oem" in head:
        return _of_ephemeris(path)
    return ElementHistory(read_sets(path))


def read_sets(path: str | Path) -> tuple[ElementSet, ...]:
    """The element sets of a file: TLE, 3LE, OMM in KVN or XML, or fitted to an OEM."""
    head = _head(path)
    if b"ccsds_oem_vers" in head or b"<oem" in head:
        return _of_ephemeris(path).sets
    if b"ccsds_omm_vers" in head or b"<omm" in head:
        return tuple(message.elements for message in read_omm(path))
    return read_element_sets(path)


def _of_ephemeris(path: str | Path) -> ElementHistory:
    ephemeris = read_oem(path)
    found: list[FittedSet] = []
    for segment in ephemeris.segments:
        require_earth(segment, str(path))
        number = _catalog_number(segment.object_id, str(path))
        if len(segment.t_s) < _LEAST_STATES and len(ephemeris.segments) > 1:
            continue
        states = in_frame(segment, "teme")
        found += fit_element_sets(
            states.epoch, states.t_s, states.r_m, states.v_m_s, catalog_number=number,
            designator=segment.object_id[2:4] + segment.object_id.replace("-", "")[4:8], name=segment.object_name,
        )  # fmt: skip
    first, made = ephemeris.segments[0].first, ephemeris.header.creation
    return history_of(found, made if made is not None and made > first else first)


def _catalog_number(object_id: str, file: str) -> int:
    """Of a designator in `OBJECTS`, or a number as such."""
    text = object_id.strip().upper()
    if text in OBJECTS:
        return OBJECTS[text]
    if text.isdigit():
        return int(text)
    raise FormatError(
        "the catalog number of this object is not known", file=file, key="OBJECT_ID", value=object_id,
        remedy=f"Write the catalog number in its place, or one of {', '.join(sorted(OBJECTS))}.",
    )  # fmt: skip


def _head(path: str | Path) -> bytes:
    """The beginning of a file in small letters; empty where it cannot be read, which is left to the reader to say."""
    try:
        with Path(path).open("rb") as file:
            return file.read(_HEAD_BYTES).lower()
    except OSError:
        return b""

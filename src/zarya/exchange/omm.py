"""The Orbit Mean-elements Message, for SGP4. **Source** CCSDS 502.0-B-3, section 4."""

import re
from collections.abc import Mapping
from typing import Final

from zarya.errors import FormatError
from zarya.exchange.document import Document, Fields, Section, Segment, Token
from zarya.exchange.layout import KEYS
from zarya.exchange.naming import epoch_text
from zarya.exchange.records import Covariance, ElementMessage, Spacecraft
from zarya.exchange.sections import (
    comment_tokens,
    covariance_section,
    fields_of,
    header_section,
    read_covariance,
    read_header,
    read_spacecraft,
    spacecraft_section,
    text_token,
    user_defined_section,
)
from zarya.orbits.tle import ElementSet

_SPLIT_ID: Final = re.compile(r"(\d{4}-\d{3})-([A-Z]{1,3})")
_WORDS: Final = ("EPOCH", "CLASSIFICATION_TYPE")


def element_message_from_document(document: Document) -> ElementMessage:
    """The record of an OMM.

    Raises
    ------
    FormatError : another theory than SGP4, another frame than TEME, another time system than UTC; a keyword, unit or
        number that cannot be honoured, or one missing (BSTAR and MEAN_MOTION_DOT too: SGP4 needs them).
    """
    segment = document.segments[0]
    metadata = fields_of(document, segment.metadata)
    _refuse_others(metadata)
    values: dict[str, object] = {
        "OBJECT_NAME": metadata.text("OBJECT_NAME"),
        "OBJECT_ID": _SPLIT_ID.sub(r"\1\2", metadata.text("OBJECT_ID", "")),
    }
    mean: Fields | None = None
    tle: Fields | None = None
    spacecraft: Spacecraft | None = None
    covariance: Covariance | None = None
    user: tuple[tuple[str, str], ...] = ()
    for section in segment.data:
        fields = fields_of(document, section)
        if section.name == "meanElements":
            mean = fields
        elif section.name == "tleParameters":
            tle = fields
        elif section.name == "spacecraftParameters":
            spacecraft = read_spacecraft(fields)
        elif section.name == "covarianceMatrix":
            covariance = read_covariance(fields, "utc")
        else:
            user += fields.user_defined
    for found, name, needed in (
        (mean, "meanElements", ("EPOCH", "MEAN_MOTION", "ECCENTRICITY", "INCLINATION", "RA_OF_ASC_NODE",
                                "ARG_OF_PERICENTER", "MEAN_ANOMALY")),
        (tle, "tleParameters", ("BSTAR", "MEAN_MOTION_DOT")),
    ):  # fmt: skip
        if found is None:
            raise FormatError(
                f"holds no {name} section", file=document.file, key=needed[0],
                remedy=f"Add {', '.join(needed)}; if the file was cut short, fetch it again.",
            )  # fmt: skip
        for key in KEYS["omm"][name]:
            if key in needed or key in found:
                values[key] = found.text(key) if key in _WORDS else found.number(key)
    assert mean is not None
    assert tle is not None
    mean.epoch("EPOCH", "utc")
    if "NORAD_CAT_ID" in tle and values["OBJECT_NAME"] == str(int(tle.number("NORAD_CAT_ID"))):
        values["OBJECT_NAME"] = ""  # what the writer puts for a set without a name
    return ElementMessage(
        ElementSet.from_omm(values, document.file), metadata.text("OBJECT_ID", ""), read_header(document),
        metadata.comments, mean.comments + tle.comments, spacecraft, covariance, user,
    )  # fmt: skip


def _refuse_others(metadata: Fields) -> None:
    for key, allowed in (
        ("MEAN_ELEMENT_THEORY", ("SGP4", "SGP/SGP4", "SGP4-XP")), ("REF_FRAME", ("TEME", "TEMEOFDATE")),
        ("TIME_SYSTEM", ("UTC",)), ("CENTER_NAME", ("EARTH",)),
    ):  # fmt: skip
        found = metadata.text(key)
        if found.upper() not in allowed or found.upper() == "SGP4-XP":
            raise FormatError(
                f"only {allowed[0]} can be flown", file=metadata.file, key=metadata.place(key), value=found,
                remedy=f"Give {key} = {allowed[0]}.",
            )  # fmt: skip


def international_designator(elements: ElementSet) -> str:
    """`1998-067A` of the TLE's `98067A`; `UNKNOWN` where there is none."""
    match = re.fullmatch(r"(\d\d)(\d{3}\w{1,3})", elements.designator)
    if match is None:
        return elements.designator.strip() or "UNKNOWN"
    century = "19" if int(match[1]) >= 57 else "20"
    return f"{century}{match[1]}-{match[2]}"


def document_from_element_message(message: ElementMessage) -> Document:
    """The message of a record."""
    e = message.elements
    metadata = [
        *comment_tokens(message.metadata_comments), text_token("OBJECT_NAME", e.name or f"{e.catalog_number}"),
        text_token("OBJECT_ID", message.object_id or international_designator(e)), Token("CENTER_NAME", "EARTH"),
        Token("REF_FRAME", "TEME"), Token("TIME_SYSTEM", "UTC"), Token("MEAN_ELEMENT_THEORY", "SGP4"),
    ]  # fmt: skip
    mean: Mapping[str, float] = {
        "MEAN_MOTION": e.mean_motion_rev_day, "ECCENTRICITY": e.eccentricity, "INCLINATION": e.inclination_deg,
        "RA_OF_ASC_NODE": e.raan_deg, "ARG_OF_PERICENTER": e.argp_deg, "MEAN_ANOMALY": e.mean_anomaly_deg,
    }  # fmt: skip
    tle: Mapping[str, float | int | str] = {
        "EPHEMERIS_TYPE": e.ephemeris_type, "CLASSIFICATION_TYPE": e.classification.strip() or "U",
        "NORAD_CAT_ID": e.catalog_number, "ELEMENT_SET_NO": e.element_number, "REV_AT_EPOCH": e.revolution,
        "BSTAR": e.bstar,
        "MEAN_MOTION_DOT": e.mean_motion_dot, "MEAN_MOTION_DDOT": e.mean_motion_ddot,
    }  # fmt: skip
    elements = [*comment_tokens(message.comments), Token("EPOCH", _epoch(e))]
    elements += [Token(key, repr(value)) for key, value in mean.items()]
    data = [Section("meanElements", tuple(elements))]
    if message.spacecraft is not None:
        data.append(spacecraft_section(message.spacecraft))
    data.append(Section("tleParameters", tuple(Token(key, str(value)) for key, value in tle.items())))
    if message.covariance is not None:
        data.append(covariance_section(message.covariance, "utc"))
    if message.user_defined:
        data.append(user_defined_section(message.user_defined))
    header = header_section(message.header)
    return Document("omm", "", header, (Segment(Section("metadata", tuple(metadata)), tuple(data)),))


def _epoch(elements: ElementSet) -> str:
    """The date to a microsecond: exactly what a TLE prints (0.864 ms a digit) and an OMM carries."""
    return epoch_text(elements.epoch, "utc", 6)

"""Sections the messages share: header, object, state, spacecraft, covariance; read into records and written back."""

import textwrap
from datetime import UTC, datetime
from typing import Final

import numpy as np

from zarya.errors import FormatError
from zarya.exchange.document import Document, Fields, Section, Token
from zarya.exchange.layout import COMMENT, COVARIANCE_KEYS, STATE_KEYS
from zarya.exchange.naming import decimals_needed, epoch_from_text, epoch_text
from zarya.exchange.records import Covariance, Floats, Header, Spacecraft
from zarya.time import Epoch
from zarya.units import KM

POSITION_DECIMALS: Final = 9
"""Of km: a micrometre."""
VELOCITY_DECIMALS: Final = 12
"""Of km/s: a nanometre a second."""
ACCELERATION_DECIMALS: Final = 15
_SPACECRAFT: Final = {
    "MASS": "mass_kg", "SOLAR_RAD_AREA": "solar_rad_area_m2", "SOLAR_RAD_COEFF": "solar_rad_coeff",
    "DRAG_AREA": "drag_area_m2", "DRAG_COEFF": "drag_coeff",
}  # fmt: skip


def fields_of(document: Document, section: Section) -> Fields:
    """The keywords of a section."""
    return Fields(section, document.kind, document.file)


def comment_tokens(comments: tuple[str, ...]) -> list[Token]:
    """A COMMENT for every line of the remarks, without control characters, folded at the 254 columns of KVN."""
    lines = [line.expandtabs().rstrip() for comment in comments for line in (comment.splitlines() or [""])]
    plain = ["".join(c for c in line if c.isprintable()) for line in lines]
    return [
        Token(COMMENT, part) for line in plain for part in (textwrap.wrap(line, 240) if len(line) > 246 else [line])
    ]


def text_token(key: str, value: str) -> Token:
    """A keyword with text of one line.

    Raises
    ------
    FormatError : the text is empty or has a line break.
    """
    plain = value.strip()
    if not plain or any(ord(c) < 32 for c in plain):
        raise FormatError("needs one line of text", key=key, value=value, remedy="Give the value before writing.")
    return Token(key, plain)


def number_token(key: str, value: float) -> Token:
    """A keyword with a number of 15 digits."""
    return Token(key, f"{value:.15g}")


def read_header(document: Document) -> Header:
    """Who made the message, and when."""
    fields = fields_of(document, document.header)
    creation: Epoch | None = None
    if fields.text("CREATION_DATE", ""):
        creation = fields.epoch("CREATION_DATE", "utc")
    return Header(
        originator=fields.text("ORIGINATOR", "UNKNOWN"), creation=creation, message_id=fields.text("MESSAGE_ID", ""),
        classification=fields.text("CLASSIFICATION", ""), comments=fields.comments,
    )  # fmt: skip


def header_section(header: Header) -> Section:
    """The header of a message; the date is now unless it says one."""
    tokens = comment_tokens(header.comments)
    if header.classification:
        tokens.append(text_token("CLASSIFICATION", header.classification))
    if header.creation is None:
        created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    else:
        created = epoch_text(header.creation, "utc", decimals_needed((header.creation,)))
    tokens += [Token("CREATION_DATE", created), text_token("ORIGINATOR", header.originator)]
    if header.message_id:
        tokens.append(text_token("MESSAGE_ID", header.message_id))
    return Section("header", tuple(tokens))


def read_state(fields: Fields) -> tuple[Floats, Floats]:
    """Position (1, 3) m and velocity (1, 3) m/s."""
    values = np.array([fields.number(key) for key in STATE_KEYS]) * KM
    return values[None, :3], values[None, 3:]


def state_texts(r_m: Floats, v_m_s: Floats, a_m_s2: Floats | None = None) -> list[str]:
    """Components in km, km/s and km/s2 with the digits of this package."""
    texts = [f"{x:.{POSITION_DECIMALS}f}" for x in (r_m / KM).tolist()]
    texts += [f"{x:.{VELOCITY_DECIMALS}f}" for x in (v_m_s / KM).tolist()]
    if a_m_s2 is not None:
        texts += [f"{x:.{ACCELERATION_DECIMALS}f}" for x in (a_m_s2 / KM).tolist()]
    return texts


def read_spacecraft(fields: Fields) -> Spacecraft:
    """Mass, areas and coefficients."""
    values = {name: fields.optional(key) for key, name in _SPACECRAFT.items()}
    for key, name in _SPACECRAFT.items():
        value = values[name]
        if value is not None and value < 0.0:
            raise FormatError(
                "cannot be negative", file=fields.file, key=fields.place(key), value=value, remedy="Correct the sign."
            )
    return Spacecraft(**values, comments=fields.comments)


def spacecraft_section(spacecraft: Spacecraft) -> Section:
    """The section of mass, areas and coefficients that are known."""
    tokens = comment_tokens(spacecraft.comments)
    for key, name in _SPACECRAFT.items():
        value = getattr(spacecraft, name)
        if value is not None:
            tokens.append(number_token(key, value))
    return Section("spacecraftParameters", tuple(tokens))


def read_covariance(fields: Fields, scale: str) -> Covariance:
    """A covariance, its epoch where the section has one."""
    matrix = np.zeros((6, 6))
    for key, (i, j) in zip(COVARIANCE_KEYS, _LOWER, strict=True):
        matrix[i, j] = matrix[j, i] = fields.number(key) * KM**2
    for i in range(6):
        if matrix[i, i] < 0.0:
            key = f"C{STATE_KEYS[i]}_{STATE_KEYS[i]}"
            raise FormatError(
                "a variance cannot be negative", file=fields.file, key=fields.place(key), value=matrix[i, i] / KM**2,
                remedy="Correct the covariance.",
            )  # fmt: skip
    epoch = fields.epoch("EPOCH", scale) if "EPOCH" in fields else None
    return Covariance(matrix, epoch, fields.text("COV_REF_FRAME", ""), fields.comments)


def covariance_section(covariance: Covariance, scale: str) -> Section:
    """The lower triangle in km2, km2/s and km2/s2."""
    tokens = comment_tokens(covariance.comments)
    if covariance.epoch is not None:
        tokens.append(Token("EPOCH", epoch_text(covariance.epoch, scale, decimals_needed((covariance.epoch,), scale))))
    if covariance.frame_name:
        tokens.append(text_token("COV_REF_FRAME", covariance.frame_name))
    for key, (i, j) in zip(COVARIANCE_KEYS, _LOWER, strict=True):
        tokens.append(Token(key, f"{covariance.matrix[i, j] / KM**2:.14e}"))
    return Section("covarianceMatrix", tuple(tokens))


def user_defined_section(parameters: tuple[tuple[str, str], ...]) -> Section:
    """Parameters of the user."""
    tokens = tuple(text_token(f"USER_DEFINED_{name}", value) for name, value in parameters)
    return Section("userDefinedParameters", tokens)


def optional_epoch(fields: Fields, key: str, scale: str) -> Epoch | None:
    """The instant of `key` or None."""
    return epoch_from_text(fields.text(key), scale, fields.file, fields.place(key)) if key in fields else None


_LOWER: Final = tuple((i, j) for i in range(6) for j in range(i + 1))

"""The Orbit Parameter Message. **Source** CCSDS 502.0-B-3, section 3."""

from typing import Final

import numpy as np

from zarya.errors import FormatError
from zarya.exchange.document import Document, Fields, Section, Segment, Token
from zarya.exchange.layout import STATE_KEYS
from zarya.exchange.naming import decimals_needed, epoch_text, frame_from_name, scale_from_name
from zarya.exchange.oem import object_tokens
from zarya.exchange.records import Covariance, Maneuver, OsculatingElements, Spacecraft, StateMessage, Trajectory
from zarya.exchange.sections import (
    comment_tokens,
    covariance_section,
    fields_of,
    header_section,
    number_token,
    optional_epoch,
    read_covariance,
    read_header,
    read_spacecraft,
    read_state,
    spacecraft_section,
    state_texts,
    text_token,
    user_defined_section,
)
from zarya.units import KM

_ELEMENTS: Final = {
    "SEMI_MAJOR_AXIS": "semi_major_axis_km", "ECCENTRICITY": "eccentricity", "INCLINATION": "inclination_deg",
    "RA_OF_ASC_NODE": "raan_deg", "ARG_OF_PERICENTER": "argp_deg", "TRUE_ANOMALY": "true_anomaly_deg",
    "MEAN_ANOMALY": "mean_anomaly_deg", "GM": "gm_km3_s2",
}  # fmt: skip


def state_message_from_document(document: Document) -> StateMessage:
    """The record of an OPM.

    Raises
    ------
    FormatError : a keyword, unit, frame, time system, date or number that cannot be honoured, or one missing.
    """
    segment = document.segments[0]
    metadata = fields_of(document, segment.metadata)
    scale = scale_from_name(metadata.text("TIME_SYSTEM"), document.file, metadata.place("TIME_SYSTEM"))
    frame_name = metadata.text("REF_FRAME")
    frame = frame_from_name(frame_name, document.file, metadata.place("REF_FRAME"))
    state: Trajectory | None = None
    elements: OsculatingElements | None = None
    spacecraft: Spacecraft | None = None
    covariance: Covariance | None = None
    maneuvers: list[Maneuver] = []
    user: tuple[tuple[str, str], ...] = ()
    for section in segment.data:
        fields = fields_of(document, section)
        if section.name == "stateVector":
            r_m, v_m_s = read_state(fields)
            state = Trajectory(
                object_name=metadata.text("OBJECT_NAME"), object_id=metadata.text("OBJECT_ID"),
                center=metadata.text("CENTER_NAME"), frame=frame, time_scale=scale, epoch=fields.epoch("EPOCH", scale),
                t_s=np.zeros(1), r_m=r_m, v_m_s=v_m_s, frame_name=frame_name,
                frame_epoch=optional_epoch(metadata, "REF_FRAME_EPOCH", scale), metadata_comments=metadata.comments,
                comments=fields.comments,
            )  # fmt: skip
        elif section.name == "keplerianElements":
            elements = _read_elements(fields)
        elif section.name == "spacecraftParameters":
            spacecraft = read_spacecraft(fields)
        elif section.name == "covarianceMatrix":
            covariance = read_covariance(fields, scale)
        elif section.name == "maneuverParameters":
            maneuvers.append(_read_maneuver(fields, scale))
        else:
            user += fields.user_defined
    if state is None:
        raise FormatError(
            "holds no state vector", file=document.file, key="EPOCH", remedy="Add EPOCH, X, Y, Z and X_DOT to Z_DOT."
        )
    return StateMessage(state, read_header(document), elements, spacecraft, covariance, tuple(maneuvers), user)


def _read_elements(fields: Fields) -> OsculatingElements:
    true_anomaly, mean_anomaly = fields.optional("TRUE_ANOMALY"), fields.optional("MEAN_ANOMALY")
    if true_anomaly is None and mean_anomaly is None:
        fields.text("TRUE_ANOMALY")
    values = {name: fields.number(key) for key, name in _ELEMENTS.items() if not key.endswith("ANOMALY")}
    return OsculatingElements(
        semi_major_axis_km=values["semi_major_axis_km"], eccentricity=values["eccentricity"],
        inclination_deg=values["inclination_deg"], raan_deg=values["raan_deg"], argp_deg=values["argp_deg"],
        gm_km3_s2=values["gm_km3_s2"], true_anomaly_deg=true_anomaly, mean_anomaly_deg=mean_anomaly,
        comments=fields.comments,
    )  # fmt: skip


def _read_maneuver(fields: Fields, scale: str) -> Maneuver:
    delta_v = np.array([fields.number(f"MAN_DV_{i}") for i in (1, 2, 3)]) * KM
    return Maneuver(
        fields.epoch("MAN_EPOCH_IGNITION", scale), fields.number("MAN_DURATION"), fields.number("MAN_DELTA_MASS"),
        delta_v, fields.text("MAN_REF_FRAME"), fields.comments,
    )  # fmt: skip


def document_from_state_message(message: StateMessage) -> Document:
    """The message of a record."""
    state = message.state
    scale, epoch = state.time_scale, state.first
    metadata = Section("metadata", (*comment_tokens(state.metadata_comments), *object_tokens(state)))
    tokens = [
        *comment_tokens(state.comments),
        Token("EPOCH", epoch_text(epoch, scale, decimals_needed((epoch,), scale))),
    ]
    tokens += [Token(k, v) for k, v in zip(STATE_KEYS, state_texts(state.r_m[0], state.v_m_s[0]), strict=True)]
    data = [Section("stateVector", tuple(tokens))]
    if message.elements is not None:
        data.append(_elements_section(message.elements))
    if message.spacecraft is not None:
        data.append(spacecraft_section(message.spacecraft))
    if message.covariance is not None:
        data.append(covariance_section(message.covariance, scale))
    data += [_maneuver_section(item, scale) for item in message.maneuvers]
    if message.user_defined:
        data.append(user_defined_section(message.user_defined))
    return Document("opm", "", header_section(message.header), (Segment(metadata, tuple(data)),))


def _elements_section(elements: OsculatingElements) -> Section:
    tokens = comment_tokens(elements.comments)
    for key, name in _ELEMENTS.items():
        value = getattr(elements, name)
        if value is not None:
            tokens.append(number_token(key, value))
    return Section("keplerianElements", tuple(tokens))


def _maneuver_section(item: Maneuver, scale: str) -> Section:
    tokens = comment_tokens(item.comments)
    tokens += [
        Token("MAN_EPOCH_IGNITION", epoch_text(item.ignition, scale, decimals_needed((item.ignition,), scale))),
        number_token("MAN_DURATION", item.duration_s), number_token("MAN_DELTA_MASS", item.delta_mass_kg),
        text_token("MAN_REF_FRAME", item.frame_name),
    ]  # fmt: skip
    tokens += [number_token(f"MAN_DV_{i + 1}", float(dv) / KM) for i, dv in enumerate(item.delta_v_m_s)]
    return Section("maneuverParameters", tuple(tokens))

"""The Orbit Ephemeris Message. **Source** CCSDS 502.0-B-3, section 5."""

from collections.abc import Iterable

import numpy as np

from zarya.errors import FormatError
from zarya.exchange.document import Document, Fields, Row, Section, Segment, Token, number_from_text
from zarya.exchange.naming import decimals_needed, epoch_from_text, epoch_text, frame_from_name, scale_from_name
from zarya.exchange.records import Covariance, Ephemeris, Floats, Trajectory
from zarya.exchange.sections import (
    comment_tokens,
    covariance_section,
    fields_of,
    header_section,
    optional_epoch,
    read_covariance,
    read_header,
    state_texts,
    text_token,
)
from zarya.time import Epoch
from zarya.units import KM

_COLUMNS = ("EPOCH", "X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT", "X_DDOT", "Y_DDOT", "Z_DDOT")


def ephemeris_from_document(document: Document) -> Ephemeris:
    """The record of an OEM.

    Raises
    ------
    FormatError : a keyword, unit, frame, time system, date or number that cannot be honoured; dates that do not
        ascend; a file cut short. Names key, value and line.
    """
    last = len(document.segments) - 1
    segments = tuple(_segment(document, s, document.is_cut and i == last) for i, s in enumerate(document.segments))
    for key, found in (
        ("OBJECT_ID", [item.object_id for item in segments]), ("TIME_SYSTEM", [item.time_scale for item in segments])
    ):  # fmt: skip
        if len(set(found)) > 1:
            raise FormatError(
                "differs between the segments of one OEM", file=document.file, key=key, value=sorted(set(found)),
                remedy="Give each object and time system its own file.",
            )  # fmt: skip
    return Ephemeris(segments, read_header(document))


def _segment(document: Document, segment: Segment, is_cut: bool) -> Trajectory:
    fields = fields_of(document, segment.metadata)
    file = document.file
    scale = scale_from_name(fields.text("TIME_SYSTEM"), file, fields.place("TIME_SYSTEM"))
    frame_name = fields.text("REF_FRAME")
    frame = frame_from_name(frame_name, file, fields.place("REF_FRAME"))
    rows = [row for section in segment.data for row in section.rows]
    epochs, values = _states(rows, scale, fields)
    span = (fields.epoch("START_TIME", scale), fields.epoch("STOP_TIME", scale))
    usable = (optional_epoch(fields, "USEABLE_START_TIME", scale), optional_epoch(fields, "USEABLE_STOP_TIME", scale))
    _check_spans(span, usable, fields)
    if is_cut and not _has_covariance(segment) and (span[1] - epochs[-1] > 1.0e-3 or _is_short(rows)):
        raise FormatError(
            f"ends in the middle of a line, the state of {epoch_text(epochs[-1], scale)}", file=file,
            key=f"line {rows[-1].line}", value=" ".join(rows[-1].values)[:160],
            remedy="The file seems cut short; fetch it again. If it is whole, end it with a line break.",
        )  # fmt: skip
    degree = fields.number("INTERPOLATION_DEGREE") if "INTERPOLATION_DEGREE" in fields else 0.0
    if not degree.is_integer() or degree < 0 or ("INTERPOLATION" in fields and "INTERPOLATION_DEGREE" not in fields):
        raise FormatError(
            "INTERPOLATION needs a whole INTERPOLATION_DEGREE", file=file, key=fields.place("INTERPOLATION_DEGREE"),
            value=degree, remedy="Give the degree.",
        )  # fmt: skip
    remarks = tuple(token.value for section in segment.data if section.name == "ephemeris" for token in section.tokens)
    return Trajectory(
        object_name=fields.text("OBJECT_NAME"), object_id=fields.text("OBJECT_ID"), center=fields.text("CENTER_NAME"),
        frame=frame, time_scale=scale, epoch=epochs[0], t_s=np.array([epoch - epochs[0] for epoch in epochs]),
        r_m=values[:, :3], v_m_s=values[:, 3:6], a_m_s2=values[:, 6:] if values.shape[1] == 9 else None,
        frame_name=frame_name, frame_epoch=optional_epoch(fields, "REF_FRAME_EPOCH", scale), span=span, usable=usable,
        interpolation=fields.text("INTERPOLATION", "").upper(), interpolation_degree=int(degree),
        covariances=_covariances(document, segment, scale), metadata_comments=fields.comments, comments=remarks,
    )  # fmt: skip


def _has_covariance(segment: Segment) -> bool:
    return any(section.name == "covarianceMatrix" for section in segment.data)


def _is_short(rows: list[Row]) -> bool:
    """Whether the last number has fewer decimals than all before it, which agree."""
    *before, last = [len(row.values[-1].partition(".")[2]) for row in rows]
    return len(set(before)) == 1 and last < before[0]


def _states(rows: list[Row], scale: str, fields: Fields) -> tuple[list[Epoch], Floats]:
    """Instants, and values (state, 6 or 9) in SI.

    A row without accelerations among rows with them drops them all; a row written twice counts once.
    """
    if not rows:
        raise FormatError(
            "a segment without states", file=fields.file, key=f"line {fields.line}",
            remedy="Give states after META_STOP; if the file was cut short, fetch it again.",
        )  # fmt: skip
    epochs: list[Epoch] = []
    numbers: list[list[float]] = []
    for before, row in zip([None, *rows], rows, strict=False):
        if before is not None and row.values == before.values:
            continue
        key = f"line {row.line}"
        if len(row.values) not in (7, 10):
            raise FormatError(
                f"a state has 7 columns, or 10 with accelerations, not {len(row.values)}", file=fields.file, key=key,
                value=" ".join(row.values)[:80], remedy="Restore the line; if the file was cut short, fetch it again.",
            )  # fmt: skip
        epoch = epoch_from_text(row.values[0], scale, fields.file, key)
        if epochs and epoch <= epochs[-1]:
            raise FormatError(
                "the dates do not ascend", file=fields.file, key=key, value=row.values[0],
                remedy="Sort the states and remove doubles.",
            )  # fmt: skip
        epochs.append(epoch)
        numbers.append(
            [
                number_from_text(text, fields.file, _COLUMNS[i], row.line)
                for i, text in enumerate(row.values[1:], start=1)
            ]
        )
    width = min(len(line) for line in numbers)
    return epochs, np.array([line[:width] for line in numbers]) * KM


def _check_spans(span: tuple[Epoch, Epoch], usable: tuple[Epoch | None, Epoch | None], fields: Fields) -> None:
    start, stop = span
    first, last = usable[0] or start, usable[1] or stop
    for is_wrong, key, problem in (
        (stop < start, "STOP_TIME", "is before START_TIME"),
        (first < start or first > stop, "USEABLE_START_TIME", "is outside START_TIME to STOP_TIME"),
        (last > stop or last < first, "USEABLE_STOP_TIME", "is outside the span of the segment"),
    ):
        if is_wrong:
            raise FormatError(
                problem, file=fields.file, key=fields.place(key), value=fields.text(key), remedy="Correct the dates."
            )


def _covariances(document: Document, segment: Segment, scale: str) -> tuple[Covariance, ...]:
    found = []
    for section in segment.data:
        if section.name == "covarianceMatrix":
            fields = fields_of(document, section)
            fields.text("EPOCH")
            found.append(read_covariance(fields, scale))
    return tuple(found)


def document_from_ephemeris(ephemeris: Ephemeris) -> Document:
    """The message of a record: dates in its time scale, positions to a micrometre, velocities to a nanometre per s."""
    segments = tuple(_written(item) for item in ephemeris.segments)
    return Document("oem", "", header_section(ephemeris.header), segments)


def _written(item: Trajectory) -> Segment:
    scale = item.time_scale
    epochs = item.epochs
    decimals = decimals_needed(epochs, scale)
    start, stop = item.span or (epochs[0], epochs[-1])
    edges: Iterable[tuple[str, Epoch | None]] = (
        ("START_TIME", start), ("USEABLE_START_TIME", item.usable[0]), ("USEABLE_STOP_TIME", item.usable[1]),
        ("STOP_TIME", stop),
    )  # fmt: skip
    tokens = [*comment_tokens(item.metadata_comments), *object_tokens(item)]
    for key, epoch in edges:
        if epoch is not None:
            tokens.append(Token(key, epoch_text(epoch, scale, max(decimals, decimals_needed((epoch,), scale)))))
    if item.interpolation:
        tokens.append(text_token("INTERPOLATION", item.interpolation))
        tokens.append(Token("INTERPOLATION_DEGREE", str(item.interpolation_degree)))
    rows = []
    for i, epoch in enumerate(epochs):
        texts = state_texts(item.r_m[i], item.v_m_s[i], None if item.a_m_s2 is None else item.a_m_s2[i])
        rows.append(Row((epoch_text(epoch, scale, decimals), *texts)))
    data = [Section("ephemeris", tuple(comment_tokens(item.comments)), tuple(rows))]
    data += [covariance_section(matrix, scale) for matrix in item.covariances]
    return Segment(Section("metadata", tuple(tokens)), tuple(data))


def object_tokens(item: Trajectory) -> list[Token]:
    """Object, centre, frame and time system, as OPM and OEM share them."""
    tokens = [
        text_token("OBJECT_NAME", item.object_name), text_token("OBJECT_ID", item.object_id),
        text_token("CENTER_NAME", item.center), text_token("REF_FRAME", item.name_of_frame),
    ]  # fmt: skip
    if item.frame_epoch is not None:
        decimals = decimals_needed((item.frame_epoch,), item.time_scale)
        tokens.append(Token("REF_FRAME_EPOCH", epoch_text(item.frame_epoch, item.time_scale, decimals)))
    return [*tokens, Token("TIME_SYSTEM", item.time_scale.upper())]

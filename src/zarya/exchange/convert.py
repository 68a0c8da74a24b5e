"""From any of the formats to any other, as far as the data allow."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from zarya.errors import FormatError
from zarya.exchange.atomic import write_atomically
from zarya.exchange.content import read_any
from zarya.exchange.czml import write_czml
from zarya.exchange.element_files import write_element_sets
from zarya.exchange.frame_change import in_frame
from zarya.exchange.messages import Message, kvn_text, xml_text
from zarya.exchange.naming import epoch_text
from zarya.exchange.omm import international_designator
from zarya.exchange.records import ElementMessage, Ephemeris, Header, StateMessage, Trajectory
from zarya.exchange.tabular import write_table
from zarya.orbits.tle import ElementSet

DEFAULT_STEP_S: Final = 60.0
DEFAULT_DURATION_S: Final = 86_400.0
_KINDS: Final = {
    ".tle": "tle", ".3le": "tle", ".2le": "tle", ".omm": "omm", ".opm": "opm", ".oem": "oem", ".czml": "czml",
    ".csv": "csv", ".parquet": "parquet", ".xml": "", ".kvn": "",
}  # fmt: skip
_NATURAL: Final = {"tle": "omm", "czml": "oem", "csv": "oem", "parquet": "oem"}
_LARGEST_COUNT: Final = 1_000
"""Files one conversion may write."""


def convert(
    path_in: Path | str,
    path_out: Path | str,
    *,
    step_s: float = DEFAULT_STEP_S,
    duration_s: float = DEFAULT_DURATION_S,
    frame: str | None = None,
) -> list[Path]:
    """Convert a file; returns the files written.

    Parameters
    ----------
    path_in : TLE, OMM, OPM, OEM (KVN or XML), CZML, CSV or Parquet, told by its content.
    path_out : its ending chooses the format: .tle .3le .2le .omm .opm .oem .czml .csv .parquet; .xml for the XML of the
        kind before it (`x.oem.xml`), or of what the input is (`x.xml`). Where a format holds one object and the input
        has several, each gets its file, the object's number in its name.
    step_s, duration_s : of the states SGP4 makes from an element set, from its epoch on.
    frame : turn the states to gcrf, eme2000, itrf or teme; None leaves them in theirs (SGP4: teme).

    Raises
    ------
    FormatError : the input has a fault, or the conversion is impossible (states do not make an element set).
    """
    source, messages = read_any(path_in)
    kind, is_xml = _target(Path(path_out), source)
    if kind in ("tle", "omm"):
        elements = [message for message in messages if isinstance(message, ElementMessage)]
        if not elements:
            raise FormatError(
                "states do not make an element set: mean elements are fitted to many states, not read off one",
                file=str(path_out), value=f"{source} to {kind}",
                remedy="Write OPM, OEM, CZML, CSV or Parquet, or start from a TLE or OMM.",
            )  # fmt: skip
        if kind == "tle":
            return [write_element_sets(path_out, [message.elements for message in elements])]
        return _write_messages(path_out, elements, is_xml, [f"{i + 1:04d}" for i in range(len(elements))])
    if kind == "opm":
        states = [_state(message, source, frame) for message in _latest(messages)]
        return _write_messages(path_out, states, is_xml, [_label(item.state) for item in states])
    ephemerides = [_ephemeris(message, step_s, duration_s, frame) for message in _latest(messages)]
    if kind == "oem":
        return _write_messages(path_out, ephemerides, is_xml, [_label(item.segments[0]) for item in ephemerides])
    trajectories = [segment for item in ephemerides for segment in item.segments]
    return [write_czml(path_out, trajectories) if kind == "czml" else write_table(path_out, trajectories)]


def _target(path: Path, source: str) -> tuple[str, bool]:
    """Kind to write and whether as XML."""
    suffix = path.suffix.lower()
    if suffix not in _KINDS:
        raise FormatError(
            "the ending names no format", file=str(path), value=suffix,
            remedy=f"End the name in {', '.join(_KINDS)}.",
        )  # fmt: skip
    if _KINDS[suffix]:
        return _KINDS[suffix], False
    inner = _KINDS.get(Path(path.stem).suffix.lower(), "")
    return (inner if inner in ("omm", "opm", "oem") else _NATURAL.get(source, source)), suffix == ".xml"


def _write_messages(path: Path | str, messages: Sequence[Message], is_xml: bool, labels: Sequence[str]) -> list[Path]:
    """One file, several messages of XML in an `<ndm>`; several of KVN get a file each."""
    if is_xml:
        return [write_atomically(path, xml_text(messages))]
    if len(messages) == 1:
        return [write_atomically(path, kvn_text(messages[0]))]
    if len(messages) > _LARGEST_COUNT:
        raise FormatError(
            f"a KVN file holds one message, this would write {len(messages)} files", file=str(path),
            remedy="Write .xml, .csv or .parquet, which hold many.",
        )  # fmt: skip
    target = Path(path)
    texts = [kvn_text(message) for message in messages]
    names = [target.with_name(f"{target.stem}-{label}{target.suffix}") for label in labels]
    if len(set(names)) < len(names):
        names = [target.with_name(f"{target.stem}-{i + 1:04d}{target.suffix}") for i in range(len(names))]
    return [write_atomically(name, text) for name, text in zip(names, texts, strict=True)]


def _label(item: Trajectory) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", item.object_id if item.object_id != "UNKNOWN" else item.object_name).strip("-")


def _latest(messages: Sequence[Message]) -> list[Message]:
    """Of several element sets of one satellite, the latest; everything else as it is."""
    best: dict[int, ElementMessage] = {}
    others: list[Message] = []
    for message in messages:
        if isinstance(message, ElementMessage):
            number = message.elements.catalog_number
            if number not in best or message.elements.epoch > best[number].elements.epoch:
                best[number] = message
        else:
            others.append(message)
    return [*others, *best.values()]


def _ephemeris(message: Message, step_s: float, duration_s: float, frame: str | None) -> Ephemeris:
    if isinstance(message, ElementMessage):
        segments: tuple[Trajectory, ...] = (sgp4_trajectory(message, step_s, duration_s),)
        header = Header(comments=message.header.comments)
    elif isinstance(message, StateMessage):
        note = "One state, from an OPM; nothing was propagated."
        segments = (replace(message.state, comments=(note, *message.state.comments)),)
        header = message.header
    else:
        segments, header = tuple(_honest(item) for item in message.segments), message.header
    if frame is not None:
        segments = tuple(_turned(item, frame) for item in segments)
    return Ephemeris(segments, header)


def _turned(item: Trajectory, frame: str) -> Trajectory:
    turned = in_frame(item, frame)
    if turned is item:
        return item
    note = f"Turned from {item.name_of_frame} to {turned.name_of_frame}."
    return replace(turned, comments=(*turned.comments, note))


def _honest(item: Trajectory) -> Trajectory:
    """A trajectory that claims no more than its states cover."""
    if item.missing_s <= 1.0e-3 or item.span is None:
        return item
    stop = epoch_text(item.span[1], item.time_scale)
    note = f"The source says STOP_TIME = {stop}; its states end {item.missing_s:.3f} s before."
    start, end = item.usable
    usable = (start if start and start <= item.last else None, end if end and end <= item.last else None)
    return replace(item, span=None, usable=usable, comments=(*item.comments, note))


def _state(message: Message, source: str, frame: str | None) -> StateMessage:
    if isinstance(message, StateMessage):
        return message if frame is None else replace(message, state=_turned(message.state, frame))
    if isinstance(message, ElementMessage):
        state = sgp4_trajectory(message, DEFAULT_STEP_S, 0.0)
        found = StateMessage(state, Header(comments=message.header.comments), spacecraft=message.spacecraft)
    else:
        last = message.segments[-1]
        note = f"Last state of {len(last.t_s)} in the source ({source.upper()})."
        found = StateMessage(replace(last.only(-1), comments=(*last.comments, note), covariances=()), message.header)
    return found if frame is None else replace(found, state=_turned(found.state, frame))


def sgp4_trajectory(message: ElementMessage | ElementSet, step_s: float, duration_s: float) -> Trajectory:
    """States of an element set by SGP4 in teme, from its epoch every `step_s` to `duration_s`, that instant included.

    Raises
    ------
    FormatError : a step or duration that is not positive (a duration of 0 gives one state). CoverageError : decayed.
    """
    elements = message.elements if isinstance(message, ElementMessage) else message
    if not (step_s > 0.0 and duration_s >= 0.0 and np.isfinite(step_s) and np.isfinite(duration_s)):
        raise FormatError(
            "step and duration must be positive", key="step_s, duration_s", value=(step_s, duration_s),
            remedy="Give seconds.",
        )  # fmt: skip
    t_s = np.arange(int(duration_s / step_s + 1.0e-9) + 1, dtype=np.float64) * float(step_s)
    if duration_s - t_s[-1] > 1.0e-3:
        t_s = np.concatenate([t_s, np.array([duration_s], dtype=np.float64)])
    r_m, v_m_s = elements.sgp4(t_s)
    stated_id = message.object_id if isinstance(message, ElementMessage) else ""
    made = f"States by SGP4 (WGS72) from the element set of {elements.epoch.iso('utc', 6)}, satellite"
    span = f" every {step_s:g} s over {duration_s:g} s" if duration_s else " at its epoch"
    comments = [f"{made} {elements.catalog_number},{span}; frame TEME of date.", "No numerical propagation was done."]
    return Trajectory(
        object_name=elements.name or str(elements.catalog_number),
        object_id=stated_id or international_designator(elements),
        frame="teme", epoch=elements.epoch, t_s=t_s, r_m=r_m, v_m_s=v_m_s,
        interpolation="HERMITE" if len(t_s) > 1 else "", interpolation_degree=7 if len(t_s) > 1 else 0,
        comments=tuple(comments),
    )  # fmt: skip

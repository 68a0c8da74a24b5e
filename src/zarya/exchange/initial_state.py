"""The state a propagation begins with, from a file of any kind."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from zarya.errors import CoverageError, FormatError
from zarya.exchange.content import read_any
from zarya.exchange.convert import sgp4_trajectory
from zarya.exchange.frame_change import in_frame, require_earth
from zarya.exchange.interpolation import state_at
from zarya.exchange.messages import Message
from zarya.exchange.naming import epoch_text
from zarya.exchange.records import ElementMessage, Ephemeris, Floats, Spacecraft, StateMessage, Trajectory
from zarya.orbits.tle import ElementSet
from zarya.time import Epoch

_REMARK: Final = re.compile(
    r"\s*(MASS|DRAG_AREA|DRAG_COEFF|SOLAR_RAD_AREA|SOLAR_RAD_COEFF)\s*=\s*([0-9.]+)\s*(\[.*\])?"
)
_NAMES: Final = {
    "MASS": "mass_kg", "DRAG_AREA": "drag_area_m2", "DRAG_COEFF": "drag_coeff", "SOLAR_RAD_AREA": "solar_rad_area_m2",
    "SOLAR_RAD_COEFF": "solar_rad_coeff",
}  # fmt: skip


class InitialState(NamedTuple):
    """Where a propagation begins.

    Parameters
    ----------
    kind : of the file: opm, oem, omm, tle, czml, csv or parquet.
    r_gcrf, v_gcrf : (3,) m, (3,) m/s.
    metadata : object_name, object_id, originator, source_frame, time_system, comments, remarks; mass_kg,
        drag_area_m2, drag_coeff, solar_rad_area_m2, solar_rad_coeff where the file or its comments state them;
        interpolation_error_m where the state was interpolated; maneuvers, their number in an OPM.
        `remarks` are sentences the user should see (a file cut short, burns not flown).
    element_set : of a TLE or OMM, else None.
    """

    kind: str
    epoch: Epoch
    r_gcrf: Floats
    v_gcrf: Floats
    metadata: dict[str, object]
    element_set: ElementSet | None


def read_initial_state(path: Path | str, from_epoch: Epoch | None = None) -> InitialState:
    """The state of an OPM; the last of an ephemeris or that at `from_epoch`; of element sets SGP4's at its epoch.

    With `from_epoch` the element set is the latest not after it (the first, if all are), the state SGP4's at it.

    Raises
    ------
    FormatError : a fault in the file, several objects, a centre other than the Earth.
    CoverageError : `from_epoch` is outside what the file covers.
    """
    kind, messages = read_any(path)
    file = str(path)
    if isinstance(messages[0], ElementMessage):
        return _of_elements(kind, messages, from_epoch, file)
    if len(messages) > 1:
        raise FormatError(
            f"holds {len(messages)} objects or messages", file=file, value=[_name(item) for item in messages],
            remedy="Split the file, one object each.",
        )  # fmt: skip
    message = messages[0]
    if isinstance(message, StateMessage):
        return _of_state(kind, message, from_epoch, file)
    return _of_ephemeris(kind, message, from_epoch, file)


def comment_values(comments: Sequence[str]) -> dict[str, float]:
    """mass_kg, drag_area_m2, drag_coeff, solar_rad_area_m2, solar_rad_coeff of remarks like `MASS=458943.00`."""
    matches = [_REMARK.fullmatch(line) for line in comments]
    return {_NAMES[match[1]]: float(match[2]) for match in matches if match is not None}


def _name(message: Message) -> str:
    if isinstance(message, ElementMessage):
        return message.elements.name
    return message.state.object_name if isinstance(message, StateMessage) else message.segments[0].object_name


def _of_elements(kind: str, messages: Sequence[Message], from_epoch: Epoch | None, file: str) -> InitialState:
    found = [message for message in messages if isinstance(message, ElementMessage)]
    sets = [message.elements for message in found]
    if len({item.catalog_number for item in sets}) > 1:
        raise FormatError(
            "holds element sets of several satellites", file=file, key="catalogue number",
            value=sorted({item.catalog_number for item in sets})[:10], remedy="Split the file, one satellite each.",
        )  # fmt: skip
    before = [item for item in sets if from_epoch is None or item.epoch <= from_epoch]
    chosen = max(before, key=lambda item: item.epoch) if before else min(sets, key=lambda item: item.epoch)
    message = found[sets.index(chosen)]
    epoch = from_epoch or chosen.epoch
    r_teme, v_teme = chosen.sgp4(epoch)
    state = Trajectory(
        object_name=chosen.name or str(chosen.catalog_number), object_id=sgp4_trajectory(message, 60.0, 0.0).object_id,
        frame="teme", epoch=epoch, t_s=np.zeros(1), r_m=r_teme[None], v_m_s=v_teme[None], comments=message.comments,
    )  # fmt: skip
    metadata = _metadata(state, message.header.originator if kind == "omm" else "", message.spacecraft)
    return _result(kind, state, metadata, chosen, file)


def _of_state(kind: str, message: StateMessage, from_epoch: Epoch | None, file: str) -> InitialState:
    state = message.state
    if from_epoch is not None and abs(from_epoch - state.first) > 1.0e-6:
        raise CoverageError(
            f"an OPM has one state, at {state.first.iso()}", file=file, key="from", value=from_epoch.iso(),
            remedy="Leave the date out, or propagate to it first.",
        )  # fmt: skip
    metadata = _metadata(state, message.header.originator, message.spacecraft)
    if message.maneuvers:
        metadata["maneuvers"] = len(message.maneuvers)
        metadata["remarks"] = [f"the OPM's {len(message.maneuvers)} maneuvers are not flown"]
    return _result(kind, state, metadata, None, file)


def _of_ephemeris(kind: str, message: Ephemeris, from_epoch: Epoch | None, file: str) -> InitialState:
    error_m: float | None = None
    last = max(message.segments, key=lambda segment: segment.last)
    if from_epoch is None:
        state = last.only(-1)
    else:
        state, error_m = state_at(message, from_epoch, file)
    metadata = _metadata(state, message.header.originator, None)
    if error_m is not None:
        metadata["interpolation_error_m"] = error_m
    if last.missing_s > 1.0e-3 and last.span is not None:
        stop = epoch_text(last.span[1], last.time_scale)
        metadata["remarks"] = [f"the states end {last.missing_s:.3f} s before the file's STOP_TIME {stop}"]
    return _result(kind, state, metadata, None, file)


def _metadata(state: Trajectory, originator: str, spacecraft: Spacecraft | None) -> dict[str, object]:
    comments = (*state.metadata_comments, *state.comments)
    metadata: dict[str, object] = {
        "object_name": state.object_name, "object_id": state.object_id, "originator": originator,
        "source_frame": state.name_of_frame, "time_system": state.time_scale.upper(), "comments": list(comments),
        "remarks": [], **comment_values(comments),
    }  # fmt: skip
    if spacecraft is not None:
        stated = {name: getattr(spacecraft, name) for name in _NAMES.values()}
        metadata.update({name: value for name, value in stated.items() if value is not None})
    return metadata


def _result(
    kind: str, state: Trajectory, metadata: dict[str, object], elements: ElementSet | None, file: str
) -> InitialState:
    require_earth(state, file)
    gcrf = in_frame(state, "gcrf")
    return InitialState(kind, state.first, gcrf.r_m[0], gcrf.v_m_s[0], metadata, elements)

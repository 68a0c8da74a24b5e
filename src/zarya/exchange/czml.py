"""CZML, what Cesium draws: positions with velocities, inertial or fixed to the Earth. **Source** CZML guide 1.0."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from zarya.errors import FormatError
from zarya.exchange.atomic import write_atomically
from zarya.exchange.frame_change import in_frame, require_earth
from zarya.exchange.messages import text_of_file
from zarya.exchange.naming import decimals_needed, epoch_from_text, scale_from_name
from zarya.exchange.records import Trajectory
from zarya.time import Epoch

_COLOURS: Final = ((255, 200, 60), (90, 190, 255), (140, 230, 120), (250, 120, 120))
"""RGB of the objects in turn."""
_CLOCK_RATE: Final = 60.0
"""Seconds shown in a second."""
_PATH_S: Final = 5_580.0
"""Length of the path drawn behind and before an object: a revolution of the station."""


def czml_text(trajectories: Sequence[Trajectory]) -> str:
    """A CZML document; trajectories of the same object become intervals of its position.

    Earth-fixed states are written as FIXED, all others are turned to gcrf and written as INERTIAL (ICRF axes).

    Raises
    ------
    FormatError : the centre is not the Earth.
    """
    turned = [item if item.frame == "itrf" else in_frame(item, "gcrf") for item in trajectories]
    for item in turned:
        require_earth(item)
    start, stop = min(item.first for item in turned), max(item.last for item in turned)
    clock = {"interval": _interval(start, stop), "currentTime": _date(start), "multiplier": _CLOCK_RATE}
    packets: list[dict[str, Any]] = [{"id": "document", "name": "zarya", "version": "1.0", "clock": clock}]
    objects: dict[tuple[str, str], list[Trajectory]] = {}
    for item in turned:
        objects.setdefault((item.object_id, item.object_name), []).append(item)
    for number, parts in enumerate(objects.values()):
        packets.append(_packet(parts, number))
    return json.dumps(packets, indent=1) + "\n"


def write_czml(path: Path | str, trajectories: Sequence[Trajectory]) -> Path:
    """Write a CZML document; what was there is replaced when complete."""
    return write_atomically(path, czml_text(trajectories))


def _date(epoch: Epoch) -> str:
    return epoch.iso("utc", decimals_needed((epoch,)))


def _interval(start: Epoch, stop: Epoch) -> str:
    return f"{_date(start)}/{_date(stop)}"


def _packet(parts: Sequence[Trajectory], number: int) -> dict[str, Any]:
    first = parts[0]
    colour = [*_COLOURS[number % len(_COLOURS)], 255]
    positions = [_position(part) for part in parts]
    if len(parts) > 1:
        positions = [{"interval": _interval(p.first, p.last), **q} for p, q in zip(parts, positions, strict=True)]
    return {
        "id": first.object_id or first.object_name,
        "name": first.object_name,
        "availability": [_interval(p.first, p.last) for p in parts] if len(parts) > 1
        else _interval(first.first, first.last),
        "properties": {"object_id": first.object_id, "time_system": first.time_scale.upper()},
        "position": positions if len(parts) > 1 else positions[0],
        "point": {"pixelSize": 8, "color": {"rgba": colour}},
        "label": {"text": first.object_name, "font": "12pt sans-serif", "pixelOffset": {"cartesian2": [12, -12]}},
        "path": {
            "leadTime": _PATH_S / 2.0, "trailTime": _PATH_S / 2.0, "resolution": 30, "width": 2,
            "material": {"solidColor": {"color": {"rgba": colour}}},
        },
    }  # fmt: skip


def _position(part: Trajectory) -> dict[str, Any]:
    rows = np.hstack([(part.t_s - part.t_s[0])[:, None], part.r_m, part.v_m_s])
    return {
        "epoch": _date(part.first),
        "referenceFrame": "FIXED" if part.frame == "itrf" else "INERTIAL",
        "interpolationAlgorithm": "HERMITE",
        "interpolationDegree": min(7, max(1, 2 * len(rows) - 1)),
        "cartesianVelocity": rows.ravel().tolist(),
    }


def read_czml(path: Path | str) -> tuple[Trajectory, ...]:
    """The objects of a CZML document that have positions with velocities.

    Raises
    ------
    FormatError : not CZML, or positions of another kind.
    """
    return trajectories_from_czml(text_of_file(path), str(path))


def trajectories_from_czml(text: str, file: str = "CZML") -> tuple[Trajectory, ...]:
    """The objects of a CZML text; `file` goes into the errors."""
    try:
        packets = json.loads(text)
    except json.JSONDecodeError as error:
        raise FormatError(
            f"not JSON: {error.msg}", file=file, key=f"line {error.lineno}",
            remedy="Correct it; if the file was cut short, fetch it again.",
        ) from None  # fmt: skip
    if not isinstance(packets, list) or not all(isinstance(item, dict) for item in packets):
        raise FormatError("CZML is a list of packets", file=file, remedy="Give a CZML document.")
    found: list[Trajectory] = []
    for packet in packets:
        position = packet.get("position")
        parts = position if isinstance(position, list) else [position]
        found.extend(_trajectory(packet, part, file) for part in parts if isinstance(part, dict))
    if not found:
        raise FormatError("no packet has a position", file=file, remedy="Give a packet with a position.")
    return tuple(found)


def _trajectory(packet: Mapping[str, Any], position: Mapping[str, Any], file: str) -> Trajectory:
    name = str(packet.get("name") or packet.get("id") or "UNKNOWN")
    properties = packet.get("properties")
    known = properties if isinstance(properties, dict) else {}
    values = position.get("cartesianVelocity")
    if not isinstance(values, list):
        raise FormatError(
            "only positions as cartesianVelocity are read", file=file, key=f"{name}: position", value=sorted(position),
            remedy="Give cartesianVelocity: time, position m and velocity m/s.",
        )  # fmt: skip
    frame = str(position.get("referenceFrame", "FIXED"))
    if frame not in ("FIXED", "INERTIAL"):
        raise FormatError(
            "not a frame of CZML", file=file, key=f"{name}: referenceFrame", value=frame,
            remedy="Use FIXED or INERTIAL.",
        )  # fmt: skip
    is_number = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    if len(values) % 7 or not values or not is_number or not np.isfinite(values).all():
        raise FormatError(
            "needs groups of seven finite numbers: seconds, position, velocity", file=file,
            key=f"{name}: cartesianVelocity", value=f"{len(values)} entries", remedy="Complete the groups.",
        )  # fmt: skip
    rows = np.array(values, dtype=np.float64).reshape(-1, 7)
    if (np.diff(rows[:, 0]) <= 0.0).any():
        raise FormatError(
            "the times do not ascend", file=file, key=f"{name}: cartesianVelocity", remedy="Sort the states."
        )
    return Trajectory(
        object_name=name, object_id=str(known.get("object_id") or packet.get("id") or name),
        frame="itrf" if frame == "FIXED" else "gcrf",
        time_scale=scale_from_name(str(known.get("time_system", "UTC")), file, f"{name}: time_system"),
        epoch=epoch_from_text(str(position.get("epoch", "")), "utc", file, f"{name}: epoch"),
        t_s=np.ascontiguousarray(rows[:, 0]), r_m=np.ascontiguousarray(rows[:, 1:4]),
        v_m_s=np.ascontiguousarray(rows[:, 4:]),
    )  # fmt: skip

"""`zarya propagate`: from the words of the command line to a propagation and its OEM."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from zarya.cli.spans import seconds
from zarya.errors import InputError
from zarya.exchange.czml import write_czml
from zarya.exchange.initial_state import InitialState, read_initial_state
from zarya.exchange.messages import write_message
from zarya.exchange.records import Ephemeris, Header, Trajectory
from zarya.exchange.tabular import write_table
from zarya.frames import dcm_gcrf_from_teme
from zarya.studies.propagation import ForceModel, Propagation, propagate, sample_times
from zarya.time import Epoch
from zarya.units import KM

_OTHERS: Final = (".opm", ".omm", ".tle", ".3le", ".2le")
"""Endings of formats that hold no ephemeris."""


@dataclass(frozen=True)
class Request:
    """The options of `zarya propagate`, as typed."""

    source: Path
    target: Path
    duration: str
    step_s: float
    start: str | None
    gravity_degree: int
    third_bodies: str
    has_drag: bool
    has_srp: bool
    given: dict[str, float | None]
    is_numerical: bool


def run_propagation(request: Request) -> dict[str, Any]:
    """Fly the file's state and write the OEM; returns the `--json` document."""
    if request.target.suffix.lower() in _OTHERS:
        raise InputError(
            "a propagation is an ephemeris", key="out", value=str(request.target),
            remedy="End the name in .oem, .xml, .czml, .csv or .parquet.",
        )  # fmt: skip
    start = None if request.start is None else _epoch(request.start)
    initial = read_initial_state(request.source, start)
    duration_s = seconds(request.duration, "duration")
    remarks = [str(item) for item in _listed(initial.metadata.get("remarks"))]
    if initial.element_set is not None and not request.is_numerical:
        flown = _by_sgp4(initial, duration_s, request.step_s)
        if request.has_drag or request.has_srp:
            remarks.append("SGP4 has its own drag and no sunlight: for --drag and --srp give --numerical too")
    else:
        flown = propagate(
            initial.epoch, initial.r_gcrf, initial.v_gcrf, duration_s, request.step_s, _model(request, initial)
        )
        flown.model["propagator"] = "numerical"
        if initial.element_set is not None:
            remarks.append("the state of SGP4 at the epoch of the element set was flown numerically; it is not a fit")
    path = _write(request.target, initial, flown)
    return {
        "final_state": {
            "epoch_utc": (flown.epoch + float(flown.t_s[-1])).iso("utc", 6),
            "frame": "GCRF",
            "position_km": [round(float(x) / KM, 9) for x in flown.r_gcrf[-1]],
            "velocity_km_s": [round(float(x) / KM, 12) for x in flown.v_gcrf[-1]],
        },
        "model": flown.model,
        "source": {"kind": initial.kind, "frame": initial.metadata.get("source_frame")},
        "states": int(flown.t_s.size),
        "remarks": remarks,
        "files": [str(path)],
    }


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _epoch(text: str) -> Epoch:
    try:
        return Epoch.from_iso(text)
    except InputError as error:
        raise InputError(
            "not an ISO 8601 UTC date", key="from", value=text, remedy="Write 2023-09-15T12:00:00Z."
        ) from error


def _model(request: Request, initial: InitialState) -> ForceModel:
    """What was typed, else what the file says."""
    words = tuple(word for word in request.third_bodies.lower().replace(" ", "").split(",") if word and word != "none")
    if unknown := [word for word in words if word not in ("sun", "moon")]:
        raise InputError(
            "no such body", key="third-bodies", value=unknown[0], remedy="Use sun,moon, sun, moon or none."
        )

    def value(key: str) -> float | None:
        typed = request.given[key]
        found = initial.metadata.get(key) if typed is None else typed
        return float(found) if isinstance(found, int | float) else None

    return ForceModel(
        gravity_degree=request.gravity_degree,
        third_bodies=words,
        has_drag=request.has_drag,
        has_srp=request.has_srp,
        mass_kg=value("mass_kg"),
        drag_area_m2=value("drag_area_m2"),
        drag_coefficient=value("drag_coeff"),
        srp_area_m2=value("solar_rad_area_m2"),
        srp_coefficient=value("solar_rad_coeff"),
    )


def _by_sgp4(initial: InitialState, duration_s: float, step_s: float) -> Propagation:
    assert initial.element_set is not None
    times = sample_times(duration_s, step_s)
    r, v = np.empty((times.size, 3)), np.empty((times.size, 3))
    for k, t_s in enumerate(times):
        at = initial.epoch + float(t_s)
        dcm = dcm_gcrf_from_teme(at)
        r_teme, v_teme = initial.element_set.sgp4(at)
        r[k], v[k] = dcm @ r_teme, dcm @ v_teme
    return Propagation(initial.epoch, times, r, v, {"propagator": "SGP4 (WGS72)"})


def _write(target: Path, initial: InitialState, flown: Propagation) -> Path:
    order = np.argsort(flown.t_s)
    comments = tuple(f"{key}: {value}" for key, value in flown.model.items())
    name = str(initial.metadata.get("object_name") or "UNKNOWN")
    trajectory = Trajectory(
        object_name=name,
        object_id=str(initial.metadata.get("object_id") or "UNKNOWN"),
        frame="gcrf",
        epoch=flown.epoch,
        t_s=flown.t_s[order],
        r_m=flown.r_gcrf[order],
        v_m_s=flown.v_gcrf[order],
        interpolation="HERMITE" if flown.t_s.size > 1 else "",
        interpolation_degree=7 if flown.t_s.size > 4 else (3 if flown.t_s.size > 1 else 0),
        comments=comments,
    )
    if target.suffix.lower() == ".czml":
        return write_czml(target, (trajectory,))
    if target.suffix.lower() in (".csv", ".parquet"):
        return write_table(target, (trajectory,))
    return write_message(target, Ephemeris((trajectory,), Header()))

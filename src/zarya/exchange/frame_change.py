"""The same states in another frame, velocities and accelerations included."""

from dataclasses import replace
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from scipy.interpolate import CubicSpline

from zarya.errors import FormatError, InputError
from zarya.exchange.naming import FRAMES
from zarya.exchange.records import Covariance, Floats, Trajectory
from zarya.frames.earth import dcm_gcrf_from_eme2000, dcm_gcrf_from_teme, dcms_gcrf_from_teme, earth_orientation
from zarya.time import Epoch

_TEME_STEP_S: Final = 1_800.0
"""Node spacing of the rotation from teme: it turns by 1e-11 rad/s, cubic between nodes to 1e-13 rad (tested)."""

type States = tuple[Floats, Floats, Floats | None]
"""Positions, velocities and accelerations or None, each (state, 3), SI."""


def in_frame(trajectory: Trajectory, frame: str) -> Trajectory:
    """The trajectory in `gcrf`, `eme2000`, `itrf` or `teme`.

    Velocities in itrf are relative to the turning Earth. Covariances are carried in the axes they came in, named.

    Raises
    ------
    InputError : unknown frame. FormatError : the centre is not the Earth. CoverageError : no Earth orientation there.

    **Model** `zarya.frames.earth`; teme as axes of date without a rotation rate, as SGP4 takes it.
    **Ignores** the turning of teme's axes (7e-12 rad/s: 0.05 mm/s in low orbit) and the change of the Earth's rate.
    """
    if frame not in FRAMES:
        raise InputError("unknown frame", key="frame", value=frame, remedy=f"Use one of {', '.join(FRAMES)}.")
    if frame == trajectory.frame and not (frame == "teme" and trajectory.frame_epoch):
        return trajectory
    require_earth(trajectory)
    t, epoch = trajectory.t_s, trajectory.epoch
    states: States = (trajectory.r_m, trajectory.v_m_s, trajectory.a_m_s2)
    if trajectory.frame == "itrf":
        states = _gcrf_from_itrf(epoch, t, states)
    else:
        states = _turned(_dcms_gcrf_from(trajectory.frame, epoch, t, trajectory.frame_epoch), states)
    if frame == "itrf":
        states = _itrf_from_gcrf(epoch, t, states)
    elif frame != "gcrf":
        states = _turned(np.swapaxes(_dcms_gcrf_from(frame, epoch, t, None), -1, -2), states)
    covariances = tuple(
        item if item.frame_name else Covariance(item.matrix, item.epoch, trajectory.name_of_frame, item.comments)
        for item in trajectory.covariances
    )
    return replace(
        trajectory, frame=frame, frame_name="", frame_epoch=None, r_m=states[0], v_m_s=states[1], a_m_s2=states[2],
        covariances=covariances,
    )  # fmt: skip


def require_earth(trajectory: Trajectory, file: str = "") -> None:
    """Refuse a trajectory about another centre than the Earth."""
    if trajectory.center.strip().upper() not in ("EARTH", "399", "EARTH CENTER"):
        raise FormatError(
            "only states about the Earth can be turned or flown", file=file or trajectory.object_name,
            key="CENTER_NAME", value=trajectory.center, remedy="Give states relative to EARTH.",
        )  # fmt: skip


def _turned(dcm: Floats, states: States) -> States:
    """States in axes fixed to the first ones; `dcm` (3, 3) or (state, 3, 3)."""
    r, v, a = states
    return _product(dcm, r), _product(dcm, v), None if a is None else _product(dcm, a)


def _product(dcm: Floats, vectors: Floats) -> Floats:
    return np.asarray(np.einsum("...ij,...j->...i", dcm, vectors))


def _dcms_gcrf_from(frame: str, epoch: Epoch, t_s: Floats, frame_epoch: Epoch | None) -> Floats:
    """Rotations from inertial axes, (3, 3) or (state, 3, 3)."""
    if frame == "gcrf":
        return np.eye(3)
    if frame == "eme2000":
        return dcm_gcrf_from_eme2000()
    if frame_epoch is not None:
        return dcm_gcrf_from_teme(frame_epoch)
    first, span = float(t_s[0]), float(t_s[-1] - t_s[0])
    count = int(span / _TEME_STEP_S) + 4
    if t_s.shape[0] <= count:
        return dcms_gcrf_from_teme(epoch, t_s)
    nodes = first + np.linspace(0.0, max(span, 1.0), count)
    values = dcms_gcrf_from_teme(epoch, nodes)
    return np.asarray(CubicSpline(nodes, values, axis=0)(t_s))


def _orientation(epoch: Epoch, t_s: Floats) -> tuple[Floats, Floats]:
    """Rotations itrf from gcrf (state, 3, 3) and the Earth's rate in gcrf (state, 3) rad/s."""
    table = earth_orientation(epoch, float(t_s[0]) - 1.0, float(t_s[-1]) + 1.0)
    t = jnp.asarray(t_s)
    dcm, omega = jax.jit(lambda tab, ts: (jax.vmap(tab.dcm_itrf_from_gcrf)(ts), jax.vmap(tab.omega_earth_gcrf)(ts)))(
        table, t
    )
    return np.asarray(dcm), np.asarray(omega)


def _gcrf_from_itrf(epoch: Epoch, t_s: Floats, states: States) -> States:
    dcm, omega = _orientation(epoch, t_s)
    r, v_turning, a_turning = _turned(np.swapaxes(dcm, -1, -2), states)
    spin = np.cross(omega, r)
    a = None if a_turning is None else a_turning + 2.0 * np.cross(omega, v_turning) + np.cross(omega, spin)
    return r, v_turning + spin, a


def _itrf_from_gcrf(epoch: Epoch, t_s: Floats, states: States) -> States:
    dcm, omega = _orientation(epoch, t_s)
    r, v, a = states
    spin = np.cross(omega, r)
    v_turning = v - spin
    a_turning = None if a is None else a - 2.0 * np.cross(omega, v_turning) - np.cross(omega, spin)
    return _turned(dcm, (r, v_turning, a_turning))

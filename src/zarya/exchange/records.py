"""What an exchange file says, in SI units, whatever its format."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from zarya.errors import InputError
from zarya.exchange.naming import FRAMES, TIME_SCALES
from zarya.orbits.tle import ElementSet
from zarya.time import Epoch

type Floats = NDArray[np.float64]

CANONICAL_FRAME_NAME = {"gcrf": "GCRF", "eme2000": "EME2000", "itrf": "ITRF", "teme": "TEME"}


@dataclass(frozen=True)
class Header:
    """Who made a message. `creation` is the instant of making, None for now."""

    originator: str = "ZARYA"
    creation: Epoch | None = None
    message_id: str = ""
    classification: str = ""
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Covariance:
    """A covariance of position and velocity.

    Parameters
    ----------
    matrix : (6, 6) m2, m2/s, m2/s2; symmetric.
    epoch : its instant, None for that of the state it belongs to.
    frame_name : its axes as the file names them (RTN, RSW, TNW or a frame); empty for those of the states.
    """

    matrix: Floats
    epoch: Epoch | None = None
    frame_name: str = ""
    comments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spacecraft:
    """Mass kg, areas m2 and coefficients of an object, None where the file is silent."""

    mass_kg: float | None = None
    solar_rad_area_m2: float | None = None
    solar_rad_coeff: float | None = None
    drag_area_m2: float | None = None
    drag_coeff: float | None = None
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Maneuver:
    """A burn: ignition, duration s, mass change kg (not positive), velocity change (3,) m/s in `frame_name`."""

    ignition: Epoch
    duration_s: float
    delta_mass_kg: float
    delta_v_m_s: Floats
    frame_name: str
    comments: tuple[str, ...] = ()


@dataclass(frozen=True)
class OsculatingElements:
    """Osculating elements as an OPM repeats them, in the units of the format; one of the anomalies is None."""

    semi_major_axis_km: float
    eccentricity: float
    inclination_deg: float
    raan_deg: float
    argp_deg: float
    gm_km3_s2: float
    true_anomaly_deg: float | None = None
    mean_anomaly_deg: float | None = None
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Trajectory:
    """States of one object in time.

    Parameters
    ----------
    object_name, object_id, center : as the file names them; the Earth is `EARTH`.
    frame : `gcrf`, `eme2000`, `itrf` or `teme`. time_scale : of the dates in a file, of `TIME_SCALES`.
    epoch : the instant of t_s = 0. t_s : (state,) TAI seconds from it, ascending.
    r_m, v_m_s : (state, 3) position m and velocity m/s in `frame` (itrf: relative to the turning Earth).
    a_m_s2 : (state, 3) acceleration m/s2, or None.
    frame_name : the frame as the file names it (`ITRF2000`), empty for our name. frame_epoch : its epoch if stated.
    span, usable : first and last instant the file claims, and those between which it may be interpolated.
    interpolation, interpolation_degree : `HERMITE`, `LAGRANGE` or another word of the file; empty and 0 if silent.
    covariances : kept as they came. metadata_comments, comments : remarks on the header and on the states.

    Raises
    ------
    InputError : shapes disagree, a value is not finite, times do not ascend, unknown frame or scale.
    """

    object_name: str
    object_id: str
    frame: str
    epoch: Epoch
    t_s: Floats
    r_m: Floats
    v_m_s: Floats
    center: str = "EARTH"
    time_scale: str = "utc"
    a_m_s2: Floats | None = None
    frame_name: str = ""
    frame_epoch: Epoch | None = None
    span: tuple[Epoch, Epoch] | None = None
    usable: tuple[Epoch | None, Epoch | None] = (None, None)
    interpolation: str = ""
    interpolation_degree: int = 0
    covariances: tuple[Covariance, ...] = ()
    metadata_comments: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        count = self.t_s.shape[0] if self.t_s.ndim == 1 else -1
        named = {"r_m": self.r_m, "v_m_s": self.v_m_s}
        if self.a_m_s2 is not None:
            named["a_m_s2"] = self.a_m_s2
        if count < 1 or any(values.shape != (count, 3) for values in named.values()):
            raise InputError("a trajectory needs t_s (n,) and r, v (n, 3), n > 0", key=self.object_name)
        for key, values in {"t_s": self.t_s, **named}.items():
            if not np.isfinite(values).all():
                raise InputError("a value is not finite", file=self.object_name, key=key)
        if (np.diff(self.t_s) <= 0.0).any():
            raise InputError("the times do not ascend", file=self.object_name, key="t_s")
        if self.frame not in FRAMES or self.time_scale not in TIME_SCALES:
            raise InputError("unknown frame or time scale", key=self.object_name, value=(self.frame, self.time_scale))

    @property
    def name_of_frame(self) -> str:
        """The frame as a file names it."""
        return self.frame_name or CANONICAL_FRAME_NAME[self.frame]

    @property
    def epochs(self) -> tuple[Epoch, ...]:
        """The instants of the states."""
        return tuple(self.epoch + float(t) for t in self.t_s)

    @property
    def first(self) -> Epoch:
        """Instant of the first state."""
        return self.epoch + float(self.t_s[0])

    @property
    def last(self) -> Epoch:
        """Instant of the last state."""
        return self.epoch + float(self.t_s[-1])

    @property
    def missing_s(self) -> float:
        """Seconds by which the states end before the file says they do; 0 for a whole file."""
        return 0.0 if self.span is None else max(0.0, self.span[1] - self.last)

    def only(self, index: int) -> "Trajectory":
        """The trajectory with one of its states."""
        keep = slice(index, index + 1 or None)
        a = None if self.a_m_s2 is None else self.a_m_s2[keep]
        return replace(
            self, t_s=self.t_s[keep], r_m=self.r_m[keep], v_m_s=self.v_m_s[keep], a_m_s2=a, span=None,
            usable=(None, None),
        )  # fmt: skip


@dataclass(frozen=True)
class Ephemeris:
    """An OEM: segments of one object, in order of time."""

    segments: tuple[Trajectory, ...]
    header: Header = field(default_factory=Header)

    def __post_init__(self) -> None:
        if not self.segments:
            raise InputError("an ephemeris needs a segment", key="segments")


@dataclass(frozen=True)
class StateMessage:
    """An OPM: one state, with what else the message says.

    Parameters
    ----------
    state : trajectory of one state.
    """

    state: Trajectory
    header: Header = field(default_factory=Header)
    elements: OsculatingElements | None = None
    spacecraft: Spacecraft | None = None
    covariance: Covariance | None = None
    maneuvers: tuple[Maneuver, ...] = ()
    user_defined: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ElementMessage:
    """An OMM: one element set for SGP4, with what else the message says. `object_id` as in the file (1998-067A)."""

    elements: ElementSet
    object_id: str = ""
    header: Header = field(default_factory=Header)
    metadata_comments: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    spacecraft: Spacecraft | None = None
    covariance: Covariance | None = None
    user_defined: tuple[tuple[str, str], ...] = ()

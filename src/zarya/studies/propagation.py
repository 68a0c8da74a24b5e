"""One orbit flown forward or backward in a chosen force model: what `zarya propagate` asks."""

import math
from dataclasses import dataclass
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from zarya.arrays import Scalar
from zarya.bodies import ephemeris
from zarya.constants import WGS84_SEMI_MAJOR_AXIS_M
from zarya.dynamics.loads import Drag, Gravity, SunAndMoon, Sunlight
from zarya.dynamics.motion import Load
from zarya.dynamics.picard import arc, nodes
from zarya.dynamics.propagate import DEGREE, SWEEPS, arc_limit_s, arcs_for
from zarya.dynamics.state import State
from zarya.environment.atmosphere import density_table
from zarya.environment.gravity import load_gravity
from zarya.errors import FlightError, InputError
from zarya.frames import earth_orientation
from zarya.programs import program
from zarya.time import Epoch
from zarya.units import KM

type Floats = NDArray[np.float64]

_CHUNK: Final = 48
"""Arcs of one compiled program: a day in low orbit."""
_MARGIN_S: Final = 120.0
_LOWEST_M: Final = 6_400_000.0
"""Below this radius a body is no longer in orbit."""
_FARTHEST_M: Final = 1.5e9
"""Hill radius of the Earth: a state beyond it is hardly one about the Earth."""
_FASTEST_M_S: Final = 1.0e5
"""Nothing bound to the Sun passes the Earth at more than 72 km/s; what is above is a mistake of unit."""
_SUNLIT_ARC_S: Final = 112.5
"""Longest arc with radiation pressure, whose step at the shadow no polynomial follows. Measured against Orekit after a
day at 400 km, where the pressure moves the body by 8.2 m: 483 mm in arcs of 1800 s, 7 mm in 225 s, 2 mm in 112.5 s."""
_AIR_TOP_M: Final = 1.0e6
_PERIGEE_HEIGHTS: Final = (
    (120_000.0, 5_000.0), (150_000.0, 9_000.0), (200_000.0, 20_000.0), (500_000.0, 50_000.0), (_AIR_TOP_M, 200_000.0)
)  # fmt: skip
"""Perigee height m and the scale of the air there m. Source: US76, table 1, rounded down."""
_ARC_PASSES: Final = 3.0
"""Longest arc with drag, in times a body needs at perigee to climb one scale of the air. Measured over three days in a
transfer orbit against arcs of 56 s: perigee 185 km 3.6 m in arcs of 1800 s, 0.01 mm in these; 130 km 8.9 km, 0.1 m."""
MAX_DEGREE: Final = 120


@dataclass(frozen=True)
class ForceModel:
    """What acts on the body.

    Parameters
    ----------
    gravity_degree : 0 to 120 of EGM2008. third_bodies : of `sun`, `moon`.
    has_drag, has_srp : switches. mass_kg : kg.
    drag_area_m2, drag_coefficient : m2, 1. srp_area_m2, srp_coefficient : m2, 1.
    """

    gravity_degree: int = 20
    third_bodies: tuple[str, ...] = ("sun", "moon")
    has_drag: bool = False
    has_srp: bool = False
    mass_kg: float | None = None
    drag_area_m2: float | None = None
    drag_coefficient: float | None = None
    srp_area_m2: float | None = None
    srp_coefficient: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.gravity_degree <= MAX_DEGREE:
            raise InputError(
                f"the field goes from degree 0 to {MAX_DEGREE}",
                key="gravity-degree",
                value=self.gravity_degree,
                remedy="Give a degree in that range.",
            )
        needed = {"mass-kg": self.mass_kg} if self.has_drag or self.has_srp else {}
        if self.has_drag:
            needed |= {"drag-area-m2": self.drag_area_m2, "cd": self.drag_coefficient}
        if self.has_srp:
            needed |= {"srp-area-m2": self.srp_area_m2, "cr": self.srp_coefficient}
        for key, value in needed.items():
            if value is None or not math.isfinite(value) or value <= 0.0:
                raise InputError(
                    "drag and radiation pressure need a positive value",
                    key=key,
                    value=value,
                    remedy=f"Give --{key}, or a file that states it.",
                )

    def described(self) -> dict[str, Any]:
        """The model in words, for a report."""
        found: dict[str, Any] = {
            "integrator": f"Picard-Chebyshev, degree {DEGREE}, arcs up to {arc_limit_s(self.gravity_degree):.0f} s",
            "gravity": f"EGM2008 {self.gravity_degree}x{self.gravity_degree} tide-free, GM 398600.4415 km3/s2",
            "third_bodies": list(self.third_bodies),
            "ephemeris": "DE421",
            "earth_orientation": "IAU 2006/2000A with IERS Earth orientation",
            "drag": "NRLMSISE-00 above 80-100 km, 3-hour Ap, co-rotating air" if self.has_drag else "none",
            "srp": "sphere, conical shadow" if self.has_srp else "none",
        }
        for key in ("mass_kg", "drag_area_m2", "drag_coefficient", "srp_area_m2", "srp_coefficient"):
            if getattr(self, key) is not None:
                found[key] = getattr(self, key)
        return found


@dataclass(frozen=True)
class Propagation:
    """States at the instants asked for: `t_s` (n,) s from `epoch`, `r_gcrf`, `v_gcrf` (n, 3) m, m/s; the model."""

    epoch: Epoch
    t_s: Floats
    r_gcrf: Floats
    v_gcrf: Floats
    model: dict[str, Any]


def sample_times(duration_s: float, step_s: float) -> Floats:
    """0, step, 2 step, ... and the end itself; `duration_s` may be negative."""
    if not math.isfinite(step_s) or step_s <= 0.0:
        raise InputError("the step must be positive", key="step", value=step_s, remedy="Give seconds, such as 60.")
    if not math.isfinite(duration_s):
        raise InputError("the duration must be finite", key="duration", value=duration_s, remedy="Write 24h.")
    count = math.floor(abs(duration_s) / step_s + 1e-9)
    times = step_s * np.arange(count + 1)
    if abs(duration_s) - times[-1] > 1e-6:
        times = np.append(times, abs(duration_s))
    return np.asarray(math.copysign(1.0, duration_s) * times, dtype=np.float64)


def propagate(
    epoch: Epoch, r_gcrf: Floats, v_gcrf: Floats, duration_s: float, step_s: float, model: ForceModel
) -> Propagation:
    """Fly a state for `duration_s` (either sign) and sample it every `step_s` SI seconds.

    Parameters
    ----------
    epoch : of the state. r_gcrf, v_gcrf : (3,) m, m/s.

    Raises
    ------
    FlightError : the body meets the Earth. InputError : a state inside the Earth or far beyond it.
    CoverageError : a date outside the Earth orientation or space weather.

    **Valid** without drag, against Orekit with the same coefficients after a day at 400 km: 0.03 mm at 20x20 with Sun
    and Moon; sunlight 3 mm of 8 m, drag in the same air 0.3 % of its effect. NASA's station ephemeris differs by 92 m
    after 6 h: the air.
    **Ignores** solid tides, ocean tides, relativity, albedo.
    """
    times = sample_times(duration_s, step_s)
    _check_start(r_gcrf, v_gcrf)
    low, high = min(0.0, duration_s) - _MARGIN_S, max(0.0, duration_s) + _MARGIN_S
    loads = _loads(epoch, low, high, model)
    start = State(
        jnp.zeros(()),
        jnp.asarray(r_gcrf),
        jnp.asarray(v_gcrf),
        jnp.zeros(1),
        jnp.asarray(1000.0 if model.mass_kg is None else float(model.mass_kg)),
    )
    gm = load_gravity("egm2008", model.gravity_degree).gm_m3_s2
    wanted = max(
        arcs_for(duration_s, model.gravity_degree),
        math.ceil(abs(duration_s) / _longest_arc_s(model, r_gcrf, v_gcrf, float(gm))),
    )
    size = _CHUNK if wanted > _CHUNK // 2 else 2 ** math.ceil(math.log2(wanted))
    chunks = math.ceil(wanted / size)
    arc_s = duration_s / (chunks * size)
    r_all, v_all = [], []
    at = start
    for _ in range(chunks):
        at, path = _chunk(at, jnp.asarray(arc_s), loads, jnp.asarray(gm), size)
        r_all.append(np.asarray(path.r_gcrf))
        v_all.append(np.asarray(path.v_gcrf))
        lowest = float(np.min(np.linalg.norm(r_all[-1], axis=-1)))
        if not np.isfinite(lowest) or lowest < _LOWEST_M:
            raise FlightError(
                "the orbit meets the Earth within the span; give a shorter duration",
                lowest_radius_km=lowest / 1000.0 if math.isfinite(lowest) else None,
            )
    r, v = np.concatenate(r_all), np.concatenate(v_all)
    said = model.described() | {"integrator": f"Picard-Chebyshev, degree {DEGREE}, arcs of {abs(arc_s):.0f} s"}
    return Propagation(epoch, times, *_sampled(times, arc_s, r, v), said)


def _check_start(r_gcrf: Floats, v_gcrf: Floats) -> None:
    radius, speed = float(np.linalg.norm(r_gcrf)), float(np.linalg.norm(v_gcrf))
    if not (_LOWEST_M <= radius <= _FARTHEST_M and speed <= _FASTEST_M_S):
        raise InputError(
            f"{radius / KM:.6g} km from the Earth's centre at {speed / KM:.6g} km/s no body is in flight about it",
            key="state",
            remedy="Check the units (km and km/s), the frame and the centre.",
        )


def _longest_arc_s(model: ForceModel, r_gcrf: Floats, v_gcrf: Floats, gm_m3_s2: float) -> float:
    """How long an arc may be for the air and the shadow to be resolved, s."""
    longest = _SUNLIT_ARC_S if model.has_srp else math.inf
    if model.has_drag:
        radius, momentum = float(np.linalg.norm(r_gcrf)), np.cross(r_gcrf, v_gcrf)
        across = np.cross(v_gcrf, momentum) / gm_m3_s2 - r_gcrf / radius
        e = float(np.linalg.norm(across))
        perigee_m = float(momentum @ momentum) / gm_m3_s2 / (1.0 + e)
        height_m = perigee_m - WGS84_SEMI_MAJOR_AXIS_M
        if height_m < _AIR_TOP_M and e > 0.0:
            scale_m = next(scale for top, scale in _PERIGEE_HEIGHTS if height_m < top)
            climb_m_s2 = e * gm_m3_s2 / perigee_m**2
            longest = min(longest, _ARC_PASSES * math.sqrt(2.0 * scale_m / climb_m_s2))
    return longest


def _loads(epoch: Epoch, low: float, high: float, model: ForceModel) -> tuple[Load, ...]:
    earth = earth_orientation(epoch, low, high)
    bodies = ephemeris(epoch, low, high)
    switch = [jnp.asarray(float(name in model.third_bodies)) for name in ("sun", "moon")]
    loads: tuple[Load, ...] = (Gravity(load_gravity("egm2008", model.gravity_degree), earth),)
    if model.third_bodies:
        loads = (*loads, SunAndMoon(bodies, *switch))
    if model.has_drag:
        area = float(model.drag_area_m2 or 0.0) * float(model.drag_coefficient or 0.0)
        loads = (*loads, Drag(density_table(epoch, low, high), earth, bodies, jnp.asarray(area)))
    if model.has_srp:
        area = float(model.srp_area_m2 or 0.0) * float(model.srp_coefficient or 0.0)
        loads = (*loads, Sunlight(bodies, jnp.asarray(area)))
    return loads


@program
def _chunk(at: State, arc_s: Scalar, loads: tuple[Load, ...], gm_m3_s2: Scalar, arcs: int) -> tuple[State, State]:
    def body(now: State, _: None) -> tuple[State, State]:
        return arc(now, arc_s, loads, gm_m3_s2, degree=DEGREE, sweeps=SWEEPS)

    return jax.lax.scan(body, at, None, length=arcs)


def _sampled(times: Floats, arc_s: float, r: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Positions and velocities at `times` from the nodes of the arcs, (arc, node, 3)."""
    if arc_s == 0.0:
        return r[:1, 0], v[:1, 0]
    to_series = np.linalg.inv(chebyshev.chebvander(2.0 * nodes(DEGREE) - 1.0, DEGREE))
    index = np.clip((times / arc_s).astype(np.int64), 0, r.shape[0] - 1)
    basis = chebyshev.chebvander(2.0 * (times / arc_s - index) - 1.0, DEGREE) @ to_series
    return np.einsum("tn,tnk->tk", basis, r[index]), np.einsum("tn,tnk->tk", basis, v[index])

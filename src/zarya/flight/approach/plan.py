"""The plan of an approach: where the ship should be at every instant from the aim point to contact.

Range and range rate follow the profile flown by Progress MS-03 (SpaceNews clock): 700 m and 2.35 m/s at 22 min before
contact, 379 m at 18 (start of the fly-around), 224 m at 14, 50 m at 3; Progress M-06M held at 184 m. What the clock
leaves open is chosen here: legs before 700 m, station-keeping just outside the keep-out sphere, speeds on the axis.
"""

import math
from dataclasses import dataclass, field
from typing import Final

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from zarya.arrays import Scalar, Vector3
from zarya.dynamics.station_path import StationPath
from zarya.errors import InputError
from zarya.gnc.proximity import Thrusters, Waypoints
from zarya.vehicles.ship import Ship
from zarya.vehicles.station import Port, Station

type Row3 = NDArray[np.float64]

STAGES: Final = ("far", "close", "fly_around", "station_keeping", "final_approach")
"""Names of the stages, in order; `Waypoints.stage` and the `ApproachLog` count in it."""

AIM_LVLH_M: Final = (-3000.0, 0.0, 1000.0)
"""Aim point of the phasing, (3,) m in LVLH: 3 km behind and 1 km below the station."""
AIM_TO_CONTACT_S: Final = 2160.0
"""36 min from the aim point to contact."""
PROBE_M: Final = 3.49
"""Centre of the ship to the tip of its probe. Assumed: half the length of a Soyuz MS (6.98 m, Energia); the place of
its centre of mass is not published."""
THRUSTERS_PER_AXIS: Final = 4
"""Thrusters that push along one axis, one way. Assumed: a pair on each of the two manifolds; layout not published."""
CONTACT_SPEED_M_S: Final = 0.15
"""Progress MS-03 inside 30 m. A mechanism with lower limits is met in the middle of its own."""

_GATE_S, _GATE_M, _GATE_M_S = 1320.0, 700.0, 2.35
_FLY_AROUND_S, _FLY_AROUND_M = 1080.0, 379.0
_ALIGNED_S, _ALIGNED_M = 840.0, 224.0
"""Before contact, range to the port, range rate: the flown profile."""
_TURN_DOWN_RAD, _TURN_RAD = math.radians(55.0), math.radians(18.0)
"""The far legs end at most this far round towards the port's axis: down costs nothing and lets the ship, should it not
brake at 700 m, pass under the station; up and sideways cost more than the fly-around they save."""
_MIDWAY = 0.64
"""Share of the time to the gate at which the ship brakes first, down to a mean of 2.5 m/s."""
_MIDWAY_M_S = 2.5
_FLY_AROUND_SPEED_M_S = 1.2
"""A wide fly-around (forward, zenith ports) takes longer rather than go faster than this."""
_HOLD_MARGIN_M = 8.0
"""Station-keeping outside the keep-out sphere: 4 sigma of 1 % of the range."""
_SHORTEST_HOLD_S = 150.0
_LAST_METRES_S = 180.0
"""A shorter look ahead from here on: an error of the measured velocity offsets the path by itself times the look."""
_SLOW_M, _SPEED_SLOPE, _AXIS_SPEED_M_S = 8.0, 0.0112, 0.6
"""Final approach: contact speed below 8 m, then 1.12 cm/s more a metre up to 0.6 m/s: 50 m at 3 min as flown."""


class ApproachPlan(eqx.Module):
    """An approach ready to fly.

    Parameters
    ----------
    waypoints : the rows of the guidance. thrusters : of the ship. station : the station's path.
    port : the port. keep_out_radius_m : () m. corridor_half_angle_rad : () rad.
    probe_m : () m, centre of the ship to the tip of its probe.
    hold_lvlh : (3,) m, where the ship keeps station. hold_m : () m, probe to port there.
    final_approach_s, contact_s : () s, commanded start of the final approach, planned contact.
    stage_start_s : (stage,) s, planned start of every stage.
    steps : steps of 1 s the flight is given (120 s past planned contact).
    """

    waypoints: Waypoints
    thrusters: Thrusters
    station: StationPath
    port: Port
    keep_out_radius_m: Scalar
    corridor_half_angle_rad: Scalar
    probe_m: Scalar
    hold_lvlh: Vector3
    hold_m: Scalar
    final_approach_s: Scalar
    contact_s: Scalar
    stage_start_s: Float[Array, " stage"]
    steps: int = eqx.field(static=True)


@dataclass
class _Rows:
    start_s: list[float] = field(default_factory=list)
    target_s: list[float] = field(default_factory=list)
    r_lvlh: list[Row3] = field(default_factory=list)
    deadband_m_s: list[float] = field(default_factory=list)
    stage: list[int] = field(default_factory=list)

    def add(self, start_s: float, target_s: float, r_lvlh: Row3, deadband_m_s: float, stage: str) -> None:
        self.start_s.append(start_s)
        self.target_s.append(target_s)
        self.r_lvlh.append(r_lvlh)
        self.deadband_m_s.append(deadband_m_s)
        self.stage.append(STAGES.index(stage))

    def waypoints(self) -> Waypoints:
        """Padded with rows that never start, so that every port and station flies the same compiled program."""
        blank = -len(self.start_s) % 64
        return Waypoints(
            jnp.asarray(np.array([*self.start_s, *[np.inf] * blank])),
            jnp.asarray(np.array([*self.target_s, *[np.inf] * blank])),
            jnp.asarray(np.array([*self.r_lvlh, *[np.zeros(3)] * blank])),
            jnp.asarray(np.array([*self.deadband_m_s, *[np.inf] * blank])),
            jnp.asarray(np.array([*self.stage, *[0] * blank], dtype=np.int32)),
        )


@dataclass(frozen=True)
class AxisProfile:
    """Range along the axis against time to contact.

    Parameters
    ----------
    left_s, range_m : (node,) s and m, both rising from zero. contact_m_s : m/s.
    """

    left_s: Row3
    range_m: Row3
    contact_m_s: float

    def range_at(self, left_s: float) -> float:
        """Range, m, `left_s` before contact; behind contact the speed goes on."""
        return float(np.interp(left_s, self.left_s, self.range_m)) if left_s > 0.0 else self.contact_m_s * left_s

    def duration_s(self, range_m: float) -> float:
        """Seconds from `range_m` to contact."""
        return float(np.interp(range_m, self.range_m, self.left_s))


def axis_profile(contact_m_s: float, longest_m: float) -> AxisProfile:
    """Range-rate law of the final approach, integrated back from contact.

    **Model** speed = contact speed below 8 m, plus 0.0112 /s times the rest, up to 0.6 m/s.
    """
    ranges = np.arange(0.0, longest_m + 0.1, 0.1)
    middle = 0.5 * (ranges[1:] + ranges[:-1])
    speed = np.minimum(contact_m_s + _SPEED_SLOPE * np.maximum(middle - _SLOW_M, 0.0), _AXIS_SPEED_M_S)
    return AxisProfile(np.concatenate([[0.0], np.cumsum(np.diff(ranges) / speed)]), ranges, contact_m_s)


class _Geometry:
    """Directions from the port: from the line of sight at the aim point round to the axis."""

    def __init__(self, port: Port, aim_lvlh: Row3, probe_m: float) -> None:
        self.port = np.asarray(port.r_port_lvlh)
        self.axis = np.asarray(port.axis_lvlh)
        self.probe_m = probe_m
        sight = aim_lvlh - self.port
        self.aim_m = float(np.linalg.norm(sight)) - probe_m
        self.first = sight / np.linalg.norm(sight)
        across = self.axis - (self.axis @ self.first) * self.first
        if np.linalg.norm(across) < 1e-6:  # straight ahead or straight behind: any way round; take the nadir's
            across = np.array([0.0, 0.0, 1.0]) - self.first[2] * self.first
        self.across = across / np.linalg.norm(across)
        self.total_rad = float(np.arccos(np.clip(self.first @ self.axis, -1.0, 1.0)))

    def ship(self, range_m: float, turned_rad: float) -> Row3:
        """Centre of the ship, (3,) m in LVLH, at a range of its probe from the port."""
        direction = np.cos(turned_rad) * self.first + np.sin(turned_rad) * self.across
        return np.asarray(self.port + (range_m + self.probe_m) * direction)

    def hold_m(self, keep_out_radius_m: float) -> float:
        """Range on the axis that keeps the ship outside the keep-out sphere, but not under 0.9 of its radius."""
        along = float(self.port @ self.axis)
        across2 = float(self.port @ self.port) - along**2
        clear = math.sqrt((keep_out_radius_m + _HOLD_MARGIN_M) ** 2 - across2) - along - self.probe_m
        return max(clear, 0.9 * keep_out_radius_m)


def prepare(
    ship: Ship,
    station: Station,
    port: Port,
    station_path: StationPath,
    contact_s: float,
    *,
    start_s: float | None = None,
    aim_lvlh_m: tuple[float, float, float] = AIM_LVLH_M,
    contact_speed_m_s: float | None = None,
    probe_m: float = PROBE_M,
    thrusters_per_axis: int = THRUSTERS_PER_AXIS,
) -> ApproachPlan:
    """Plan the approach that meets `port` at `contact_s`.

    Parameters
    ----------
    ship, station, port : what flies, what waits, where. station_path : the station's flown path.
    contact_s : s, planned contact from the flight's epoch. start_s : s, at the aim point; 36 min earlier by default.
    aim_lvlh_m : (3,) m in LVLH. contact_speed_m_s : m/s; 0.15, or the middle of the port's limits if lower.
    probe_m : m, centre of the ship to its probe. thrusters_per_axis : how many push along one axis, one way.

    Raises
    ------
    InputError : start less than 25 min before contact, or an aim point within 800 m of the port.
    """
    start = contact_s - AIM_TO_CONTACT_S if start_s is None else start_s
    if contact_s - start < 1500.0:
        raise InputError(
            "an approach takes at least 1500 s", key="start_s", value=start, remedy="Start earlier or dock later."
        )
    geometry = _Geometry(port, np.asarray(aim_lvlh_m, dtype=np.float64), probe_m)
    if geometry.aim_m < 800.0:
        raise InputError(
            "the aim point must be 800 m or more from the port",
            key="aim_lvlh_m",
            value=geometry.aim_m,
            remedy="Move it.",
        )
    middle = 0.5 * float(port.closing_min_m_s + port.closing_max_m_s)
    speed = min(CONTACT_SPEED_M_S, middle) if contact_speed_m_s is None else contact_speed_m_s
    hold_m = geometry.hold_m(float(station.keep_out_radius_m))
    profile = axis_profile(speed, hold_m)
    final_s = contact_s - profile.duration_s(hold_m)
    if final_s - (contact_s - _FLY_AROUND_S) < _SHORTEST_HOLD_S + 120.0:
        raise InputError(
            "a contact so slow leaves no time for the fly-around",
            key="contact_speed_m_s",
            value=speed,
            remedy="Dock faster.",
        )
    rows = _rows(geometry, profile, start, contact_s, final_s, hold_m)
    return ApproachPlan(
        waypoints=rows.waypoints(),
        thrusters=Thrusters(
            jnp.full(3, thrusters_per_axis * float(ship.thruster_thrust_n)),
            ship.thruster_isp_s,
            ship.thruster_minimum_pulse_s,
        ),
        station=station_path,
        port=port,
        keep_out_radius_m=station.keep_out_radius_m,
        corridor_half_angle_rad=station.corridor_half_angle_rad,
        probe_m=jnp.asarray(probe_m),
        hold_lvlh=jnp.asarray(geometry.ship(hold_m, geometry.total_rad)),
        hold_m=jnp.asarray(hold_m),
        final_approach_s=jnp.asarray(final_s),
        contact_s=jnp.asarray(contact_s),
        stage_start_s=jnp.asarray([rows.start_s[rows.stage.index(stage)] for stage in range(len(STAGES))]),
        steps=20 * math.ceil((contact_s - start + 120.0) / 20.0),
    )


def _rows(
    geometry: _Geometry, profile: AxisProfile, start_s: float, contact_s: float, final_s: float, hold_m: float
) -> _Rows:
    """Every correction of the flight, in order."""
    rows = _Rows()
    gate_rad = min(_TURN_DOWN_RAD if geometry.across[2] > 0.1 else _TURN_RAD, geometry.total_rad)
    gate_s, close_s = contact_s - _GATE_S, contact_s - _FLY_AROUND_S

    # Far: two coasting legs with corrections on the way.
    midway_s = start_s + _MIDWAY * (gate_s - start_s)
    midway = geometry.ship(_GATE_M + _MIDWAY_M_S * (gate_s - midway_s), 0.5 * gate_rad)
    for share in (0.0, 0.35, 0.7):
        rows.add(start_s + share * (midway_s - start_s) - (share == 0.0), midway_s, midway, 0.03, "far")
    gate = geometry.ship(_GATE_M, gate_rad)
    for share in (0.0, 0.5):
        rows.add(midway_s + share * (gate_s - midway_s), gate_s, gate, 0.03, "far")

    # Close: braking in four steps of a minute, constant deceleration between them.
    slowing = 2.0 * (_FLY_AROUND_M - _GATE_M + _GATE_M_S * (close_s - gate_s)) / (close_s - gate_s) ** 2
    for at in np.arange(gate_s, close_s, 60.0):
        gone = at + 60.0 - gate_s
        target = geometry.ship(_GATE_M - _GATE_M_S * gone + 0.5 * slowing * gone**2, gate_rad)
        rows.add(at, at + 60.0, target, 0.03, "close")
        rows.add(at + 30.0, at + 60.0, target, 0.03, "close")

    # Fly-around: a spiral arc, slower than its limit where the clock allows.
    turn_rad = geometry.total_rad - gate_rad
    wanted_s = turn_rad * 0.5 * (_FLY_AROUND_M + _ALIGNED_M) / _FLY_AROUND_SPEED_M_S
    longest_s = final_s - _SHORTEST_HOLD_S - close_s
    around_s = min(max(_FLY_AROUND_S - _ALIGNED_S, wanted_s), longest_s)
    aligned_s = close_s + around_s
    for at in np.arange(close_s, aligned_s - 1.0, 20.0):
        share = min((at + 40.0 - close_s) / around_s, 1.0)
        range_m = _FLY_AROUND_M + share * (max(_ALIGNED_M, hold_m) - _FLY_AROUND_M)
        rows.add(at, at + 40.0, geometry.ship(range_m, gate_rad + share * turn_rad), 0.02, "fly_around")

    # Station-keeping: in to the hold point, then stay.
    hold = geometry.ship(hold_m, geometry.total_rad)
    for at in np.arange(aligned_s, final_s - 1.0, 20.0):
        rows.add(at, at + 60.0, hold, 0.01, "station_keeping")

    # Final approach: down the axis and through the port, looking 20 s ahead, 8 s in the last three minutes.
    last_s = contact_s - _LAST_METRES_S
    early, late = np.arange(final_s, last_s, 5.0), np.arange(last_s, contact_s + 120.0, 4.0)
    for starts, ahead_s in ((early, 20.0), (late, 8.0)):
        for at in starts:
            target = geometry.ship(profile.range_at(contact_s - at - ahead_s), geometry.total_rad)
            rows.add(at, at + ahead_s, target, 0.005, "final_approach")
    return rows

"""Plan of a descent, on the host: when the ship brakes and how it banks so that it comes down at the aim."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from zarya.arrays import Scalar
from zarya.constants import STANDARD_GRAVITY_M_S2, WGS84_SEMI_MAJOR_AXIS_M
from zarya.dynamics.loads import CentralGravity
from zarya.dynamics.state import State
from zarya.dynamics.surroundings import Surroundings, orbital_loads
from zarya.environment.wind import Wind, calm
from zarya.errors import InputError
from zarya.flight.descent.fall import Burn, Descent
from zarya.flight.descent.flown import DescentLog, fly
from zarya.flight.descent.loads import Air
from zarya.frames.earth import dcm_gcrf_from_teme
from zarya.gnc.entry import REVERSAL_SPEEDS_M_S, BankProgram, correction
from zarya.orbits.tle import ElementSet
from zarya.programs import program
from zarya.tables import UniformTable, cubic_table
from zarya.time import Epoch
from zarya.units import DEG, KM
from zarya.vehicles.quantity import leaf
from zarya.vehicles.ship import ShipData

type Floats = NDArray[np.float64]

LANES: Final = 4
"""Descents flown at once; other numbers are filled up, so that one program serves all. Twelve at once are no faster."""
STATION_STEP_S: Final = 30.0
"""Nodes of the station's path: the cubic spline is within 0.03 m."""
IGNITION_STEP_S: Final = 4.0
SPEED_STEP_M_S: Final = 150.0
"""Differences for the Jacobian of the aiming."""
ROUNDS: Final = 6
AIMED_M: Final = 300.0
"""A descent that lands this near to the aim counts as aimed; dispersions are a hundred times larger."""


def descent(
    around: Surroundings, ship: ShipData, ground_m: float, wind: Wind | None = None, *,
    delta_v_m_s: float | None = None,
) -> Descent:  # fmt: skip
    """What every descent of this ship shares, in surroundings that cover it.

    Raises
    ------
    InputError : the catalog does not say how the ship comes home.

    **Model** the ship's mass at ignition is the catalog's; the burn lasts m (1 - exp(-dv/c)) / flow on the main engine.
    """
    if ship.descent is None:
        raise InputError(
            "the catalog does not say how this ship comes home", key="ship", value=ship.name,
            remedy="Give a ship with a [descent] table, such as soyuz-ms.",
        )  # fmt: skip
    one = leaf(1.0)
    pole = around.earth.dcm_itrf_from_gcrf(jnp.asarray(0.0))[2]
    drag_area = ship.drag_area_m2.value * ship.drag_coefficient.value
    return Descent(
        orbit=orbital_loads(around, leaf(drag_area)),
        air=Air(around.air, around.earth, around.ephemeris, wind or calm(), one),
        gravity=CentralGravity(around.field.gm_m3_s2, around.field.radius_m, around.field.j2, pole, jnp.zeros(3)),
        module=ship.descent.pytree(),
        burn=burn(ship, delta_v_m_s),
        ground_m=leaf(ground_m),
        drag_scale=one,
    )


def burn(ship: ShipData, delta_v_m_s: float | None = None, *, fails_after_s: float | None = None) -> Burn:
    """The deorbit burn, by default of the catalog's delta-v on the main engine alone.

    `fails_after_s` stops the main engine there; the small thrusters that push forward do the rest.
    """
    assert ship.descent is not None
    wanted = ship.deorbit.delta_v_m_s.value if delta_v_m_s is None else delta_v_m_s
    mass = ship.descent.ignition_mass_kg.value
    newton, exhaust = ship.engine.thrust_kn.value * KM, ship.engine.isp_s.value * STANDARD_GRAVITY_M_S2
    flow = newton / exhaust
    lasts = mass * (1.0 - math.exp(-wanted / exhaust)) / flow
    made = lasts if fails_after_s is None else min(max(fails_after_s, 0.0), lasts)
    left = wanted + exhaust * math.log1p(-made * flow / mass)
    small = ship.thrusters.aft_count.value * ship.thrusters.thrust_n.value
    slow = ship.thrusters.isp_s.value * STANDARD_GRAVITY_M_S2
    rest = (mass - made * flow) * (1.0 - math.exp(-left / slow)) / (small / slow) if made < lasts else 0.0
    return Burn(*(leaf(x) for x in (newton, flow, made, small, small / slow, rest)))


def planned_program(ship: ShipData) -> BankProgram:
    """The catalog's bank, reversed half-way down in speed."""
    assert ship.descent is not None
    return BankProgram(
        leaf(ship.descent.planned_bank_deg.value * DEG), leaf(sum(REVERSAL_SPEEDS_M_S) / 2.0), leaf(1.0), leaf(1.0)
    )  # fmt: skip


def ship_path(element_set: ElementSet, epoch: Epoch, start_s: float, ship: ShipData, nodes: int = 121) -> UniformTable:
    """Position and velocity of the ship before ignition, gcrf, (6,) from `start_s` (s from `epoch`) on, every 30 s.

    **Model** the station by SGP4; the ship flies the catalog's distance ahead of it at the moment of ignition, on a
    circle lower by what the drift to there since undocking needs: da = 2 d / (3 n t).
    **Ignores** the separation burn's radial part (0.1 km), drag between ship and station.
    """
    assert ship.descent is not None
    t_s = start_s + STATION_STEP_S * np.arange(nodes)
    r_teme, v_teme = element_set.sgp4(t_s + (epoch - element_set.epoch))
    dcm = dcm_gcrf_from_teme(epoch + float(t_s[nodes // 2]))  # teme turns 0.3 m over the half hour on either side
    r, v = r_teme @ dcm.T, v_teme @ dcm.T
    radius = np.linalg.norm(r, axis=1, keepdims=True)
    normal = np.cross(r, v)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    ahead_m = ship.descent.distance_ahead_km.value * KM
    rate = np.linalg.norm(v, axis=1, keepdims=True) / radius
    lower_m = 2.0 * ahead_m / (3.0 * rate * ship.descent.undocking_to_ignition_s.value)
    angle = ahead_m / radius
    cosine, sine = np.cos(angle), np.sin(angle)
    r_ahead = (cosine * r + sine * np.cross(normal, r)) * (1.0 - lower_m / radius)
    v_ahead = (cosine * v + sine * np.cross(normal, v)) * (1.0 + 0.5 * lower_m / radius)
    return cubic_table(start_s, STATION_STEP_S, np.concatenate([r_ahead, v_ahead], axis=1))


@program
def fly_lanes(
    shared: Descent, paths: UniformTable, ignition_s: Float[Array, " lane"], programs: BankProgram, burns: Burn,
    propellant_kg: Scalar, inert_kg: Scalar,
) -> DescentLog:  # fmt: skip
    """Descents side by side: each lane has its own path before ignition, ignition, bank program and burn."""

    def one(path: UniformTable, t_s: Scalar, program: BankProgram, burn: Burn) -> DescentLog:
        now = path(t_s)
        ship = State(t_s, now[:3], now[3:], propellant_kg[None], inert_kg)
        return fly(eqx.tree_at(lambda d: d.burn, shared, burn), ship, program)

    return jax.vmap(one)(paths, ignition_s, programs, burns)


@dataclass(frozen=True)
class Aimed:
    """Descents aimed at a point, one lane each.

    Parameters
    ----------
    log : the descents. miss_m : (lane, 2) m, landing less aim, along the motion and to the right of it.
    programs : the bank programs found.
    reach_m : (lane, 2) m, how far the lift carries to the left and right of the ballistic track.
    needed_m : (lane,) m, how far to the right the aim lies of the ballistic track.
    ballistic : the same ignition with a spinning module.
    """

    log: DescentLog
    ballistic: DescentLog
    programs: BankProgram
    miss_m: Floats
    reach_m: Floats
    needed_m: Floats


def aimed(
    shared: Descent, ship: ShipData, paths: Sequence[UniformTable], first_ignition_s: Floats,
    aim_latitude_rad: float, aim_longitude_rad: float,
) -> Aimed:  # fmt: skip
    """Ignition and reversal of each lane such that it lands at the aim, or as near as the lift carries it.

    **Model** two commands (ignition, airspeed of the reversal) against two misses (along, across), Newton with
    differences of whole flights; the bank's magnitude stays as planned, so range is kept in reserve on both sides. The
    direction of motion is that in which the ballistic landing moves with the ignition: it knows no reversal.
    """
    aim = (aim_latitude_rad, aim_longitude_rad)
    count = len(paths)
    low_speed, high_speed = REVERSAL_SPEEDS_M_S
    plan = planned_program(ship)
    ignition = np.array(first_ignition_s, dtype=np.float64)
    reversal = np.full(count, 0.5 * (low_speed + high_speed))

    def lands(*asked: tuple[Floats, Floats, float]) -> list[tuple[Floats, DescentLog]]:
        """Landing less aim and the descents, for each (ignition, reversal speed, lift): all of them in one batch."""
        at_s = np.concatenate([one[0] for one in asked])
        programs: Any = jax.tree.map(lambda *x: np.concatenate(x), *[_programs(plan, v, up) for _, v, up in asked])
        log = flown_lanes(shared, ship, [*paths] * len(asked), at_s, programs)
        parts = [jax.tree.map(lambda x, n=n: x[n * count : (n + 1) * count], log) for n in range(len(asked))]
        return [(_east_north_m(part, aim), part) for part in parts]

    slope = np.zeros((count, 2))
    for _ in range(2):  # along the track alone
        (base, _log), (moved, _log) = lands((ignition, reversal, 1.0), (ignition + IGNITION_STEP_S, reversal, 1.0))
        slope = (moved - base) / IGNITION_STEP_S
        step = -np.sum(slope * base, axis=1) / np.maximum(np.sum(slope**2, axis=1), 1e-9)
        ignition += np.clip(np.nan_to_num(step), -900.0, 900.0)
    speeds = np.linspace(low_speed, high_speed, 5)
    *ranges, free, later = (
        place
        for place, _ in lands(
            *[(ignition, np.full(count, v), 1.0) for v in speeds],
            (ignition, reversal, 0.0), (ignition + IGNITION_STEP_S, reversal, 0.0),
        )
    )  # fmt: skip
    motion = (later - free) / np.maximum(np.linalg.norm(later - free, axis=1, keepdims=True), 1e-9)
    right = np.stack([motion[:, 1], -motion[:, 0]], axis=1)
    across = np.stack([np.sum(right * (landing - free), axis=1) for landing in ranges], axis=1)
    needed = -np.sum(right * free, axis=1)
    for k in range(count):
        order = np.argsort(across[k])
        reversal[k] = np.interp(needed[k], across[k][order], speeds[order])

    limits_low = np.stack([ignition - 900.0, np.full(count, low_speed)], axis=1)
    limits_high = np.stack([ignition + 900.0, np.full(count, high_speed)], axis=1)
    for _ in range(ROUNDS):
        toward = np.where(reversal > 0.5 * (low_speed + high_speed), -SPEED_STEP_M_S, SPEED_STEP_M_S)
        (base, _log), (later, _log), (sooner, _log) = lands(
            (ignition, reversal, 1.0), (ignition + IGNITION_STEP_S, reversal, 1.0), (ignition, reversal + toward, 1.0)
        )
        if np.all(np.linalg.norm(base, axis=1) < AIMED_M):
            break
        at = np.stack([ignition, reversal], axis=1)
        jacobian = np.stack([(later - base) / IGNITION_STEP_S, (sooner - base) / toward[:, None]], axis=2)
        step = np.nan_to_num(
            np.asarray(_steps(*(jnp.asarray(x) for x in (base, jacobian, at, limits_low, limits_high))))
        )
        ignition, reversal = ignition + step[:, 0], reversal + np.clip(step[:, 1], -2000.0, 2000.0)
    (base, log), (_base, free_log) = lands((ignition, reversal, 1.0), (ignition, reversal, 0.0))
    miss = np.stack([np.sum(motion * base, axis=1), np.sum(right * base, axis=1)], axis=1)
    reach = np.stack([np.min(across, axis=1), np.max(across, axis=1)], axis=1)
    log, free_log, programs = jax.tree.map(jnp.asarray, (log, free_log, _programs(plan, reversal, 1.0)))
    return Aimed(log, free_log, programs, miss, reach, needed)


_steps = program(jax.vmap(correction))


def _programs(plan: BankProgram, speed: Floats, lift: float) -> BankProgram:
    """The plan for many lanes, each with its own reversal; NumPy inside, so that slicing compiles nothing."""
    lanes: BankProgram = jax.tree.map(lambda x: np.full(len(speed), x), plan)
    own = (speed, np.full(len(speed), lift))
    aimed_lanes: BankProgram = eqx.tree_at(lambda p: (p.reversal_speed_m_s, p.lift), lanes, own)
    return aimed_lanes


def flown_lanes(
    shared: Descent, ship: ShipData, paths: Sequence[UniformTable], ignition_s: Floats, programs: BankProgram,
    burns: Sequence[Burn] | None = None,
) -> DescentLog:  # fmt: skip
    """`fly_lanes` in batches of `LANES`, filled up with the last lane; the shared burn unless each has its own.

    NumPy inside, so that slicing compiles nothing.
    """
    assert ship.descent is not None
    propellant = leaf(ship.propellant_kg.value)
    inert = leaf(ship.descent.ignition_mass_kg.value - ship.propellant_kg.value)
    count, parts = len(paths), []
    for first in range(0, count, LANES):
        pick = np.minimum(np.arange(first, first + LANES), count - 1)
        stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *[paths[k] for k in pick])
        some = jax.tree.map(lambda leaf, p=pick: np.asarray(leaf)[p], programs)
        own = jax.tree.map(
            lambda *leaves: np.stack(leaves), *[shared.burn if burns is None else burns[k] for k in pick]
        )
        log = fly_lanes(shared, stacked, jnp.asarray(ignition_s[pick]), some, own, propellant, inert)
        parts.append(jax.tree.map(lambda leaf, n=count - first: np.asarray(leaf)[: min(LANES, n)], log))
    joined: Any = jax.tree.map(lambda *leaves: np.concatenate(leaves), *parts)
    return joined  # type: ignore[no-any-return]


def _east_north_m(log: DescentLog, aim: tuple[float, float]) -> Floats:
    """Landing less aim, (lane, 2) m east and north on a sphere that has the ellipsoid's mean size."""
    latitude, longitude = np.asarray(log.latitude_rad), np.asarray(log.longitude_rad)
    return east_north_m(latitude, longitude, *aim)


def east_north_m(
    latitude_rad: Floats | float, longitude_rad: Floats | float, aim_latitude_rad: float, aim_longitude_rad: float
) -> Floats:
    """Distance from the aim along the great circle, resolved to the east and north there, (lane, 2) m."""
    dlon = longitude_rad - aim_longitude_rad
    y = np.cos(latitude_rad) * np.sin(dlon)
    x = np.cos(aim_latitude_rad) * np.sin(latitude_rad) - np.sin(aim_latitude_rad) * np.cos(latitude_rad) * np.cos(dlon)
    z = np.sin(aim_latitude_rad) * np.sin(latitude_rad) + np.cos(aim_latitude_rad) * np.cos(latitude_rad) * np.cos(dlon)
    level = np.hypot(x, y)
    distance = WGS84_SEMI_MAJOR_AXIS_M * np.arctan2(level, z)
    scale = distance / np.maximum(level, 1e-12)
    return np.stack([scale * y, scale * x], axis=-1)


def fly_planned(
    shared: Descent, ship: ShipData, path: UniformTable, ignition_s: float, reversal_speed_m_s: float | None = None
) -> DescentLog:
    """One descent from a given ignition (s), not aimed: every field without the lane axis.

    The bank is as planned, and reversed half-way down in speed unless the speed (m/s) is given.
    """
    plan = planned_program(ship)
    reversal = float(plan.reversal_speed_m_s) if reversal_speed_m_s is None else reversal_speed_m_s
    log = flown_lanes(shared, ship, [path], np.array([ignition_s]), _programs(plan, np.array([reversal]), 1.0))
    one: DescentLog = jax.tree.map(lambda leaf: jnp.asarray(leaf[0]), log)
    return one

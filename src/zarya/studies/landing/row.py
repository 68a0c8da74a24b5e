"""One pass of the station over a landing zone as a row of plain values."""

import math
from dataclasses import dataclass, replace
from typing import Any, Final, SupportsFloat

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.dynamics.surroundings import Surroundings
from zarya.environment.sunlight import beta_angle_rad
from zarya.environment.wind_asked import CLIMATOLOGY, WindAsked
from zarya.flight.descent.fall import Descent
from zarya.flight.descent.flown import DescentLog
from zarya.flight.descent.plan import Aimed, burn, east_north_m
from zarya.flight.descent.zone_wind import drift_m, wind_said
from zarya.flight.phase import Outcome
from zarya.frames.geodetic import up_itrf
from zarya.gnc.landing_pass import IGNITION_BEFORE_CLOSEST_S, NAIVE_DELAY_S, Pass
from zarya.time import Epoch
from zarya.units import DAY, DEG, KM
from zarya.vehicles.ship import ShipData
from zarya.vehicles.site import ZoneData

type Floats = NDArray[np.float64]
type Row = dict[str, Any]

LANDED_M: Final = 1_000.0
"""A descent that cannot be aimed nearer than this does not reach the zone's aim point."""
DESCENT_SIGMA_S: Final = 26.0
"""Root mean square of 13 flown landings about ours (tests/flights): weather and mass under the parachute."""
REACH_KM: Final = 115.0
"""What the lift reaches to either side where it was flown: 108 to 121 km."""
_CALM_M: Final = 1.0
_UNKNOWN_RAD: Final = 10.0 * DEG
_MEAN_MOTION_RAD_S: Final = 1.129e-3


@dataclass(frozen=True)
class Question:
    """What every row of one question shares.

    Parameters
    ----------
    epoch : zero of all seconds. left_kg : kg of propellant, if given. entry_angle_deg : wanted, if given.
    wind : as it was asked for.
    """

    epoch: Epoch
    around: Surroundings
    shared: Descent
    ship: ShipData
    zone: ZoneData
    left_kg: float | None
    entry_angle_deg: float | None = None
    wind: WindAsked = CLIMATOLOGY

    def utc(self, t_s: SupportsFloat) -> str:
        """An instant of the question in UTC."""
        return (self.epoch + float(t_s)).iso()

    @property
    def aim(self) -> tuple[float, float]:
        """Latitude and longitude of the zone's centre, rad."""
        return self.zone.geodetic[:2]


def with_delta_v(asked: Question, delta_v_m_s: float) -> Question:
    """The same question with a deorbit burn of another size, m/s."""
    size = asked.ship.deorbit.delta_v_m_s.model_copy(update={"value": delta_v_m_s})
    ship = asked.ship.model_copy(update={"deorbit": asked.ship.deorbit.model_copy(update={"delta_v_m_s": size})})
    return replace(asked, ship=ship, shared=eqx.tree_at(lambda d: d.burn, asked.shared, burn(ship)))


def _common(one: Pass, asked: Question) -> Row:
    return {
        "zone": asked.zone.name,
        "aim_lat_deg": asked.zone.latitude_deg.value,
        "aim_lon_deg": asked.zone.longitude_deg.value,
        "zone_radius_km": asked.zone.radius_km.value,
        "naive_landing_utc": asked.utc(one.closest_s + NAIVE_DELAY_S),
        "closest_approach_utc": asked.utc(one.closest_s),
        "closest_approach_km": round(one.distance_m / KM, 1),
        "direction": "ascending" if one.is_ascending else "descending",
        "landing_sigma_s": round(math.hypot(one.choice.phase_sigma_rad / _MEAN_MOTION_RAD_S, DESCENT_SIGMA_S), 1),
        "element_set_epoch_utc": one.choice.element_set.epoch.iso(),
        "element_set_age_days": round(one.choice.age_s / DAY, 3),
        "warnings": list(one.choice.warnings),
        "wind": wind_said(asked.wind)["kind"],
    }


_FLOWN_KEYS: Final = (
    "landing_lat_deg", "landing_lon_deg", "entry_angle_deg", "entry_speed_m_s", "peak_g", "peak_g_height_km",
    "peak_heat_kw_m2", "heat_load_mj_m2", "parachute_speed_m_s", "sun_elevation_deg", "beta_deg", "ballistic_lat_deg",
    "ballistic_lon_deg", "ballistic_peak_g", "ballistic_landing_utc", "ballistic_short_km", "miss_km",
    "parachute_lat_deg", "parachute_lon_deg", "wind_drift_km", "wind_drift_azimuth_deg",
)  # fmt: skip


def far_row(one: Pass, asked: Question) -> Row:
    """A pass that is out of reach by far."""
    ship = asked.ship
    assert ship.descent is not None
    ignition_s = one.closest_s - IGNITION_BEFORE_CLOSEST_S
    landing_s = one.closest_s + NAIVE_DELAY_S
    return {
        "_landing_s": landing_s,
        "undocking_utc": asked.utc(ignition_s - ship.descent.undocking_to_ignition_s.value),
        "deorbit_utc": asked.utc(ignition_s),
        "deorbit_cutoff_utc": None,
        "module_separation_utc": None,
        "entry_interface_utc": None,
        "parachute_utc": None,
        "landing_utc": asked.utc(landing_s),
        "cross_range_km": round(one.distance_m / KM, 1),
        "cross_range_reach_km": None,
        "deorbit_delta_v_m_s": round(ship.deorbit.delta_v_m_s.value, 2),
        "propellant_kg": None,
        "propellant_left_kg": None,
        **dict.fromkeys(_FLOWN_KEYS),
        "feasible": False,
        "why_not": f"the track passes {one.distance_m / KM:.0f} km from the zone, "
        f"{one.distance_m / KM - REACH_KM:.0f} km beyond what the lift reaches (about {REACH_KM:.0f} km)",
        **_common(one, asked),
    }


def row(one: Pass, result: Aimed, k: int, now: Floats, asked: Question) -> Row:
    """A pass that was flown: lane `k` of the descents, the ship at ignition `now` (6,)."""
    ship, around = asked.ship, asked.around
    assert ship.descent is not None
    log, free = lane(result.log, k), lane(result.ballistic, k)

    miss_km = float(np.linalg.norm(result.miss_m[k])) / KM
    low, high = result.reach_m[k] / KM
    needed = float(result.needed_m[k]) / KM
    short = east_north_m(
        np.asarray(free.latitude_rad), np.asarray(free.longitude_rad), float(log.latitude_rad), float(log.longitude_rad)
    )
    t = jnp.asarray(log.landing_s)
    sun = around.ephemeris.sun(t)
    latitude, longitude = float(log.latitude_rad), float(log.longitude_rad)
    up = np.asarray(up_itrf(log.latitude_rad, log.longitude_rad))
    sun_itrf = np.asarray(around.earth.dcm_itrf_from_gcrf(t) @ sun)
    elevation = np.arcsin(up @ sun_itrf / np.linalg.norm(sun_itrf))
    flow_kg_s = ship.engine.thrust_kn.value * KM / (STANDARD_GRAVITY_M_S2 * ship.engine.isp_s.value)
    burned_kg = flow_kg_s * float(log.cutoff_s - log.ignition_s)
    why = "; ".join(
        reason
        for reason in (
            _why_not(one, int(log.outcome), miss_km, needed, float(low), float(high)),
            _short_of(burned_kg, asked.left_kg),
            *_beyond_limits(log, free, ship),
        )
        if reason
    )
    return {
        "_landing_s": float(log.landing_s),
        "undocking_utc": asked.utc(float(log.ignition_s) - ship.descent.undocking_to_ignition_s.value),
        "deorbit_utc": asked.utc(log.ignition_s),
        "deorbit_cutoff_utc": asked.utc(log.cutoff_s),
        "module_separation_utc": asked.utc(log.separation_s),
        "entry_interface_utc": asked.utc(log.marks.interface_s),
        "parachute_utc": asked.utc(log.parachute_s),
        "landing_utc": asked.utc(log.landing_s),
        "cross_range_km": round(needed, 1),
        "cross_range_reach_km": [round(float(low), 1), round(float(high), 1)],
        "deorbit_delta_v_m_s": round(ship.deorbit.delta_v_m_s.value, 2),
        "propellant_kg": round(burned_kg, 1),
        "propellant_left_kg": None if asked.left_kg is None else round(asked.left_kg - burned_kg, 1),
        "landing_lat_deg": in_degrees(latitude),
        "landing_lon_deg": in_degrees(longitude),
        "entry_angle_deg": in_degrees(log.marks.entry_angle_rad),
        "entry_speed_m_s": round(float(log.marks.entry_speed_m_s), 1),
        "peak_g": round(float(log.marks.peak_load_g), 2),
        "peak_g_height_km": round(float(log.marks.peak_load_height_m) / KM, 1),
        "peak_heat_kw_m2": round(float(log.marks.peak_heat_w_m2) / KM, 1),
        "heat_load_mj_m2": round(float(log.marks.heat_load_j_m2) / 1.0e6, 1),
        "parachute_speed_m_s": round(float(log.parachute_speed_m_s), 1),
        "sun_elevation_deg": round(float(elevation) / DEG, 2),
        "beta_deg": round(float(beta_angle_rad(jnp.asarray(now[:3]), jnp.asarray(now[3:]), sun)) / DEG, 2),
        "ballistic_lat_deg": in_degrees(free.latitude_rad),
        "ballistic_lon_deg": in_degrees(free.longitude_rad),
        "ballistic_peak_g": round(float(free.marks.peak_load_g), 2),
        "ballistic_landing_utc": asked.utc(free.landing_s),
        "ballistic_short_km": round(float(np.linalg.norm(short)) / KM, 1),
        "miss_km": round(miss_km, 2),
        **_under_parachute(log, asked),
        "feasible": not why,
        "why_not": why,
        **_common(one, asked),
    }


def _under_parachute(log: DescentLog, asked: Question) -> Row:
    """Where the parachute is commanded, and how far the wind carries the module from there."""
    latitude, longitude, (east, north) = drift_m(asked.shared.air, log.chutes)
    is_calm = math.hypot(east, north) < _CALM_M
    return {
        "parachute_lat_deg": in_degrees(latitude),
        "parachute_lon_deg": in_degrees(longitude),
        "wind_drift_km": round(math.hypot(east, north) / KM, 2),
        "wind_drift_azimuth_deg": None if is_calm else round(math.degrees(math.atan2(east, north)) % 360.0, 1),
    }


def in_degrees(value: Any) -> float:
    """Radians in degrees, to a metre on the ground."""
    return round(float(value) / DEG, 5)


def lane(log: DescentLog, k: int) -> DescentLog:
    """One descent of many."""
    picked: DescentLog = jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf)[k]), log)
    return picked


def _why_not(one: Pass, outcome: int, miss_km: float, needed: float, low: float, high: float) -> str:
    if one.choice.phase_sigma_rad > _UNKNOWN_RAD:
        return "phase unknown"
    if outcome != Outcome.FLYING:
        return "the descent does not come down after one burn"
    if miss_km * KM > LANDED_M:
        if not low <= needed <= high:
            margin = needed - high if needed > high else low - needed
            side = "right" if needed > 0.0 else "left"
            return (
                f"cross-range {abs(needed):.0f} km to the {side} is {margin:.0f} km more than the lift carries "
                f"({low:.0f} to {high:.0f} km)"
            )
        return f"the aiming stays {miss_km:.1f} km from the zone's centre"
    return ""


def _short_of(burned_kg: float, left_kg: float | None) -> str:
    if left_kg is None or left_kg >= burned_kg:
        return ""
    return f"propellant is short by {burned_kg - left_kg:.0f} kg of the {burned_kg:.0f} kg the burn takes"


def _beyond_limits(log: DescentLog, free: DescentLog, ship: ShipData) -> list[str]:
    """What crew or shield do not stand, of a descent that comes down."""
    assert ship.descent is not None
    limits = ship.descent.limits
    if int(log.outcome) != Outcome.FLYING:
        return []
    checks = (
        ("the load", float(log.marks.peak_load_g), limits.guided_load_g.value, "g"),
        ("the heat load", float(log.marks.heat_load_j_m2) / 1e6, limits.heat_load_mj_m2.value, "MJ/m2"),
        ("the ballistic load", float(free.marks.peak_load_g), limits.ballistic_load_g.value, "g"),
    )
    return [
        f"{name} of {value:.1f} {unit} is {value - limit:.1f} {unit} over the limit of {limit:g}"
        for name, value, limit, unit in checks
        if value > limit
    ]

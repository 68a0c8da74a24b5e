"""From which pass can this ship come down in that zone, when, and where does it land.

>>> rows = landing_opportunities("iss", "soyuz-ms", sets, "zhezkazgan", start, end)
>>> rows[0]["landing_utc"], rows[0]["feasible"], rows[0]["why_not"]
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.dynamics.surroundings import Surroundings, surroundings
from zarya.environment.sunlight import beta_angle_rad
from zarya.environment.wind import WindProfile
from zarya.errors import InputError
from zarya.flight.descent.flown import DescentLog
from zarya.flight.descent.plan import Aimed, aimed, descent, east_north_m, ship_path
from zarya.flight.phase import Outcome
from zarya.gnc.element_choice import ElementHistory
from zarya.gnc.landing_pass import FAR_M, IGNITION_BEFORE_CLOSEST_S, NAIVE_DELAY_S, Pass, passes
from zarya.orbits.tle import ElementSet
from zarya.time import Epoch
from zarya.units import DAY, DEG, HOUR, KM
from zarya.vehicles import catalog as vehicles
from zarya.vehicles.ship import ShipData
from zarya.vehicles.site import ZoneData

type Floats = NDArray[np.float64]

LANDED_M: Final = 1_000.0
"""A descent that cannot be aimed nearer than this does not reach the zone's aim point."""
DESCENT_SIGMA_S: Final = 27.0
"""Standard deviation of 13 flown landings about ours (tests/flights): weather and mass under the parachute."""
GRAVITY_DEGREE: Final = 8
"""Of the field between ignition and separation: half a revolution."""
_UNKNOWN_RAD: Final = 10.0 * DEG
_MEAN_MOTION_RAD_S: Final = 1.129e-3


def landing_opportunities(
    station: str,
    ship: str,
    sets: Sequence[ElementSet] | ElementHistory,
    zone: str,
    start: Epoch,
    end: Epoch,
    *,
    wind: WindProfile | None = None,
    propellant_kg: float | None = None,
    catalog: str | Path | None = None,
) -> list[dict[str, Any]]:
    """Landing opportunities, one row for each pass of the station whose landing instant lies in start <= t < end.

    Parameters
    ----------
    station, ship, zone : names of the catalog.
    sets : element sets of the station; each pass uses only those with an epoch before its undocking.
    start, end : bounds of the landing instant.
    wind : over the zone; calm by default.
    propellant_kg : kg left for the deorbit burn; not checked where it is None.

    Returns
    -------
    rows with the keys of `zarya land`, in order of landing. `feasible` is true where the aim point is reached with the
    bank as planned and the phase is known; `why_not` says what is against it. A pass beyond 700 km is not flown: its
    instants are the rule of thumb's and what only a flight gives is None. `naive_landing_utc` is that rule.

    Raises
    ------
    InputError : the span is empty, or the ship has no descent data.
    CoverageError : no element set is earlier, or a table does not reach the date.

    **Model** `zarya.flight.descent`: SGP4 station, finite burn, 3-DoF entry with banked lift, parachutes.
    **Ignores** reboosts no set knows yet, the weather of the day (US76 below 80 km), wind unless given.
    """
    if end - start <= 0.0:
        raise InputError("the span must end after it starts", key="to", value=end.iso(), remedy="Give a later end.")
    vehicles.station(station, catalog)
    craft, place = vehicles.ship(ship, catalog), vehicles.zone(zone, catalog)
    history = sets if isinstance(sets, ElementHistory) else ElementHistory(sets)
    span_s = end - start
    whole_s = DAY * math.ceil(span_s / DAY)  # questions of like length share one compiled program
    around = surroundings(start, -2.0 * HOUR, whole_s + 2.0 * HOUR, degree=GRAVITY_DEGREE)
    shared = descent(around, craft, place.height_m.value, wind)
    found = passes(around, history, craft, place, start, span_s)
    near = [one for one in found if one.distance_m < FAR_M]
    rows = [_far_row(one, craft, place, start) for one in found if one.distance_m >= FAR_M]
    if near:
        assert craft.descent is not None
        first = np.array([one.closest_s - IGNITION_BEFORE_CLOSEST_S for one in near])
        paths = [
            ship_path(one.choice.element_set, start, float(t) - 1_800.0, craft)
            for one, t in zip(near, first, strict=True)
        ]
        aim = (place.latitude_deg.value * DEG, place.longitude_deg.value * DEG)
        result = aimed(shared, craft, paths, first, *aim)
        for k, one in enumerate(near):
            now = np.asarray(paths[k](result.log.ignition_s[k]))
            rows.append(_row(one, result, k, now, around, craft, place, start, propellant_kg))
    inside = [row for row in rows if 0.0 <= row["_landing_s"] < span_s]
    return [
        {key: value for key, value in row.items() if not key.startswith("_")}
        for row in sorted(inside, key=lambda row: float(row["_landing_s"]))
    ]


def _common(one: Pass, zone: ZoneData, epoch: Epoch) -> dict[str, Any]:
    return {
        "zone": zone.name,
        "naive_landing_utc": (epoch + (one.closest_s + NAIVE_DELAY_S)).iso(),
        "closest_approach_utc": (epoch + one.closest_s).iso(),
        "closest_approach_km": round(one.distance_m / KM, 1),
        "direction": "ascending" if one.is_ascending else "descending",
        "landing_sigma_s": round(math.hypot(one.choice.phase_sigma_rad / _MEAN_MOTION_RAD_S, DESCENT_SIGMA_S), 1),
        "element_set_epoch_utc": one.choice.element_set.epoch.iso(),
        "element_set_age_days": round(one.choice.age_s / DAY, 3),
        "warnings": list(one.choice.warnings),
    }


_FLOWN_KEYS: Final = (
    "landing_lat_deg", "landing_lon_deg", "entry_angle_deg", "entry_speed_m_s", "peak_g", "peak_g_height_km",
    "peak_heat_kw_m2", "heat_load_mj_m2", "parachute_speed_m_s", "sun_elevation_deg", "beta_deg", "ballistic_lat_deg",
    "ballistic_lon_deg", "ballistic_peak_g", "ballistic_landing_utc", "ballistic_short_km", "miss_km",
)  # fmt: skip


def _far_row(one: Pass, ship: ShipData, zone: ZoneData, epoch: Epoch) -> dict[str, Any]:
    """A pass that is out of reach by far."""
    assert ship.descent is not None
    ignition_s = one.closest_s - IGNITION_BEFORE_CLOSEST_S
    landing_s = one.closest_s + NAIVE_DELAY_S
    return {
        "_landing_s": landing_s,
        "undocking_utc": (epoch + (ignition_s - ship.descent.undocking_to_ignition_s.value)).iso(),
        "deorbit_utc": (epoch + ignition_s).iso(),
        "deorbit_cutoff_utc": None,
        "module_separation_utc": None,
        "entry_interface_utc": None,
        "parachute_utc": None,
        "landing_utc": (epoch + landing_s).iso(),
        "cross_range_km": round(one.distance_m / KM, 1),
        "cross_range_reach_km": None,
        "deorbit_delta_v_m_s": ship.deorbit.delta_v_m_s.value,
        "propellant_kg": None,
        **dict.fromkeys(_FLOWN_KEYS),
        "feasible": False,
        "why_not": f"the track passes {one.distance_m / KM:.0f} km from the zone, out of reach of the lift",
        **_common(one, zone, epoch),
    }


def _row(
    one: Pass, result: Aimed, k: int, now: Floats, around: Surroundings, ship: ShipData, zone: ZoneData, epoch: Epoch,
    left_kg: float | None,
) -> dict[str, Any]:  # fmt: skip
    """A pass that was flown."""
    assert ship.descent is not None
    log, free = _lane(result.log, k), _lane(result.ballistic, k)

    def at(name: str) -> str:
        return (epoch + float(getattr(log, name))).iso()

    def degrees(value: Any) -> float:
        return round(float(value) / DEG, 5)

    miss_km = float(np.linalg.norm(result.miss_m[k])) / KM
    low, high = result.reach_m[k] / KM
    needed = float(result.needed_m[k]) / KM
    short = east_north_m(
        np.asarray(free.latitude_rad), np.asarray(free.longitude_rad), float(log.latitude_rad), float(log.longitude_rad)
    )
    t = jnp.asarray(log.landing_s)
    sun = around.ephemeris.sun(t)
    latitude, longitude = float(log.latitude_rad), float(log.longitude_rad)
    up = np.array([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)])
    sun_itrf = np.asarray(around.earth.dcm_itrf_from_gcrf(t) @ sun)
    elevation = np.arcsin(up @ sun_itrf / np.linalg.norm(sun_itrf))
    why = _why_not(one, int(log.outcome), miss_km, needed, float(low), float(high))
    flow_kg_s = ship.engine.thrust_kn.value * KM / (STANDARD_GRAVITY_M_S2 * ship.engine.isp_s.value)
    burned_kg = flow_kg_s * float(log.cutoff_s - log.ignition_s)
    if left_kg is not None and left_kg < burned_kg:
        short_kg = f"propellant is short by {burned_kg - left_kg:.0f} kg of the {burned_kg:.0f} kg the burn takes"
        why = f"{why}; {short_kg}" if why else short_kg
    return {
        "_landing_s": float(log.landing_s),
        "undocking_utc": (epoch + (float(log.ignition_s) - ship.descent.undocking_to_ignition_s.value)).iso(),
        "deorbit_utc": at("ignition_s"),
        "deorbit_cutoff_utc": at("cutoff_s"),
        "module_separation_utc": at("separation_s"),
        "entry_interface_utc": at("interface_s"),
        "parachute_utc": at("parachute_s"),
        "landing_utc": at("landing_s"),
        "cross_range_km": round(needed, 1),
        "cross_range_reach_km": [round(float(low), 1), round(float(high), 1)],
        "deorbit_delta_v_m_s": ship.deorbit.delta_v_m_s.value,
        "propellant_kg": round(burned_kg, 1),
        "landing_lat_deg": degrees(latitude),
        "landing_lon_deg": degrees(longitude),
        "entry_angle_deg": degrees(log.entry_angle_rad),
        "entry_speed_m_s": round(float(log.entry_speed_m_s), 1),
        "peak_g": round(float(log.peak_load_g), 2),
        "peak_g_height_km": round(float(log.peak_load_height_m) / KM, 1),
        "peak_heat_kw_m2": round(float(log.peak_heat_w_m2) / KM, 1),
        "heat_load_mj_m2": round(float(log.heat_load_j_m2) / 1.0e6, 1),
        "parachute_speed_m_s": round(float(log.parachute_speed_m_s), 1),
        "sun_elevation_deg": round(float(elevation) / DEG, 2),
        "beta_deg": round(float(beta_angle_rad(jnp.asarray(now[:3]), jnp.asarray(now[3:]), sun)) / DEG, 2),
        "ballistic_lat_deg": degrees(free.latitude_rad),
        "ballistic_lon_deg": degrees(free.longitude_rad),
        "ballistic_peak_g": round(float(free.peak_load_g), 2),
        "ballistic_landing_utc": (epoch + float(free.landing_s)).iso(),
        "ballistic_short_km": round(float(np.linalg.norm(short)) / KM, 1),
        "miss_km": round(miss_km, 2),
        "feasible": not why,
        "why_not": why,
        **_common(one, zone, epoch),
    }


def _lane(log: DescentLog, k: int) -> DescentLog:
    picked: DescentLog = jax.tree.map(lambda leaf: leaf[k], log)
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


def why_none(rows: Sequence[dict[str, Any]]) -> str:
    """One sentence for a span without an opportunity: the nearest pass and what it lacks; empty where there is one."""
    if any(row["feasible"] for row in rows):
        return ""
    if not rows:
        return "no pass of the station over the zone leads to a landing in this span"
    nearest = min(rows, key=lambda row: float(row["closest_approach_km"]))
    return f"no pass reaches the zone; the nearest, landing {nearest['landing_utc']}: {nearest['why_not']}"

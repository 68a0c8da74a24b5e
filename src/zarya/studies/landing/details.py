"""What else one pass comes to: silence, corridor, back-ups, falling modules, reserve parachute."""

import math
from collections.abc import Sequence
from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from zarya.flight.descent.backups import Backup, backups, commit_burn_s
from zarya.flight.descent.corridor import corridor
from zarya.flight.descent.debris import Piece, fall_lanes
from zarya.flight.descent.flown import DescentLog
from zarya.flight.descent.openings import openings
from zarya.flight.descent.plan import Aimed, east_north_m, flown_lanes
from zarya.flight.descent.plasma import blackout_s
from zarya.flight.phase import Outcome
from zarya.frames.geodetic import up_itrf
from zarya.studies.landing.row import Question, Row, in_degrees, lane
from zarya.tables import UniformTable
from zarya.units import DEG, KM

WIND_TOP_KM: Final = 60.0
"""Of the profile of the wind that stands on a row: above, the air is too thin to carry anything."""
KEYS: Final = (
    "blackout_start_utc", "blackout_end_utc", "blackout_s", "corridor_steep_deg", "corridor_shallow_deg",
    "corridor_margin_deg", "corridor_reach_deg", "corridor_limits", "corridor_trials", "commit_burn_s", "commit_utc",
    "backups", "fall_areas", "drogue_utc", "main_parachute_utc", "heat_shield_utc", "soft_landing_engines_utc",
    "drogue_speed_m_s", "descent_speed_m_s", "touchdown_speed_m_s", "reserve_landing_utc",
    "reserve_descent_speed_m_s", "reserve_touchdown_speed_m_s", "wind_profile",
)  # fmt: skip


def details(result: Aimed, paths: Sequence[UniformTable], asked: Question) -> list[Row]:
    """The keys above for each descent that was aimed; none where it does not come down."""
    shared, ship = asked.shared, asked.ship
    spare = backups(shared, ship, paths, result, *asked.aim)
    failed = eqx.tree_at(lambda d: d.module, shared, shared.module.on_reserve())
    ignition = np.asarray(result.log.ignition_s)
    reserve = flown_lanes(failed, ship, paths, ignition, result.programs)
    found = []
    for k, path in enumerate(paths):
        log = lane(result.log, k)
        if int(log.outcome) != Outcome.FLYING:
            found.append(dict.fromkeys(KEYS))
            continue
        commit = _commit(path, log, asked)
        commits_s = commit["commit_burn_s"]
        found.append(
            _silence(log, asked)
            | _corridor(log, asked)
            | commit
            | {"backups": [_backup(one, k, log, commits_s, asked) for one in spare]}
            | {"fall_areas": fall_areas(log, asked)}
            | _touchdown(log, lane(reserve, k), asked)
            | {"wind_profile": _wind(log, asked)}
        )
    return found


def _wind(log: DescentLog, asked: Question) -> dict[str, list[float]]:
    """The wind over the zone as the parachute opens."""
    height_km = np.arange(0.0, WIND_TOP_KM + 1.0)
    wind = np.asarray(jax.vmap(asked.shared.air.wind.at, (None, 0))(log.parachute_s, jnp.asarray(KM * height_km)))
    return {"height_km": height_km.tolist()} | {
        f"{name}_m_s": np.round(wind[:, k], 2).tolist() for k, name in enumerate(("east", "north"))
    }


def _silence(log: DescentLog, asked: Question) -> Row:
    assert asked.ship.descent is not None
    limits = asked.ship.descent.limits
    start, end = blackout_s(
        asked.shared.air, log.entry, limits.blackout_height_km.value * KM, limits.link_mhz.value * 1e6
    )
    if math.isnan(start):
        return dict.fromkeys(("blackout_start_utc", "blackout_end_utc", "blackout_s"))
    return {
        "blackout_start_utc": asked.utc(start),
        "blackout_end_utc": asked.utc(end),
        "blackout_s": round(end - start, 1),
    }


def _corridor(log: DescentLog, asked: Question) -> Row:
    assert asked.ship.descent is not None
    home = asked.ship.descent
    found = corridor(
        asked.shared, log, home.planned_bank_deg.value * DEG, home.limits.guided_load_g.value,
        home.limits.heat_load_mj_m2.value * 1e6,
    )  # fmt: skip
    own = float(log.marks.entry_angle_rad)
    reach = [None if math.isnan(x) else in_degrees(x) for x in (found.reach_steep_rad, found.reach_shallow_rad)]

    def rounded(value: float, digits: int) -> float | None:
        return None if math.isnan(value) else round(float(value), digits)

    trials = [
        {
            "entry_angle_deg": in_degrees(angle),
            "peak_g_lift_up": rounded(up, 2),
            "peak_g": rounded(planned, 2),
            "heat_load_mj_m2": rounded(heat / 1e6, 1),
        }
        for angle, up, planned, heat in zip(
            found.angles_rad, found.lift_up_g, found.planned_g, found.heat_load_j_m2, strict=True
        )
    ]
    return {
        "corridor_trials": trials,
        "corridor_steep_deg": in_degrees(found.steep_rad),
        "corridor_shallow_deg": in_degrees(found.shallow_rad),
        "corridor_margin_deg": in_degrees(min(own - found.steep_rad, found.shallow_rad - own)),
        "corridor_reach_deg": reach,
        "corridor_limits": {
            "steep": f"{home.limits.guided_load_g.value:g} g with lift up ({home.limits.guided_load_g.grade})",
            "shallow": f"{home.limits.heat_load_mj_m2.value:g} MJ/m2 ({home.limits.heat_load_mj_m2.grade})"
            if found.shallow_by == "heat load"
            else found.shallow_by,
        },
    }


def _commit(path: UniformTable, log: DescentLog, asked: Question) -> Row:
    ignition = float(log.ignition_s)
    burned = commit_burn_s(asked.shared, asked.ship, path, ignition)
    is_never = math.isnan(burned)
    return {
        "commit_burn_s": None if is_never else round(burned, 1),
        "commit_utc": None if is_never else asked.utc(ignition + burned),
    }


def _backup(one: Backup, k: int, nominal: DescentLog, commits_s: float | None, asked: Question) -> Row:
    log, better = lane(one.log, k), lane(one.corrected, k)
    comes_down = int(log.outcome) == Outcome.FLYING
    row = {
        "name": one.name,
        "deorbit_utc": asked.utc(log.ignition_s),
        "main_engine_s": round(float(one.burn.duration_s), 1),
        "is_committed": commits_s is not None and float(one.burn.duration_s) >= commits_s,
        "thrusters_s": round(float(one.burn.finish_s), 1),
        "propellant_kg": round(one.propellant_kg, 1),
        "propellant_short_kg": None if asked.left_kg is None else round(max(one.propellant_kg - asked.left_kg, 0.0), 1),
    }
    if not comes_down:
        return row | dict.fromkeys(_BACKUP_KEYS)
    return row | {
        "entry_angle_deg": in_degrees(log.marks.entry_angle_rad),
        "peak_g": round(float(log.marks.peak_load_g), 2),
        "landing_utc": asked.utc(log.landing_s),
        "landing_lat_deg": in_degrees(log.latitude_rad),
        "landing_lon_deg": in_degrees(log.longitude_rad),
        "shift_km": _apart_km(log, nominal),
        "corrected_bank_deg": round(float(one.bank_rad[k]) / DEG, 1),
        "corrected_peak_g": round(float(better.marks.peak_load_g), 2),
        "corrected_shift_km": _apart_km(better, nominal),
    }


_BACKUP_KEYS: Final = (
    "entry_angle_deg", "peak_g", "landing_utc", "landing_lat_deg", "landing_lon_deg", "shift_km",
    "corrected_bank_deg", "corrected_peak_g", "corrected_shift_km",
)  # fmt: skip


def _apart_km(one: DescentLog, other: DescentLog) -> float:
    places = [np.asarray(x) for x in (one.latitude_rad, one.longitude_rad)]
    apart = east_north_m(places[0], places[1], float(other.latitude_rad), float(other.longitude_rad))
    return round(float(np.linalg.norm(apart)) / KM, 1)


def fall_areas(log: DescentLog, asked: Question) -> list[Row]:
    """Where the pieces of the orbital and the service module fall: lightest to heaviest along the track."""
    assert asked.ship.descent is not None
    home = asked.ship.descent
    others, shared = home.others, asked.shared
    light, heavy = min(others.fragments_kg_m2.row), max(others.fragments_kg_m2.row)
    bodies = (
        ("orbital module", others.orbital_module_kg.value, others.orbital_module_kg_m2.value),
        ("service module", _service_kg(asked), others.service_module_kg_m2.value),
    )
    whole = np.repeat([coefficient for _, _, coefficient in bodies], 3)
    parts = np.tile([light, math.sqrt(light * heavy), heavy], len(bodies))
    at = (jnp.asarray(log.separation_s), log.separation_r_gcrf, log.separation_v_gcrf)
    pieces: Piece = fall_lanes(
        shared, *at, jnp.asarray(whole), jnp.asarray(parts), jnp.asarray(others.break_up_height_km.value * KM)
    )
    pieces = jax.tree.map(np.asarray, pieces)
    found = []
    for n, (name, mass_kg, coefficient) in enumerate(bodies):
        first, last = 3 * n, 3 * n + 2
        ends = [(float(pieces.latitude_rad[k]), float(pieces.longitude_rad[k])) for k in (first, last)]
        centre, long_m = _between(*ends)
        found.append(
            {
                "body": name,
                "mass_kg": round(mass_kg),
                "ballistic_kg_m2": coefficient,
                "break_up_utc": asked.utc(pieces.break_up_s[first]),
                "lat_deg": in_degrees(centre[0]),
                "lon_deg": in_degrees(centre[1]),
                "length_km": round(long_m / KM),
                "fragments_kg_m2": [light, heavy],
                "ends_deg": [[in_degrees(x) for x in end] for end in ends],
                "last_utc": asked.utc(pieces.t_s[first]),
            }
        )
    return found


def _service_kg(asked: Question) -> float:
    """The ship after the burn less the two other modules, kg."""
    assert asked.ship.descent is not None
    home, burn = asked.ship.descent, asked.shared.burn
    burned = float(burn.flow_kg_s * burn.duration_s + burn.finish_flow_kg_s * burn.finish_s)
    return (
        home.ignition_mass_kg.value - burned - float(asked.shared.module.mass_kg) - home.others.orbital_module_kg.value
    )


def _between(one: tuple[float, float], other: tuple[float, float]) -> tuple[tuple[float, float], float]:
    """Middle of two places (latitude, longitude, rad) on the great circle, and how far apart they are, m."""

    x, y, z = (float(part) for part in up_itrf(*map(jnp.asarray, one)) + up_itrf(*map(jnp.asarray, other)))
    apart = float(np.linalg.norm(east_north_m(np.asarray(one[0]), np.asarray(one[1]), *other)))
    return (math.atan2(z, math.hypot(x, y)), math.atan2(y, x)), apart


def _touchdown(log: DescentLog, reserve: DescentLog, asked: Question) -> Row:
    assert asked.ship.descent is not None
    chutes, clock = asked.ship.descent.parachutes, openings(asked.shared, log)
    return {
        "drogue_utc": asked.utc(clock.drogue_s),
        "main_parachute_utc": asked.utc(clock.main_s),
        "heat_shield_utc": asked.utc(clock.heat_shield_s),
        "soft_landing_engines_utc": asked.utc(clock.engines_s),
        "drogue_speed_m_s": round(clock.drogue_speed_m_s, 1),
        "descent_speed_m_s": round(float(log.descent_speed_m_s), 2),
        "touchdown_speed_m_s": chutes.touchdown_speed_m_s.value,
        "reserve_landing_utc": asked.utc(reserve.landing_s),
        "reserve_descent_speed_m_s": round(float(reserve.descent_speed_m_s), 2),
        "reserve_touchdown_speed_m_s": chutes.reserve_touchdown_speed_m_s.value,
    }

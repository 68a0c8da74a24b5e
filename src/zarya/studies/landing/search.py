"""From which pass can this ship come down in that zone, when, and where does it land.

>>> rows = landing_opportunities("iss", "soyuz-ms", sets, "zhezkazgan", start, end)
>>> rows[0]["landing_utc"], rows[0]["feasible"], rows[0]["why_not"]
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from zarya.dynamics.surroundings import surroundings
from zarya.environment.wind_asked import CLIMATOLOGY, WindAsked
from zarya.errors import InputError
from zarya.flight.descent.plan import Aimed, aimed, descent, ship_path
from zarya.flight.descent.zone_wind import wind_over
from zarya.gnc.element_choice import ElementHistory
from zarya.gnc.landing_pass import FAR_M, IGNITION_BEFORE_CLOSEST_S, NAIVE_DELAY_S, Pass, passes
from zarya.orbits.tle import ElementSet
from zarya.studies.landing.details import KEYS, details
from zarya.studies.landing.row import LANDED_M, Question, Row, far_row, row, with_delta_v
from zarya.studies.landing.wave_off import DAY_S, is_after, wave_off
from zarya.studies.station_sets import station_sets
from zarya.time import Epoch
from zarya.units import DAY, HOUR
from zarya.vehicles import catalog as vehicles

GRAVITY_DEGREE: Final = 8
"""Of the field between ignition and separation: half a revolution."""
STEEPEST_DEG, SHALLOWEST_DEG = -4.0, -0.9
"""Entry angles that a burn is sized for: within the corridor."""
ANGLE_PER_M_S: Final = -0.0223
"""First guess of what a metre a second of the burn does to the entry angle, deg."""
SIZED_DEG: Final = 0.002
LEAST_MODULE_KG, MOST_MODULE_KG = 1_000.0, 10_000.0
WAVE_OFF_M: Final = 200_000.0
"""Passes behind the span are flown, to know where a wave-off leads, if they come nearer than this."""


def landing_opportunities(
    station: str,
    ship: str,
    sets: Sequence[ElementSet] | ElementHistory,
    zone: str,
    start: Epoch,
    end: Epoch,
    *,
    wind: WindAsked = CLIMATOLOGY,
    propellant_kg: float | None = None,
    module_mass_kg: float | None = None,
    entry_angle_deg: float | None = None,
    catalog: str | Path | None = None,
    detailed: bool = True,
) -> list[dict[str, Any]]:
    """Landing opportunities, one row for each pass of the station whose landing instant lies in start <= t < end.

    Parameters
    ----------
    station, ship, zone : names of the catalog.
    sets : element sets of the station; each pass uses only those with an epoch before its undocking.
    start, end : bounds of the landing instant.
    wind : over the zone: `climatology` (HWM14 of the day and hour), `none`, or a wind.
    propellant_kg : kg left for the deorbit burn; not checked where it is None.
    module_mass_kg : kg of the descent module at entry, by default the catalog's with its crew; 100 kg less land 17 s
        later.
    entry_angle_deg : flight-path angle at 100 km, negative down, that the burn is sized for; by default the burn has
        the catalog's delta-v and the angle follows.
    detailed : whether what the pass entails is flown too (radio silence, entry corridor, back-ups of the burn, fall
        areas, reserve parachute, wave-off); their keys are left out otherwise.

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
    **Ignores** reboosts no set knows yet, the weather of the day: air is US76 below 80 km, wind what is usual.
    """
    if end - start <= 0.0:
        raise InputError("the span must end after it starts", key="to", value=end.iso(), remedy="Give a later end.")
    craft, place = vehicles.ship(ship, catalog), vehicles.zone(zone, catalog)
    history = station_sets(sets, station, catalog)
    span_s = end - start
    seen_s = span_s + DAY_S[1] if detailed else span_s
    span = (start, -2.0 * HOUR, _whole_days_s(seen_s) + 2.0 * HOUR)
    around = surroundings(*span, degree=GRAVITY_DEGREE)
    shared = descent(around, craft, place.height_m.value, wind_over(place, wind, *span))
    if module_mass_kg is not None:
        if not LEAST_MODULE_KG <= module_mass_kg <= MOST_MODULE_KG:
            raise InputError(
                f"the descent module weighs {LEAST_MODULE_KG:g} to {MOST_MODULE_KG:g} kg", key="module_mass_kg",
                value=module_mass_kg, remedy="Give its mass at entry in kg.",
            )  # fmt: skip
        shared = eqx.tree_at(lambda d: d.module.mass_kg, shared, jnp.asarray(module_mass_kg))
    if entry_angle_deg is not None and not STEEPEST_DEG <= entry_angle_deg <= SHALLOWEST_DEG:
        raise InputError(
            f"an entry angle lies between {STEEPEST_DEG:g} and {SHALLOWEST_DEG:g} deg", key="entry_angle_deg",
            value=entry_angle_deg, remedy="Give the angle at 100 km, negative down; 128 m/s bring about -1.7.",
        )  # fmt: skip
    asked = Question(start, around, shared, craft, place, propellant_kg, entry_angle_deg, wind)
    found = passes(around, history, craft, place, start, seen_s)
    is_near = [one.distance_m < (FAR_M if _is_inside(one, span_s) else WAVE_OFF_M) for one in found]
    empty = dict.fromkeys(KEYS if detailed else ())
    rows = [far_row(one, asked) | empty for one, flies in zip(found, is_near, strict=True) if not flies]
    rows += _flown([one for one, flies in zip(found, is_near, strict=True) if flies], asked, span_s, empty)
    rows.sort(key=lambda one: float(one["_landing_s"]))
    inside = [one for one in rows if 0.0 <= float(one["_landing_s"]) < span_s]
    if detailed:
        others = rows + _elsewhere([one for one in inside if one["feasible"]], asked, history, seen_s, catalog)
        inside = [one | wave_off(one, others) for one in inside]
    return [{key: value for key, value in one.items() if not key.startswith("_")} for one in inside]


def _whole_days_s(span_s: float) -> float:
    """Questions of like length share one compiled program."""
    return DAY * math.ceil(span_s / DAY)


def _is_inside(one: Pass, span_s: float) -> bool:
    return one.closest_s + NAIVE_DELAY_S < span_s + 300.0


def _flown(near: Sequence[Pass], asked: Question, span_s: float, empty: Row) -> list[Row]:
    """Rows of the passes that are flown; with all their details those within the span that reach the zone."""
    if not near:
        return []
    if asked.entry_angle_deg is not None:
        return [found for one in near for found in _flown([one], _sized(one, asked), span_s, empty)]
    first = np.array([one.closest_s - IGNITION_BEFORE_CLOSEST_S for one in near])
    paths = [
        ship_path(one.choice.element_set, asked.epoch, float(t) - 1_800.0, asked.ship)
        for one, t in zip(near, first, strict=True)
    ]
    result = aimed(asked.shared, asked.ship, paths, first, *asked.aim)
    rows = [
        row(one, result, k, np.asarray(paths[k](result.log.ignition_s[k])), asked) | empty for k, one in enumerate(near)
    ]
    miss_m = np.linalg.norm(result.miss_m, axis=1)
    kept = [k for k, one in enumerate(near) if _is_inside(one, span_s) and miss_m[k] <= LANDED_M]
    if kept and empty:
        for k, more in zip(kept, details(_picked(result, kept), [paths[k] for k in kept], asked), strict=True):
            rows[k] |= more
    return rows


def _sized(one: Pass, asked: Question) -> Question:
    """The question of one pass with the burn that brings the wanted entry angle: secant on the delta-v."""
    wanted, asked = asked.entry_angle_deg, replace(asked, entry_angle_deg=None)
    assert wanted is not None
    slope, size, before = ANGLE_PER_M_S, asked.ship.deorbit.delta_v_m_s.value, (0.0, 0.0)
    for turn in range(6):
        angle = float(_flown([one], asked, 0.0, {})[0]["entry_angle_deg"])
        if not math.isfinite(angle) or abs(angle - wanted) < SIZED_DEG:
            break
        if turn and size != before[0]:
            slope = (angle - before[1]) / (size - before[0])
        before, size = (size, angle), float(np.clip(size + (wanted - angle) / slope, 0.5 * size, 2.0 * size))
        asked = with_delta_v(asked, size)
    return asked


def _elsewhere(
    rows: Sequence[Row], asked: Question, history: ElementHistory, seen_s: float, catalog: str | Path | None
) -> list[Row]:
    """Passes over the other zones of the catalog to which these rows could be waved off, flown."""
    found = []
    for listing in vehicles.entries("zone", catalog) if rows else ():
        if listing.name == asked.zone.name:
            continue
        zone = vehicles.zone(listing.name, catalog)
        ground = jnp.full_like(asked.shared.ground_m, zone.height_m.value)
        wind = wind_over(zone, asked.wind, asked.epoch, -2.0 * HOUR, _whole_days_s(seen_s) + 2.0 * HOUR)
        moved = eqx.tree_at(lambda d: (d.ground_m, d.air.wind), asked.shared, (ground, wind))
        there = replace(asked, zone=zone, shared=moved)
        near = [
            one
            for one in passes(asked.around, history, asked.ship, zone, asked.epoch, seen_s)
            if one.distance_m < WAVE_OFF_M and any(is_after(one.closest_s + NAIVE_DELAY_S, row) for row in rows)
        ]
        found += _flown(near, there, seen_s, {})
    return found


def _picked(result: Aimed, lanes: list[int]) -> Aimed:
    """Some of the descents."""
    at = np.array(lanes)
    log, ballistic, programs = (
        jax.tree.map(lambda leaf: np.asarray(leaf)[at], x) for x in (result.log, result.ballistic, result.programs)
    )
    return Aimed(log, ballistic, programs, result.miss_m[at], result.reach_m[at], result.needed_m[at])


def why_none(rows: Sequence[dict[str, Any]]) -> str:
    """One sentence for a span without an opportunity: the nearest pass and what it lacks; empty where there is one."""
    if any(row["feasible"] for row in rows):
        return ""
    if not rows:
        return "no pass of the station over the zone leads to a landing in this span"
    nearest = min(rows, key=lambda row: float(row["closest_approach_km"]))
    return f"no pass reaches the zone; the nearest, landing {nearest['landing_utc']}: {nearest['why_not']}"

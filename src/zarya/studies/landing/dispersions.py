"""Where the landings of one opportunity fall: many dispersed descents under guidance, and the same without lift.

>>> rows = landing_opportunities("iss", "soyuz-ms", sets, "zhezkazgan", start, end)
>>> campaign = landing_dispersions(rows[0], "soyuz-ms", sets, cases=1000, seed=1)
>>> campaign.dispersions()["within_28_km"]
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
from jaxtyping import Array

from zarya.arrays import Vector3
from zarya.dynamics.state import State
from zarya.dynamics.surroundings import surroundings
from zarya.environment.wind_asked import CLIMATOLOGY, WindAsked
from zarya.errors import InputError
from zarya.flight.descent.column import Dispersion, WayDown, displaced, meeting, way_down
from zarya.flight.descent.flown import DescentLog
from zarya.flight.descent.glide import NEAR_M, Body, Endured, glide, sunk
from zarya.flight.descent.guided import guided_entry
from zarya.flight.descent.history import history
from zarya.flight.descent.plan import aimed, descent, east_north_m, ship_path
from zarya.flight.descent.zone_wind import wind_over
from zarya.flight.phase import OUTCOMES, Outcome
from zarya.frames.geodetic import geodetic_from_itrf
from zarya.gnc.element_choice import ElementHistory
from zarya.gnc.entry import BankProgram, ballistic
from zarya.gnc.landing_pass import IGNITION_BEFORE_CLOSEST_S, passes
from zarya.orbits.tle import ElementSet
from zarya.studies.landing.campaign import PUBLISHED_M, Floats, LandingCampaign
from zarya.studies.landing.draws import columns, landing_draws
from zarya.studies.spread import on_all_devices, over_devices
from zarya.tables import UniformTable
from zarya.time import Epoch
from zarya.units import DAY, DEG, HOUR, KM
from zarya.vehicles import catalog as vehicles
from zarya.vehicles.ship import ShipData

BATCH: Final = 64
"""Cases of one compiled program on one device: what they carry stays in its cache; results do not depend on it."""
GRAVITY_DEGREE: Final = 8
_BESIDE_S: Final = 900.0


def landing_dispersions(
    opportunity: dict[str, Any],
    ship: str,
    sets: Sequence[ElementSet] | ElementHistory,
    *,
    cases: int,
    seed: int = 0,
    wind: WindAsked = CLIMATOLOGY,
    catalog: str | Path | None = None,
    done: pl.DataFrame | None = None,
    on_rows: Callable[[pl.DataFrame], None] | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> LandingCampaign:
    """Fly `cases` dispersed descents of one landing opportunity from the separation of the modules to the ground.

    Parameters
    ----------
    opportunity : a row of `landing_opportunities` that was flown; ship, sets : as asked there.
    cases : how many. seed : case k of a seed is the same however many are flown and in whatever batches.
    wind : over the zone, foreseen, as asked there. The drawn winds come on top.
    done : cases of the same question that were flown before, from the first on; they are not flown again.
    on_rows : told all cases so far after each batch. on_progress : told how far it is.

    Raises
    ------
    InputError : less than one case, a negative seed, or a row of a pass that is out of reach.

    **Model** `landing_draws`; each case flies `guided_entry` with the nominal air and module on board, then the
    parachutes in its own wind, air and mass; the soft-landing engines take as much speed from every case. The same
    draws fly once more spun up (no lift, no guidance).
    **Ignores** errors of the navigation, the swing under the parachute, the relief of the ground.
    """
    if cases < 1:
        raise InputError("at least one case", key="cases", value=cases, remedy="Give a positive number.")
    if seed < 0:
        raise InputError("a seed is not negative", key="seed", value=seed, remedy="Give 0 or more.")
    if opportunity["landing_lat_deg"] is None:
        raise InputError(
            "this pass was not flown and cannot be dispersed", key="opportunity", value=opportunity["landing_utc"],
            remedy="Give a row with a landing point.",
        )  # fmt: skip
    say = on_progress or (lambda _: None)
    say("nominal descent")
    nominal = _nominal(opportunity, ship, sets, wind, catalog)
    shared = on_all_devices(nominal.shared)
    rows = [] if done is None else [done.head(cases)]
    size = BATCH * len(jax.local_devices())
    for start in range(sum(part.height for part in rows), cases, size):
        numbers = np.arange(start, min(start + size, cases), dtype=np.float64)
        padded = np.concatenate([numbers, np.full(size - numbers.size, numbers[-1])])
        drawn = landing_draws(seed, padded)
        found = _flown(shared, drawn)
        rows.append(_table(numbers, jax.tree.map(np.asarray, found), columns(drawn), nominal))
        say(f"{min(start + size, cases)} of {cases} descents")
        if on_rows is not None:
            on_rows(pl.concat(rows))
    table = pl.concat(rows)
    return LandingCampaign(
        opportunity, seed, nominal.aim_deg, nominal.ballistic_deg, nominal.history, nominal.events, table
    )


class _Shared(eqx.Module):
    """What every case is flown against: the way under guidance and without, the plan, and its parachute point."""

    way: WayDown
    free_way: WayDown
    start: State
    program: BankProgram
    parachute_itrf: Vector3


@dataclass(frozen=True)
class _Nominal:
    shared: _Shared
    aim_deg: tuple[float, float]
    ballistic_deg: tuple[float, float]
    landing_s: float
    ballistic_landing_s: float
    engines_m_s: float
    history: dict[str, Floats]
    events: dict[str, float]


def _nominal(
    row: dict[str, Any], ship: str, sets: Sequence[ElementSet] | ElementHistory, wind: WindAsked,
    catalog: str | Path | None,
) -> _Nominal:  # fmt: skip
    """The planned descent of this row, flown once more."""
    craft, zone = vehicles.ship(ship, catalog), vehicles.zone(row["zone"], catalog)
    known = sets if isinstance(sets, ElementHistory) else ElementHistory(sets)
    epoch = Epoch.from_iso(row["landing_utc"]) + -_BESIDE_S
    span = (epoch, -2.0 * HOUR, DAY + 2.0 * HOUR)
    around = surroundings(*span, degree=GRAVITY_DEGREE)
    shared = descent(around, craft, zone.height_m.value, wind_over(zone, wind, *span))
    closest_s = Epoch.from_iso(row["closest_approach_utc"]) - epoch
    found = passes(around, known, craft, zone, epoch, 2.0 * _BESIDE_S)
    one = min(found, key=lambda item: abs(item.closest_s - closest_s))
    first_s = one.closest_s - IGNITION_BEFORE_CLOSEST_S
    path = ship_path(one.choice.element_set, epoch, first_s - 1_800.0, craft)
    aim_deg = (zone.latitude_deg.value, zone.longitude_deg.value)
    result = aimed(shared, craft, [path], np.array([first_s]), aim_deg[0] * DEG, aim_deg[1] * DEG)
    log, free, program = (
        jax.tree.map(lambda leaf: jnp.asarray(leaf[0]), x) for x in (result.log, result.ballistic, result.programs)
    )
    assert craft.descent is not None
    limit_g = craft.descent.limits.guided_load_g.value
    way, free_way = (
        way_down(shared, jax.tree.map(lambda a, b: jnp.concatenate([a, b]), x.entry, x.chutes), limit_g)
        for x in (log, free)
    )
    start = State(log.entry.t_s[0], log.entry.r_gcrf[0], log.entry.v_gcrf[0], jnp.zeros(0), way.mass_kg)
    opened = around.earth.dcm_itrf_from_gcrf(log.entry.t_s[-1]) @ log.entry.r_gcrf[-1]
    return _Nominal(
        _Shared(way, free_way, start, program, opened),
        aim_deg,
        _degrees(free),
        float(log.landing_s),
        float(free.landing_s),
        float(log.descent_speed_m_s - way.module.touchdown_speed_m_s),
        history(shared, _ship(path, log, craft), log),
        {name: float(at_s) for name, at_s in log.instants_s().items()},
    )


def _ship(path: UniformTable, log: DescentLog, ship: ShipData) -> State:
    """The ship at ignition."""
    assert ship.descent is not None
    now, tank_kg = path(log.ignition_s), jnp.asarray([ship.propellant_kg.value])
    dry_kg = ship.descent.ignition_mass_kg.value - ship.propellant_kg.value
    return State(log.ignition_s, now[:3], now[3:], tank_kg, jnp.asarray(dry_kg))


def _degrees(log: DescentLog) -> tuple[float, float]:
    return float(log.latitude_rad) / DEG, float(log.longitude_rad) / DEG


@eqx.filter_jit
def _flown(shared: _Shared, cases: Dispersion) -> dict[str, Any]:
    """A batch, its cases spread over the devices (cores of a CPU), what they share on each."""

    def part(shared: _Shared, cases: Dispersion) -> dict[str, Any]:
        lane: dict[str, Any] = jax.vmap(lambda case: _lane(shared, case))(cases)
        return lane

    return over_devices(part, shared, cases)


def _lane(shared: _Shared, case: Dispersion) -> dict[str, Any]:
    """One case, under guidance and without lift."""
    truth, free = meeting(shared.way, case), meeting(shared.free_way, case)
    start = displaced(truth, shared.start)
    opened, harm, _ = guided_entry(truth, shared.way, start, shared.program, shared.parachute_itrf)
    spun, more_harm = glide(free, ballistic(shared.program), start)
    off = jnp.sqrt(jnp.sum((truth.ground_point_m(opened.state) - shared.parachute_itrf) ** 2))
    return _landing(truth, opened, harm) | {"parachute_miss_m": off} | {
        f"ballistic_{key}": value for key, value in _landing(free, spun, more_harm).items()
    }  # fmt: skip


def _landing(way: WayDown, opened: Body, harm: Endured) -> dict[str, Array]:
    """From the parachute command to the ground."""
    down, _ = sunk(way, opened)
    latitude, longitude, _ = geodetic_from_itrf(way.ground_point_m(down.state))
    is_down = (opened.height_m < way.module.parachute_height_m + 2.0 * NEAR_M) & (down.height_m < way.ground_m + NEAR_M)
    return {
        "is_down": is_down,
        "latitude_rad": latitude,
        "longitude_rad": longitude,
        "landing_s": down.state.t_s,
        "peak_g": harm.peak_load_g,
        "peak_heat_kw_m2": harm.peak_heat_w_m2 / KM,
        "heat_load_mj_m2": harm.heat_load_j_m2 / 1e6,
        "sink_m_s": down.sink_m_s,
    }


def _table(numbers: Floats, found: dict[str, Any], drawn: dict[str, Floats], nominal: _Nominal) -> pl.DataFrame:
    """Rows of a batch, in the units of a reader; what never came down has no landing."""
    count = numbers.size
    guided = _columns(found, "", nominal.aim_deg, nominal.landing_s)
    free = _columns(found, "ballistic_", nominal.ballistic_deg, nominal.ballistic_landing_s)
    guided["parachute_miss_km"] = found["parachute_miss_m"] / KM
    guided["touchdown_speed_m_s"] = np.abs(guided["sink_m_s"] - nominal.engines_m_s)
    outcome = np.where(guided["miss_km"] <= PUBLISHED_M / KM, Outcome.LANDED, Outcome.LANDED_OUTSIDE_ZONE)
    outcome = np.where(found["is_down"], outcome, Outcome.NOT_CONVERGED)
    data: dict[str, Any] = {"case": numbers.astype(np.int64), "outcome": [OUTCOMES[int(k)] for k in outcome[:count]]}
    data |= {name: values[:count] for name, values in (guided | free | drawn).items()}
    return pl.DataFrame(data).with_columns(pl.col(pl.Float64).fill_nan(None))


def _columns(found: dict[str, Any], mode: str, about_deg: tuple[float, float], planned_s: float) -> dict[str, Floats]:
    latitude, longitude = found[f"{mode}latitude_rad"], found[f"{mode}longitude_rad"]
    east, north = east_north_m(latitude, longitude, about_deg[0] * DEG, about_deg[1] * DEG).T / KM
    values = {
        "landing_lat_deg": latitude / DEG,
        "landing_lon_deg": longitude / DEG,
        "east_km": east,
        "north_km": north,
        "miss_km": np.hypot(east, north),
        "late_s": found[f"{mode}landing_s"] - planned_s,
        **{name: found[f"{mode}{name}"] for name in ("peak_g", "peak_heat_kw_m2", "heat_load_mj_m2", "sink_m_s")},
    }
    return {f"{mode}{name}": np.where(found[f"{mode}is_down"], value, np.nan) for name, value in values.items()}

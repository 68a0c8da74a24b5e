"""Where the landings of one opportunity fall: many dispersed descents under guidance, and the same without lift.

>>> rows = landing_opportunities("iss", "soyuz-ms", sets, "zhezkazgan", start, end)
>>> campaign = landing_dispersions(rows[0], "soyuz-ms", sets, cases=1000, seed=1)
>>> campaign.dispersions()["within_28_km"]
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
from numpy.typing import NDArray

from zarya.arrays import Scalar, Vector3
from zarya.dynamics.state import State
from zarya.dynamics.surroundings import surroundings
from zarya.errors import InputError
from zarya.flight.descent.column import Dispersion, WayDown, displaced, meeting, way_down
from zarya.flight.descent.flown import DescentLog
from zarya.flight.descent.glide import NEAR_M, Body, Endured, glide, sunk
from zarya.flight.descent.guided import guided_entry
from zarya.flight.descent.plan import aimed, descent, east_north_m, ship_path
from zarya.flight.phase import OUTCOMES, Outcome
from zarya.frames.geodetic import geodetic_from_itrf
from zarya.gnc.element_choice import ElementHistory
from zarya.gnc.entry import BankProgram, ballistic
from zarya.gnc.landing_pass import IGNITION_BEFORE_CLOSEST_S, passes
from zarya.orbits.tle import ElementSet
from zarya.studies.landing_draws import columns, landing_draws
from zarya.time import Epoch
from zarya.units import DAY, DEG, HOUR, KM
from zarya.vehicles import catalog as vehicles

type Floats = NDArray[np.float64]

BATCH: Final = 64
"""Cases of one compiled program on one device: what they carry stays in its cache; results do not depend on it."""
PUBLISHED_M: Final = 28_000.0
"""Published accuracy of a guided landing. Source: russianspaceweb.com/soyuz-landing.html, at P = 0.9997."""
GRAVITY_DEGREE: Final = 8
_BESIDE_S: Final = 900.0
_NORMAL_95: Final = 1.959964


@dataclass(frozen=True)
class Ellipse:
    """Spread of points about their mean: 1 sigma semi-axes, azimuth of the longer one from north over east."""

    mean_east_km: float
    mean_north_km: float
    semi_major_km: float
    semi_minor_km: float
    azimuth_deg: float


@dataclass(frozen=True)
class LandingCampaign:
    """Many descents of one opportunity.

    Parameters
    ----------
    opportunity : the row of `landing_opportunities` that was dispersed. seed : of the draws.
    aim_deg, ballistic_deg : latitude and longitude of the zone's centre and of the planned ballistic landing.
    cases : a row a case: `outcome`, `landing_lat_deg`, `landing_lon_deg`, `east_km`, `north_km`, `miss_km` (from the
        aim), `parachute_miss_km`, `late_s` (after the planned landing), `peak_g`, `peak_heat_kw_m2`, `heat_load_mj_m2`,
        `sink_m_s`, `touchdown_speed_m_s`; the same without lift, from the planned ballistic landing, under
        `ballistic_...`; and what was drawn.
    """

    opportunity: dict[str, Any]
    seed: int
    aim_deg: tuple[float, float]
    ballistic_deg: tuple[float, float]
    cases: pl.DataFrame

    @property
    def outcomes(self) -> dict[str, int]:
        """How many descents ended how."""
        return {str(name): int(count) for name, count in self.cases["outcome"].value_counts(sort=True).iter_rows()}

    def ellipse(self, mode: str = "") -> Ellipse | None:
        """Of the landings under guidance, or with `mode` "ballistic_" without; None for less than three."""
        down = self.cases.filter(pl.col(f"{mode}miss_km").is_not_null())
        return ellipse(down[f"{mode}east_km"].to_numpy(), down[f"{mode}north_km"].to_numpy())

    def dispersions(self) -> dict[str, Any]:
        """What the cases say together, keys as `zarya land --cases` prints them."""
        return {
            "cases": self.cases.height,
            "seed": self.seed,
            "outcomes": self.outcomes,
            **self._spread(""),
            "landing_sigma_s": _round(_std(self.cases["late_s"]), 2),
            "landing_late_s": _round(_mean(self.cases["late_s"]), 2),
            **self._percentiles("peak_heat_kw_m2", (50, 99), 1),
            **self._percentiles("heat_load_mj_m2", (50, 99), 2),
            **self._percentiles("touchdown_speed_m_s", (1, 50, 99), 2),
            **self._percentiles("sink_m_s", (1, 50, 99), 2),
            "ballistic": self._spread("ballistic_"),
        }

    def _spread(self, mode: str) -> dict[str, Any]:
        miss_km = self.cases[f"{mode}miss_km"]
        hits = int((miss_km <= PUBLISHED_M / KM).sum())  # a descent that never came down has no miss and is no hit
        low, high = wilson(hits, self.cases.height)
        return {
            "within_28_km": _round(hits / self.cases.height, 6),
            "wilson_low": _round(low, 6),
            "wilson_high": _round(high, 6),
            **self._percentiles(f"{mode}miss_km", (50, 90, 99, 100), 2),
            **_keys(self.ellipse(mode)),
            **self._percentiles(f"{mode}peak_g", (50, 99, 100), 2),
        }

    def _percentiles(self, name: str, wanted: tuple[int, ...], digits: int) -> dict[str, float | None]:
        values = self.cases[name].drop_nulls().to_numpy()
        key = name.removeprefix("ballistic_")
        return {
            f"{key}_p{p}" if p < 100 else f"{key}_max": _round(
                np.percentile(values, p) if values.size else None, digits
            )
            for p in wanted
        }


def landing_dispersions(
    opportunity: dict[str, Any],
    ship: str,
    sets: Sequence[ElementSet] | ElementHistory,
    *,
    cases: int,
    seed: int = 0,
    catalog: str | Path | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> LandingCampaign:
    """Fly `cases` dispersed descents of one landing opportunity from the separation of the modules to the ground.

    Parameters
    ----------
    opportunity : a row of `landing_opportunities` that was flown; ship, sets : as asked there.
    cases : how many. seed : case k of a seed is the same however many are flown and in whatever batches.
    on_progress : told how far it is.

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
    nominal = _nominal(opportunity, ship, sets, catalog)
    rows: list[pl.DataFrame] = []
    size = BATCH * len(jax.local_devices())
    for start in range(0, cases, size):
        numbers = np.arange(start, min(start + size, cases), dtype=np.float64)
        padded = np.concatenate([numbers, np.full(size - numbers.size, numbers[-1])])
        drawn = landing_draws(seed, padded)
        found = _flown(nominal.shared, drawn)
        rows.append(_table(numbers, jax.tree.map(np.asarray, found), columns(drawn), nominal))
        say(f"{min(start + size, cases)} of {cases} descents")
    return LandingCampaign(opportunity, seed, nominal.aim_deg, nominal.ballistic_deg, pl.concat(rows))


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


def _nominal(
    row: dict[str, Any], ship: str, sets: Sequence[ElementSet] | ElementHistory, catalog: str | Path | None
) -> _Nominal:
    """The planned descent of this row, flown once more."""
    craft, zone = vehicles.ship(ship, catalog), vehicles.zone(row["zone"], catalog)
    history = sets if isinstance(sets, ElementHistory) else ElementHistory(sets)
    epoch = Epoch.from_iso(row["landing_utc"]) + -_BESIDE_S
    around = surroundings(epoch, -2.0 * HOUR, DAY + 2.0 * HOUR, degree=GRAVITY_DEGREE)
    shared = descent(around, craft, zone.height_m.value)
    closest_s = Epoch.from_iso(row["closest_approach_utc"]) - epoch
    found = passes(around, history, craft, zone, epoch, 2.0 * _BESIDE_S)
    one = min(found, key=lambda item: abs(item.closest_s - closest_s))
    first_s = one.closest_s - IGNITION_BEFORE_CLOSEST_S
    path = ship_path(one.choice.element_set, epoch, first_s - 1_800.0, craft)
    aim_deg = (zone.latitude_deg.value, zone.longitude_deg.value)
    result = aimed(shared, craft, [path], np.array([first_s]), aim_deg[0] * DEG, aim_deg[1] * DEG)
    log, free, program = (
        jax.tree.map(lambda leaf: jnp.asarray(leaf[0]), x) for x in (result.log, result.ballistic, result.programs)
    )
    way, free_way = (
        way_down(shared, jax.tree.map(lambda a, b: jnp.concatenate([a, b]), x.entry, x.chutes)) for x in (log, free)
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
    )


def _degrees(log: DescentLog) -> tuple[float, float]:
    return float(log.latitude_rad) / DEG, float(log.longitude_rad) / DEG


@eqx.filter_jit
def _flown(shared: _Shared, cases: Dispersion) -> dict[str, Any]:
    """A batch, its cases spread over the devices (cores of a CPU), what they share on each."""
    arrays, static = eqx.partition(shared, eqx.is_array)
    mesh = jax.sharding.Mesh(np.array(jax.local_devices()), ("case",))
    spec: Any = jax.sharding.PartitionSpec
    here, everywhere = spec("case"), spec()

    def part(arrays: Any, cases: Any) -> dict[str, Any]:
        lane: dict[str, Any] = jax.vmap(lambda case: _lane(eqx.combine(arrays, static), case))(cases)
        return lane

    spread = jax.shard_map(part, mesh=mesh, in_specs=(everywhere, here), out_specs=here, check_vma=False)
    found: dict[str, Any] = spread(arrays, cases)
    return found


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


def _landing(way: WayDown, opened: Body, harm: Endured) -> dict[str, Scalar]:
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


def ellipse(east_km: Floats, north_km: Floats) -> Ellipse | None:
    """Ellipse of the covariance of points; None for less than three."""
    if len(east_km) < 3:
        return None
    values, vectors = np.linalg.eigh(np.cov(np.stack([east_km, north_km])))
    minor, major = np.sqrt(np.maximum(values, 0.0))
    azimuth = math.degrees(math.atan2(vectors[0, 1], vectors[1, 1])) % 180.0
    return Ellipse(float(np.mean(east_km)), float(np.mean(north_km)), float(major), float(minor), azimuth)


def _keys(shape: Ellipse | None) -> dict[str, float | None]:
    """The ellipse as the JSON has it: 1 sigma, and three times that."""
    names = ("mean_east_km", "mean_north_km", "ellipse_semi_major_km", "ellipse_semi_minor_km")
    more = ("ellipse_3_sigma_semi_major_km", "ellipse_3_sigma_semi_minor_km", "ellipse_azimuth_deg")
    if shape is None:
        return dict.fromkeys((*names, *more))
    major, minor = shape.semi_major_km, shape.semi_minor_km
    values = (shape.mean_east_km, shape.mean_north_km, major, minor, 3.0 * major, 3.0 * minor, shape.azimuth_deg)
    return {name: round(value, 2) for name, value in zip((*names, *more), values, strict=True)}


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Interval of 95 % for the share behind `hits` of `count`.

    **Source** Wilson 1927, J. Am. Stat. Assoc. 22, 209-212.
    """
    z2, share = _NORMAL_95**2, hits / count
    middle = (share + z2 / (2.0 * count)) / (1.0 + z2 / count)
    half = _NORMAL_95 / (1.0 + z2 / count) * math.sqrt(share * (1.0 - share) / count + z2 / (4.0 * count**2))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _std(values: pl.Series) -> float | None:
    data = values.drop_nulls().to_numpy()
    return float(np.std(data, ddof=1)) if data.size > 1 else None


def _mean(values: pl.Series) -> float | None:
    data = values.drop_nulls().to_numpy()
    return float(np.mean(data)) if data.size else None


def _round(value: float | np.floating[Any] | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)

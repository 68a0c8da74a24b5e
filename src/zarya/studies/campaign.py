"""`fly_many`: the same flight for many dispersed cases, failures counted as outcomes."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
from numpy.typing import NDArray

from zarya.dynamics.surroundings import orbital_loads
from zarya.errors import InputError
from zarya.flight import approach, ascent, phasing
from zarya.flight.phase import OUTCOMES, Handover
from zarya.frames import dcm_gcrf_from_teme
from zarya.gnc.proximity import drawn_navigation
from zarya.gnc.rendezvous import AIM_BEFORE_CONTACT_S, SCHEMES
from zarya.mission.scenario import Scenario
from zarya.mission.setting import Setting, prepared
from zarya.orbits.mean import MeanElements, mean_from_osculating
from zarya.studies.dispersions import ascent_dispersions, phasing_errors
from zarya.studies.spread import on_all_devices, over_devices
from zarya.units import DEG, KM

BATCH: Final = 100
"""Cases of one compiled program on one device; results do not depend on it."""
_PERIGEE_LOW_M: Final = 150_000.0
"""An insertion with a lower perigee (over the mean radius of the equator) is no orbit to rendezvous from (assumed)."""

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Campaign:
    """Many flights of one mission.

    Parameters
    ----------
    scenario, seed : what was flown, with the launcher the cases are drawn about. cases : a row a case: outcome,
        insertion, burns, contact.
    """

    scenario: Scenario
    seed: int
    cases: pl.DataFrame

    @property
    def outcomes(self) -> dict[str, int]:
        """How many flights ended how."""
        counted = self.cases["outcome"].value_counts(sort=True)
        return {str(name): int(count) for name, count in counted.iter_rows()}

    def inserted_within(self, height_m: float = 10_000.0, angle_rad: float = 0.03 * DEG) -> int:
        """How many cases reach orbit with perigee, apogee, inclination and node so near to the nominal flight's."""
        heights = [pl.col(name).abs() * KM <= height_m for name in ("perigee_error_km", "apogee_error_km")]
        angles = [pl.col(name).abs() * DEG <= angle_rad for name in ("inclination_error_deg", "node_error_deg")]
        return self.cases.filter(pl.col("outcome") != "orbit_not_reached", *heights, *angles).height

    def statistics(self) -> dict[str, dict[str, float]]:
        """1 %, median and 99 % of every number of the flights that docked."""
        docked = self.cases.filter(pl.col("outcome") == "docked")
        found: dict[str, dict[str, float]] = {}
        for name in docked.columns:
            values = docked[name].drop_nulls()
            if name not in ("case", "outcome") and values.len():
                low, middle, high = np.quantile(values.to_numpy(), [0.01, 0.5, 0.99])
                found[name] = {"p01": float(low), "median": float(middle), "p99": float(high)}
        return found


def fly_many(
    scenario: Scenario,
    cases: int,
    seed: int = 0,
    *,
    first: int = 0,
    published: bool = False,
    done: pl.DataFrame | None = None,
    on_rows: Callable[[pl.DataFrame], None] | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> Campaign:
    """Fly `cases` dispersed flights from the pad to docking.

    Parameters
    ----------
    scenario : from `load`; it needs a planned docking or the nominal one is taken.
    cases : how many. seed : case k of a seed is the same however many are flown and in whatever batches.
    first : number of the first case; one case can be flown again alone.
    done : cases of the same question that were flown before, from `first` on; they are not flown again.
    on_rows : told all cases so far after each batch.
    published : draw about the launcher of the mission file even where the catalog holds one reconciled with what flew.

    **Model** dispersions by `zarya.studies.dispersions`, about the launcher that its own flown separations describe
    (`zarya.studies.reconstruction`) where there is one: how often a flight fails is a question about the launcher that
    flies, not about the middle of what is published of it. Every case re-plans its burns from its own navigated states
    on the matrices of the nominal plan.
    **Ignores** a choice of another scheme after a failed insertion: such a case ends as an outcome.
    """
    if cases < 1:
        raise InputError("at least one case", key="cases", value=cases, remedy="Give a positive number.")
    if seed < 0:
        raise InputError("a seed is not negative", key="seed", value=seed, remedy="Give 0 or more.")
    say = on_progress or (lambda _: None)
    scenario = drawn_about(scenario, published)
    rows: list[dict[str, Any]] = [] if done is None else done.head(cases).to_dicts()
    if len(rows) < cases:
        setting = prepared(scenario, say)
        say("nominal plan")
        programs = _Programs(setting, seed)
        numbers = np.arange(first + len(rows), first + cases, dtype=np.float64)
        size = BATCH * len(jax.local_devices())
        for start in range(0, numbers.size, size):
            batch = numbers[start : start + size]
            padded = np.concatenate([batch, np.full(size - batch.size, batch[-1])])
            rows += _rows(batch, programs.fly(padded))
            say(f"{len(rows)} of {cases} flights")
            if on_rows is not None:
                on_rows(_table(rows))
    return Campaign(scenario, seed, _table(rows))


def drawn_about(scenario: Scenario, published: bool) -> Scenario:
    """The mission with the launcher that its cases are drawn about, see `fly_many`."""
    if scenario.reconciled is None or published:
        return scenario
    return replace(scenario, launcher=scenario.reconciled)


def _table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None)


class _Programs:
    """The compiled phases and what they share."""

    def __init__(self, setting: Setting, seed: int) -> None:
        scenario = setting.scenario
        self.setting, self.seed = setting, seed
        ship = scenario.ship.pytree()
        scheme = SCHEMES[scenario.scheme_orbits]
        nominal, _ = ascent.fly_bare(setting.ascent, ascent.nominal(len(scenario.launcher.stage)))
        rendezvous = phasing.prepare(
            nominal, setting.station, setting.around, ship, scheme, setting.contact_s - AIM_BEFORE_CONTACT_S
        )
        self.slots = rendezvous.burns.slots.centre_t_s.shape[0]
        docking = approach.prepare(
            ship,
            scenario.station.pytree(),
            scenario.station.port_pytree(scenario.port.name),
            setting.station,
            setting.contact_s,
        )
        loads = orbital_loads(setting.around, ship.drag_area_m2 * ship.drag_coefficient)
        at = setting.epoch + float(nominal.ship.t_s)
        dcm_teme_from_gcrf = jnp.asarray(dcm_gcrf_from_teme(at).T)
        frame = (dcm_teme_from_gcrf, _orbit(dcm_teme_from_gcrf, nominal))
        self.shared = on_all_devices((setting.ascent, rendezvous, docking, loads, frame))

    def fly(self, cases: Floats) -> dict[str, Any]:
        """One batch; returns arrays that may still be on their way."""
        launcher = self.setting.scenario.launcher
        case = ascent_dispersions(launcher, self.seed, cases)
        errors = phasing_errors(self.slots, self.seed, cases)
        navigation = drawn_navigation(self.seed, [int(case) for case in cases])
        return _flown(self.shared, (case, errors, navigation))


@eqx.filter_jit
def _flown(shared: Any, cases: Any) -> dict[str, Any]:
    """A batch, its cases spread over the devices (cores of a CPU), what they share on each."""
    return over_devices(_lane, shared, cases)


def _lane(shared: Any, cases: Any) -> dict[str, Any]:
    """The cases of one device."""
    launch, rendezvous, docking, loads, (dcm_teme_from_gcrf, nominal) = shared

    def one(case: Any, errors: Any, navigation: Any) -> dict[str, Any]:
        at, course = ascent.fly_bare(launch, case)
        mean = _orbit(dcm_teme_from_gcrf, at)
        low = mean.a_m * (1.0 - mean.e) - 6_378_137.0
        perigee_error = mean.a_m * (1.0 - mean.e) - nominal.a_m * (1.0 - nominal.e)
        apogee_error = mean.a_m * (1.0 + mean.e) - nominal.a_m * (1.0 + nominal.e)
        is_orbit = (low > _PERIGEE_LOW_M) & (course.propellant_left_kg > 0.0) & jnp.isfinite(course.cutoff_s)
        outcome = jnp.where(is_orbit, at.outcome, OUTCOMES.index("orbit_not_reached"))
        at = Handover(at.ship, at.navigated_r_gcrf, at.navigated_v_gcrf, outcome.astype(at.outcome.dtype))
        there, log = phasing.fly(rendezvous, at, errors)
        end, contact = approach.fly(docking, there, loads, navigation)
        return {
            "outcome": end.outcome,
            "cutoff_s": course.cutoff_s,
            "propellant_left_kg": course.propellant_left_kg,
            "max_dynamic_pressure_kpa": course.max_dynamic_pressure_pa / 1e3,
            "semi_major_axis_km": mean.a_m / KM,
            "eccentricity": mean.e,
            "inclination_mean_deg": mean.i_rad / DEG,
            "raan_mean_deg": mean.raan_rad / DEG,
            "perigee_error_km": perigee_error / KM,
            "apogee_error_km": apogee_error / KM,
            "inclination_error_deg": (mean.i_rad - nominal.i_rad) / DEG,
            "node_error_deg": jnp.arcsin(jnp.sin(mean.raan_rad - nominal.raan_rad)) / DEG,
            "phasing_delta_v_m_s": log.total_m_s,
            "aim_miss_m": jnp.linalg.norm(log.residual[:3]),
            "aim_miss_m_s": jnp.linalg.norm(log.residual[3:]),
            "approach_delta_v_m_s": contact.delta_v_m_s,
            "docking_met_s": contact.docking_s,
            "axial_m_s": contact.axial_m_s,
            "lateral_m": contact.lateral_m,
            "lateral_m_s": contact.lateral_m_s,
            "propellant_kg": jnp.sum(end.ship.tank_kg),
        }

    found: dict[str, Any] = jax.vmap(one)(*cases)
    return found


def _orbit(dcm_teme_from_gcrf: Any, at: Handover) -> MeanElements:
    """Mean elements in TEME of the ship at separation."""
    return mean_from_osculating(dcm_teme_from_gcrf @ at.ship.r_gcrf, dcm_teme_from_gcrf @ at.ship.v_gcrf)


def _rows(batch: Floats, found: dict[str, Any]) -> list[dict[str, Any]]:
    columns = {name: np.asarray(values)[: batch.size] for name, values in found.items()}
    rows = []
    for k, case in enumerate(batch):
        row: dict[str, Any] = {"case": int(case), "outcome": OUTCOMES[int(columns["outcome"][k])]}
        for name, values in columns.items():
            if name != "outcome":
                value = float(values[k])
                row[name] = value if math.isfinite(value) else None
        rows.append(row)
    return rows

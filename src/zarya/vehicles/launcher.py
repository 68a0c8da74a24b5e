"""The launcher: stages, what it throws off, its aerodynamics, limits and steering programme."""

from typing import Literal

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from pydantic import Field, model_validator

from zarya.arrays import Scalar
from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.units import DEG, KM, KPA
from zarya.vehicles.quantity import (
    Count,
    Degrees,
    DegreesPerSecond,
    Duration,
    Entry,
    Fraction,
    Inclination,
    Kilograms,
    KilogramsPerSecond,
    Kilometres,
    Kilonewtons,
    Positive,
    Record,
    Seconds,
    Series,
    SpecificImpulse,
    SquareMetres,
)


class ConsumableData(Record):
    """What a stage spends beside its propellant (turbine peroxide, pressurant), without thrust."""

    name: str
    loaded_kg: Kilograms
    residual_kg: Kilograms
    flow_kg_s: KilogramsPerSecond


class StageData(Record):
    """One stage, or a set of `count` equal boosters; masses, thrust and area are of one piece."""

    name: str
    role: Literal["booster", "core", "upper"]
    count: Count
    dry_mass_kg: Kilograms
    propellant_loaded_kg: Kilograms
    residual_kg: Kilograms
    thrust_vacuum_kn: Kilonewtons
    isp_vacuum_s: SpecificImpulse
    exit_area_m2: SquareMetres
    ignition_s: Seconds
    pad_throttle: Fraction | None = None
    """mean throttle from ignition to lift-off, for a stage lit on the pad"""
    throttle: Series
    """rows (seconds after lift-off, fraction of thrust and flow); each holds until the next"""
    cutoff: Literal["commanded", "level", "guidance", "depletion"]
    """commanded: by the clock at `cutoff_s`; level: when the tanks hold what they hold at `cutoff_s` undispersed"""
    cutoff_s: Seconds | None = None
    shutdown_s: Seconds | None = None
    """start of the shut-down sequence, which is moved as a whole with a cut-off by level"""
    separation_s: Seconds | None = None
    separation_delay_s: Duration | None = None
    """seconds from a cut-off by guidance or depletion to separation"""
    reference_area_m2: SquareMetres
    """aerodynamic reference area while this is the lowest stage attached"""
    is_hot_staged: bool = False
    consumable: tuple[ConsumableData, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> "StageData":
        if (self.cutoff in ("commanded", "level")) != (self.cutoff_s is not None):
            raise ValueError('cutoff_s is given exactly when cutoff = "commanded" or "level"')
        if (self.cutoff == "level") != (self.shutdown_s is not None):
            raise ValueError('shutdown_s is given exactly when cutoff = "level"')
        start, stop = self.shutdown_s, self.cutoff_s
        if start and stop and not max(0.0, self.ignition_s.value) < start.value <= stop.value:
            raise ValueError("shutdown_s lies between ignition and cutoff_s")
        if (self.separation_s is None) == (self.separation_delay_s is None):
            raise ValueError("give one of separation_s and separation_delay_s")
        if self.ignition_s.value < 0.0 and self.pad_throttle is None:
            raise ValueError("a stage lit before lift-off needs pad_throttle")
        rows = self.throttle.rows
        if not rows or any(len(row) != 2 for row in rows) or list(rows) != sorted(rows):
            raise ValueError("throttle is rows of [seconds, fraction] in time order")
        if self.residual_kg.value > self.propellant_loaded_kg.value:
            raise ValueError("residual_kg exceeds propellant_loaded_kg")
        return self

    @property
    def flow_kg_s(self) -> float:
        """Propellant flow of one piece at full thrust, kg/s."""
        return self.thrust_vacuum_kn.value * KM / (self.isp_vacuum_s.value * STANDARD_GRAVITY_M_S2)

    @property
    def pad_seconds(self) -> float:
        """Seconds of full flow spent on the pad before lift-off."""
        return 0.0 if self.pad_throttle is None else self.pad_throttle.value * max(0.0, -self.ignition_s.value)


class JettisonData(Record):
    """A part thrown off on the way up. With `part_of` its mass is inside that stage's dry mass."""

    name: str
    mass_kg: Kilograms
    rule: Literal["time", "heating"]
    time_s: Seconds
    """the instant, or with rule "heating" the instant expected"""
    heating_limit_w_m2: Positive | None = None
    part_of: str | None = None
    only_with: tuple[str, ...] = ()
    """ships it is carried with, when not with all"""
    not_with: tuple[str, ...] = ()

    def is_carried_with(self, ship: str) -> bool:
        """Whether the stack of this ship has the part."""
        return ship not in self.not_with and (not self.only_with or ship in self.only_with)

    @model_validator(mode="after")
    def _has_its_limit(self) -> "JettisonData":
        if (self.rule == "heating") != (self.heating_limit_w_m2 is not None):
            raise ValueError('heating_limit_w_m2 is given exactly when rule = "heating"')
        return self


class AerodynamicsData(Record):
    """Axial drag and lift against Mach: cd = cd0 (1 + cd_alpha2 alpha^2), cl = cl_alpha_per_rad alpha."""

    mach: Series
    cd0: Series
    cd_alpha2: Series
    cl_alpha_per_rad: Series

    @model_validator(mode="after")
    def _has_equal_columns(self) -> "AerodynamicsData":
        columns = (self.mach.row, self.cd0.row, self.cd_alpha2.row, self.cl_alpha_per_rad.row)
        if len({len(column) for column in columns}) != 1 or len(columns[0]) < 2:
            raise ValueError("mach, cd0, cd_alpha2 and cl_alpha_per_rad need equal lengths of two or more")
        if list(columns[0]) != sorted(set(columns[0])):
            raise ValueError("mach must rise")
        return self


class LimitsData(Record):
    """What the stack bears."""

    max_dynamic_pressure_kpa: Positive
    max_q_alpha_kpa_deg: Positive
    max_axial_g: Positive
    steering_rate_deg_s: DegreesPerSecond


class ProgrammeData(Record):
    """The steering programme of the first stage. `lead_s` is calibrated on flown lift-offs, when it is there."""

    vertical_rise_s: Duration
    lead_s: Seconds | None = None
    ship_lead_s: dict[str, Seconds] = Field(default_factory=dict)
    """the lead of a ship whose programme is its own"""
    insertion_met_s: Duration
    """seconds from lift-off to orbit, for planning before an ascent is flown"""


class InsertionData(Record):
    """The orbit the ship is left in: heights over the ellipsoid (equatorial radius), mean inclination."""

    perigee_km: Kilometres
    apogee_km: Kilometres
    inclination_deg: Inclination
    argument_of_latitude_deg: Degrees | None = None


class LauncherData(Entry):
    """A launcher as its catalog file gives it, host side."""

    kind: Literal["launcher"]
    stage: tuple[StageData, ...] = Field(min_length=1)
    jettison: tuple[JettisonData, ...] = ()
    aerodynamics: AerodynamicsData
    limits: LimitsData
    programme: ProgrammeData
    insertion: dict[str, InsertionData]
    adapter_mass_kg: Kilograms
    """payload adapter; stays on the last stage"""
    reconciles: str = ""
    """the launcher whose published numbers are here moved to what flew, within their spread"""
    ship: str = ""
    """the ship it flies with, see `for_ship`"""

    @model_validator(mode="after")
    def _hangs_together(self) -> "LauncherData":
        names = [stage.name for stage in self.stage]
        if len(set(names)) != len(names):
            raise ValueError("two stages have the same name")
        for item in self.jettison:
            if item.part_of is not None and item.part_of not in names:
                raise ValueError(f"jettison {item.name}: part_of names no stage ({', '.join(names)})")
        if "default" not in self.insertion:
            raise ValueError("[insertion.default] is missing")
        return self

    @property
    def flown_as(self) -> str:
        """The name under which its flights are known: of the launcher it reconciles, or its own."""
        return self.reconciles or self.name

    @property
    def stage_names(self) -> tuple[str, ...]:
        """Names along the stage axis of `Launcher`."""
        return tuple(stage.name for stage in self.stage)

    @property
    def jettison_names(self) -> tuple[str, ...]:
        """Names along the item axis of `Launcher`."""
        return tuple(item.name for item in self.parts)

    def insertion_for(self, ship: str) -> InsertionData:
        """The insertion orbit for a ship, or the default one."""
        return self.insertion.get(ship, self.insertion["default"])

    def lead_for(self, ship: str) -> float | None:
        """Calibrated seconds by which lift-off precedes the plane, for a ship; None when not calibrated."""
        lead = self.programme.ship_lead_s.get(ship, self.programme.lead_s)
        return None if lead is None else lead.value

    @property
    def parts(self) -> tuple[JettisonData, ...]:
        """What this stack throws off, in the order of the file: a cargo ship has no escape tower."""
        return tuple(item for item in self.jettison if item.is_carried_with(self.ship))

    def for_ship(self, ship: str) -> "LauncherData":
        """The launcher as it flies with a ship; as read, it is the launcher of a ship the file does not name."""
        return self.model_copy(update={"ship": ship})

    def loaded_mass_kg(self, payload_kg: float) -> float:
        """Mass on the pad before ignition, kg."""
        stages = sum(
            s.count.value
            * (s.dry_mass_kg.value + s.propellant_loaded_kg.value + sum(c.loaded_kg.value for c in s.consumable))
            for s in self.stage
        )
        parts = sum(item.mass_kg.value for item in self.parts if item.part_of is None)
        return stages + parts + self.adapter_mass_kg.value + payload_kg

    def pytree(self) -> "Launcher":
        """The launcher in SI for JAX."""
        return _launcher(self)


class Launcher(eqx.Module):
    """A launcher in SI for a compiled ascent; a booster set is one stage row holding the sum of its pieces.

    Parameters
    ----------
    thrust_vacuum_n : (stage,) N. isp_vacuum_s : (stage,) s. exit_area_m2 : (stage,) m2, thrust = F_vac - p A_e.
    propellant_kg : (stage,) kg at lift-off, pad burn taken off, residual inside. residual_kg : (stage,) kg unusable.
    consumable_kg : (stage,) kg at lift-off, residual inside. consumable_residual_kg : (stage,) kg.
    consumable_flow_kg_s : (stage,) kg/s at full thrust, beside the propellant.
    dry_kg : (stage,) kg, without parts listed as jettisons; the payload adapter is in the last row.
    ignition_s : (stage,) s after lift-off. cutoff_s : (stage,) s; nan by guidance, inf by depletion.
    shutdown_s : (stage,) s, start of the shut-down sequence of a cut-off by level; nan with any other cut-off.
    separation_s : (stage,) s; nan when it follows cut-off by separation_delay_s (stage,) s (else nan).
    throttle : (stage, point, 2) seconds after lift-off and fraction; a row holds until the next,
    padding repeats the last.
    reference_area_m2 : (stage,) m2 while that stage is the lowest attached.
    jettison_kg, jettison_s, jettison_heating_w_m2 : (item,) kg, s, W/m2 (nan when by time). jettison_stage : (item,)
    row of the stage it is a part of, -1 for the payload end.
    mach, cd0, cd_alpha2, cl_alpha_per_rad : (mach,) table, linear between points, held outside.
    max_dynamic_pressure_pa, max_q_alpha_pa_rad, max_axial_g, steering_rate_rad_s, vertical_rise_s : ().
    """

    thrust_vacuum_n: Float[Array, " stage"]
    isp_vacuum_s: Float[Array, " stage"]
    exit_area_m2: Float[Array, " stage"]
    propellant_kg: Float[Array, " stage"]
    residual_kg: Float[Array, " stage"]
    consumable_kg: Float[Array, " stage"]
    consumable_residual_kg: Float[Array, " stage"]
    consumable_flow_kg_s: Float[Array, " stage"]
    dry_kg: Float[Array, " stage"]
    ignition_s: Float[Array, " stage"]
    cutoff_s: Float[Array, " stage"]
    shutdown_s: Float[Array, " stage"]
    separation_s: Float[Array, " stage"]
    separation_delay_s: Float[Array, " stage"]
    throttle: Float[Array, "stage point 2"]
    reference_area_m2: Float[Array, " stage"]
    jettison_kg: Float[Array, " item"]
    jettison_s: Float[Array, " item"]
    jettison_heating_w_m2: Float[Array, " item"]
    jettison_stage: Float[Array, " item"]
    mach: Float[Array, " mach"]
    cd0: Float[Array, " mach"]
    cd_alpha2: Float[Array, " mach"]
    cl_alpha_per_rad: Float[Array, " mach"]
    max_dynamic_pressure_pa: Scalar
    max_q_alpha_pa_rad: Scalar
    max_axial_g: Scalar
    steering_rate_rad_s: Scalar
    vertical_rise_s: Scalar

    def throttle_fraction(self, met_s: Scalar) -> Float[Array, " stage"]:
        """Fraction of thrust and flow of each stage at `met_s`; 0 before ignition and after a commanded cut-off."""
        passed = self.throttle[..., 0] <= met_s
        last = jnp.maximum(jnp.sum(passed, axis=-1) - 1, 0)
        fraction = jnp.take_along_axis(self.throttle[..., 1], last[:, None], axis=-1)[:, 0]
        is_on = (met_s >= self.ignition_s) & ~(met_s >= self.cutoff_s)  # nan: never cut off by the clock
        return jnp.where(is_on, fraction, 0.0)

    def thrust_n(self, met_s: Scalar, pressure_pa: Scalar) -> Float[Array, " stage"]:
        """Thrust of each stage by the clock, N: throttled vacuum thrust less the back-pressure on the exit area."""
        fraction = self.throttle_fraction(met_s)
        thrust = fraction * self.thrust_vacuum_n - pressure_pa * self.exit_area_m2
        return jnp.where(fraction > 0.0, thrust, 0.0)

    def flow_kg_s(self, met_s: Scalar) -> Float[Array, " stage"]:
        """Mass leaving each stage by the clock, propellant and consumables together, kg/s (positive)."""
        propellant = self.thrust_vacuum_n / (self.isp_vacuum_s * STANDARD_GRAVITY_M_S2)
        return self.throttle_fraction(met_s) * (propellant + self.consumable_flow_kg_s)

    def aerodynamic_coefficients(self, mach: Scalar, alpha_rad: Scalar) -> tuple[Scalar, Scalar]:
        """Drag and lift coefficients at a Mach number and angle of attack."""
        cd0 = jnp.interp(mach, self.mach, self.cd0)
        rise = jnp.interp(mach, self.mach, self.cd_alpha2)
        return cd0 * (1.0 + rise * alpha_rad**2), jnp.interp(mach, self.mach, self.cl_alpha_per_rad) * alpha_rad

    def liftoff_mass_kg(self, payload_kg: float | Scalar) -> Scalar:
        """Mass at lift-off with a payload, the pad burn already gone, kg."""
        stages = jnp.sum(self.propellant_kg) + jnp.sum(self.consumable_kg) + jnp.sum(self.dry_kg)
        return stages + jnp.sum(self.jettison_kg) + payload_kg


def _launcher(data: LauncherData) -> Launcher:
    stages = data.stage
    count = np.array([s.count.value for s in stages])
    part = np.array([sum(i.mass_kg.value for i in data.parts if i.part_of == s.name) for s in stages])
    dry = count * np.array([s.dry_mass_kg.value for s in stages]) - part
    dry[-1] += data.adapter_mass_kg.value
    burnt = np.array([s.flow_kg_s * s.pad_seconds for s in stages])
    spent = np.array([sum(c.flow_kg_s.value for c in s.consumable) * s.pad_seconds for s in stages])
    points = max(len(s.throttle.rows) for s in stages)
    rows = [s.throttle.rows + (s.throttle.rows[-1],) * (points - len(s.throttle.rows)) for s in stages]
    clock = {"guidance": np.nan, "depletion": np.inf}
    names = list(data.stage_names)

    def column(values: object) -> Float[Array, "..."]:
        return jnp.asarray(np.asarray(values, dtype=np.float64))

    return Launcher(
        thrust_vacuum_n=column(count * [s.thrust_vacuum_kn.value * KM for s in stages]),
        isp_vacuum_s=column([s.isp_vacuum_s.value for s in stages]),
        exit_area_m2=column(count * [s.exit_area_m2.value for s in stages]),
        propellant_kg=column(count * ([s.propellant_loaded_kg.value for s in stages] - burnt)),
        residual_kg=column(count * [s.residual_kg.value for s in stages]),
        consumable_kg=column(count * ([sum(c.loaded_kg.value for c in s.consumable) for s in stages] - spent)),
        consumable_residual_kg=column(count * [sum(c.residual_kg.value for c in s.consumable) for s in stages]),
        consumable_flow_kg_s=column(count * [sum(c.flow_kg_s.value for c in s.consumable) for s in stages]),
        dry_kg=column(dry),
        ignition_s=column([s.ignition_s.value for s in stages]),
        cutoff_s=column([clock[s.cutoff] if s.cutoff_s is None else s.cutoff_s.value for s in stages]),
        shutdown_s=column([np.nan if s.shutdown_s is None else s.shutdown_s.value for s in stages]),
        separation_s=column([np.nan if s.separation_s is None else s.separation_s.value for s in stages]),
        separation_delay_s=column(
            [np.nan if s.separation_delay_s is None else s.separation_delay_s.value for s in stages]
        ),
        throttle=column(rows),
        reference_area_m2=column([s.reference_area_m2.value for s in stages]),
        jettison_kg=column([i.mass_kg.value for i in data.parts]),
        jettison_s=column([i.time_s.value for i in data.parts]),
        jettison_heating_w_m2=column(
            [np.nan if i.heating_limit_w_m2 is None else i.heating_limit_w_m2.value for i in data.parts]
        ),
        jettison_stage=column([-1.0 if i.part_of is None else names.index(i.part_of) for i in data.parts]),
        mach=column(data.aerodynamics.mach.row),
        cd0=column(data.aerodynamics.cd0.row),
        cd_alpha2=column(data.aerodynamics.cd_alpha2.row),
        cl_alpha_per_rad=column(data.aerodynamics.cl_alpha_per_rad.row),
        max_dynamic_pressure_pa=column(data.limits.max_dynamic_pressure_kpa.value * KPA),
        max_q_alpha_pa_rad=column(data.limits.max_q_alpha_kpa_deg.value * KPA * DEG),
        max_axial_g=column(data.limits.max_axial_g.value),
        steering_rate_rad_s=column(data.limits.steering_rate_deg_s.value * DEG),
        vertical_rise_s=column(data.programme.vertical_rise_s.value),
    )

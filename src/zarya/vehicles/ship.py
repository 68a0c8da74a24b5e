"""The ship: masses, propulsion, the propellant it must keep, drag."""

from typing import Literal

import equinox as eqx
import numpy as np
from pydantic import field_validator

from zarya.arrays import Scalar
from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.units import DEG, KM
from zarya.vehicles.departure import DepartureData
from zarya.vehicles.descent_module import DescentData
from zarya.vehicles.quantity import (
    Count,
    Degrees,
    Duration,
    Entry,
    Kilograms,
    Kilonewtons,
    Newtons,
    Positive,
    Record,
    SpecificImpulse,
    Speed,
    SquareMetres,
    leaf,
)


class EngineData(Record):
    """The engine of the large burns."""

    thrust_kn: Kilonewtons
    isp_s: SpecificImpulse
    gimbal_deg: Degrees | None = None
    minimum_burn_s: Duration


class ThrustersData(Record):
    """The small thrusters for approach, attitude and back-up burns."""

    count: Count
    thrust_n: Newtons
    isp_s: SpecificImpulse
    aft_count: Count
    """how many push the ship forward"""
    minimum_pulse_s: Duration


class DeorbitData(Record):
    """What is kept for the way home."""

    delta_v_m_s: Speed
    duration_s: Duration | None = None


class ShipData(Entry):
    """A ship as its catalog file gives it, host side."""

    kind: Literal["ship"]
    mass_kg: Kilograms
    propellant_kg: Kilograms
    engine: EngineData
    thrusters: ThrustersData
    deorbit: DeorbitData
    drag_area_m2: SquareMetres
    drag_coefficient: Positive
    docking_system: str
    free_flight_days: Positive | None = None
    docked_life_days: Positive | None = None
    departure: DepartureData | None = None
    """how it leaves its port, where that is known"""
    descent: DescentData | None = None
    """how it comes home; none where that is not known, or where the file says `descent = "burns up"`"""

    @field_validator("descent", mode="before")
    @classmethod
    def _none_if_it_burns(cls, value: object) -> object:
        return None if value == "burns up" else value

    @property
    def deorbit_reserve_kg(self) -> float:
        """Propellant to keep for the deorbit burn on the main engine at the mass left after everything else is used.

        **Model** m_dry (exp(dv / (g0 Isp)) - 1): the least a ship that arrives with the reserve alone can burn.
        **Ignores** cargo that leaves or stays aboard, and the small thrusters' share.
        """
        ratio = np.exp(self.deorbit.delta_v_m_s.value / (STANDARD_GRAVITY_M_S2 * self.engine.isp_s.value))
        return float((self.mass_kg.value - self.propellant_kg.value) * (ratio - 1.0))

    def pytree(self) -> "Ship":
        """The ship in SI for JAX."""
        gimbal = self.engine.gimbal_deg
        return Ship(
            mass_kg=leaf(self.mass_kg.value),
            propellant_kg=leaf(self.propellant_kg.value),
            deorbit_reserve_kg=leaf(self.deorbit_reserve_kg),
            engine_thrust_n=leaf(self.engine.thrust_kn.value * KM),
            engine_isp_s=leaf(self.engine.isp_s.value),
            engine_gimbal_rad=leaf(0.0 if gimbal is None else gimbal.value * DEG),
            engine_minimum_burn_s=leaf(self.engine.minimum_burn_s.value),
            thruster_count=leaf(self.thrusters.count.value),
            thruster_aft_count=leaf(self.thrusters.aft_count.value),
            thruster_thrust_n=leaf(self.thrusters.thrust_n.value),
            thruster_isp_s=leaf(self.thrusters.isp_s.value),
            thruster_minimum_pulse_s=leaf(self.thrusters.minimum_pulse_s.value),
            drag_area_m2=leaf(self.drag_area_m2.value),
            drag_coefficient=leaf(self.drag_coefficient.value),
        )


class Ship(eqx.Module):
    """A ship in SI; every field is a scalar.

    Parameters
    ----------
    mass_kg : kg at separation, propellant inside. propellant_kg : kg. deorbit_reserve_kg : kg of it kept for deorbit.
    engine_thrust_n : N. engine_isp_s : s. engine_gimbal_rad : rad. engine_minimum_burn_s : s.
    thruster_count, thruster_aft_count : pieces. thruster_thrust_n : N each. thruster_isp_s : s.
    thruster_minimum_pulse_s : s.
    drag_area_m2 : m2. drag_coefficient : 1.
    """

    mass_kg: Scalar
    propellant_kg: Scalar
    deorbit_reserve_kg: Scalar
    engine_thrust_n: Scalar
    engine_isp_s: Scalar
    engine_gimbal_rad: Scalar
    engine_minimum_burn_s: Scalar
    thruster_count: Scalar
    thruster_aft_count: Scalar
    thruster_thrust_n: Scalar
    thruster_isp_s: Scalar
    thruster_minimum_pulse_s: Scalar
    drag_area_m2: Scalar
    drag_coefficient: Scalar

    @property
    def dry_kg(self) -> Scalar:
        """Mass without propellant, kg."""
        return self.mass_kg - self.propellant_kg

"""The part of the ship that comes home: masses, aerodynamics, parachutes, and the clock of the way down."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from zarya.arrays import Scalar
from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.units import DEG, KM
from zarya.vehicles.quantity import (
    Degrees,
    DegreesPerSecond,
    Duration,
    Kilograms,
    Kilometres,
    Metres,
    Positive,
    Record,
    Series,
    Speed,
    SquareMetres,
    leaf,
)

SEA_LEVEL_DENSITY_KG_M3 = 1.225
"""Source: US Standard Atmosphere 1976, table 1."""


class ModuleData(Record):
    """The capsule under its heat shield."""

    mass_kg: Kilograms
    heat_shield_kg: Kilograms
    reference_area_m2: SquareMetres
    nose_radius_m: Metres
    aerodynamics: Series
    """rows of Mach number, drag coefficient, lift to drag at trim"""


class ParachutesData(Record):
    """Drogue, main, and the soft-landing engines; heights over the ground where the key says so."""

    command_height_km: Kilometres
    drogue_delay_s: Duration
    drogue_area_m2: SquareMetres
    drogue_drag_coefficient: Positive
    main_height_over_ground_km: Kilometres
    main_area_m2: SquareMetres
    reefing_s: Duration
    reefed_speed_m_s: Speed
    main_speed_m_s: Speed
    heat_shield_height_over_ground_km: Kilometres
    soft_landing_height_m: Metres
    touchdown_speed_m_s: Speed
    reserve_area_m2: SquareMetres
    reserve_delay_s: Duration
    """from the main that fails as it opens until the reserve stands; the module falls alone meanwhile"""
    reserve_touchdown_speed_m_s: Speed


class OtherModulesData(Record):
    """The modules that do not come home, and what is left of them."""

    orbital_module_kg: Kilograms
    orbital_module_kg_m2: Positive
    """mass over drag coefficient times area, whole"""
    service_module_kg_m2: Positive
    break_up_height_km: Kilometres
    fragments_kg_m2: Series
    """the same of what reaches the ground, lightest and heaviest"""


class LimitsData(Record):
    """What crew, shield and radio stand."""

    guided_load_g: Positive
    ballistic_load_g: Positive
    heat_load_mj_m2: Positive
    blackout_height_km: Kilometres
    """where the radio falls silent"""
    link_mhz: Positive


class DescentData(Record):
    """How a ship comes home, host side."""

    ignition_mass_kg: Kilograms
    undocking_to_ignition_s: Duration
    distance_ahead_km: Kilometres
    separation_height_km: Kilometres
    guidance_height_km: Kilometres
    planned_bank_deg: Degrees
    bank_rate_deg_s: DegreesPerSecond
    module: ModuleData
    parachutes: ParachutesData
    others: OtherModulesData
    limits: LimitsData

    def pytree(self) -> "DescentModule":
        """The descent module in SI for JAX.

        **Model** the drag areas of the main parachute, reefed and open, follow from the published steady speeds of the
        whole module, heat shield inside: C A = 2 m g / (rho v^2), open at sea level, reefed at the density of 7 km. The
        reserve has the main's drag coefficient.
        """
        module, chutes = self.module, self.parachutes
        weight = 2.0 * STANDARD_GRAVITY_M_S2 * module.mass_kg.value
        open_m2 = weight / (SEA_LEVEL_DENSITY_KG_M3 * chutes.main_speed_m_s.value**2)
        reefed_m2 = weight / (_DENSITY_7_KM_KG_M3 * chutes.reefed_speed_m_s.value**2)
        return DescentModule(
            mass_kg=leaf(module.mass_kg.value),
            heat_shield_kg=leaf(module.heat_shield_kg.value),
            reference_area_m2=leaf(module.reference_area_m2.value),
            nose_radius_m=leaf(module.nose_radius_m.value),
            aerodynamics=jnp.asarray(module.aerodynamics.rows),
            separation_height_m=leaf(self.separation_height_km.value * KM),
            guidance_height_m=leaf(self.guidance_height_km.value * KM),
            bank_rate_rad_s=leaf(self.bank_rate_deg_s.value * DEG),
            parachute_height_m=leaf(chutes.command_height_km.value * KM),
            drogue_delay_s=leaf(chutes.drogue_delay_s.value),
            drogue_drag_area_m2=leaf(chutes.drogue_area_m2.value * chutes.drogue_drag_coefficient.value),
            main_height_over_ground_m=leaf(chutes.main_height_over_ground_km.value * KM),
            reefing_s=leaf(chutes.reefing_s.value),
            reefed_drag_area_m2=leaf(reefed_m2),
            main_drag_area_m2=leaf(open_m2),
            heat_shield_height_over_ground_m=leaf(chutes.heat_shield_height_over_ground_km.value * KM),
            soft_landing_height_m=leaf(chutes.soft_landing_height_m.value),
            touchdown_speed_m_s=leaf(chutes.touchdown_speed_m_s.value),
            reserve_drag_area_m2=leaf(open_m2 * chutes.reserve_area_m2.value / chutes.main_area_m2.value),
            reserve_delay_s=leaf(chutes.reserve_delay_s.value),
            reserve_touchdown_speed_m_s=leaf(chutes.reserve_touchdown_speed_m_s.value),
        )


_DENSITY_7_KM_KG_M3 = 0.590
"""Source: US Standard Atmosphere 1976, table 1, 7 km."""


class DescentModule(eqx.Module):
    """A descent module in SI; every field but `aerodynamics` is a scalar.

    Parameters
    ----------
    mass_kg : kg at entry, heat shield inside. heat_shield_kg : kg dropped under the main parachute.
    reference_area_m2 : m2. nose_radius_m : m.
    aerodynamics : (row, 3), Mach number (rising), drag coefficient, lift to drag.
    separation_height_m, guidance_height_m, parachute_height_m : m over WGS84.
    bank_rate_rad_s : rad/s, fastest roll.
    drogue_delay_s : s from the command to the filled drogue. drogue_drag_area_m2 : C A, m2.
    main_height_over_ground_m : m, where the main is drawn. reefing_s : s. reefed_drag_area_m2, main_drag_area_m2 : m2.
    heat_shield_height_over_ground_m, soft_landing_height_m : m. touchdown_speed_m_s : m/s.
    reserve_drag_area_m2 : C A, m2. reserve_delay_s : s without any before it. reserve_touchdown_speed_m_s : m/s.
    """

    mass_kg: Scalar
    heat_shield_kg: Scalar
    reference_area_m2: Scalar
    nose_radius_m: Scalar
    aerodynamics: Float[Array, "row 3"]
    separation_height_m: Scalar
    guidance_height_m: Scalar
    bank_rate_rad_s: Scalar
    parachute_height_m: Scalar
    drogue_delay_s: Scalar
    drogue_drag_area_m2: Scalar
    main_height_over_ground_m: Scalar
    reefing_s: Scalar
    reefed_drag_area_m2: Scalar
    main_drag_area_m2: Scalar
    heat_shield_height_over_ground_m: Scalar
    soft_landing_height_m: Scalar
    touchdown_speed_m_s: Scalar
    reserve_drag_area_m2: Scalar
    reserve_delay_s: Scalar
    reserve_touchdown_speed_m_s: Scalar

    def drag_and_lift(self, mach: Scalar) -> tuple[Scalar, Scalar]:
        """Drag coefficient and lift to drag at a Mach number, linear between the rows."""
        row = self.aerodynamics
        return jnp.interp(mach, row[:, 0], row[:, 1]), jnp.interp(mach, row[:, 0], row[:, 2])

    def on_reserve(self) -> "DescentModule":
        """The same module whose main parachute fails as it opens: nothing holds it until the reserve stands.

        **Ignores** the drag of the failed main, the reefing of the reserve.
        """
        module: DescentModule = eqx.tree_at(
            lambda m: (m.reefed_drag_area_m2, m.reefing_s, m.main_drag_area_m2, m.touchdown_speed_m_s),
            self,
            (
                jnp.zeros_like(self.reefed_drag_area_m2),
                self.reserve_delay_s,
                self.reserve_drag_area_m2,
                self.reserve_touchdown_speed_m_s,
            ),
        )
        return module

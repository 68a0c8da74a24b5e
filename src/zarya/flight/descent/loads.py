"""What the air does to a module on its way down: drag, lift turned by the bank, parachutes."""

import equinox as eqx
import jax.numpy as jnp

from zarya.arrays import Scalar, Vector3
from zarya.bodies import Ephemeris
from zarya.dynamics.loads import without_flow
from zarya.dynamics.motion import Load
from zarya.dynamics.state import Force, State
from zarya.environment.atmosphere import DensityTable, us76
from zarya.environment.wind import Wind
from zarya.frames import EarthOrientation
from zarya.frames.geodetic import dcm_enu_from_itrf, geodetic_from_itrf
from zarya.vehicles.descent_module import DescentModule

SOUND_TOP_M = 85_000.0
"""Above, the speed of sound is held: the coefficients no longer depend on the Mach number there."""


class Air(eqx.Module):
    """The air of a descent: density of the day, the turning Earth, the wind; `density_scale` disperses it.

    Parameters
    ----------
    table, earth, ephemeris : of the flight's days.
    wind : over the landing zone.
    density_scale : () factor on the density.
    """

    table: DensityTable
    earth: EarthOrientation
    ephemeris: Ephemeris
    wind: Wind
    density_scale: Scalar

    def at(self, t_s: Scalar, r_gcrf: Vector3) -> tuple[Scalar, Scalar, Vector3, Scalar]:
        """Density kg/m3, speed of sound m/s, velocity of the air m/s (gcrf), height m over WGS84."""
        dcm = self.earth.dcm_itrf_from_gcrf(t_s)
        r_itrf = dcm @ r_gcrf
        latitude, longitude, height = geodetic_from_itrf(r_itrf)
        density = self.density_scale * self.table.density_kg_m3(t_s, r_itrf, dcm @ self.ephemeris.sun(t_s))
        sound = us76(jnp.minimum(height, SOUND_TOP_M)).sound_speed_m_s
        wind = dcm.T @ (dcm_enu_from_itrf(latitude, longitude).T @ self.wind.at(t_s, height))
        return density, sound, jnp.cross(self.earth.omega_earth_gcrf(t_s), r_gcrf) + wind, height


class Aerodynamics(Load):
    """Drag, lift and parachute of a descent module.

    Parameters
    ----------
    air : the air.
    module : its coefficients.
    bank_rad : () rad from lift up, positive to the right of the motion. lift : () factor on the lift (0 ballistic).
    drag_scale : () factor on the drag coefficient.
    parachute_drag_area_m2 : () C A of what is open above it, m2.

    **Model** D = 1/2 rho v^2 (C_D(Mach) S + C A), L = (L/D) of the module alone, in the plane across the airspeed.
    **Ignores** the swing under the parachute, lift where a parachute is open, apparent mass.
    """

    air: Air
    module: DescentModule
    bank_rad: Scalar
    lift: Scalar
    drag_scale: Scalar
    parachute_drag_area_m2: Scalar

    def force(self, t_s: Scalar, state: State) -> Force:
        """Force, N."""
        return self.held(t_s, state).force(t_s, state)

    def held(self, t_s: Scalar, state: State) -> "HeldAerodynamics":
        """Density, coefficients, wind and bank frozen; the airspeed is not."""
        density, sound, v_air, _ = self.air.at(t_s, state.r_gcrf)
        return self.at_air(density, sound, v_air, state)

    def at_air(self, density: Scalar, sound: Scalar, v_air: Vector3, state: State) -> "HeldAerodynamics":
        """The same at air already looked up: density kg/m3, speed of sound m/s, velocity of the air m/s (gcrf)."""
        mach = jnp.linalg.norm(state.v_gcrf - v_air) / sound
        drag, lift_to_drag = self.module.drag_and_lift(mach)
        drag_area = self.drag_scale * drag * self.module.reference_area_m2
        lift_area = self.lift * lift_to_drag * drag_area * (self.parachute_drag_area_m2 <= 0.0)
        omega = self.air.earth.omega_earth_gcrf(state.t_s)
        wind = v_air - jnp.cross(omega, state.r_gcrf)
        return held_aerodynamics(
            density, drag_area + self.parachute_drag_area_m2, lift_area, self.bank_rad, omega, wind
        )


class HeldAerodynamics(Load):
    """Aerodynamics at known air.

    Parameters
    ----------
    drag_kg_m, up_kg_m, right_kg_m : () half rho C A, kg/m, against the airspeed, up and to the right of it.
    omega_earth_gcrf : (3,) rad/s. wind_gcrf : (3,) m/s over the turning Earth.
    """

    drag_kg_m: Scalar
    up_kg_m: Scalar
    right_kg_m: Scalar
    omega_earth_gcrf: Vector3
    wind_gcrf: Vector3

    def force(self, t_s: Scalar, state: State) -> Force:
        """Force, N."""
        v = state.v_gcrf - jnp.cross(self.omega_earth_gcrf, state.r_gcrf) - self.wind_gcrf
        speed2 = jnp.sum(v**2)
        along = v / jnp.sqrt(speed2)
        right = jnp.cross(along, state.r_gcrf)
        right = right / jnp.maximum(jnp.linalg.norm(right), 1.0)  # a vertical fall has no side
        up = jnp.cross(right, along)
        newton = speed2 * (-self.drag_kg_m * along + self.up_kg_m * up + self.right_kg_m * right)
        return without_flow(newton, state)

    def held(self, t_s: Scalar, state: State) -> Load:
        """Has no slow part left."""
        return self


def held_aerodynamics(
    density_kg_m3: Scalar, drag_area_m2: Scalar, lift_area_m2: Scalar, bank_rad: Scalar, omega_earth_gcrf: Vector3,
    wind_gcrf: Vector3,
) -> HeldAerodynamics:  # fmt: skip
    """Drag C A and lift C A, m2, the lift turned by the bank, in air of a density."""
    half = 0.5 * density_kg_m3
    lift = half * lift_area_m2
    return HeldAerodynamics(
        half * drag_area_m2, lift * jnp.cos(bank_rad), lift * jnp.sin(bank_rad), omega_earth_gcrf, wind_gcrf
    )

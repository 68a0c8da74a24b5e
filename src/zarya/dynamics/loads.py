"""The loads of orbital flight: gravity, Sun and Moon, drag, sunlight, an engine.

A held load carries no table and no coefficients: whatever depends on the date or on a long sum has been evaluated, so
that holding a load at every node of an arc stays small.
"""

import jax.numpy as jnp

from zarya.arrays import Scalar, Tanks, Vector3
from zarya.bodies import Ephemeris
from zarya.constants import AU_M, GM_MOON_M3_S2, GM_SUN_M3_S2, SOLAR_PRESSURE_1AU_N_M2
from zarya.dynamics.motion import Load
from zarya.dynamics.state import Force, State
from zarya.environment.atmosphere import DensityTable
from zarya.environment.gravity import GravityField, acceleration_itrf, central_j2_acceleration
from zarya.environment.sunlight import shadow_fraction
from zarya.environment.third_body import third_body_acceleration
from zarya.frames import EarthOrientation


def without_flow(newton_gcrf: Vector3, state: State) -> Force:
    """A force that burns nothing."""
    return Force(newton_gcrf, jnp.zeros_like(state.tank_kg))


class Gravity(Load):
    """The Earth's field to the degree of `field`, in the Earth's true orientation.

    **Ignores** solid and ocean tides (under 1 m after a day in low orbit).
    """

    field: GravityField
    earth: EarthOrientation

    def acceleration_gcrf(self, t_s: Scalar, r_gcrf: Vector3) -> Vector3:
        """Acceleration, (3,) m/s2."""
        dcm_itrf_from_gcrf = self.earth.dcm_itrf_from_gcrf(t_s)
        return dcm_itrf_from_gcrf.T @ acceleration_itrf(self.field, dcm_itrf_from_gcrf @ r_gcrf)

    def force(self, t_s: Scalar, state: State) -> Force:
        """Weight, N."""
        return without_flow(state.mass_kg * self.acceleration_gcrf(t_s, state.r_gcrf), state)

    def held(self, t_s: Scalar, state: State) -> Load:
        """Centre and J2 stay exact, the remainder of the field is frozen."""
        pole_gcrf = self.earth.dcm_itrf_from_gcrf(t_s)[2]
        centre = CentralGravity(self.field.gm_m3_s2, self.field.radius_m, self.field.j2, pole_gcrf, jnp.zeros(3))
        remainder = self.acceleration_gcrf(t_s, state.r_gcrf) - centre.acceleration_gcrf(state.r_gcrf)
        return CentralGravity(centre.gm_m3_s2, centre.radius_m, centre.j2, pole_gcrf, remainder)


class CentralGravity(Load):
    """Central and J2 attraction about a fixed pole, plus a constant acceleration (the held remainder, Sun, Moon).

    Parameters
    ----------
    gm_m3_s2, radius_m, j2 : () of the field.
    pole_gcrf : (3,) unit vector of the Earth's axis.
    remainder_gcrf : (3,) m/s2.
    """

    gm_m3_s2: Scalar
    radius_m: Scalar
    j2: Scalar
    pole_gcrf: Vector3
    remainder_gcrf: Vector3

    def acceleration_gcrf(self, r_gcrf: Vector3) -> Vector3:
        """Acceleration, (3,) m/s2."""
        return self.remainder_gcrf + central_j2_acceleration(
            self.gm_m3_s2, self.radius_m, self.j2, r_gcrf, self.pole_gcrf
        )

    def force(self, t_s: Scalar, state: State) -> Force:
        """Weight, N."""
        return without_flow(state.mass_kg * self.acceleration_gcrf(state.r_gcrf), state)

    def held(self, t_s: Scalar, state: State) -> Load:
        """Has no slow part."""
        return self


class ConstantAcceleration(Load):
    """The same acceleration wherever the body is: what a tidal pull looks like once it is held."""

    a_gcrf: Vector3

    def force(self, t_s: Scalar, state: State) -> Force:
        """Mass times acceleration, N."""
        return without_flow(state.mass_kg * self.a_gcrf, state)

    def held(self, t_s: Scalar, state: State) -> Load:
        """Has no slow part."""
        return self


class SunAndMoon(Load):
    """Tidal attraction of the Sun and the Moon as points, each with a switch (1 or 0)."""

    ephemeris: Ephemeris
    sun: Scalar
    moon: Scalar

    def _acceleration_gcrf(self, t_s: Scalar, r_gcrf: Vector3) -> Vector3:
        sun = third_body_acceleration(GM_SUN_M3_S2, r_gcrf, self.ephemeris.sun(t_s))
        moon = third_body_acceleration(GM_MOON_M3_S2, r_gcrf, self.ephemeris.moon(t_s))
        return self.sun * sun + self.moon * moon

    def force(self, t_s: Scalar, state: State) -> Force:
        """Mass times tidal acceleration, N."""
        return without_flow(state.mass_kg * self._acceleration_gcrf(t_s, state.r_gcrf), state)

    def held(self, t_s: Scalar, state: State) -> Load:
        """All of it is slow."""
        return ConstantAcceleration(self._acceleration_gcrf(t_s, state.r_gcrf))


class Drag(Load):
    """Air drag on a body of constant drag area in the co-rotating atmosphere.

    Parameters
    ----------
    air : density table of the flight's days.
    earth : orientation (the air turns with the Earth).
    ephemeris : for the local solar time.
    drag_area_m2 : () Cd times area, m2.

    **Model** F = -1/2 rho Cd A |v_rel| v_rel, v_rel = v - omega x r.
    **Ignores** wind above the launch and entry heights, lift.
    """

    air: DensityTable
    earth: EarthOrientation
    ephemeris: Ephemeris
    drag_area_m2: Scalar

    def _held(self, t_s: Scalar, state: State) -> "HeldDrag":
        dcm_itrf_from_gcrf = self.earth.dcm_itrf_from_gcrf(t_s)
        rho = self.air.density_kg_m3(
            t_s, dcm_itrf_from_gcrf @ state.r_gcrf, dcm_itrf_from_gcrf @ self.ephemeris.sun(t_s)
        )
        return HeldDrag(rho * self.drag_area_m2, self.earth.omega_earth_gcrf(t_s))

    def force(self, t_s: Scalar, state: State) -> Force:
        """Drag, N."""
        return self._held(t_s, state).force(t_s, state)

    def held(self, t_s: Scalar, state: State) -> Load:
        """The density is frozen, the relative wind is not."""
        return self._held(t_s, state)


class HeldDrag(Load):
    """Drag at a known density: `rho_drag_area_kg_m` is rho Cd A in kg/m."""

    rho_drag_area_kg_m: Scalar
    omega_earth_gcrf: Vector3

    def force(self, t_s: Scalar, state: State) -> Force:
        """Drag, N."""
        v_air = state.v_gcrf - jnp.cross(self.omega_earth_gcrf, state.r_gcrf)
        return without_flow(-0.5 * self.rho_drag_area_kg_m * jnp.linalg.norm(v_air) * v_air, state)

    def held(self, t_s: Scalar, state: State) -> Load:
        """Has no slow part left."""
        return self


class Sunlight(Load):
    """Radiation pressure on a sphere, eclipsed by the Earth.

    **Model** F = nu P (1 au / d)^2 Cr A, away from the Sun.
    **Source** Montenbruck & Gill, Satellite Orbits, section 3.4.
    """

    ephemeris: Ephemeris
    reflecting_area_m2: Scalar
    """Cr times area, m2."""

    def force(self, t_s: Scalar, state: State) -> Force:
        """Push of the sunlight, N."""
        r_sun = self.ephemeris.sun(t_s)
        from_sun = state.r_gcrf - r_sun
        distance = jnp.linalg.norm(from_sun)
        lit = shadow_fraction(state.r_gcrf, r_sun)
        push = lit * SOLAR_PRESSURE_1AU_N_M2 * (AU_M / distance) ** 2 * self.reflecting_area_m2
        return without_flow(push * from_sun / distance, state)

    def held(self, t_s: Scalar, state: State) -> Load:
        """All of it is slow."""
        return ConstantAcceleration(self.force(t_s, state).newton_gcrf / state.mass_kg)


class Thrust(Load):
    """An engine in vacuum: constant thrust along a direction that turns at a constant rate.

    Parameters
    ----------
    newton : () N; zero switches it off.
    direction_gcrf : (3,) unit vector at `start_s`.
    turn_gcrf : (3,) rad/s, rate of the direction (a burn held in the orbital frame turns with it).
    start_s : () s.
    flow_kg_s : (tank,) kg/s drawn from each tank at `newton` (positive).
    """

    newton: Scalar
    direction_gcrf: Vector3
    turn_gcrf: Vector3
    start_s: Scalar
    flow_kg_s: Tanks

    def force(self, t_s: Scalar, state: State) -> Force:
        """Thrust, N, and its flow."""
        axis = self.turn_gcrf * (t_s - self.start_s)
        angle2 = jnp.sum(axis**2)
        sinc, versine = jnp.sinc(jnp.sqrt(angle2) / jnp.pi), 0.5 * jnp.sinc(0.5 * jnp.sqrt(angle2) / jnp.pi) ** 2
        d = self.direction_gcrf
        turned = d + sinc * jnp.cross(axis, d) + versine * jnp.cross(axis, jnp.cross(axis, d))
        return Force(self.newton * turned, -self.flow_kg_s)

    def held(self, t_s: Scalar, state: State) -> Load:
        """Has no slow part."""
        return self

"""Many descents from one pass: the air along the way as a function of height alone, and what differs from case to case.

A step of a descent asks for the air at one height. Along one pass of the station everything else (latitude, longitude,
time of day, turn of the Earth) is a function of height too, so it is tabulated once.
"""

import math
from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from zarya.arrays import Scalar, Vector3
from zarya.constants import WGS84_FLATTENING, WGS84_SEMI_MAJOR_AXIS_M
from zarya.dynamics.loads import CentralGravity, without_flow
from zarya.dynamics.motion import Load
from zarya.dynamics.state import Force, State
from zarya.flight.descent.fall import Descent, Trace
from zarya.flight.descent.loads import HeldAerodynamics, held_aerodynamics
from zarya.frames import EarthOrientation
from zarya.frames.geodetic import geodetic_from_itrf, up_itrf
from zarya.tables import UniformTable
from zarya.vehicles.descent_module import DescentModule

BOTTOM_M, TOP_M, STEP_M = -500.0, 160_000.0, 500.0
"""Nodes of the column; linear in between, ln(density) is then within 2e-4 of the air it was taken from."""
DENSITY_STEP_M, DENSITY_LEVELS = 5_000.0, 30
WIND_STEP_M, WIND_LEVELS = 1_000.0, 31
_A: Final = WGS84_SEMI_MAJOR_AXIS_M
_B: Final = _A * (1.0 - WGS84_FLATTENING)
_E2: Final = WGS84_FLATTENING * (2.0 - WGS84_FLATTENING)
_EP2: Final = _E2 / (1.0 - _E2)


class Dispersion(eqx.Module):
    """What sets one descent apart from the planned one.

    Parameters
    ----------
    lift_to_drag, drag, mass, parachute_area : () factors.
    along_track_m : () m, how far the module is ahead of its planned place at separation.
    opening_delay_s : () s, added to the time from the parachute command to the filled drogue.
    ln_density : (density_level,) ln of the factor on the density, from 0 m every 5 km.
    wind_m_s : (wind_level, 2) m/s, on top of the wind that was foreseen, where the air goes to, east and north, from
        0 m every 1 km; the last holds above.
    """

    lift_to_drag: Scalar
    drag: Scalar
    mass: Scalar
    parachute_area: Scalar
    along_track_m: Scalar
    opening_delay_s: Scalar
    ln_density: Float[Array, " density_level"]
    wind_m_s: Float[Array, "wind_level 2"]


def undispersed() -> Dispersion:
    """As planned: standard air, and the wind that was foreseen."""
    one, zero = jnp.asarray(1.0), jnp.asarray(0.0)
    return Dispersion(one, one, one, one, zero, zero, jnp.zeros(DENSITY_LEVELS), jnp.zeros((WIND_LEVELS, 2)))


class Place(eqx.Module):
    """Height over WGS84, m, and the level axes there, gcrf."""

    height_m: Scalar
    up: Vector3
    east: Vector3
    north: Vector3


class WayDown(eqx.Module):
    """What one descent meets, or believes it will meet.

    Parameters
    ----------
    earth : turns places on the ground. pole_gcrf, omega_earth_gcrf : (3,) at one instant of the descent.
    nominal : over height: ln(density, kg/m3), speed of sound m/s, and the wind that is foreseen, m/s, east and north.
    aerodynamics : (row, 3) Mach number, and by how much drag coefficient and lift to drag bend there. flat : (2,) their
        values at low speed.
    gravity : centre and J2. module : masses, heights, parachutes. ground_m : () of the landing zone.
    load_limit_g : () where guidance turns the lift up. case : what differs.
    """

    earth: EarthOrientation
    pole_gcrf: Vector3
    omega_earth_gcrf: Vector3
    nominal: UniformTable
    aerodynamics: Float[Array, "row 3"]
    flat: Float[Array, "2"]
    gravity: CentralGravity
    module: DescentModule
    ground_m: Scalar
    load_limit_g: Scalar
    case: Dispersion

    @property
    def mass_kg(self) -> Scalar:
        """Of the module at entry."""
        return self.case.mass * self.module.mass_kg

    def place(self, r_gcrf: Vector3) -> Place:
        """Where a point is over the turning Earth.

        **Model** one round of Bowring's formula in ratios instead of angles; the pole stands still
        (it turns with the Earth, 1.5e-6 rad off the axis).
        **Valid** -1 to 200 km: within a centimetre of the height and 3e-7 rad of the axes over a descent (tested).
        """
        z = jnp.sum(r_gcrf * self.pole_gcrf)
        level = r_gcrf - z * self.pole_gcrf
        p = jnp.sqrt(jnp.sum(level**2))
        outward = level / p
        scale = jax.lax.rsqrt((_B * p) ** 2 + (_A * z) ** 2)
        sine3, cosine3 = (_A * z * scale) ** 3, (_B * p * scale) ** 3
        tall, wide = z + _EP2 * _B * sine3, p - _E2 * _A * cosine3
        scale = jax.lax.rsqrt(tall**2 + wide**2)
        sine, cosine = tall * scale, wide * scale
        height = p * cosine + z * sine - _A * jnp.sqrt(1.0 - _E2 * sine**2)
        up = cosine * outward + sine * self.pole_gcrf
        east = jnp.cross(self.pole_gcrf, outward)
        return Place(height, up, east, jnp.cross(up, east))

    def air(self, place: Place) -> tuple[Scalar, Scalar, Scalar, Vector3]:
        """Density kg/m3, its scale height m, speed of sound m/s, wind relative to the turning Earth m/s (gcrf)."""
        log, sound, *foreseen = self.nominal(place.height_m)
        slope = self.nominal.rate(place.height_m)[0]
        more, more_slope = _between(self.case.ln_density[:, None], place.height_m / DENSITY_STEP_M)
        wind, _ = _between(self.case.wind_m_s, place.height_m / WIND_STEP_M)
        scale_m = -1.0 / (slope + more_slope[0] / DENSITY_STEP_M)
        east, north = foreseen[0] + wind[0], foreseen[1] + wind[1]
        return jnp.exp(log + more[0]), scale_m, sound, east * place.east + north * place.north

    def airspeed_m_s(self, state: State) -> Scalar:
        """Speed relative to the turning Earth, m/s (what an inertial unit knows)."""
        v = state.v_gcrf - jnp.cross(self.omega_earth_gcrf, state.r_gcrf)
        return jnp.sqrt(jnp.sum(v**2))

    def ground_point_m(self, state: State) -> Vector3:
        """The same point turning with the Earth, (3,) m itrf."""
        point: Vector3 = self.earth.dcm_itrf_from_gcrf(state.t_s) @ state.r_gcrf
        return point


def meeting(way: WayDown, case: Dispersion) -> WayDown:
    """The same way with what is different in one case."""
    changed: WayDown = eqx.tree_at(lambda w: w.case, way, case)
    return changed


def displaced(way: WayDown, start: State) -> State:
    """The module at separation as this case has it: its mass, and moved along its orbit at the same instant."""
    r, v = start.r_gcrf, start.v_gcrf
    axis = jnp.cross(r, v)
    axis = axis / jnp.sqrt(jnp.sum(axis**2))
    angle = way.case.along_track_m / jnp.sqrt(jnp.sum(r**2))
    cosine, sine = jnp.cos(angle), jnp.sin(angle)
    return State(
        start.t_s,
        cosine * r + sine * jnp.cross(axis, r),
        cosine * v + sine * jnp.cross(axis, v),
        start.tank_kg,
        way.mass_kg,
    )


def way_down(descent: Descent, trace: Trace, load_limit_g: float = math.inf) -> WayDown:
    """The way of one descent, from samples of it in order of time.

    Parameters
    ----------
    descent : what it flew in. trace : (sample,) from above the entry to the ground; where height rises it is not used.
    load_limit_g : g, where guidance turns the lift up; never unless given.

    **Ignores** that cases pass a height at another place and minute (30 km and 10 s, in the air under 0.1 %).
    """
    nodes = np.arange(BOTTOM_M, TOP_M + 0.5 * STEP_M, STEP_M)
    earth = descent.air.earth

    def height(t_s: Scalar, r_gcrf: Vector3) -> Scalar:
        return geodetic_from_itrf(earth.dcm_itrf_from_gcrf(t_s) @ r_gcrf)[2]

    heights = np.asarray(jax.jit(jax.vmap(height))(trace.t_s, trace.r_gcrf))
    order = np.argsort(heights)

    def along(values: Float[Array, " sample"]) -> Float[Array, " node"]:
        return jnp.asarray(np.interp(nodes, heights[order], np.asarray(values)[order]))

    t_s = along(trace.t_s)
    r = jnp.stack([along(trace.r_gcrf[:, k]) for k in range(3)], axis=1)
    density, sound = jax.jit(jax.vmap(lambda t, r, h: _air_at(descent, t, r, h)))(t_s, r, jnp.asarray(nodes))
    foreseen = np.asarray(jax.jit(jax.vmap(descent.air.wind.at))(t_s, jnp.asarray(nodes)))[:, :2]
    values = np.column_stack([np.log(np.asarray(density)), np.asarray(sound), foreseen])
    table = UniformTable(
        jnp.asarray(BOTTOM_M),
        jnp.asarray(STEP_M),
        jnp.asarray(np.stack([values[:-1], np.diff(values, axis=0)], axis=1)),
    )
    middle_s = jnp.asarray(0.5 * (trace.t_s[0] + trace.t_s[-1]))
    rows = np.asarray(descent.module.aerodynamics)
    slopes = np.diff(rows[:, 1:], axis=0) / np.diff(rows[:, :1], axis=0)
    flat = np.zeros((1, 2))
    bends = np.diff(np.concatenate([flat, slopes, flat]), axis=0)
    return WayDown(
        earth=earth,
        pole_gcrf=earth.dcm_itrf_from_gcrf(middle_s)[2],
        omega_earth_gcrf=earth.omega_earth_gcrf(middle_s),
        nominal=table,
        aerodynamics=jnp.asarray(np.concatenate([rows[:, :1], bends], axis=1)),
        flat=jnp.asarray(rows[0, 1:]),
        gravity=descent.gravity,
        module=descent.module,
        ground_m=descent.ground_m,
        load_limit_g=jnp.asarray(load_limit_g),
        case=undispersed(),
    )


def _air_at(descent: Descent, t_s: Scalar, r_gcrf: Vector3, height_m: Scalar) -> tuple[Scalar, Scalar]:
    """Density and speed of sound over the point, at a height."""
    dcm = descent.air.earth.dcm_itrf_from_gcrf(t_s)
    latitude, longitude, height = geodetic_from_itrf(dcm @ r_gcrf)
    up = up_itrf(latitude, longitude)
    density, sound, _, _ = descent.air.at(t_s, r_gcrf + (height_m - height) * (dcm.T @ up))
    return density, sound


def _between(rows: Float[Array, "level column"], at: Scalar) -> tuple[Array, Array]:
    """Linear between rows at a place counted in rows, held beyond the ends; and the slope per row."""
    inside = jnp.clip(at, 0.0, rows.shape[0] - 1.0)
    first = jnp.minimum(jnp.floor(inside), rows.shape[0] - 2.0)
    index = first.astype(jnp.int32)
    low, high = rows[index], rows[index + 1]
    slope = high - low
    return low + (inside - first) * slope, slope * (inside == at)


class ColumnAerodynamics(Load):
    """Drag, lift and parachutes in the air of a `WayDown`: what `Aerodynamics` is in the air of the day.

    Parameters
    ----------
    way : the air and the module. bank_rad, lift : () as in a `BankProgram`. parachute_drag_area_m2 : () C A, m2.
    """

    way: WayDown
    bank_rad: Scalar
    lift: Scalar
    parachute_drag_area_m2: Scalar

    def force(self, t_s: Scalar, state: State) -> Force:
        """Force, N."""
        return self.held(t_s, state).force(t_s, state)

    def held(self, t_s: Scalar, state: State) -> "Thinning":
        """Coefficients, wind and bank frozen; the density goes on with its scale height."""
        return self.at_place(self.way.place(state.r_gcrf), state)

    def at_place(self, place: Place, state: State) -> "Thinning":
        """The same where the place is known."""
        way, case = self.way, self.way.case
        density, scale_m, sound, wind = way.air(place)
        v = state.v_gcrf - jnp.cross(way.omega_earth_gcrf, state.r_gcrf) - wind
        mach = jnp.sqrt(jnp.sum(v**2)) / sound
        drag, lift_to_drag = way.flat + jnp.sum(
            way.aerodynamics[:, 1:] * jnp.maximum(mach - way.aerodynamics[:, :1], 0.0), axis=0
        )
        drag_area = case.drag * drag * way.module.reference_area_m2
        has_lift = self.lift * (self.parachute_drag_area_m2 <= 0.0)
        lift_area = has_lift * case.lift_to_drag * lift_to_drag * drag_area
        open_area = drag_area + self.parachute_drag_area_m2
        known = held_aerodynamics(density, open_area, lift_area, self.bank_rad, way.omega_earth_gcrf, wind)
        return Thinning(known, jnp.sqrt(jnp.sum(state.r_gcrf**2)), scale_m)


class Thinning(Load):
    """Aerodynamics known at one point, with the density exponential over the height about it.

    Parameters
    ----------
    known : at the point. radius_m : () m, of the point. scale_m : () m, scale height of the density.
    """

    known: HeldAerodynamics
    radius_m: Scalar
    scale_m: Scalar

    def force(self, t_s: Scalar, state: State) -> Force:
        """Force, N."""
        fall = (self.radius_m - jnp.sqrt(jnp.sum(state.r_gcrf**2))) / self.scale_m
        return without_flow(jnp.exp(fall) * self.known.force(t_s, state).newton_gcrf, state)

    def held(self, t_s: Scalar, state: State) -> Load:
        """Has no slow part left."""
        return self

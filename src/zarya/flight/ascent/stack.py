"""The launcher as a load: its clock, what is still attached, its thrust and its air forces."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from zarya.arrays import Scalar, Vector3, traced_once
from zarya.constants import STANDARD_GRAVITY_M_S2, WGS84_FLATTENING, WGS84_SEMI_MAJOR_AXIS_M
from zarya.dynamics.motion import Load
from zarya.dynamics.state import Force, State
from zarya.environment.atmosphere import us76
from zarya.environment.wind import WindProfile
from zarya.vehicles.launcher import Launcher

_A, _B = WGS84_SEMI_MAJOR_AXIS_M, WGS84_SEMI_MAJOR_AXIS_M * (1.0 - WGS84_FLATTENING)
_E2 = WGS84_FLATTENING * (2.0 - WGS84_FLATTENING)


class Local(eqx.Module):
    """Height over WGS84 (m) and local east, north, up (plumb line of the ellipsoid) in gcrf axes."""

    height_m: Scalar
    east: Vector3
    north: Vector3
    up: Vector3


@traced_once
def local(r_gcrf: Vector3, pole_gcrf: Vector3) -> Local:
    """Local axes about the pole; the longitude does not matter.

    **Source** Bowring 1976, one round without trigonometric functions: under 1e-6 m below 300 km (tested).
    """
    z = jnp.dot(r_gcrf, pole_gcrf)
    level = r_gcrf - z * pole_gcrf
    p = jnp.linalg.norm(level)
    out = level / p
    size = jnp.hypot(_A * z, _B * p)
    sine, cosine = _A * z / size, _B * p / size
    y, x = z + (_A**2 / _B - _B) * sine**3, p - _E2 * _A * cosine**3
    size = jnp.hypot(x, y)
    sine, cosine = y / size, x / size
    height = p * cosine + z * sine - _A * jnp.sqrt(1.0 - _E2 * sine**2)
    north, up = cosine * pole_gcrf - sine * out, sine * pole_gcrf + cosine * out
    return Local(height, jnp.cross(pole_gcrf, out), north, up)


class Winds(eqx.Module):
    """The turning Earth and the wind over it: pole and angular velocity in gcrf, the plan's wind and the case's."""

    pole_gcrf: Vector3
    omega_gcrf: Vector3
    planned: WindProfile
    added: WindProfile

    def velocity_gcrf(self, r_gcrf: Vector3) -> Vector3:
        """Wind relative to the turning Earth, (3,) m/s."""
        here = local(r_gcrf, self.pole_gcrf)
        wind = self.planned.velocity_enu(here.height_m) + self.added.velocity_enu(here.height_m)
        return wind[0] * here.east + wind[1] * here.north


class Stack(Load):
    """Thrust with back-pressure along a turning axis, drag and lift at the angle of attack; constant over a step.

    Parameters
    ----------
    launcher : aerodynamic tables. pole_gcrf, omega_gcrf : (3,) of the turning Earth. wind_gcrf : (3,) m/s over it.
    vacuum_n : () N, sum of the burning stages. exit_area_m2 : () m2 of those. flow_kg_s : (stage,) kg/s.
    area_m2 : () m2, reference area. drag, density : () factors.
    axis_gcrf : (3,) at `start_s`; axis_rate, axis_bend : (3,) 1/s, 1/s2; the direction is the parabola made unit.

    **Model** T = F_vac - p A_e; D = q S cd0 (1 + k alpha^2), L = q S cl_alpha sin alpha in the plane of axis and air.
    **Ignores** torque and trim (3 degrees of freedom), side force, base drag, plume.
    """

    launcher: Launcher
    pole_gcrf: Vector3
    omega_gcrf: Vector3
    wind_gcrf: Vector3
    vacuum_n: Scalar
    exit_area_m2: Scalar
    flow_kg_s: Float[Array, " stage"]
    area_m2: Scalar
    drag: Scalar
    density: Scalar
    start_s: Scalar
    axis_gcrf: Vector3
    axis_rate: Vector3
    axis_bend: Vector3

    def forces(self, t_s: Scalar, state: State) -> "StackForces":
        """Thrust, air force and what they come from."""
        since_s = t_s - self.start_s
        along = self.axis_gcrf + since_s * (self.axis_rate + since_s * self.axis_bend)
        axis = along / jnp.linalg.norm(along)
        height_m = local(state.r_gcrf, self.pole_gcrf).height_m
        v_air = state.v_gcrf - jnp.cross(self.omega_gcrf, state.r_gcrf) - self.wind_gcrf
        air = us76(height_m)
        speed = jnp.linalg.norm(v_air)
        wind = v_air / jnp.maximum(speed, 1e-3)
        cosine = jnp.dot(axis, wind)
        mach = speed / air.sound_speed_m_s
        q = 0.5 * self.density * air.density_kg_m3 * speed**2
        cd0, rise, slope = self._coefficients(mach)
        cd = self.drag * cd0 * (1.0 + rise * 2.0 * (1.0 - cosine))
        push = q * self.area_m2
        thrust = jnp.where(self.vacuum_n > 0.0, self.vacuum_n - air.pressure_pa * self.exit_area_m2, 0.0)
        return StackForces(
            thrust_n=thrust,
            axis=axis,
            drag_gcrf=-push * cd * wind,
            lift_gcrf=push * slope * (axis - cosine * wind),
            dynamic_pressure_pa=q,
            mach=mach,
            alpha_rad=jnp.where(speed > 10.0, jnp.arccos(jnp.clip(cosine, -1.0, 1.0)), 0.0),
            height_m=height_m,
            air_speed_m_s=speed,
        )

    def _coefficients(self, mach: Scalar) -> tuple[Scalar, Scalar, Scalar]:
        """cd0, cd_alpha2, cl_alpha: linear between the points of the table, held outside; one look-up for all three."""
        of = self.launcher
        x = jnp.clip(mach, of.mach[0], of.mach[-1])
        k = jnp.clip(jnp.sum(of.mach <= x) - 1, 0, of.mach.shape[0] - 2)
        share = (x - of.mach[k]) / (of.mach[k + 1] - of.mach[k])
        a, b, c = ((1.0 - share) * y[k] + share * y[k + 1] for y in (of.cd0, of.cd_alpha2, of.cl_alpha_per_rad))
        return a, b, c

    def force(self, t_s: Scalar, state: State) -> Force:
        """Thrust and air force, N, and the flow."""
        f = self.forces(t_s, state)
        return Force(f.thrust_n * f.axis + f.drag_gcrf + f.lift_gcrf, -self.flow_kg_s)

    def held(self, t_s: Scalar, state: State) -> Load:
        """Has no slow part."""
        return self


class StackForces(eqx.Module):
    """Thrust (N) along `axis`, drag and lift (3,) N, and the flow they come from (Pa, 1, rad, m, m/s)."""

    thrust_n: Scalar
    axis: Vector3
    drag_gcrf: Vector3
    lift_gcrf: Vector3
    dynamic_pressure_pa: Scalar
    mach: Scalar
    alpha_rad: Scalar
    height_m: Scalar
    air_speed_m_s: Scalar


def timed(launcher: Launcher, end_s: Scalar) -> Launcher:
    """The launcher with every instant of its clock settled: cut-offs no later than the tanks allow.

    **Model** the flow follows the throttle table alone, so a tank runs down to its residual at an instant known
    beforehand: equivalent seconds of full flow through the table. A stage cut off by guidance may burn until then. A
    separation given as a delay follows the cut-off; `end_s` stands for never.
    """
    rows, fraction = launcher.throttle[..., 0], launcher.throttle[..., 1]
    flow = launcher.thrust_vacuum_n / (launcher.isp_vacuum_s * STANDARD_GRAVITY_M_S2)
    usable_s = (launcher.propellant_kg - launcher.residual_kg) / flow
    start = jnp.maximum(rows, launcher.ignition_s[:, None])
    start = jnp.maximum(start, 0.0)
    spent = jnp.cumsum(fraction[:, :-1] * jnp.diff(start, axis=1), axis=1)
    before = jnp.concatenate([jnp.zeros_like(spent[:, :1]), spent], axis=1)
    row = jnp.maximum(jnp.sum(before <= usable_s[:, None], axis=1) - 1, 0)

    def pick(table: Float[Array, "stage point"]) -> Float[Array, " stage"]:
        return jnp.take_along_axis(table, row[:, None], axis=1)[:, 0]

    empty = pick(start) + (usable_s - pick(before)) / jnp.maximum(pick(fraction), 1e-6)
    cutoff = jnp.fmin(launcher.cutoff_s, empty)
    separation = jnp.where(
        jnp.isnan(launcher.separation_s), cutoff + launcher.separation_delay_s, launcher.separation_s
    )
    separation = separation.at[-1].set(end_s + 1e4)  # the last stage keeps the ship until after cut-off
    settled: Launcher = eqx.tree_at(lambda x: (x.cutoff_s, x.separation_s), launcher, (cutoff, separation))
    return settled


def node_times_s(
    launcher: Launcher, turns_s: Float[Array, " turn"], end_s: Scalar, steps: int
) -> Float[Array, " node"]:
    """(steps + 1,) s: an even grid, 0 to `end_s`, with every instant of the clock of a `timed` launcher put in.

    `turns_s` are the corners of the steering programme.
    """
    events = jnp.concatenate(
        [
            launcher.throttle[..., 0].ravel(),
            launcher.ignition_s,
            launcher.cutoff_s,
            launcher.separation_s,
            launcher.jettison_s,
            turns_s,
        ]
    )
    even = jnp.linspace(0.0, 1.0, steps + 1 - events.shape[0]) * end_s
    return jnp.sort(jnp.concatenate([even, jnp.clip(events, 0.0, end_s)]))


def attached(
    launcher: Launcher, t_s: Scalar, is_dropped: Bool[Array, " item"]
) -> tuple[Bool[Array, " stage"], Bool[Array, " item"]]:
    """Stages and parts still there at `t_s`; `is_dropped` marks parts thrown off by the heating rule."""
    stages = t_s < launcher.separation_s
    row = launcher.jettison_stage.astype(jnp.int32)
    is_on_stage = jnp.where(row < 0, True, stages[jnp.maximum(row, 0)])
    by_clock = jnp.isnan(launcher.jettison_heating_w_m2)
    there = jnp.where(by_clock, t_s < launcher.jettison_s, ~is_dropped)
    return stages, there & is_on_stage

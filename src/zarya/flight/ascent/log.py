"""What an ascent leaves behind: histories, delta-v budget, what was thrown off where; and `fly`, which makes them."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from zarya.arrays import Scalar
from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.dynamics.state import State
from zarya.environment.gravity import central_j2_acceleration
from zarya.flight.ascent.dispersion import AscentDispersion
from zarya.flight.ascent.flown import Course, Step, fly_steps, separated
from zarya.flight.ascent.plan import AscentPlan
from zarya.flight.ascent.stack import local
from zarya.flight.phase import Handover
from zarya.frames import geodetic_from_itrf
from zarya.programs import program

EVERY: int = 2
"""Histories keep every second step."""


class Budget(eqx.Module):
    """Where the velocity went, () m/s each: ideal - back_pressure - steering - drag + lift - gravity = gained.

    Along the inertial velocity; steering is the thrust not along it.
    """

    ideal_m_s: Scalar
    back_pressure_m_s: Scalar
    steering_m_s: Scalar
    drag_m_s: Scalar
    lift_m_s: Scalar
    gravity_m_s: Scalar
    gained_m_s: Scalar


class History(eqx.Module):
    """Histories at the starts of every second step, (node,) each, SI; latitude is geodetic, pitch above the horizon.

    `axis_gcrf` is the thrust axis.
    """

    t_s: Float[Array, " node"]
    r_gcrf: Float[Array, "node 3"]
    v_gcrf: Float[Array, "node 3"]
    height_m: Float[Array, " node"]
    speed_relative_m_s: Float[Array, " node"]
    speed_inertial_m_s: Float[Array, " node"]
    dynamic_pressure_pa: Float[Array, " node"]
    mach: Float[Array, " node"]
    axial_g: Float[Array, " node"]
    alpha_rad: Float[Array, " node"]
    mass_kg: Float[Array, " node"]
    latitude_rad: Float[Array, " node"]
    longitude_rad: Float[Array, " node"]
    pitch_rad: Float[Array, " node"]
    thrust_n: Float[Array, " node"]
    axis_gcrf: Float[Array, "node 3"]


class Parted(eqx.Module):
    """What was thrown off: stages but the last, then parts, in the order of the launcher.

    Parameters
    ----------
    t_s : (part,) s, nan when it is still there at cut-off. r_gcrf, v_gcrf : (part, 3) m, m/s.
    mass_kg : (part,) kg. heating_w_m2 : (part,) W/m2, rho v^3 / 2 at that instant.
    """

    t_s: Float[Array, " part"]
    r_gcrf: Float[Array, "part 3"]
    v_gcrf: Float[Array, "part 3"]
    mass_kg: Float[Array, " part"]
    heating_w_m2: Float[Array, " part"]


class AscentLog(eqx.Module):
    """The log of one ascent."""

    course: Course
    history: History
    budget: Budget
    parted: Parted


@program
def fly(plan: AscentPlan, case: AscentDispersion) -> tuple[Handover, AscentLog]:
    """Fly an ascent from lift-off to spacecraft separation.

    Parameters
    ----------
    plan : from `prepare`. case : what differs from it; `nominal(stages)` for nothing.

    Returns
    -------
    the ship at separation, truth and navigated, and the log.

    **Model** 3-DoF in the field of degree 8 (beyond J2 held for about 16 s), US76 and NRLMSISE-00 above 80 km, winds;
    RK4 at 1 s with every instant of the clock on a step. First stage by the programme of the plan, then UPFG every
    fourth step on the navigated state; the cut-off instant is its time to go, fixed up to 10 s before.
    **Valid** 64 dispersed flights against an eighth of the step, guidance called at the same instants: 9 m and
        0.02 m/s at worst at separation (benchmarks/ascent.py; a quarter of the step is tested).
    **Ignores** attitude dynamics, engine transients beyond the throttle table, slosh, separation impulses.
    """
    course, kept = fly_steps(plan, case, True)
    assert kept is not None
    return separated(plan, case, course), AscentLog(
        course, _history(plan, kept), _budget(plan, kept), _parted(course, kept)
    )


@eqx.filter_jit
def fly_bare(plan: AscentPlan, case: AscentDispersion) -> tuple[Handover, Course]:
    """`fly` without histories, for batches: `jax.vmap(fly_bare, in_axes=(None, 0))`."""
    course, _ = fly_steps(plan, case, False)
    return separated(plan, case, course), course


def _history(plan: AscentPlan, kept: Step) -> History:
    thin = jax.tree.map(lambda x: x[::EVERY], kept)

    def row(one: Step) -> dict[str, Array]:
        state = one.before
        f = one.stack.forces(state.t_s, state)
        dcm = plan.earth.dcm_itrf_from_gcrf(state.t_s)
        latitude, longitude, height = geodetic_from_itrf(dcm @ state.r_gcrf)
        ground = state.v_gcrf - jnp.cross(plan.omega_gcrf, state.r_gcrf)
        axial = f.thrust_n + jnp.dot(f.drag_gcrf + f.lift_gcrf, f.axis)
        climb = jnp.dot(f.axis, local(state.r_gcrf, plan.pole_gcrf).up)
        return {
            "t_s": state.t_s,
            "r_gcrf": state.r_gcrf,
            "v_gcrf": state.v_gcrf,
            "height_m": height,
            "speed_relative_m_s": jnp.linalg.norm(ground),
            "speed_inertial_m_s": jnp.linalg.norm(state.v_gcrf),
            "dynamic_pressure_pa": f.dynamic_pressure_pa,
            "mach": f.mach,
            "axial_g": axial / (state.mass_kg * STANDARD_GRAVITY_M_S2),
            "alpha_rad": f.alpha_rad,
            "mass_kg": state.mass_kg,
            "latitude_rad": latitude,
            "longitude_rad": longitude,
            "pitch_rad": jnp.arcsin(jnp.clip(climb, -1.0, 1.0)),
            "thrust_n": f.thrust_n,
            "axis_gcrf": f.axis,
        }

    return History(**jax.vmap(row)(thin))


def _budget(plan: AscentPlan, kept: Step) -> Budget:
    """Sums over the steps of each term at mid-step."""

    def row(one: Step) -> Float[Array, " 6"]:
        before, after = one.before, one.after
        middle: State = jax.tree.map(lambda a, b: 0.5 * (a + b), before, after)
        f = one.stack.forces(middle.t_s, middle)
        g = central_j2_acceleration(
            plan.field.gm_m3_s2, plan.field.radius_m, plan.field.j2, middle.r_gcrf, plan.pole_gcrf
        )
        along = middle.v_gcrf / jnp.linalg.norm(middle.v_gcrf)
        per_kg = (after.t_s - before.t_s) / middle.mass_kg
        return per_kg * jnp.stack(
            [
                one.stack.vacuum_n,
                one.stack.vacuum_n - f.thrust_n,
                f.thrust_n * (1.0 - jnp.dot(f.axis, along)),
                -jnp.dot(f.drag_gcrf, along),
                jnp.dot(f.lift_gcrf, along),
                -middle.mass_kg * jnp.dot(g, along),
            ]
        )

    sums = jnp.sum(jax.vmap(row)(kept), axis=0)
    gained = jnp.linalg.norm(kept.after.v_gcrf[-1]) - jnp.linalg.norm(kept.before.v_gcrf[0])
    return Budget(sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], gained)


def _parted(course: Course, kept: Step) -> Parted:
    gone = ~jnp.concatenate([kept.stages[:, :-1], kept.items], axis=1)
    first = jnp.argmax(gone, axis=0)
    is_gone = jnp.any(gone, axis=0)
    launcher = course.launcher
    residue = kept.after.tank_kg[jnp.maximum(first[: launcher.dry_kg.shape[0] - 1] - 1, 0)]
    tanks = jnp.diagonal(residue[:, :-1])
    mass = jnp.concatenate([launcher.dry_kg[:-1] + tanks, launcher.jettison_kg])
    return Parted(
        t_s=jnp.where(is_gone, kept.before.t_s[first], jnp.nan),
        r_gcrf=kept.before.r_gcrf[first],
        v_gcrf=kept.before.v_gcrf[first],
        mass_kg=mass,
        heating_w_m2=kept.heating_w_m2[first],
    )

"""Unified Powered Flight Guidance: explicit steering of a multi-stage ascent to a plane, radius, speed and angle.

A pure function of the navigated state. It solves for the velocity to be gained, turns it into a linear-tangent
steering law, predicts where that law ends, and corrects; a few calls settle it, one call a second keeps it.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from zarya.arrays import Scalar, Vector3
from zarya.orbits.elements import two_body_motion


class Target(eqx.Module):
    """Cut-off conditions: where the third stage is to leave the ship.

    Parameters
    ----------
    normal_gcrf : (3,) unit angular momentum of the orbit at cut-off.
    radius_m : () m. speed_m_s : () m/s, inertial. flight_path_rad : () rad, up positive.
    """

    normal_gcrf: Vector3
    radius_m: Scalar
    speed_m_s: Scalar
    flight_path_rad: Scalar


class BurnPhases(eqx.Module):
    """The burns that are left, each with constant thrust; the last one ends when the velocity is gained.

    Parameters
    ----------
    exhaust_m_s : (phase,) m/s, effective exhaust speed.
    acceleration_m_s2 : (phase,) m/s2 at the start of the phase (now, for the one that is burning).
    duration_s : (phase,) s left; zero for a phase that is over; the limit for the last one.
    """

    exhaust_m_s: Float[Array, " phase"]
    acceleration_m_s2: Float[Array, " phase"]
    duration_s: Float[Array, " phase"]


class Memory(eqx.Module):
    """What one call hands to the next.

    Parameters
    ----------
    v_go_gcrf : (3,) m/s to be gained. r_bias_gcrf, r_d_gcrf, r_grav_gcrf : (3,) m, steering loss, aim point, fall.
    time_to_go_s : () s.
    """

    v_go_gcrf: Vector3
    r_bias_gcrf: Vector3
    r_d_gcrf: Vector3
    r_grav_gcrf: Vector3
    time_to_go_s: Scalar


class Steering(eqx.Module):
    """A linear-tangent law: the thrust points along lambda + lambda_dot (t - t_now - offset).

    Parameters
    ----------
    lambda_gcrf : (3,) unit. lambda_dot_gcrf : (3,) 1/s. offset_s : () s, J/L.
    time_to_go_s : () s until the velocity is gained. available_s : () s the last burn may still last.
    """

    lambda_gcrf: Vector3
    lambda_dot_gcrf: Vector3
    offset_s: Scalar
    time_to_go_s: Scalar
    available_s: Scalar

    def direction_gcrf(self, since_s: Scalar) -> Vector3:
        """Unit thrust direction `since_s` after the call that made this law."""
        return _unit(self.lambda_gcrf + self.lambda_dot_gcrf * (since_s - self.offset_s))


def _before(values: Float[Array, " phase"]) -> Float[Array, " phase"]:
    """Sum over the phases before each."""
    return jnp.cumsum(values) - values


def _unit(vector: Vector3) -> Vector3:
    unit: Vector3 = vector / jnp.linalg.norm(vector)
    return unit


def _target_velocity(target: Target, r_gcrf: Vector3) -> tuple[Vector3, Vector3]:
    """Aim point below or above `r_gcrf` in the target plane, and the velocity wanted there."""
    in_plane = r_gcrf - jnp.dot(r_gcrf, target.normal_gcrf) * target.normal_gcrf
    up = _unit(in_plane)
    forward = jnp.cross(target.normal_gcrf, up)
    gamma = target.flight_path_rad
    return target.radius_m * up, target.speed_m_s * (jnp.sin(gamma) * up + jnp.cos(gamma) * forward)


def started(r_gcrf: Vector3, v_gcrf: Vector3, target: Target, arc_rad: Scalar, gm_m3_s2: Scalar) -> Memory:
    """First guess: cut-off `arc_rad` ahead (20 deg is enough), nothing known of gravity."""
    n = target.normal_gcrf
    flat = _unit(r_gcrf - jnp.dot(r_gcrf, n) * n)
    ahead = jnp.cos(arc_rad) * flat + jnp.sin(arc_rad) * jnp.cross(n, flat)
    r_d, v_d = _target_velocity(target, ahead)
    zero = jnp.zeros(3)
    return Memory(v_d - v_gcrf, zero, r_d, -0.5 * gm_m3_s2 * r_gcrf / jnp.linalg.norm(r_gcrf) ** 3, jnp.asarray(1.0))


def guide(
    r_gcrf: Vector3,
    v_gcrf: Vector3,
    memory: Memory,
    phases: BurnPhases,
    target: Target,
    gm_m3_s2: Scalar,
) -> tuple[Memory, Steering]:
    """One cycle of UPFG.

    Parameters
    ----------
    r_gcrf, v_gcrf : (3,) m, m/s, navigated state now.
    memory : of the last call, its `v_go_gcrf` less the velocity sensed since.
    phases : burns left, last one open-ended. target : cut-off conditions. gm_m3_s2 : () m3/s2.

    **Model** thrust integrals L, J, S, Q, P, H per phase; lambda = v_go/|v_go|; lambda_dot from the range to go;
    second-order expansion of the steering; gravity from a Keplerian arc that starts displaced by the thrust.
    **Source** Brand, Brown & Higgins 1973, Space Shuttle GN&C Equation Document 24, blocks 3-8.
    **Valid** called every 4 s in the ascent of Soyuz-2.1a: radius within 1 m, speed within 0.03 m/s at cut-off.
    **Ignores** air, oblateness over the arc to go (closed by the next call), throttling inside a phase.
    """
    v_go_size = jnp.linalg.norm(memory.v_go_gcrf)
    ve, a0 = phases.exhaust_m_s, phases.acceleration_m_s2
    tau = ve / a0

    # Block 3: burn the phases one after the other until the velocity is gained; the last one is open-ended
    limit = jnp.minimum(phases.duration_s.at[-1].set(jnp.inf), 0.99 * tau)
    left = jnp.maximum(v_go_size - _before(-ve * jnp.log1p(-limit / tau)), 0.0)
    tb = jnp.minimum(limit, -tau * jnp.expm1(-left / ve))

    # Block 4: thrust integrals of each phase, then on top of those before it
    t0 = _before(tb)
    l_i = -ve * jnp.log1p(-tb / tau)
    j_i = tau * l_i - ve * tb
    s_i = -j_i + tb * l_i
    q_i = s_i * (tau + t0) - 0.5 * ve * tb**2
    p_i = q_i * (tau + t0) - 0.5 * ve * tb**2 * (tb / 3.0 + t0)
    j_i = j_i + l_i * t0
    s_i = s_i + _before(l_i) * tb
    q_i = q_i + _before(j_i) * tb
    p_i = p_i + (_before(j_i) * t0 - _before(q_i)) * tb
    t_go, L, J, S, Q, P = (jnp.sum(x) for x in (tb, l_i, j_i, s_i, q_i, p_i))
    H = J * t_go - Q

    # Block 5: range to go and the turning rate
    lam = memory.v_go_gcrf / v_go_size
    r_grav = (t_go / memory.time_to_go_s) ** 2 * memory.r_grav_gcrf
    r_go = memory.r_d_gcrf - (r_gcrf + v_gcrf * t_go + r_grav)
    i_z = _unit(jnp.cross(target.normal_gcrf, memory.r_d_gcrf))  # downrange at cut-off
    r_go = r_go - jnp.dot(i_z, r_go) * i_z
    r_go = r_go + (S - jnp.dot(lam, r_go)) / jnp.dot(lam, i_z) * i_z + memory.r_bias_gcrf
    denominator = Q - S * J / L
    lam_dot = (r_go - S * lam) / denominator
    i_f = _unit(lam - lam_dot * J / L)
    phi = jnp.arccos(jnp.clip(jnp.dot(i_f, lam), -1.0, 1.0))
    phi_dot = -phi * L / J
    across = lam_dot / jnp.maximum(jnp.linalg.norm(lam_dot), 1e-20)
    v_thrust = (L - 0.5 * L * phi**2 - J * phi * phi_dot - 0.5 * H * phi_dot**2) * lam
    v_thrust = v_thrust - (L * phi + J * phi_dot) * across
    r_thrust = (S - 0.5 * S * phi**2 - Q * phi * phi_dot - 0.5 * P * phi_dot**2) * lam
    r_thrust = r_thrust - (S * phi + Q * phi_dot) * across
    v_bias = memory.v_go_gcrf - v_thrust
    r_bias = r_go - r_thrust

    # Block 7: gravity over the arc to go
    r_c1 = r_gcrf - 0.1 * r_thrust - (t_go / 30.0) * v_thrust
    v_c1 = v_gcrf + 1.2 * r_thrust / t_go - 0.1 * v_thrust
    r_c2, v_c2 = two_body_motion(r_c1, v_c1, t_go, gm_m3_s2, iterations=4)  # less than half a revolution
    v_grav = v_c2 - v_c1
    r_grav = r_c2 - r_c1 - v_c1 * t_go

    # Block 8: aim point and velocity to be gained
    r_d, v_d = _target_velocity(target, r_gcrf + v_gcrf * t_go + r_grav + r_thrust)
    v_go = v_d - v_gcrf - v_grav + v_bias
    law = Steering(lam, lam_dot, J / L, t_go, jnp.sum(phases.duration_s))
    return Memory(v_go, r_bias, r_d, r_grav, t_go), law

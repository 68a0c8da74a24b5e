"""Elements without singularity at zero eccentricity, for near-circular inclined orbits."""

import equinox as eqx
import jax
import jax.numpy as jnp

from zarya.arrays import Scalar, Vector3

_ITERATIONS = 10
"""Newton steps on the generalised Kepler equation: under 1e-15 rad up to e = 0.3 (tested)."""


class NearCircular(eqx.Module):
    """Osculating elements (a, e cos w, e sin w, i, node, u) with u = w + M.

    Parameters
    ----------
    a_m : () m, semi-major axis.
    ex, ey : () eccentricity vector in the orbital plane from the node: e cos w, e sin w.
    i_rad, raan_rad : () rad, inclination and right ascension of the node.
    u_rad : () rad, mean argument of latitude (perigee argument plus mean anomaly).

    **Valid** e up to 0.3; inclinations away from 0 and 180 deg (the node must exist).
    """

    a_m: Scalar
    ex: Scalar
    ey: Scalar
    i_rad: Scalar
    raan_rad: Scalar
    u_rad: Scalar


def near_circular_from_cartesian(r_m: Vector3, v_m_s: Vector3, gm_m3_s2: Scalar | float) -> NearCircular:
    """Osculating near-circular elements of a state (m, m/s); angles 0..2 pi."""
    r, momentum = jnp.linalg.norm(r_m), jnp.cross(r_m, v_m_s)
    h = jnp.linalg.norm(momentum)
    a = 1.0 / (2.0 / r - jnp.dot(v_m_s, v_m_s) / gm_m3_s2)
    e_cos_nu = h * h / (gm_m3_s2 * r) - 1.0
    e_sin_nu = h * jnp.dot(r_m, v_m_s) / (gm_m3_s2 * r)
    u_true = jnp.arctan2(r_m[2] / r, jnp.cross(momentum, r_m)[2] / (h * r))
    ex = e_cos_nu * jnp.cos(u_true) + e_sin_nu * jnp.sin(u_true)
    ey = e_cos_nu * jnp.sin(u_true) - e_sin_nu * jnp.cos(u_true)
    inclination = jnp.arctan2(jnp.hypot(momentum[0], momentum[1]), momentum[2])
    raan = jnp.arctan2(momentum[0], -momentum[1])
    u = u_true - true_minus_mean_rad(r_m, v_m_s, gm_m3_s2)
    return NearCircular(a, ex, ey, inclination, jnp.mod(raan, 2.0 * jnp.pi), jnp.mod(u, 2.0 * jnp.pi))


def cartesian_from_near_circular(elements: NearCircular, gm_m3_s2: Scalar | float) -> tuple[Vector3, Vector3]:
    """Position (m) and velocity (m/s) of near-circular elements, in their frame."""
    z = elements

    def residual(k: Scalar) -> Scalar:
        return k - z.ex * jnp.sin(k) + z.ey * jnp.cos(k) - z.u_rad

    def solve(_: object, guess: Scalar) -> Scalar:
        def step(_: object, k: Scalar) -> Scalar:
            return k - residual(k) / (1.0 - z.ex * jnp.cos(k) - z.ey * jnp.sin(k))

        found: Scalar = jax.lax.fori_loop(0, _ITERATIONS, step, guess)
        return found

    k = jax.lax.custom_root(residual, z.u_rad, solve, lambda g, y: y / g(jnp.ones_like(y)))
    cos_k, sin_k = jnp.cos(k), jnp.sin(k)
    b = 1.0 / (1.0 + jnp.sqrt(1.0 - z.ex**2 - z.ey**2))
    along = z.ex * sin_k - z.ey * cos_k  # e sin E
    x = z.a_m * (cos_k - z.ex + b * z.ey * along)
    y = z.a_m * (sin_k - z.ey - b * z.ex * along)
    radius = 1.0 - z.ex * cos_k - z.ey * sin_k  # r / a
    speed = jnp.sqrt(gm_m3_s2 / z.a_m) / radius
    x_rate = speed * (-sin_k + b * z.ey * (1.0 - radius))
    y_rate = speed * (cos_k - b * z.ex * (1.0 - radius))
    cos_o, sin_o, cos_i = jnp.cos(z.raan_rad), jnp.sin(z.raan_rad), jnp.cos(z.i_rad)
    node = jnp.stack([cos_o, sin_o, 0.0 * cos_o])
    normal = jnp.stack([-sin_o * cos_i, cos_o * cos_i, jnp.sin(z.i_rad)])
    return x * node + y * normal, x_rate * node + y_rate * normal


def true_minus_mean_rad(r_m: Vector3, v_m_s: Vector3, gm_m3_s2: Scalar | float) -> Scalar:
    """Equation of the centre, true minus mean anomaly, smooth through zero eccentricity, rad."""
    r = jnp.linalg.norm(r_m)
    a = 1.0 / (2.0 / r - jnp.dot(v_m_s, v_m_s) / gm_m3_s2)
    momentum = jnp.cross(r_m, v_m_s)
    e_cos, e_sin = 1.0 - r / a, jnp.dot(r_m, v_m_s) / jnp.sqrt(gm_m3_s2 * a)
    eta = jnp.sqrt(jnp.dot(momentum, momentum) / (gm_m3_s2 * a))
    return 2.0 * jnp.arctan2(e_sin, 1.0 + eta - e_cos) + e_sin

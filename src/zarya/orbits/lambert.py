"""Lambert's problem: the two-body arc between two positions in a given time, any number of revolutions."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Int

from zarya.arrays import Scalar, Vector3

_BISECTIONS = 44
"""Halvings of the bracket of x before the Newton steps."""
_NEWTON_STEPS = 4
"""Newton steps after the bisection, kept inside the bracket."""
_SAME_DIRECTION = 1.0e-10
"""Sine of the transfer angle under which the plane is not defined."""


class LambertArc(eqx.Module):
    """Solution of Lambert's problem.

    Parameters
    ----------
    v1_m_s, v2_m_s : (3,) m/s, velocity leaving the first and reaching the second position; nan without a solution.
    is_valid : () false where no such arc exists: too little time for the revolutions, or positions on one line.
    """

    v1_m_s: Vector3
    v2_m_s: Vector3
    is_valid: Bool[Array, ""]


def lambert(
    r1_m: Vector3,
    r2_m: Vector3,
    tof_s: Scalar | float,
    gm_m3_s2: Scalar | float,
    revolutions: Int[Array, ""] | int = 0,
    prograde: Bool[Array, ""] | bool = True,
    low_path: Bool[Array, ""] | bool = True,
) -> LambertArc:
    """Velocities at both ends of the arc from `r1_m` to `r2_m` in `tof_s`; batch by `jax.vmap`, differentiable.

    Parameters
    ----------
    r1_m, r2_m : (3,) m, in one inertial frame.
    tof_s : () s, time of flight, positive.
    gm_m3_s2 : () m3/s2.
    revolutions : () whole revolutions made before arriving.
    prograde : () momentum with positive z component; false for negative.
    low_path : () of the two arcs that exist for one revolution or more, the one with the larger x (the flatter
        departure); no effect at zero revolutions.

    **Model** Lancaster-Blanchard variable x, time by Izzo's form and by a series near the parabola; bracketed bisection
    and Newton with fixed counts; for revolutions >= 1 the least time is found first. The derivative is that of the root
    (implicit function).
    **Source** Izzo 2015, Celest. Mech. Dyn. Astron. 121, 1 (time equation, velocities); Battin 1999, section 7.1.
    **Valid** against two-body motion over 0 to 3 revolutions, random geometry: see tests. Not for transfer angles
    within 1e-10 rad of 0 or 180 deg, where the plane is free (is_valid false).
    """
    d1, d2 = jnp.linalg.norm(r1_m), jnp.linalg.norm(r2_m)
    chord = jnp.linalg.norm(r2_m - r1_m)
    s = 0.5 * (d1 + d2 + chord)
    unit1, unit2 = r1_m / d1, r2_m / d2
    across = jnp.cross(unit1, unit2)
    sine = jnp.sqrt(jnp.maximum(jnp.dot(across, across), _SAME_DIRECTION**2))
    is_plane = jnp.dot(across, across) > _SAME_DIRECTION**2
    short = (across[2] >= 0.0) == jnp.asarray(prograde)
    side = jnp.where(short, 1.0, -1.0)
    normal = side * across / sine
    lam = side * jnp.sqrt(d1 * d2) / s * jnp.sqrt(jnp.maximum(0.5 * (1.0 + jnp.dot(unit1, unit2)), 1.0e-30))
    goal = jnp.sqrt(2.0 * gm_m3_s2 / s**3) * tof_s
    turns = jnp.asarray(revolutions)

    x, is_found = _solve_x(lam, goal, turns, jnp.asarray(low_path))
    is_valid = is_found & is_plane & (goal > 0.0)

    def residual(x_now: Scalar) -> Scalar:
        return _time(x_now, lam, turns) - goal

    x = jax.lax.custom_root(residual, x, lambda _, found: found, lambda g, y: y / g(jnp.ones_like(y)))
    y = jnp.sqrt(1.0 - lam * lam * (1.0 - x * x))
    gamma, rho = jnp.sqrt(0.5 * gm_m3_s2 * s), (d1 - d2) / chord
    sigma = jnp.sqrt(jnp.maximum(1.0 - rho * rho, 0.0))
    radial1 = gamma * ((lam * y - x) - rho * (lam * y + x)) / d1
    radial2 = -gamma * ((lam * y - x) + rho * (lam * y + x)) / d2
    transverse = gamma * sigma * (y + lam * x)
    v1 = radial1 * unit1 + transverse / d1 * jnp.cross(normal, unit1)
    v2 = radial2 * unit2 + transverse / d2 * jnp.cross(normal, unit2)
    return LambertArc(jnp.where(is_valid, v1, jnp.nan), jnp.where(is_valid, v2, jnp.nan), is_valid)


def _time(x: Scalar, lam: Scalar, turns: Int[Array, ""]) -> Scalar:
    """Non-dimensional time of flight T(x), Izzo 2015 equations 9, 18 and 20; smooth across the parabola."""
    rest = 1.0 - x * x
    y = jnp.sqrt(1.0 - lam * lam * rest)
    is_near = (jnp.abs(rest) < 0.02) & (turns == 0)
    safe = jnp.where(is_near, 0.5, rest)
    psi_bound = jnp.arctan2((y - x * lam) * jnp.sqrt(jnp.maximum(safe, 1.0e-300)), x * y + lam * rest)
    sinh_free = (y - x * lam) * jnp.sqrt(jnp.where(safe < 0.0, -safe, 1.0))
    psi = jnp.where(safe > 0.0, psi_bound, jnp.arcsinh(sinh_free)) + turns * jnp.pi
    general = (psi / jnp.sqrt(jnp.abs(safe)) - x + lam * y) / safe
    eta = y - lam * x
    s1 = 0.5 * (1.0 - lam - x * eta)
    q = 4.0 / 3.0 * _hypergeometric(jnp.where(is_near, s1, 0.0))
    near = 0.5 * (eta**3 * q + 4.0 * lam * eta)
    return jnp.where(is_near, near, general)


def _hypergeometric(z: Scalar) -> Scalar:
    """Gauss F(3, 1; 5/2; z) for |z| < 0.02 by its series (14 terms: under 1e-19)."""
    total = jnp.ones_like(z)
    for n in range(13, -1, -1):
        total = 1.0 + (3.0 + n) / (2.5 + n) * z * total
    return total


def _solve_x(
    lam: Scalar, goal: Scalar, turns: Int[Array, ""], low_path: Bool[Array, ""]
) -> tuple[Scalar, Bool[Array, ""]]:
    """Root of T(x) = goal on the branch asked for, and whether there is one. Not differentiated."""
    lam, goal = jax.lax.stop_gradient(lam), jax.lax.stop_gradient(goal)
    slope_of = jax.grad(_time)

    def newton(_: object, bracket: tuple[Scalar, Scalar, Scalar]) -> tuple[Scalar, Scalar, Scalar]:
        x, low, high = bracket
        move = (_time(x, lam, turns) - goal) / slope_of(x, lam, turns)
        better = x - move
        return jnp.where((better > low) & (better < high), better, x), low, high

    def halve_slope(_: object, ends: tuple[Scalar, Scalar]) -> tuple[Scalar, Scalar]:
        middle = 0.5 * (ends[0] + ends[1])
        falls = slope_of(middle, lam, turns) < 0.0
        return jnp.where(falls, middle, ends[0]), jnp.where(falls, ends[1], middle)

    edge = 1.0 - 1.0e-12
    multi = turns > 0
    ends = jax.lax.fori_loop(0, _BISECTIONS, halve_slope, (jnp.full_like(goal, -edge), jnp.full_like(goal, edge)))
    least_x = jnp.where(multi, 0.5 * (ends[0] + ends[1]), 0.0)
    is_possible = ~multi | (_time(least_x, lam, turns) <= goal)
    # without revolutions T falls from infinity at x = -1 to zero; x = w / (1 - w) maps the hyperbolas to w < 1
    rising = multi & low_path
    start = jnp.where(rising, least_x, -edge)
    stop = jnp.where(multi, jnp.where(low_path, edge, least_x), 1.0 - 1.0e-6)

    def x_of(w: Scalar) -> Scalar:
        return jnp.where(multi | (w < 0.0), w, w / (1.0 - jnp.where(multi, 0.0, w)))

    def halve(_: object, ends: tuple[Scalar, Scalar]) -> tuple[Scalar, Scalar]:
        middle = 0.5 * (ends[0] + ends[1])
        is_above = (_time(x_of(middle), lam, turns) > goal) ^ rising
        return jnp.where(is_above, middle, ends[0]), jnp.where(is_above, ends[1], middle)

    low, high = jax.lax.fori_loop(0, _BISECTIONS, halve, (start, stop))
    x = x_of(0.5 * (low + high))
    width = jnp.abs(x_of(high) - x_of(low)) + 1.0e-9
    x, _, _ = jax.lax.fori_loop(0, _NEWTON_STEPS, newton, (x, x - width, x + width))
    is_close = jnp.abs(_time(x, lam, turns) - goal) < 1.0e-8 * (1.0 + goal)
    return jax.lax.stop_gradient(x), is_possible & is_close

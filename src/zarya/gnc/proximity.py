"""Guidance near the station: linear relative motion, the velocity to gain, thruster pulses, relative navigation.

Clohessy and Wiltshire's equations live here and nowhere else: the truth is two bodies in one gravity field. Everything
is a pure function of the navigated state in the station's turning LVLH (x along the velocity, y against the momentum,
z to the Earth), single vectors; batch by `jax.vmap`.
"""

from collections.abc import Sequence

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, UInt32

from zarya.arrays import Matrix3, Scalar, Vector3

_RTN_FROM_LVLH = np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


class Transition(eqx.Module):
    """Blocks of a relative state-transition matrix: r = rr r0 + rv v0, v = vr r0 + vv v0; each (3, 3)."""

    rr: Matrix3
    rv: Matrix3
    vr: Matrix3
    vv: Matrix3


def transition_rtn(n_rad_s: Scalar, dt_s: Scalar) -> Transition:
    """Free relative motion about a circular orbit, axes radial out, along-track, normal.

    Parameters
    ----------
    n_rad_s : () rad/s, mean motion of the station. dt_s : () s.

    **Model** Clohessy-Wiltshire in closed form. **Source** Curtis, Orbital Mechanics for Engineering Students, 7.4.
    **Valid** separations small against the orbit's radius, near-circular station. **Ignores** J2, drag, eccentricity.
    """
    n = jnp.asarray(n_rad_s)
    s, c, angle = jnp.sin(n * dt_s), jnp.cos(n * dt_s), n * dt_s
    o, i = jnp.zeros_like(s), jnp.ones_like(s)

    def matrix(*rows: tuple[Scalar, Scalar, Scalar]) -> Matrix3:
        return jnp.stack([jnp.stack(row) for row in rows])

    return Transition(
        rr=matrix((4.0 - 3.0 * c, o, o), (6.0 * (s - angle), i, o), (o, o, c)),
        rv=matrix(
            (s / n, 2.0 * (1.0 - c) / n, o), (2.0 * (c - 1.0) / n, (4.0 * s - 3.0 * angle) / n, o), (o, o, s / n)
        ),
        vr=matrix((3.0 * n * s, o, o), (6.0 * n * (c - 1.0), o, o), (o, o, -n * s)),
        vv=matrix((c, 2.0 * s, o), (-2.0 * s, 4.0 * c - 3.0, o), (o, o, c)),
    )


def transition_lvlh(n_rad_s: Scalar, dt_s: Scalar) -> Transition:
    """`transition_rtn` in the axes of LVLH."""
    phi, rtn = transition_rtn(n_rad_s, dt_s), jnp.asarray(_RTN_FROM_LVLH)
    return Transition(
        rtn.T @ phi.rr @ rtn,
        rtn.T @ phi.rv @ rtn,
        rtn.T @ phi.vr @ rtn,
        rtn.T @ phi.vv @ rtn,
    )


def required_velocity(n_rad_s: Scalar, dt_s: Scalar, r_lvlh: Vector3, r_target_lvlh: Vector3) -> Vector3:
    """Velocity (m/s, turning LVLH) at `r_lvlh` that coasts to `r_target_lvlh` in `dt_s`: the first of two impulses.

    **Model** v = rv^-1 (r_target - rr r), the in-plane block inverted by hand.
    **Valid** up to a third of a revolution; singular at half a revolution across the plane.
    """
    n = jnp.asarray(n_rad_s)
    s, c, angle = jnp.sin(n * dt_s), jnp.cos(n * dt_s), n * dt_s
    rtn = jnp.asarray(_RTN_FROM_LVLH)
    r0, r1 = rtn @ r_lvlh, rtn @ r_target_lvlh
    miss_radial = r1[0] - (4.0 - 3.0 * c) * r0[0]
    miss_along = r1[1] - 6.0 * (s - angle) * r0[0] - r0[1]
    a, b, d = s, 2.0 * (1.0 - c), 4.0 * s - 3.0 * angle
    scale = n / (a * d + b * b)
    radial = scale * (d * miss_radial - b * miss_along)
    along = scale * (b * miss_radial + a * miss_along)
    normal = n * (r1[2] - c * r0[2]) / s
    return rtn.T @ jnp.stack([radial, along, normal])


def coasted(n_rad_s: Scalar, dt_s: Scalar, r_lvlh: Vector3, v_lvlh: Vector3) -> tuple[Vector3, Vector3]:
    """Position m and velocity m/s (turning LVLH) after a coast of `dt_s`."""
    phi = transition_lvlh(n_rad_s, dt_s)
    return phi.rr @ r_lvlh + phi.rv @ v_lvlh, phi.vr @ r_lvlh + phi.vv @ v_lvlh


def drift_clearance_m(n_rad_s: Scalar, r_lvlh: Vector3, v_lvlh: Vector3, duration_s: float, samples: int) -> Scalar:
    """Nearest distance to the station, m, should the thrusters stop here and the ship drift for `duration_s`."""
    times = jnp.linspace(0.0, duration_s, samples)
    r, _ = jax.vmap(lambda t: coasted(n_rad_s, t, r_lvlh, v_lvlh))(times)
    return jnp.min(jnp.linalg.norm(r, axis=-1))


# --- Navigation -------------------------------------------------------------------------------


class RelativeNavigation(eqx.Module):
    """What the relative sensors and their filter get wrong in one flight.

    Parameters
    ----------
    position_fraction_lvlh : (3,) 1, constant error of the position as a share of the range.
    position_lvlh : (3,) m, constant error left at contact (alignment).
    velocity_lvlh : (3,) m/s, constant error.
    noise_fraction : () 1, wandering error as a share of the range, 1 sigma. noise_m : () m, its floor.
    noise_m_s : () m/s, wandering error of the velocity, 1 sigma. correlation_s : () s, of the wandering.
    key : (2,) of the wandering.

    **Model** constant errors and first-order Gauss-Markov processes.
    """

    position_fraction_lvlh: Vector3
    position_lvlh: Vector3
    velocity_lvlh: Vector3
    noise_fraction: Scalar
    noise_m: Scalar
    noise_m_s: Scalar
    correlation_s: Scalar
    key: UInt32[Array, "2"]

    def estimate(
        self, r_lvlh: Vector3, v_lvlh: Vector3, wander: Float[Array, "6"], r_port_lvlh: Vector3
    ) -> tuple[Vector3, Vector3]:
        """Navigated position m and velocity m/s, from the true ones and the unit-variance `wander`."""
        sight = r_lvlh - r_port_lvlh
        distance = jnp.linalg.norm(sight)
        range_rate = sight @ v_lvlh / jnp.maximum(distance, 1.0)
        noise = wander[:3] * (self.noise_m + self.noise_fraction * distance)
        r = r_lvlh + self.position_lvlh + distance * self.position_fraction_lvlh + noise
        v = v_lvlh + self.velocity_lvlh + range_rate * self.position_fraction_lvlh + wander[3:] * self.noise_m_s
        return r, v


def perfect_navigation() -> RelativeNavigation:
    """No error at all."""
    o = jnp.zeros(())
    three = jnp.zeros(3)
    return RelativeNavigation(three, three, three, o, o, o, jnp.asarray(60.0), jnp.zeros(2, dtype=jnp.uint32))


def drawn_navigation(seed: int, cases: int | Sequence[int], scale: float = 1.0) -> RelativeNavigation:
    """Errors of the first `cases` flights, or of those numbered, one leading axis on every field.

    Case k is the same however many are drawn.

    `scale` multiplies every error: sensors for mechanisms with narrower limits are better than those modelled here.

    **Model** 1 sigma: 1 % of the range on every axis, 0.03 m at contact, 5 mm/s; wandering 0.3 % of the range,
    0.02 m, 3 mm/s over 60 s. Assumed, of the size of the figures of the Kurs-NA makers (range rate 15 mm/s, angle 15
    arcmin = 0.44 %, taken as 3 sigma); NIITP, niitp.ru.
    """
    numbers = range(cases) if isinstance(cases, int) else cases
    draws = np.stack([np.random.default_rng([seed, case]).standard_normal(9) for case in numbers])
    keys = np.stack([np.array([seed & 0xFFFFFFFF, case], dtype=np.uint32) for case in numbers])

    def every(value: float) -> Array:
        return jnp.full(len(numbers), value, dtype=jnp.float64)

    return jax.vmap(RelativeNavigation)(
        jnp.asarray(scale * 0.01 * draws[:, 0:3]),
        jnp.asarray(scale * 0.03 * draws[:, 3:6]),
        jnp.asarray(scale * 0.005 * draws[:, 6:9]),
        every(scale * 0.003),
        every(scale * 0.02),
        every(scale * 0.003),
        every(60.0),
        jnp.asarray(keys),
    )


# --- Guidance and thrusters -------------------------------------------------------------------


class Waypoints(eqx.Module):
    """Where to be and when: row k rules from `start_s[k]` until the next row starts.

    Parameters
    ----------
    start_s : (row,) s, when the row's correction is looked at.
    target_s : (row,) s, when to be at `r_target_lvlh` (row, 3) m.
    deadband_m_s : (row,) m/s, a smaller correction is left alone.
    stage : (row,) index of the stage it belongs to.
    """

    start_s: Float[Array, " row"]
    target_s: Float[Array, " row"]
    r_target_lvlh: Float[Array, "row 3"]
    deadband_m_s: Float[Array, " row"]
    stage: Int[Array, " row"]

    def row(self, t_s: Scalar) -> Array:
        """Index of the row that rules at `t_s`."""
        return jnp.maximum(jnp.sum(self.start_s <= t_s + 1e-6) - 1, 0)


def velocity_to_gain(waypoints: Waypoints, row: Array, t_s: Scalar, r: Vector3, v: Vector3, n_rad_s: Scalar) -> Vector3:
    """Velocity still missing (m/s, LVLH) to coast from the navigated `r`, `v` to the target of `row`.

    A target nearer than 5 s is taken as 5 s away, so that the answer stays bounded.
    """
    left_s = jnp.maximum(waypoints.target_s[row] - t_s, 5.0)
    return required_velocity(n_rad_s, left_s, r, waypoints.r_target_lvlh[row]) - v


class Thrusters(eqx.Module):
    """Translation thrusters, three pairs of axes fixed to the ship.

    Parameters
    ----------
    axis_newton : (3,) N, push along each axis, either way. isp_s : () s. minimum_pulse_s : () s.
    """

    axis_newton: Vector3
    isp_s: Scalar
    minimum_pulse_s: Scalar

    def pulse_newton(self, gain_m_s: Vector3, mass_kg: Scalar, step_s: Scalar) -> Vector3:
        """Mean force over the step along the ship's axes, N: all of the gain, or what the thrusters can.

        An axis whose pulse would be shorter than the minimum stays silent.
        """
        wanted = mass_kg * gain_m_s / step_s
        silent = jnp.abs(wanted) * step_s < self.axis_newton * self.minimum_pulse_s
        return jnp.where(silent, 0.0, jnp.clip(wanted, -self.axis_newton, self.axis_newton))

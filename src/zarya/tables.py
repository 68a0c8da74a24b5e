"""Smooth tables on a uniform grid: prepared on the host, read inside JAX.

What depends on the date alone (Earth orientation, Sun, Moon, the station's path) is computed once per flight into
such a table, so that compiled code needs no library and no epoch.
"""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import ArrayLike

from zarya.arrays import Scalar, traced_once


class UniformTable(eqx.Module):
    """Piecewise polynomial of any degree on a uniform grid.

    Parameters
    ----------
    start_s : () s, time of the first node from the flight's epoch.
    step_s : () s, node spacing.
    coefficients : (interval, power, component), ascending powers of the normalised time 0..1 of the interval.

    Outside the grid the first or last polynomial is continued; who prepares a table makes it long enough.
    """

    start_s: Scalar
    step_s: Scalar
    coefficients: Float[Array, "interval power component"]

    def _locate(self, t_s: Scalar) -> tuple[Float[Array, "power component"], Scalar]:
        x = (t_s - self.start_s) / self.step_s
        index = jnp.clip(jnp.floor(x), 0, self.coefficients.shape[0] - 1).astype(jnp.int32)
        return self.coefficients[index], x - index

    @traced_once
    def __call__(self, t_s: Scalar) -> Float[Array, " component"]:
        """Value at `t_s` (s)."""
        c, x = self._locate(t_s)
        value = c[-1]
        for power in range(c.shape[0] - 2, -1, -1):  # Horner; the degree is 3 or 5
            value = value * x + c[power]
        return value

    @traced_once
    def rate(self, t_s: Scalar) -> Float[Array, " component"]:
        """Time derivative at `t_s`, units of the value per second."""
        c, x = self._locate(t_s)
        value = c[-1] * (c.shape[0] - 1)
        for power in range(c.shape[0] - 2, 0, -1):
            value = value * x + power * c[power]
        return value / self.step_s

    @property
    def end_s(self) -> Scalar:
        """Time of the last node, s."""
        return self.start_s + self.step_s * self.coefficients.shape[0]


def cubic_table(start_s: float, step_s: float, values: ArrayLike) -> UniformTable:
    """Cubic spline (not-a-knot) through `values` (node, component) spaced by `step_s`.

    **Model** error of order (5/384) h^4 max|f''''|; the caller states and tests what that means for its quantity.
    """
    from scipy.interpolate import CubicSpline  # 0.3 s, which only the preparation of a flight needs

    samples = np.asarray(values, dtype=np.float64)
    spline = CubicSpline(np.arange(samples.shape[0], dtype=np.float64), samples, axis=0)
    ascending = np.moveaxis(np.asarray(spline.c)[::-1], 0, 1)
    return UniformTable(jnp.asarray(float(start_s)), jnp.asarray(float(step_s)), jnp.asarray(ascending))


def quintic_table(start_s: float, step_s: float, r: ArrayLike, v: ArrayLike, a: ArrayLike) -> UniformTable:
    """Quintic Hermite table through positions, velocities and accelerations (node, component), SI.

    **Model** error h^6 max|r''''''| / 46080: 15 micrometres for a low orbit at 60 s.
    """
    h = float(step_s)
    p = np.asarray(r, dtype=np.float64)
    d = np.asarray(v, dtype=np.float64) * h
    s = np.asarray(a, dtype=np.float64) * h * h
    p0, p1, d0, d1, s0, s1 = p[:-1], p[1:], d[:-1], d[1:], s[:-1], s[1:]
    dp = p1 - p0
    c3 = 10 * dp - 6 * d0 - 4 * d1 - 1.5 * s0 + 0.5 * s1
    c4 = -15 * dp + 8 * d0 + 7 * d1 + 1.5 * s0 - s1
    c5 = 6 * dp - 3 * d0 - 3 * d1 - 0.5 * s0 + 0.5 * s1
    c = np.stack([p0, d0, 0.5 * s0, c3, c4, c5], axis=1)
    return UniformTable(jnp.asarray(float(start_s)), jnp.asarray(h), jnp.asarray(c))

"""Wind over the pad and the landing zone: a profile over height, or a table over time and height."""

from abc import abstractmethod

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from zarya.arrays import Scalar, Vector3, traced_once


class Wind(eqx.Module):
    """Horizontal wind over a place, relative to the turning Earth."""

    @abstractmethod
    def at(self, t_s: Scalar, height_m: Scalar) -> Vector3:
        """East, north, up components at `t_s` (s from the flight's epoch) and `height_m` over WGS 84, (3,) m/s."""

    @abstractmethod
    def profile(self, t_s: float) -> "WindProfile":
        """The wind of one instant as a profile over height. Host side."""


class WindProfile(Wind):
    """Horizontal wind at heights above WGS 84 that does not change with time.

    Parameters
    ----------
    height_m : (level,) m, rising.
    east_m_s, north_m_s : (level,) m/s, where the air goes to (a west wind has a positive east component).

    Linear between the levels, constant below the first, and constant above the last: end a profile with zeros where
    the wind is to cease.
    """

    height_m: Float[Array, " level"]
    east_m_s: Float[Array, " level"]
    north_m_s: Float[Array, " level"]

    def velocity_enu(self, height_m: Scalar) -> Vector3:
        """East, north, up components at `height_m`, (3,) m/s."""
        east = jnp.interp(height_m, self.height_m, self.east_m_s)
        north = jnp.interp(height_m, self.height_m, self.north_m_s)
        return jnp.stack([east, north, jnp.zeros_like(east)])

    def at(self, t_s: Scalar, height_m: Scalar) -> Vector3:
        """The same at any instant."""
        return self.velocity_enu(height_m)

    def profile(self, t_s: float) -> "WindProfile":
        """Itself."""
        return self


class WindTable(Wind):
    """Horizontal wind on a grid of instants and of heights above WGS 84, the first of them 0 m.

    Parameters
    ----------
    start_s, step_s : () s, first instant from the flight's epoch and spacing.
    height_step_m : () m, spacing of the heights.
    east_north_m_s : (instant, level, 2) m/s, where the air goes to.

    Linear between the nodes, constant beyond the ends of either axis.
    """

    start_s: Scalar
    step_s: Scalar
    height_step_m: Scalar
    east_north_m_s: Float[Array, "instant level 2"]

    @traced_once
    def at(self, t_s: Scalar, height_m: Scalar) -> Vector3:
        """East, north, up components, (3,) m/s."""
        instants, levels, _ = self.east_north_m_s.shape
        when = jnp.clip((t_s - self.start_s) / self.step_s, 0.0, instants - 1.0)
        where = jnp.clip(height_m / self.height_step_m, 0.0, levels - 1.0)
        row, column = (jnp.minimum(jnp.floor(x), n - 2.0) for x, n in ((when, instants), (where, levels)))
        i, k = row.astype(jnp.int32), column.astype(jnp.int32)
        share, part = when - row, where - column
        low, high = (
            (1.0 - share) * self.east_north_m_s[i, k + n] + share * self.east_north_m_s[i + 1, k + n] for n in (0, 1)
        )
        east, north = (1.0 - part) * low + part * high
        return jnp.stack([east, north, jnp.zeros_like(east)])

    def profile(self, t_s: float) -> WindProfile:
        """The wind of one instant at the nodes in height."""
        height_m = self.height_step_m * jnp.arange(self.east_north_m_s.shape[1])
        wind = jax.vmap(self.at, (None, 0))(jnp.asarray(t_s), height_m)
        return WindProfile(height_m, wind[:, 0], wind[:, 1])


def calm() -> WindProfile:
    """No wind at any height."""
    return WindProfile(jnp.array([0.0, 100_000.0]), jnp.zeros(2), jnp.zeros(2))

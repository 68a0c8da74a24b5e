"""Wind over the pad and the landing zone, as a profile over height."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from zarya.arrays import Scalar, Vector3


class WindProfile(eqx.Module):
    """Horizontal wind at heights above WGS 84, relative to the turning Earth.

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


def calm() -> WindProfile:
    """No wind at any height."""
    return WindProfile(jnp.array([0.0, 100_000.0]), jnp.zeros(2), jnp.zeros(2))

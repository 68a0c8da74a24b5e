"""Guidance of the entry: a bank program of one magnitude and one reversal, and what corrects it."""

from typing import Final

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from zarya.arrays import Scalar

REVERSAL_SPEEDS_M_S: Final = (1_500.0, 7_500.0)
"""The reversal falls between these airspeeds: slower, the lift has little left to turn; faster, it has not begun."""


class BankProgram(eqx.Module):
    """Bank held at one magnitude, to one side above an airspeed and to the other below it.

    Parameters
    ----------
    bank_rad : () rad, magnitude; 0 is lift up, pi lift down.
    reversal_speed_m_s : () m/s, airspeed at which the module rolls over to the other side.
    first_side : () +1 or -1, side before the reversal (+1 to the right of the motion).
    lift : () 1 guided; 0 a module that spins about the flow, so that its lift averages out (ballistic).
    """

    bank_rad: Scalar
    reversal_speed_m_s: Scalar
    first_side: Scalar
    lift: Scalar

    def command_rad(self, speed_m_s: Scalar) -> Scalar:
        """Bank angle wanted at an airspeed, rad."""
        side = jnp.where(speed_m_s > self.reversal_speed_m_s, self.first_side, -self.first_side)
        return side * self.bank_rad


def ballistic(like: BankProgram) -> BankProgram:
    """The same program spun up: no net lift."""
    return BankProgram(like.bank_rad, like.reversal_speed_m_s, like.first_side, jnp.zeros_like(like.lift))


def rolled(bank_rad: Scalar, command_rad: Scalar, rate_rad_s: Scalar, dt_s: Scalar) -> Scalar:
    """Bank after `dt_s` of rolling towards the command at no more than `rate_rad_s`, through lift up."""
    return bank_rad + jnp.clip(command_rad - bank_rad, -rate_rad_s * dt_s, rate_rad_s * dt_s)


def correction(
    miss_m: Float[Array, "2"], jacobian: Float[Array, "2 2"], at: Float[Array, "2"], low: Float[Array, "2"],
    high: Float[Array, "2"],
) -> Float[Array, "2"]:  # fmt: skip
    """Step of two commands that removes a miss, the second command kept within its limits.

    Parameters
    ----------
    miss_m : (2,) m, predicted landing point less aim, in any two level axes.
    jacobian : (2, 2) change of the miss by each command (columns).
    at, low, high : (2,) commands now and their limits.

    **Model** Newton; where the second command meets its limit the first takes the least-squares step alone.
    """
    det = jacobian[0, 0] * jacobian[1, 1] - jacobian[0, 1] * jacobian[1, 0]
    safe = jnp.where(jnp.abs(det) < 1e-9, 1e-9, det)
    first = -(jacobian[1, 1] * miss_m[0] - jacobian[0, 1] * miss_m[1]) / safe
    second = -(jacobian[0, 0] * miss_m[1] - jacobian[1, 0] * miss_m[0]) / safe
    limited = jnp.clip(second, low[1] - at[1], high[1] - at[1])
    column = jacobian[:, 0]
    left = miss_m + jacobian[:, 1] * limited
    alone = -jnp.sum(column * left) / jnp.maximum(jnp.sum(column**2), 1e-9)
    first = jnp.where(limited == second, first, alone)
    return jnp.stack([jnp.clip(first, low[0] - at[0], high[0] - at[0]), limited])

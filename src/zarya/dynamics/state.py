"""What changes in flight, and what a force is."""

import equinox as eqx
import jax.numpy as jnp

from zarya.arrays import Scalar, Tanks, Vector3


class State(eqx.Module):
    """State of one body (ship, stage or station); a batch has one leading axis on every field.

    Parameters
    ----------
    t_s : () s, TAI seconds from the flight's epoch.
    r_gcrf : (3,) m, position from the Earth's centre.
    v_gcrf : (3,) m/s, inertial velocity.
    tank_kg : (tank,) kg, propellant left in each tank.
    inert_kg : () kg, everything else; a jettison lowers it.
    """

    t_s: Scalar
    r_gcrf: Vector3
    v_gcrf: Vector3
    tank_kg: Tanks
    inert_kg: Scalar

    @property
    def mass_kg(self) -> Scalar:
        """Total mass, kg."""
        return self.inert_kg + jnp.sum(self.tank_kg, axis=-1)


class Force(eqx.Module):
    """What one load does to a body.

    Parameters
    ----------
    newton_gcrf : (3,) N, force.
    tank_rate_kg_s : (tank,) kg/s, change of the propellant in each tank (negative when it burns).
    """

    newton_gcrf: Vector3
    tank_rate_kg_s: Tanks


class Rate(eqx.Module):
    """Time derivative of a `State`: velocity (m/s), acceleration (m/s2), tank flow (kg/s)."""

    v_gcrf: Vector3
    a_gcrf: Vector3
    tank_rate_kg_s: Tanks

"""How a ship leaves its port: hooks, push-off, separation burns."""

import equinox as eqx

from zarya.arrays import Scalar
from zarya.units import DEG
from zarya.vehicles.quantity import Count, Degrees, Duration, Record, Speed, leaf


class DepartureData(Record):
    """Leaving a port, host side; times count from the physical separation unless said."""

    hooks_s: Duration
    """from the command to the physical separation"""
    push_off_m_s: Speed
    control_after_s: Duration
    """attitude control, off while the hooks open, resumes"""
    first_burn_after_s: Duration
    first_burn_m_s: Speed
    first_burn_s: Duration
    first_burn_tilt_deg: Degrees
    """from the port's axis towards the second burn, so that the ship drifts off should that be missed"""
    second_burn_after_s: Duration
    second_burn_thrusters: Count
    """how many of the small thrusters make the second burn, whose size follows from the distance wanted"""

    def pytree(self) -> "Departure":
        """The same in SI for JAX."""
        return Departure(
            push_off_m_s=leaf(self.push_off_m_s.value),
            first_burn_after_s=leaf(self.first_burn_after_s.value),
            first_burn_m_s=leaf(self.first_burn_m_s.value),
            first_burn_s=leaf(self.first_burn_s.value),
            first_burn_tilt_rad=leaf(self.first_burn_tilt_deg.value * DEG),
            second_burn_after_s=leaf(self.second_burn_after_s.value),
            second_burn_thrusters=leaf(self.second_burn_thrusters.value),
        )


class Departure(eqx.Module):
    """Leaving a port, SI scalars.

    Parameters
    ----------
    push_off_m_s : m/s, by the springs along the port's axis.
    first_burn_after_s, first_burn_m_s, first_burn_s : s after the separation, m/s, s.
    first_burn_tilt_rad : rad, from the port's axis towards the second burn.
    second_burn_after_s : s after the separation. second_burn_thrusters : pieces.
    """

    push_off_m_s: Scalar
    first_burn_after_s: Scalar
    first_burn_m_s: Scalar
    first_burn_s: Scalar
    first_burn_tilt_rad: Scalar
    second_burn_after_s: Scalar
    second_burn_thrusters: Scalar

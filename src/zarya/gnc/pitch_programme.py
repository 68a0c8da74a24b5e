"""Steering of the first stage: straight up, a small turn towards the azimuth, then along the air (or a fixed table)."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from zarya.arrays import Scalar, Vector3


class PitchProgramme(eqx.Module):
    """What the first stage follows until guidance closes the loop.

    Parameters
    ----------
    vertical_rise_s : () s along the plumb line. ramp_s, hold_s : () s to turn by `kick_rad` and to keep it.
    kick_rad : () rad from the vertical. azimuth_rad : () rad from north over east, relative to the turning Earth.
    is_tabulated : () 1 when `axis_gcrf` is followed, 0 for the kick and the gravity turn.
    table_step_s : () s, node spacing of the table from lift-off.
    axis_gcrf : (node, 3) direction of the rocket's axis on the inertial platform.

    **Model** kick and gravity turn (thrust along the velocity relative to the air) while the programme is being made;
    the axis so flown is then fixed as a table of time, which is what a launcher without air data can follow.
    """

    vertical_rise_s: Scalar
    ramp_s: Scalar
    hold_s: Scalar
    kick_rad: Scalar
    azimuth_rad: Scalar
    is_tabulated: Scalar
    table_step_s: Scalar
    axis_gcrf: Float[Array, "node 3"]

    @property
    def turns_s(self) -> Float[Array, "3"]:
        """Instants at which the commanded rate jumps, (3,) s."""
        start = self.vertical_rise_s
        return jnp.stack([start, start + self.ramp_s, start + self.ramp_s + self.hold_s])

    def direction_gcrf(self, t_s: Scalar, east: Vector3, north: Vector3, up: Vector3, v_air_next: Vector3) -> Vector3:
        """Wanted axis at `t_s` (s after lift-off).

        Parameters
        ----------
        east, north, up : (3,) local axes in gcrf, up along the plumb line.
        v_air_next : (3,) m/s, velocity relative to the turning Earth expected at `t_s`.
        """
        since = t_s - self.vertical_rise_s
        tilt = self.kick_rad * jnp.clip(since / self.ramp_s, 0.0, 1.0)
        along = jnp.sin(self.azimuth_rad) * east + jnp.cos(self.azimuth_rad) * north
        kicked = jnp.cos(tilt) * up + jnp.sin(tilt) * along
        turned = v_air_next / jnp.maximum(jnp.linalg.norm(v_air_next), 1.0)
        free = jnp.where(since > self.ramp_s + self.hold_s + 1e-6, turned, kicked)
        x = jnp.clip(t_s / self.table_step_s, 0.0, self.axis_gcrf.shape[0] - 1.000001)
        index = x.astype(jnp.int32)
        fixed = self.axis_gcrf[index] + (x - index) * (self.axis_gcrf[index + 1] - self.axis_gcrf[index])
        wanted = jnp.where(self.is_tabulated > 0.0, fixed, free)
        unit: Vector3 = wanted / jnp.linalg.norm(wanted)
        return unit


def turned_towards(axis: Vector3, wanted: Vector3, limit_rad: Scalar) -> Vector3:
    """The unit vector `axis` turned towards `wanted`, by `limit_rad` at most."""
    cosine = jnp.dot(axis, wanted)
    side = wanted - cosine * axis
    sine = jnp.linalg.norm(side)
    angle = jnp.minimum(jnp.arctan2(sine, cosine), limit_rad)
    return jnp.cos(angle) * axis + jnp.sin(angle) * side / jnp.maximum(sine, 1e-12)

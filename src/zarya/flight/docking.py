"""Contact: when the probe meets the port, how, and whether the mechanism takes it. The corridor that leads there."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Bool

from zarya.arrays import Scalar, Vector3
from zarya.vehicles.station import Port


class Contact(eqx.Module):
    """The meeting of probe and port.

    Parameters
    ----------
    axial_m_s : () m/s, closing speed along the port's axis, positive inwards.
    lateral_m, lateral_m_s : () m, m/s, offset and speed across the axis.
    inside_limits : () whether the mechanism takes it (speed, offset and cross speed; attitude is ideal).
    """

    axial_m_s: Scalar
    lateral_m: Scalar
    lateral_m_s: Scalar
    inside_limits: Bool[Array, ""]


def probe_lvlh(r_ship_lvlh: Vector3, port: Port, probe_m: Scalar) -> Vector3:
    """Tip of the probe from the port, (3,) m in LVLH, ship looking straight against the port's axis."""
    return r_ship_lvlh - port.r_port_lvlh - probe_m * port.axis_lvlh


def across(vector_lvlh: Vector3, port: Port) -> Scalar:
    """Length of the part of a vector that lies across the port's axis."""
    return jnp.asarray(jnp.linalg.norm(vector_lvlh - (vector_lvlh @ port.axis_lvlh) * port.axis_lvlh))


def contact(r_ship_lvlh: Vector3, v_ship_lvlh: Vector3, port: Port, probe_m: Scalar) -> Contact:
    """Judge a contact against the limits of the port's mechanism.

    **Ignores** angles and angular rates (attitude is ideal here), the dynamics of capture.
    """
    axial = -(v_ship_lvlh @ port.axis_lvlh)
    lateral = across(probe_lvlh(r_ship_lvlh, port, probe_m), port)
    lateral_rate = across(v_ship_lvlh, port)
    inside = (axial >= port.closing_min_m_s) & (axial <= port.closing_max_m_s)
    inside = inside & (lateral <= port.lateral_offset_m) & (lateral_rate <= port.lateral_rate_m_s)
    return Contact(axial, lateral, lateral_rate, inside)


def corridor_angle_rad(r_ship_lvlh: Vector3, port: Port) -> Scalar:
    """Angle between the port's axis and the line from the port to the centre of the ship, rad.

    The centre is still a probe's length away at contact, so the angle stays meaningful to the end.
    """
    from_port = r_ship_lvlh - port.r_port_lvlh
    return jnp.arctan2(across(from_port, port), from_port @ port.axis_lvlh)


def crossing_s(before_m: Scalar, rate_before: Scalar, after_m: Scalar, rate_after: Scalar, step_s: Scalar) -> Scalar:
    """Instant within a step, s, at which a distance falls through zero.

    **Model** cubic Hermite through both ends, solved by Newton from the secant (5 rounds).
    **Valid** exact for the constant acceleration of one step; a step of 1 s misses by less than a microsecond.
    """
    d0, d1 = rate_before * step_s, rate_after * step_s
    c2 = 3.0 * (after_m - before_m) - 2.0 * d0 - d1
    c3 = 2.0 * (before_m - after_m) + d0 + d1
    x = jnp.clip(before_m / jnp.maximum(before_m - after_m, 1e-12), 0.0, 1.0)
    for _ in range(5):
        value = before_m + x * (d0 + x * (c2 + x * c3))
        slope = d0 + x * (2.0 * c2 + 3.0 * x * c3)
        x = jnp.clip(x - value / jnp.where(jnp.abs(slope) < 1e-12, -1e-12, slope), 0.0, 1.0)
    return x * step_s

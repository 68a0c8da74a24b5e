"""The station: mass, drag, ports, and the rules of coming near it."""

from datetime import date
from typing import Literal

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from zarya.arrays import Scalar, Vector3
from zarya.errors import ScenarioError
from zarya.units import DEG
from zarya.vehicles.quantity import (
    Degrees,
    DegreesPerSecond,
    Entry,
    Kilograms,
    Metres,
    Positive,
    Record,
    Series,
    Speed,
    SquareMetres,
    leaf,
)

APPROACH_AXES = {
    "nadir": (0.0, 0.0, 1.0),
    "zenith": (0.0, 0.0, -1.0),
    "forward": (1.0, 0.0, 0.0),
    "aft": (-1.0, 0.0, 0.0),
    "starboard": (0.0, 1.0, 0.0),
    "port": (0.0, -1.0, 0.0),
}
"""Outward unit vector of a port in LVLH (x along the velocity, y against the momentum: starboard, z down)."""


class PortData(Record):
    """A docking port, in LVLH axes from the station's reference point, station in its usual attitude."""

    name: str
    title: str
    position_m: Series
    """x along the velocity, y starboard, z down"""
    axis: Literal["nadir", "zenith", "forward", "aft", "starboard", "port"]
    docking_system: str
    removed: date | None = None
    """UTC day from which on the port is no longer there"""


class ApproachData(Record):
    """Rules of coming near."""

    keep_out_radius_m: Metres
    ellipsoid_semi_axes_m: Series
    """along x, y, z of LVLH"""
    corridor_half_angle_deg: Degrees
    communication_radius_m: Metres | None = None


class ContactData(Record):
    """What a docking mechanism takes at contact."""

    closing_min_m_s: Speed
    closing_max_m_s: Speed
    lateral_offset_m: Metres
    lateral_rate_m_s: Speed
    pitch_yaw_deg: Degrees
    roll_deg: Degrees
    angular_rate_deg_s: DegreesPerSecond


class StationData(Entry):
    """A station as its catalog file gives it, host side."""

    kind: Literal["station"]
    mass_kg: Kilograms
    drag_area_m2: SquareMetres
    drag_coefficient: Positive
    norad_id: int
    approach: ApproachData
    contact: dict[str, ContactData]
    port: tuple[PortData, ...]

    def port_named(self, name: str) -> PortData:
        """The port of that name."""
        for port in self.port:
            if port.name == name:
                return port
        known = ", ".join(port.name for port in self.port)
        raise ScenarioError(
            f"station {self.name} has no such port", file=self.file, key="port", value=name, remedy=f"Ports: {known}."
        )

    def pytree(self) -> "Station":
        """The station in SI for JAX."""
        return Station(
            mass_kg=leaf(self.mass_kg.value),
            drag_area_m2=leaf(self.drag_area_m2.value),
            drag_coefficient=leaf(self.drag_coefficient.value),
            keep_out_radius_m=leaf(self.approach.keep_out_radius_m.value),
            ellipsoid_semi_axes_m=jnp.asarray(np.array(self.approach.ellipsoid_semi_axes_m.row)),
            corridor_half_angle_rad=leaf(self.approach.corridor_half_angle_deg.value * DEG),
        )

    def port_pytree(self, name: str) -> "Port":
        """A port in SI for JAX, with the contact limits of its mechanism."""
        port = self.port_named(name)
        limits = self.contact[port.docking_system]
        return Port(
            r_port_lvlh=jnp.asarray(np.array(port.position_m.row)),
            axis_lvlh=jnp.asarray(np.array(APPROACH_AXES[port.axis])),
            closing_min_m_s=leaf(limits.closing_min_m_s.value),
            closing_max_m_s=leaf(limits.closing_max_m_s.value),
            lateral_offset_m=leaf(limits.lateral_offset_m.value),
            lateral_rate_m_s=leaf(limits.lateral_rate_m_s.value),
            pitch_yaw_rad=leaf(limits.pitch_yaw_deg.value * DEG),
            roll_rad=leaf(limits.roll_deg.value * DEG),
            angular_rate_rad_s=leaf(limits.angular_rate_deg_s.value * DEG),
        )


class Station(eqx.Module):
    """A station in SI.

    Parameters
    ----------
    mass_kg : () kg. drag_area_m2 : () m2. drag_coefficient : () 1. keep_out_radius_m : () m.
    ellipsoid_semi_axes_m : (3,) m along x, y, z of LVLH. corridor_half_angle_rad : () rad.
    """

    mass_kg: Scalar
    drag_area_m2: Scalar
    drag_coefficient: Scalar
    keep_out_radius_m: Scalar
    ellipsoid_semi_axes_m: Vector3
    corridor_half_angle_rad: Scalar


class Port(eqx.Module):
    """A port: position (3,) m and outward unit axis (3,) in LVLH, and the contact limits of its mechanism in SI."""

    r_port_lvlh: Vector3
    axis_lvlh: Vector3
    closing_min_m_s: Scalar
    closing_max_m_s: Scalar
    lateral_offset_m: Scalar
    lateral_rate_m_s: Scalar
    pitch_yaw_rad: Scalar
    roll_rad: Scalar
    angular_rate_rad_s: Scalar

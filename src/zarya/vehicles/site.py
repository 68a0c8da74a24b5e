"""Places on the ground: launch sites, landing zones, ground stations, and relays overhead."""

from typing import Literal

import equinox as eqx

from zarya.arrays import Scalar
from zarya.units import DEG, KM
from zarya.vehicles.quantity import Degrees, Entry, Inclination, Kilometres, Latitude, Longitude, Metres, leaf


class _PlaceData(Entry):
    """A point of the ground, geodetic (WGS84)."""

    latitude_deg: Latitude
    longitude_deg: Longitude
    height_m: Metres

    @property
    def geodetic(self) -> tuple[float, float, float]:
        """Latitude and longitude, rad, and height over WGS84, m."""
        return self.latitude_deg.value * DEG, self.longitude_deg.value * DEG, self.height_m.value


class SiteData(_PlaceData):
    """A launch pad as its catalog file gives it, host side."""

    kind: Literal["site"]
    azimuth_min_deg: Degrees | None = None
    azimuth_max_deg: Degrees | None = None
    is_active: bool = True

    def pytree(self) -> "Place":
        """The pad in SI for JAX."""
        return _place(self)


class ZoneData(_PlaceData):
    """A landing zone as its catalog file gives it, host side."""

    kind: Literal["zone"]
    radius_km: Kilometres

    @property
    def radius_m(self) -> float:
        """Radius of the zone, m."""
        return self.radius_km.value * KM

    def pytree(self) -> "Place":
        """The centre of the zone in SI for JAX."""
        return _place(self)


class GroundStationData(_PlaceData):
    """A tracking station as its catalog file gives it, host side."""

    kind: Literal["ground"]
    network: str
    elevation_mask_deg: Degrees

    def pytree(self) -> "Place":
        """The station in SI for JAX."""
        return _place(self)


class RelayData(Entry):
    """A geostationary relay as its catalog file gives it, host side."""

    kind: Literal["relay"]
    network: str
    longitude_deg: Longitude
    inclination_deg: Inclination


class Place(eqx.Module):
    """A point of the ground: geodetic latitude and longitude (rad, WGS84), height over the ellipsoid (m)."""

    latitude_rad: Scalar
    longitude_rad: Scalar
    height_m: Scalar


def _place(data: _PlaceData) -> Place:
    return Place(*(leaf(part) for part in data.geodetic))

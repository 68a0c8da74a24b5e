"""Who can talk to the ship and when: ground stations above their mask, geostationary relays past the Earth's limb."""

import numpy as np
from numpy.typing import NDArray

from zarya.constants import WGS84_SEMI_MAJOR_AXIS_M
from zarya.frames.geodetic import itrf_from_geodetic, up_itrf
from zarya.units import DEG
from zarya.vehicles.quantity import leaf
from zarya.vehicles.site import GroundStationData, RelayData

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

GEOSTATIONARY_RADIUS_M = 42_164_170.0
"""Cube root of GM over the square of the sidereal rate."""


def ground_visibility(stations: tuple[GroundStationData, ...], r_itrf: Floats) -> Flags:
    """Which stations see the ship at each sample: (station, n).

    Parameters
    ----------
    stations : with their elevation masks.
    r_itrf : (n, 3) m.

    **Model** elevation over the plane across the ellipsoid's normal; **Ignores** refraction and terrain.
    """
    seen = np.zeros((len(stations), r_itrf.shape[0]), dtype=np.bool_)
    for row, data in enumerate(stations):
        latitude, longitude, height = data.geodetic
        place = np.asarray(itrf_from_geodetic(leaf(latitude), leaf(longitude), leaf(height)))
        up = np.asarray(up_itrf(leaf(latitude), leaf(longitude)))
        line = r_itrf - place
        seen[row] = line @ up >= np.sin(data.elevation_mask_deg.value * DEG) * np.linalg.norm(line, axis=1)
    return seen


def relay_visibility(relays: tuple[RelayData, ...], r_itrf: Floats) -> Flags:
    """Which relays see the ship at each sample: (relay, n); the line of sight must clear the Earth's equatorial radius.

    **Ignores** the relays' inclination (up to 15 deg for old ones) and their antennas' limits.
    """
    seen = np.zeros((len(relays), r_itrf.shape[0]), dtype=np.bool_)
    for row, data in enumerate(relays):
        longitude = data.longitude_deg.value * DEG
        relay = GEOSTATIONARY_RADIUS_M * np.array([np.cos(longitude), np.sin(longitude), 0.0])
        line = relay - r_itrf
        along = np.clip(-np.sum(r_itrf * line, axis=1) / np.sum(line * line, axis=1), 0.0, 1.0)
        nearest = np.linalg.norm(r_itrf + along[:, None] * line, axis=1)
        seen[row] = nearest > WGS84_SEMI_MAJOR_AXIS_M
    return seen


def covered_fraction(seen: Flags) -> float:
    """Share of the samples at which at least one of the rows sees the ship."""
    return float(np.mean(np.any(seen, axis=0))) if seen.size else 0.0

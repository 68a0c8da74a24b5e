"""Who sees the ship: the mask of a ground station, the limb of the Earth for a relay."""

import jax.numpy as jnp
import numpy as np
import pytest

from zarya.constants import WGS84_SEMI_MAJOR_AXIS_M
from zarya.frames.geodetic import dcm_enu_from_itrf, itrf_from_geodetic
from zarya.gnc.coverage import GEOSTATIONARY_RADIUS_M, covered_fraction, ground_visibility, relay_visibility
from zarya.units import DEG
from zarya.vehicles import catalog


def test_a_station_sees_down_to_its_mask_and_no_lower() -> None:
    """Points at the same distance in every direction, just over and just under the mask."""
    station = catalog.ground_stations()[0]
    place = np.asarray(itrf_from_geodetic(*(jnp.asarray(x) for x in station.geodetic)))
    dcm = np.asarray(dcm_enu_from_itrf(*(jnp.asarray(x) for x in station.geodetic[:2])))
    mask = station.elevation_mask_deg.value
    azimuth = np.linspace(0.0, 2.0 * np.pi, 12)

    def seen(elevation_deg: float) -> np.ndarray:
        level, up = np.cos(elevation_deg * DEG), np.sin(elevation_deg * DEG)
        enu = np.stack([level * np.sin(azimuth), level * np.cos(azimuth), np.full(12, up)], axis=1)
        return ground_visibility((station,), place + 800e3 * enu @ dcm)[0]

    assert np.all(seen(90.0))
    assert np.all(seen(mask + 0.01))
    assert not np.any(seen(mask - 0.01))
    assert not np.any(seen(-90.0))


def test_a_relay_is_hidden_once_the_earth_is_in_the_line() -> None:
    """On the equator at 400 km: in sight up to the limb of the ship and of the relay, together."""
    relay = catalog.relays()[0]
    radius = WGS84_SEMI_MAJOR_AXIS_M + 400e3
    limb = np.arccos(WGS84_SEMI_MAJOR_AXIS_M / radius) + np.arccos(WGS84_SEMI_MAJOR_AXIS_M / GEOSTATIONARY_RADIUS_M)
    away = np.array([0.0, limb - 0.01 * DEG, limb + 0.01 * DEG, np.pi, -limb + 0.01 * DEG, -limb - 0.01 * DEG])
    longitude = relay.longitude_deg.value * DEG + away
    r = radius * np.stack([np.cos(longitude), np.sin(longitude), np.zeros(6)], axis=1)
    assert relay_visibility((relay,), r)[0].tolist() == [True, True, False, False, True, False]


def test_geostationary_is_a_day_around_the_earth() -> None:
    """Kepler's third law with the sidereal day: 42 164 km."""
    assert pytest.approx((3.986004418e14 / 7.292115e-5**2) ** (1.0 / 3.0), rel=1e-4) == GEOSTATIONARY_RADIUS_M


def test_covered_is_what_anyone_sees() -> None:
    seen = np.array([[True, False, False, False], [True, True, False, False]])
    assert covered_fraction(seen) == 0.5
    assert covered_fraction(np.zeros((0, 4), dtype=bool)) == 0.0

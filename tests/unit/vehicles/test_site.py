"""Places on the ground."""

import numpy as np
import pytest

from zarya.vehicles import catalog


def test_baikonur_31_6_is_where_the_pad_table_says():
    place = catalog.site("baikonur-31-6").pytree()
    assert np.degrees(float(place.latitude_rad)) == pytest.approx(45.996034)
    assert np.degrees(float(place.longitude_rad)) == pytest.approx(63.564003)


def test_zhezkazgan_zone_lies_147_km_south_east_of_the_town():
    zone = catalog.zone("zhezkazgan")
    town = (47.8, 67.7)
    north = (zone.latitude_deg.value - town[0]) * 111.2
    east = (zone.longitude_deg.value - town[1]) * 111.2 * np.cos(np.radians(47.6))
    assert np.hypot(north, east) == pytest.approx(147, abs=15)
    assert north < 0.0 < east


def test_ground_stations_and_relays_are_listed():
    assert {"shchyolkovo", "baikonur", "ulan-ude", "ussuriysk"} <= {one.name for one in catalog.ground_stations()}
    assert {"luch", "tdrs"} <= {one.network for one in catalog.relays()}

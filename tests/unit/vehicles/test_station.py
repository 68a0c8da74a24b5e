"""The station record: ports point outward, limits in SI."""

import numpy as np
import pytest

from zarya.vehicles import catalog


@pytest.mark.parametrize("name", ["iss", "tiangong"])
def test_ports_point_away_from_the_station_or_along_its_long_axis(name):
    station = catalog.station(name)
    for port in station.port:
        pytree = station.port_pytree(port.name)
        assert np.linalg.norm(pytree.axis_lvlh) == pytest.approx(1.0)
        assert float(np.dot(pytree.axis_lvlh, pytree.r_port_lvlh)) > 0.0


def test_rassvet_looks_down_and_takes_a_probe():
    port = catalog.station("iss").port_pytree("rassvet")
    assert port.axis_lvlh.tolist() == [0.0, 0.0, 1.0]
    assert float(port.pitch_yaw_rad) == pytest.approx(np.radians(7.0))


def test_iss_ballistic_coefficient_is_that_of_the_trajectory_file():
    station = catalog.station("iss").pytree()
    assert float(station.mass_kg / (station.drag_area_m2 * station.drag_coefficient)) == pytest.approx(58.7, abs=0.1)

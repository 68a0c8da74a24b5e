"""A ship that does not reach its orbit: how many kilograms are too much, and that the figure is right."""

from dataclasses import replace

import pytest

import zarya
from zarya.exchange.flight_report import document
from zarya.mission.scenario import Scenario

pytestmark = pytest.mark.slow


def with_mass(kg: float) -> Scenario:
    scenario = zarya.load("soyuz-ms-24")
    mass = scenario.ship.mass_kg.model_copy(update={"value": kg})
    return replace(scenario, ship=scenario.ship.model_copy(update={"mass_kg": mass}))


def test_a_ship_too_heavy_is_told_by_how_much() -> None:
    """Measured: of 8200 kg 7222 kg reach the orbit; ships 20 kg on either side do and do not."""
    flight = zarya.fly(with_mass(8_200.0), until="docking")
    assert flight.outcome == "propellant_exhausted"
    too_much = flight.figures["ship_too_heavy_kg"]
    assert any(f"{too_much:.0f} kg too heavy" in note for note in flight.notes)
    report = document(flight)
    assert report["insertion"] is None
    assert zarya.fly(with_mass(8_180.0 - too_much), until="ascent").outcome == "stopped"
    assert zarya.fly(with_mass(8_220.0 - too_much), until="ascent").outcome == "propellant_exhausted"

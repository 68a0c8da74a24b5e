"""The ship record."""

import math

import pytest

from zarya.vehicles import catalog


def test_soyuz_deorbit_reserve_burns_for_the_published_duration():
    ship = catalog.ship("soyuz-ms")
    # Published: 128 m/s in 281 s at 2.95 kN, 302 s; the flow alone gives 280 kg.
    assert ship.deorbit_reserve_kg == pytest.approx(281 * 2950 / (302 * 9.80665), abs=8)


def test_soyuz_propellant_is_worth_390_m_s():
    ship = catalog.ship("soyuz-ms").pytree()
    worth = float(ship.engine_isp_s) * 9.80665 * math.log(float(ship.mass_kg / ship.dry_kg))
    assert worth == pytest.approx(390, abs=3)


def test_progress_inherits_the_engines_of_soyuz():
    soyuz, progress = catalog.ship("soyuz-ms"), catalog.ship("progress-ms")
    assert progress.engine == soyuz.engine
    assert progress.mass_kg.value > soyuz.mass_kg.value

"""The launcher record and the pytree that flies."""

import jax
import jax.numpy as jnp
import pytest

from zarya.vehicles import catalog

G0 = 9.80665


def test_soyuz_mass_on_the_pad_is_the_sum_of_its_parts():
    boosters = 4 * (3815 + 27903 + 11481 + 1212 + 265)
    core = 6450 + 63709 + 26848 + 2636 + 509
    upper = 2410 + 22860
    top = 2850 + 1400 + 150 + 7152
    loaded = catalog.launcher("soyuz-2.1a").loaded_mass_kg(7152.0)
    assert loaded == pytest.approx(boosters + core + upper + top, abs=1e-6)
    assert loaded == pytest.approx(315_000, abs=1_000)  # the loaded mass the reference derives


def test_soyuz_lifts_off_near_309_tonnes_after_the_pad_burn():
    data = catalog.launcher("soyuz-2.1a")
    liftoff = float(data.pytree().liftoff_mass_kg(7152.0))
    assert liftoff == pytest.approx(309_200, abs=500)
    assert data.loaded_mass_kg(7152.0) - liftoff == pytest.approx(6_200, abs=200)


def test_soyuz_thrust_to_weight_rises_to_1_40_at_six_seconds():
    launcher = catalog.launcher("soyuz-2.1a").pytree()
    sea_level = jnp.asarray(101_325.0)
    mass = float(launcher.liftoff_mass_kg(7152.0))
    at_lift_off = float(jnp.sum(launcher.thrust_n(jnp.asarray(0.0), sea_level))) / (mass * G0)
    mass -= 6.0 * float(jnp.sum(launcher.flow_kg_s(jnp.asarray(3.0))))
    at_six = float(jnp.sum(launcher.thrust_n(jnp.asarray(6.0), sea_level))) / (mass * G0)
    assert at_lift_off == pytest.approx(1.03, abs=0.01)
    assert at_six == pytest.approx(1.40, abs=0.01)


def test_clock_turns_stages_on_and_off():
    fraction = jax.jit(lambda met: catalog_launcher.throttle_fraction(met))
    catalog_launcher = catalog.launcher("soyuz-2.1a").pytree()
    for met, expected in ((0.0, (0.75, 1, 0)), (50.0, (1, 1, 0)), (118.2, (0, 1, 0)), (282.0, (0, 0.137, 0))):
        assert fraction(jnp.asarray(met)).tolist() == pytest.approx(list(expected))
    assert fraction(jnp.asarray(2000.0)).tolist() == [0.0, 0.0, 1.0]  # guidance, not the clock, ends the last stage

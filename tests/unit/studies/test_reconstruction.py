"""What separations say of a launcher: one that is known to be off is found again, as far as an instant can tell."""

from dataclasses import replace
from pathlib import Path

import jax.numpy as jnp
import pytest

import zarya
from zarya.flight.ascent import SPARE_KG, fly_bare, nominal, spared
from zarya.mission.setting import prepared
from zarya.studies.reconstruction import Separation, flown_separations, reconciled
from zarya.vehicles import catalog

SHIP = "soyuz-ms"


@pytest.fixture(scope="module")
def plans():
    scenario = zarya.load("soyuz-ms-24")
    return {SHIP: (scenario.launcher, prepared(scenario, lambda _: None).ascent)}


@pytest.fixture(scope="module")
def true_plan(plans):
    """The same ascent of a launcher whose third stage is 150 kg lighter: 1 sigma."""
    plan = spared(plans[SHIP][1])
    dry = plan.launcher.dry_kg - jnp.array([0.0, 0.0, 150.0])
    return replace(plan, launcher=replace(plan.launcher, dry_kg=dry))


def test_a_lighter_stage_is_seen_in_the_margin(plans, true_plan):
    """The instants do not say which number is off; what they cost in propellant they do say."""
    handover, course = fly_bare(true_plan, nominal(3))
    met_s, margin_kg = float(handover.ship.t_s), float(course.propellant_left_kg) - SPARE_KG
    flown = [Separation(f"flight {k}", SHIP, met_s, 0.3, "made up") for k in range(4)]
    found = reconciled(plans, flown, payload_sigma_kg=20.0)
    before, after = found.margin_kg[SHIP]
    wide, narrow = found.margin_sigma_kg[SHIP]
    assert margin_kg - before == pytest.approx(141.0, abs=5.0)
    assert abs(after - margin_kg) < narrow
    assert abs(after - margin_kg) < 0.6 * abs(before - margin_kg)
    assert narrow < 0.7 * wide
    assert found.separation_s[SHIP][1] == pytest.approx(met_s, abs=0.3)
    light = next(n for n in found.numbers if (n.part, n.key) == ("upper", "dry_mass_kg"))
    assert light.value < light.published
    assert light.sigma < light.published_sigma


def test_separations_as_computed_move_nothing(plans):
    handover, _ = fly_bare(spared(plans[SHIP][1]), nominal(3))
    flown = [Separation("flight", SHIP, float(handover.ship.t_s), 1.0, "made up")]
    found = reconciled(plans, flown)
    assert all(n.value == pytest.approx(n.published, abs=1e-6 * n.published_sigma) for n in found.numbers)
    assert found.margin_kg[SHIP][0] == pytest.approx(found.margin_kg[SHIP][1], abs=1e-6)


def test_the_catalog_holds_what_the_flown_separations_give():
    """No reconciled number lies more than a sigma from the published one; the reference flight is no input."""
    assert all(one.flight != "Soyuz MS-24" for one in flown_separations())
    published = catalog.launcher("soyuz-2.1a")
    moved = catalog.reconciled_launcher("soyuz-2.1a")
    assert moved is not None
    assert catalog.reconciled_launcher("falcon-9") is None
    for a, b in zip(published.stage, moved.stage, strict=True):
        for key in ("dry_mass_kg", "propellant_loaded_kg", "residual_kg", "thrust_vacuum_kn", "isp_vacuum_s"):
            before, after = getattr(a, key), getattr(b, key)
            assert abs(after.value - before.value) < before.sigma
            assert after.sigma <= before.sigma
    assert moved.stage[-1].residual_kg == published.stage[-1].residual_kg
    assert moved.stage[-1].propellant_loaded_kg == published.stage[-1].propellant_loaded_kg
    assert moved.stage[-1].dry_mass_kg.grade == "derived"


def test_a_launcher_of_the_users_own_is_not_replaced(tmp_path):
    own = Path(catalog.__file__).parent / "catalog" / "launchers" / "soyuz-2.1a.toml"
    (tmp_path / "mine.toml").write_text(own.read_text(encoding="utf-8"), encoding="utf-8")
    assert catalog.reconciled_launcher("soyuz-2.1a", tmp_path) is None

"""The ascent of Soyuz MS-24: orbit asked for, laws it must keep, check numbers of the published data."""

from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya.dynamics.surroundings import surroundings
from zarya.flight.ascent import (
    AscentDispersion,
    InsertionTarget,
    fly,
    fly_bare,
    measured,
    nominal,
    normal_gcrf,
    prepare,
)
from zarya.flight.ascent.events import events
from zarya.flight.ascent.impacts import ballistic_coefficients, impacts
from zarya.flight.ascent.lead import lead_study
from zarya.flight.phase import Outcome
from zarya.gnc.plane_crossing import pad_directions_rad
from zarya.studies.ascent_sensitivity import margin_budget
from zarya.units import DEG, KM
from zarya.vehicles import catalog

LEAD_S = 189.2
"""Lead of the crewed programme (gnc/data/leads.toml)."""


def _target(launcher, site, epoch, lead_s):
    insertion = launcher.insertion_for(launcher.ship)
    pad, inclination = site.pytree(), insertion.inclination_deg.value * DEG
    place = (float(pad.latitude_rad), float(pad.longitude_rad), float(pad.height_m))
    ascension, declination = (float(x[0]) for x in pad_directions_rad(place, epoch, np.zeros(1)))
    raan = ascension - np.arcsin(np.tan(declination) / np.tan(inclination)) + 7.292115e-5 * lead_s
    return InsertionTarget(
        insertion.perigee_km.value * KM, insertion.apogee_km.value * KM, inclination, float(raan % (2.0 * np.pi))
    )


@pytest.fixture(scope="module")
def around(epoch):
    return surroundings(epoch, -600.0, 10_800.0, degree=20)


@pytest.fixture(scope="module")
def soyuz():
    return catalog.launcher("soyuz-2.1a").for_ship("soyuz-ms")


@pytest.fixture(scope="module")
def target(soyuz, epoch):
    return _target(soyuz, catalog.site("baikonur-31-6"), epoch, LEAD_S)


@pytest.fixture(scope="module")
def plan(soyuz, epoch, around, target):
    return prepare(soyuz, 7152.0, catalog.site("baikonur-31-6"), epoch, around, target)


@pytest.fixture(scope="module")
def flight(plan):
    return fly(plan, nominal(3))


def test_inserts_into_the_orbit_asked_for(flight, target, epoch, around):
    handover, _ = flight
    orbit = measured(handover.ship, epoch, around)
    assert int(handover.outcome) == Outcome.FLYING
    assert orbit.perigee_m == pytest.approx(target.perigee_m, abs=3_000.0)
    assert orbit.apogee_m == pytest.approx(target.apogee_m, abs=3_000.0)
    assert orbit.inclination_rad == pytest.approx(target.inclination_rad, abs=0.01 * DEG)
    assert orbit.raan_rad == pytest.approx(target.raan_rad, abs=0.01 * DEG)


def test_check_numbers_of_the_published_data(flight, plan, soyuz):
    """vehicle data sheet: cut-off 525.5 s (flown 525-526), max q 44.5 kPa and 4.1 g in an independent check."""
    _, log = flight
    assert float(log.course.cutoff_s) == pytest.approx(525.5, abs=5.0)
    assert 38e3 < float(log.course.max_dynamic_pressure_pa) < 48e3
    assert float(log.course.max_axial_g) < 4.5
    assert float(log.course.max_q_alpha_pa_rad) < float(plan.launcher.max_q_alpha_pa_rad)
    down = impacts(plan, log.parted, ballistic_coefficients(soyuz))
    strap_ons = float(down.downrange_m[0])
    assert 270e3 < strap_ons < 380e3
    assert 65.0 < np.degrees(float(down.longitude_rad[0])) < 69.0


def test_the_velocity_budget_closes(flight):
    b = flight[1].budget
    sum_m_s = b.ideal_m_s - b.back_pressure_m_s - b.steering_m_s - b.drag_m_s + b.lift_m_s - b.gravity_m_s
    assert float(sum_m_s) == pytest.approx(float(b.gained_m_s), abs=0.5)


def test_mass_is_accounted_for(flight, plan):
    """What has left the stack is the flow through the engines plus what was thrown off."""
    handover, log = flight
    course = log.course
    start = float(plan.launcher.liftoff_mass_kg(7152.0))
    thrown = float(jnp.sum(log.parted.mass_kg))
    launcher = course.launcher
    burnt = float(jnp.sum(launcher.propellant_kg + launcher.consumable_kg)) - float(course.cutoff.tank_kg[-1])
    residue = thrown - float(jnp.sum(launcher.dry_kg[:-1]) + jnp.sum(launcher.jettison_kg))
    assert float(course.cutoff.mass_kg) == pytest.approx(start - thrown - burnt + residue, abs=0.01)
    assert float(handover.ship.mass_kg) == pytest.approx(7152.0)


def test_events_come_in_the_order_of_the_contract(flight, soyuz):
    found = events(soyuz, *flight)
    assert [e.name for e in found] == [
        "liftoff",
        "escape_tower_jettison",
        "strap_on_cutoff",
        "strap_on_separation",
        "fairing_jettison",
        "core_cutoff",
        "core_separation",
        "aft_skirt_jettison",
        "third_stage_cutoff",
        "spacecraft_separation",
    ]
    assert found[-1].met_s - found[-2].met_s == pytest.approx(3.0, abs=1e-6)
    assert {e.name for e in found if not e.is_commanded} == {"third_stage_cutoff", "spacecraft_separation"}


def test_quarter_steps_give_the_same_flight(flight, plan):
    """The same plan and cadence of guidance at a quarter of the step: what the step costs at insertion."""
    _, log = flight
    _, fine = fly(replace(plan, parts=4), nominal(3))
    assert float(fine.course.cutoff_s) == pytest.approx(float(log.course.cutoff_s), abs=0.01)
    speed = [float(jnp.linalg.norm(x.course.cutoff.v_gcrf)) for x in (log, fine)]
    radius = [float(jnp.linalg.norm(x.course.cutoff.r_gcrf)) for x in (log, fine)]
    assert speed[1] == pytest.approx(speed[0], abs=0.02)
    assert radius[1] == pytest.approx(radius[0], abs=2.0)
    assert float(jnp.linalg.norm(fine.course.cutoff.r_gcrf - log.course.cutoff.r_gcrf)) < 10.0  # the contract
    assert float(jnp.linalg.norm(fine.course.cutoff.v_gcrf - log.course.cutoff.v_gcrf)) < 0.05


def test_it_rises_along_the_plumb_line(flight, plan):
    """While it rises the ground track does not leave the pad, whatever the latitude means."""
    h = flight[1].history
    rising = np.asarray(h.t_s) < 9.5
    assert np.ptp(np.asarray(h.latitude_rad)[rising]) * 6.37e6 < 1.0
    assert np.ptp(np.asarray(h.longitude_rad)[rising]) * 6.37e6 < 5.0


def test_a_batch_holds_the_single_flight_and_its_failures(flight, plan):
    cases = _batch(4)
    thrust = cases.thrust.at[1, 2].set(0.97).at[2, 1].set(1.01)
    poor = cases.specific_impulse.at[1].set(0.985)
    cases = eqx.tree_at(lambda c: (c.thrust, c.specific_impulse), cases, (thrust, poor))
    flown, course = jax.jit(jax.vmap(fly_bare, in_axes=(None, 0)))(plan, cases)
    handover, log = flight
    assert float(course.cutoff_s[0]) == pytest.approx(float(log.course.cutoff_s), abs=1e-6)
    np.testing.assert_allclose(flown.ship.r_gcrf[0], handover.ship.r_gcrf, atol=1e-3)
    assert np.asarray(flown.outcome).tolist() == [0, Outcome.PROPELLANT_EXHAUSTED, 0, 0]
    assert float(course.propellant_left_kg[1]) == pytest.approx(0.0, abs=1e-6)
    assert float(course.propellant_left_kg[2]) > float(course.propellant_left_kg[0])


def test_a_navigation_error_moves_the_truth_not_the_belief(plan):
    wrong = replace(nominal(3), navigation_v_gcrf=jnp.array(np.array([0.0, 0.0, 1.0])))
    handover, log = fly(plan, wrong)
    away = np.asarray(handover.navigated_v_gcrf - handover.ship.v_gcrf)
    np.testing.assert_allclose(away, [0.0, 0.0, 1.0], atol=0.01)
    believed = log.course.cutoff.v_gcrf + wrong.navigation_v_gcrf
    assert float(jnp.linalg.norm(believed)) == pytest.approx(float(plan.target.speed_m_s), abs=0.2)


def test_the_optimum_lead_is_flat(plan):
    study = lead_study(plan, LEAD_S, (160.0, 190.0, 220.0, 250.0, 280.0))
    assert 200.0 < study.optimum_s < 245.0
    near = np.abs(study.lead_s - study.optimum_s) <= 60.0
    assert np.ptp(study.propellant_left_kg[near]) < 2.0


def test_the_normal_is_that_of_the_elements(epoch):
    normal = normal_gcrf(epoch, 51.65 * DEG, 1.0)
    assert np.linalg.norm(normal) == pytest.approx(1.0)
    assert np.degrees(np.arccos(normal[2])) == pytest.approx(51.65, abs=0.2)  # precession since 2000


def _batch(size) -> AscentDispersion:
    return jax.tree.map(lambda x: jnp.broadcast_to(x, (size, *x.shape)), nominal(3))


@pytest.mark.parametrize(
    ("name", "site", "payload_kg"), [("falcon-9", "lc-39a", 12_500.0), ("cz-2f", "jiuquan-921", 8_082.0)]
)
def test_another_launcher_reaches_its_orbit(name, site, payload_kg, epoch, around):
    """Two stages, a coast between them, no booster, a burn from another coast; and Shenzhou with its published mass."""
    launcher, pad = catalog.launcher(name), catalog.site(site)
    target = _target(launcher, pad, epoch, 222.0)
    plan = prepare(launcher, payload_kg, pad, epoch, around, target)
    handover, log = fly(plan, nominal(len(launcher.stage)))
    orbit = measured(handover.ship, epoch, around)
    assert int(handover.outcome) == Outcome.FLYING
    assert orbit.perigee_m == pytest.approx(target.perigee_m, abs=3_000.0)
    assert orbit.apogee_m == pytest.approx(target.apogee_m, abs=3_000.0)
    assert orbit.inclination_rad == pytest.approx(target.inclination_rad, abs=0.01 * DEG)
    assert float(log.course.propellant_left_kg) > 0.0


def test_a_cut_off_by_level_leaves_the_tanks_as_undispersed(flight, plan):
    """A strong engine and a fuller tank end the burn at another instant, with the same propellant left."""
    _, log = flight
    assert nominal(3).applied(plan.launcher).cutoff_s[:2].tolist() == plan.launcher.cutoff_s[:2].tolist()
    case = eqx.tree_at(
        lambda c: (c.thrust, c.load), nominal(3), (jnp.array([1.004, 1.01, 1.0]), jnp.array([1.0, 1.003, 1.0]))
    )
    _, other = fly(plan, case)
    for row, sooner in ((0, 0.4), (1, 1.9)):
        launcher, usual = other.course.launcher, log.course.launcher
        moved_s = float(launcher.cutoff_s[row] - usual.cutoff_s[row])
        assert -1.5 * sooner < moved_s < -0.5 * sooner
        # what goes out beside the propellant goes by the seconds, not by the thrust
        beside = -float(launcher.consumable_flow_kg_s[row]) * moved_s
        residue_kg = float(other.parted.mass_kg[row] - log.parted.mass_kg[row])
        assert residue_kg == pytest.approx(beside, abs=1.0)
        assert float(launcher.separation_s[row] - usual.separation_s[row]) == pytest.approx(moved_s)
    assert float(launcher.ignition_s[2]) == pytest.approx(float(launcher.cutoff_s[1]))
    assert float(launcher.ignition_s[1]) == float(usual.ignition_s[1])  # lit on the pad
    skirt = list(catalog.launcher("soyuz-2.1a").for_ship("soyuz-ms").jettison_names).index("aft_skirt")
    assert float(launcher.jettison_s[skirt] - usual.jettison_s[skirt]) == pytest.approx(moved_s)


def test_the_spread_of_the_margin_adds_up_from_its_parts(plan):
    """Independent causes add in squares; cut off by level, thrust hardly counts and nothing pulls the mean down."""
    data = catalog.launcher("soyuz-2.1a").for_ship("soyuz-ms")
    nothing, together, steady, *parts = margin_budget(data, plan, cases=100)
    assert nothing.sigma_kg < 1e-6
    squares = sum(part.sigma_kg**2 for part in parts)
    assert together.sigma_kg**2 == pytest.approx(squares, rel=0.4)  # 100 draws: 14 % in each sigma
    assert together.mean_kg == pytest.approx(nothing.mean_kg, abs=3.0 * together.sigma_kg / 10.0)
    assert steady.sigma_kg == pytest.approx(together.sigma_kg, rel=0.1)
    assert parts[0].quantity == "drag"


def test_cut_off_by_the_clock_a_weak_engine_costs_more_than_a_strong_one_gives(plan):
    data = catalog.launcher("soyuz-2.1a").for_ship("soyuz-ms")
    by_clock = replace(plan, launcher=replace(plan.launcher, shutdown_s=jnp.full(3, jnp.nan)))
    nothing, together, steady, *parts = margin_budget(data, by_clock, cases=100)
    assert together.mean_kg < steady.mean_kg < nothing.mean_kg
    assert parts[0].quantity == "core thrust"

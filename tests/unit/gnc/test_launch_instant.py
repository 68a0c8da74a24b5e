import math
from importlib.resources import as_file, files

import jax.numpy as jnp
import numpy as np
import pytest

from zarya.errors import InputError
from zarya.frames.earth import dcm_gcrf_from_teme, dcm_itrf_from_gcrf
from zarya.frames.geodetic import itrf_from_geodetic
from zarya.gnc.launch_instant import (
    SCHEMES,
    Insertion,
    Lead,
    MeanPlane,
    Transfer,
    coplanar_instant,
    mean_plane,
    node_drift,
    pad_direction_rad,
    soyuz_insertion,
    steering_leads,
)
from zarya.gnc.plane_crossing import _ZONALS
from zarya.orbits.mean import MeanElements, mean_after
from zarya.orbits.tle import ElementSet
from zarya.time import Epoch
from zarya.units import DAY, DEG, HOUR

LINES = (  # last set of the ISS before the lift-off of Soyuz MS-24
    "1 25544U 98067A   23258.41510310  .00017764  00000+0  32632-3 0  9998",
    "2 25544  51.6411 241.5794 0005745  20.8373 139.0145 15.49298881415789",
)
PAD = (45.996034 * DEG, 63.564003 * DEG, 104.0)
DAY_OF_LAUNCH = Epoch.from_iso("2023-09-15T00:00:00Z")
EARTH_RATE_DEG_S = 360.9856 / DAY


def station_set() -> ElementSet:
    return ElementSet.from_lines(*LINES)


def station() -> MeanPlane:
    return mean_plane(station_set(), DAY_OF_LAUNCH + 0.66 * DAY)


def instant(scheme: int = 2, after: Epoch = DAY_OF_LAUNCH, ascending: bool = True, **sigma: float) -> object:
    return coplanar_instant(
        station_set(), PAD, soyuz_insertion(), after, SCHEMES[scheme], Lead(189.0, 1.2), ascending=ascending, **sigma
    )


@pytest.mark.parametrize(
    ("scheme", "phase_deg"), [(2, 14.0), (2, 17.0), (4, 22.0), (4, 36.0), (34, 230.0), (34, 396.0)]
)
def test_half_a_second_of_lift_off_per_degree_of_phase(scheme: int, phase_deg: float) -> None:
    """3.5/1.5 node'/n per radian of phase, almost whatever the plan."""
    same = Insertion(6_583_500.0, 0.0, station().inclination_rad, 528.0, 15.9 * DEG)
    drift, _ = node_drift(phase_deg * DEG, station(), same, SCHEMES[scheme])
    assert math.isclose(-drift / DEG / EARTH_RATE_DEG_S / phase_deg, 0.494, rel_tol=0.03)


def test_inclination_difference_acts_with_time_not_with_phase() -> None:
    def offset_deg(scheme: int, di_deg: float) -> float:
        orbit = Insertion(6_583_500.0, 0.0, station().inclination_rad + di_deg * DEG, 528.0, 15.9 * DEG)
        return node_drift(30.0 * DEG, station(), orbit, SCHEMES[scheme])[0] / DEG

    for scheme in (4, 34):
        days = (SCHEMES[scheme].transit_s - 528.0) / DAY
        # -tan(i) node' di with node' = -4.96 deg/day; u' changes with i too and is made up by the height (4 %)
        expected = 4.96 * math.tan(station().inclination_rad) * 0.01 * DEG * days
        assert math.isclose(offset_deg(scheme, 0.01) - offset_deg(scheme, 0.0), expected, rel_tol=0.08)


@pytest.mark.parametrize("transit_h", [3.2, 50.2])
def test_planes_and_phases_meet_at_docking(transit_h: float) -> None:
    """Law: the two orbits flown on by the secular theory have one node and one u when the transfer ends."""
    target, insertion = station(), soyuz_insertion()
    transfer, phase = Transfer(transit_h * HOUR), 40.0 * DEG
    drift, a = node_drift(phase, target, insertion, transfer)

    def flown(a_m: float, e: float, i: float, node: float, u: float) -> MeanElements:
        x = [jnp.asarray(v) for v in (a_m, e, 0.0, i, node, u)]
        return mean_after(MeanElements(*x), transit_h * HOUR - insertion.time_from_liftoff_s)

    ship = flown(a, 0.0, insertion.inclination_rad, target.raan_rad - drift, target.u_rad - phase)
    goal = flown(target.semi_major_axis_m, target.e, target.inclination_rad, target.raan_rad, target.u_rad)
    # constants of SGP4 and EGM2008 differ by 1e-6 in gm and 2e-5 in J2
    assert abs(float(ship.raan_rad - goal.raan_rad)) / DEG < 1e-4
    assert abs(float(ship.u_rad - goal.u_rad)) / DEG < 0.01


@pytest.mark.parametrize("ascending", [True, False])
def test_pad_lies_in_the_ships_plane_at_the_coplanar_instant(ascending: bool) -> None:
    found = instant(ascending=ascending)
    r_itrf = np.asarray(itrf_from_geodetic(*(jnp.asarray(x) for x in PAD)))
    dcm_itrf_from_teme = dcm_itrf_from_gcrf(found.coplanar) @ dcm_gcrf_from_teme(found.coplanar)
    r_teme = dcm_itrf_from_teme.T @ r_itrf
    node, i = found.node_ship_rad, soyuz_insertion().inclination_rad
    normal = np.array([math.sin(node) * math.sin(i), -math.cos(node) * math.sin(i), math.cos(i)])
    assert abs(normal @ r_teme) < 20.0  # m; the pad moves at 290 m/s across the plane
    to_node = math.atan2(r_teme[1], r_teme[0]) - node
    assert (math.cos(to_node) > 0.0) is ascending


def test_geodetic_latitude_is_not_taken_for_geocentric() -> None:
    """That mistake moves every instant by 128 s and hides in the lead."""
    _, declination = pad_direction_rad(PAD, DAY_OF_LAUNCH)
    assert math.isclose((PAD[0] - declination) / DEG, 0.1925, abs_tol=0.001)


def test_lift_off_is_the_lead_before_the_crossing() -> None:
    found = instant()
    assert math.isclose(found.coplanar - found.liftoff, 189.0, abs_tol=1e-3)
    assert math.isclose(found.insertion - found.liftoff, 528.0, abs_tol=1e-6)
    assert math.isclose(found.inclination_offset_rad / DEG, 0.009, abs_tol=0.001)
    assert 0.0 < found.node_offset_rad / DEG < 0.1  # the ship starts to the east


def test_instants_follow_one_another_and_none_is_skipped() -> None:
    first = instant()
    assert first.liftoff - DAY_OF_LAUNCH >= 0.0
    again = instant(after=first.liftoff + (-0.5))
    assert abs(again.liftoff - first.liftoff) < 1e-2
    second = instant(after=first.liftoff + 1.0)
    assert 23.4 * HOUR < second.liftoff - first.liftoff < 23.9 * HOUR


def test_two_day_plan_starts_further_east_and_higher() -> None:
    short, long = instant(2), instant(34)
    assert long.phase_rad > 130.0 * DEG
    assert long.node_offset_rad > 5.0 * short.node_offset_rad
    assert 6_560e3 < long.phasing_semi_major_axis_m < 6_797e3


def test_uncertain_phase_spreads_the_instant() -> None:
    sure, unsure = instant(), instant(phase_sigma_rad=10.0 * DEG)
    assert math.isclose(sure.sigma_s, 1.2)
    assert math.isclose(unsure.sigma_s, math.hypot(1.2, 4.94), rel_tol=0.05)


def test_pad_beyond_the_inclination_is_refused() -> None:
    plesetsk = (62.93 * DEG, 40.45 * DEG, 100.0)
    with pytest.raises(InputError, match="beyond the inclination"):
        coplanar_instant(station_set(), plesetsk, soyuz_insertion(), DAY_OF_LAUNCH, SCHEMES[2], Lead(189.0, 1.0))


def test_every_programme_has_a_lead_with_its_origin() -> None:
    for name, lead in steering_leads().items():
        assert name == lead.programme
        assert 170.0 < lead.lead_s < 230.0  # s; between the flown steering and the minimum-propellant ascent
        assert len(lead.flights) >= 5
        assert lead.first_utc < lead.last_utc


def test_transits_are_those_that_were_flown() -> None:
    """TMA-08M 2013-03-28T20:43:20Z to 02:28; MS-17 2020-10-14T05:45:04Z to 08:48:47; MS-01 2 d 2.5 h."""
    flown_h = {4: 5.74, 2: 3.06, 34: 50.5}
    for orbits, hours in flown_h.items():
        assert abs(SCHEMES[orbits].transit_s / HOUR - hours) < 0.3
    assert SCHEMES[1].transit_s < SCHEMES[2].transit_s


def test_zonals_are_those_of_the_field() -> None:
    """J_n = -sqrt(2 n + 1) C_n0 of EGM2008, as shipped."""
    with as_file(files("zarya.environment") / "data" / "egm2008_120.npz") as path, np.load(path) as data:
        c = np.zeros((121, 121))
        c[np.tril_indices(121)] = data["c"]
    for degree, j in _ZONALS.items():
        assert j == pytest.approx(-math.sqrt(2.0 * degree + 1.0) * c[degree, 0], rel=1e-5)

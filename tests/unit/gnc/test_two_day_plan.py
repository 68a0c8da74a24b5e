"""Plans of 34 orbits at phases far from the flight without burns: they close and arrive by another integrator."""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya.dynamics.motion import derivative
from zarya.dynamics.propagate import arcs_for, path
from zarya.dynamics.state import State
from zarya.dynamics.station_path import StationPath
from zarya.dynamics.surroundings import orbital_loads, surroundings
from zarya.frames import dcm_gcrf_from_teme
from zarya.gnc.launch_instant import mean_plane, node_drift, soyuz_insertion
from zarya.gnc.rendezvous import AIM_BEFORE_CONTACT_S, SCHEMES, plan, reflown_miss
from zarya.orbits.mean import MeanElements, osculating_from_mean
from zarya.orbits.tle import ElementSet
from zarya.tables import quintic_table
from zarya.units import DEG
from zarya.vehicles import catalog

LINES = (  # last set of the ISS before the lift-off of Soyuz MS-24
    "1 25544U 98067A   23258.41510310  .00017764  00000+0  32632-3 0  9998",
    "2 25544  51.6411 241.5794 0005745  20.8373 139.0145 15.49298881415789",
)
SEPARATION_S = 528.6
TWO_DAYS = SCHEMES[34]
AIM_S = TWO_DAYS.transfer.transit_s - AIM_BEFORE_CONTACT_S
SHIP = catalog.ship("soyuz-ms").pytree()


@pytest.fixture(scope="module")
def days(epoch):
    """The forces of two days, and the station flown in them from the state of SGP4 at lift-off."""
    around, iss, dcm = surroundings(epoch, 0.0, AIM_S + 4_000.0), catalog.station("iss"), dcm_gcrf_from_teme(epoch)
    element_set = ElementSet.from_lines(*LINES)
    r, v = (jnp.asarray(dcm @ x) for x in element_set.sgp4(epoch))
    start = State(jnp.asarray(0.0), r, v, jnp.zeros(1), jnp.asarray(iss.mass_kg.value))
    area = jnp.asarray(iss.drag_area_m2.value * iss.drag_coefficient.value)

    @jax.jit
    def fly(start, area):
        loads = orbital_loads(around, area)
        arcs = arcs_for(AIM_S + 2_000.0)
        _, states = path(start, jnp.asarray(1_800.0), loads, around.field.gm_m3_s2, arcs=arcs, samples=30)
        return states, jax.vmap(lambda at: derivative(at.t_s, at, loads).a_gcrf)(states)

    states, a = fly(start, area)
    table = quintic_table(0.0, 60.0, states.r_gcrf, states.v_gcrf, a)
    station = StationPath(table, jnp.asarray(0.0), jnp.asarray(1.0))
    return SimpleNamespace(epoch=epoch, element_set=element_set, around=around, station=station)


def ship_behind(days, phase_rad: float) -> State:
    """On the insertion orbit, so far behind, its node ahead by what the two orbits drift apart until docking."""
    insertion, at = soyuz_insertion(), days.epoch + SEPARATION_S
    plane = mean_plane(days.element_set, at)
    drift, _ = node_drift(phase_rad, plane, insertion, TWO_DAYS.transfer)
    e, perigee = insertion.e, 82.0 * DEG
    shape = (insertion.semi_major_axis_m, e * np.cos(perigee), e * np.sin(perigee), insertion.inclination_rad)
    mean = MeanElements(*(jnp.asarray(x) for x in (*shape, plane.raan_rad - drift, plane.u_rad - phase_rad)))
    dcm = jnp.asarray(dcm_gcrf_from_teme(at))
    r, v = (dcm @ x for x in osculating_from_mean(mean))
    return State(jnp.asarray(SEPARATION_S), r, v, jnp.array([880.0]), jnp.asarray(7152.0 - 880.0))


@pytest.mark.parametrize("phase_deg", [223.0, 373.0])
def test_two_day_plans_close_near_their_bound_and_arrive(days, phase_deg):
    """The ends of the window lie 400 deg of phase from the flight without burns, whose matrices start no plan."""
    ship = ship_behind(days, phase_deg * DEG)
    burns = plan(ship, days.station, days.around, SHIP, TWO_DAYS, AIM_S)
    assert -0.01 < float(burns.total_m_s - burns.bound_m_s) < 2.0
    assert np.all(np.diff(np.asarray(burns.burn_t_s)) >= TWO_DAYS.spacing_s)
    metres, metres_s = (float(x) for x in reflown_miss(burns, ship, days.station, days.around, SHIP))
    assert metres < 10.0  # asked: 100 m, 0.1 m/s
    assert metres_s < 0.01

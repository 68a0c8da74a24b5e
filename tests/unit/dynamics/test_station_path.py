"""The station's path fitted to its element set: how well, and what it is afterwards."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya.constants import GM_EARTH_EGM2008_M3_S2
from zarya.dynamics.motion import derivative
from zarya.dynamics.propagate import coast
from zarya.dynamics.state import State
from zarya.dynamics.station_path import SGP4_SIGMA_M, StationPath, fit_start_s, fit_station
from zarya.dynamics.surroundings import Surroundings, orbital_loads, surroundings
from zarya.errors import InputError
from zarya.frames import dcm_gcrf_from_teme
from zarya.orbits.tle import ElementSet, latest_before, read_element_sets
from zarya.time import Epoch
from zarya.units import HOUR

SETS = Path(__file__).parents[2] / "flights/data/iss_2023-09.tle"
MASS_KG, DRAG_AREA_M2 = 460_000.0, 4_000.0
START_S, END_S = -HOUR, 6.0 * HOUR


@pytest.fixture(scope="module")
def element_set(epoch: Epoch) -> ElementSet:
    return latest_before(read_element_sets(SETS), epoch)


@pytest.fixture(scope="module")
def around(element_set: ElementSet, epoch: Epoch) -> Surroundings:
    return surroundings(epoch, fit_start_s(element_set, epoch), END_S + HOUR)


@pytest.fixture(scope="module")
def fitted(element_set: ElementSet, epoch: Epoch, around: Surroundings) -> StationPath:
    return fit_station(element_set, epoch, around, MASS_KG, DRAG_AREA_M2, START_S, END_S)


def test_residual_is_what_sgp4_lacks(fitted: StationPath) -> None:
    assert 100.0 < float(fitted.rms_m) < SGP4_SIGMA_M


def test_table_spans_what_was_asked(fitted: StationPath) -> None:
    assert float(fitted.table.start_s) <= START_S
    assert float(fitted.table.end_s) >= END_S


def test_path_stays_near_sgp4_through_the_flight(fitted: StationPath, element_set: ElementSet, epoch: Epoch) -> None:
    for t_s in np.arange(0.0, END_S, HOUR):
        r_teme, _ = element_set.sgp4(epoch + float(t_s))
        theirs = dcm_gcrf_from_teme(epoch + float(t_s)) @ r_teme
        assert np.linalg.norm(np.asarray(fitted.r_gcrf(jnp.asarray(t_s))) - theirs) < 3.0 * SGP4_SIGMA_M


def test_table_is_the_orbit_between_its_nodes(fitted: StationPath, around: Surroundings) -> None:
    loads = orbital_loads(around, DRAG_AREA_M2 * fitted.drag_scale)
    t_s = jnp.asarray(1_234.5)
    at = State(t_s, fitted.r_gcrf(t_s), fitted.v_gcrf(t_s), jnp.zeros(1), jnp.asarray(MASS_KG))
    later = coast(at, jnp.asarray(10_000.0), loads, jnp.asarray(GM_EARTH_EGM2008_M3_S2), arcs=6)
    assert float(jnp.linalg.norm(later.r_gcrf - fitted.r_gcrf(later.t_s))) < 5e-3
    slope = jax.jvp(fitted.v_gcrf, (t_s,), (jnp.ones(()),))[1]
    np.testing.assert_allclose(slope, derivative(t_s, at, loads).a_gcrf, rtol=0.0, atol=1e-6)


def test_a_table_before_the_fit_is_refused(element_set: ElementSet, epoch: Epoch, around: Surroundings) -> None:
    with pytest.raises(InputError, match="before the fit"):
        fit_station(element_set, epoch, around, MASS_KG, DRAG_AREA_M2, fit_start_s(element_set, epoch) - 60.0, END_S)

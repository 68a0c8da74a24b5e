"""The forces of a free flight together, at the station's height on the day of Soyuz MS-24."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import satkit

from zarya.constants import AU_M, GM_MOON_M3_S2, GM_SUN_M3_S2
from zarya.dynamics.motion import derivative, held
from zarya.dynamics.state import State
from zarya.dynamics.surroundings import Surroundings, orbital_loads, surroundings
from zarya.errors import CoverageError
from zarya.frames import dcm_itrf_from_gcrf
from zarya.time import Epoch

R = np.array([-4_513_000.0, 3_127_000.0, 4_019_000.0])
V = np.array([-2_231.0, -6_920.0, 2_870.0])
DRAG_AREA_M2, MASS_KG, T_S = 20.0, 7_000.0, 20_000.0


@pytest.fixture(scope="module")
def around(epoch: Epoch) -> Surroundings:
    return surroundings(epoch, 0.0, 86_400.0, degree=20)


def state() -> State:
    return State(jnp.asarray(T_S), jnp.asarray(R), jnp.asarray(V), jnp.zeros(1), jnp.asarray(MASS_KG))


def test_forces_add_up_to_what_each_is_known_to_be(around: Surroundings, epoch: Epoch) -> None:
    gravity, tides, drag = orbital_loads(around, jnp.asarray(DRAG_AREA_M2))
    at = state()
    dcm = dcm_itrf_from_gcrf(epoch + T_S)
    theirs = dcm.T @ satkit.gravity(dcm @ R, model=satkit.gravmodel.egm2008, degree=20, order=20)
    np.testing.assert_allclose(gravity.force(at.t_s, at).newton_gcrf / MASS_KG, theirs, rtol=0, atol=1e-10)

    tide = np.linalg.norm(tides.force(at.t_s, at).newton_gcrf) / MASS_KG
    most = 2.1 * np.linalg.norm(R) * (GM_SUN_M3_S2 / (0.98 * AU_M) ** 3 + GM_MOON_M3_S2 / 3.56e8**3)
    assert 0.1 * most < tide < most

    push = np.asarray(drag.force(at.t_s, at).newton_gcrf)
    v_air = V - np.cross(np.asarray(around.earth.omega_earth_gcrf(at.t_s)), R)
    np.testing.assert_allclose(np.cross(push, v_air), 0.0, atol=1e-12 * np.linalg.norm(push) * 8e3)
    rho = -push @ v_air / np.linalg.norm(v_air) ** 3 * 2.0 / DRAG_AREA_M2
    assert 5e-13 < rho < 2e-11

    rate = derivative(at.t_s, at, (gravity, tides, drag))
    total = sum(np.asarray(load.force(at.t_s, at).newton_gcrf) for load in (gravity, tides, drag)) / MASS_KG
    np.testing.assert_allclose(rate.a_gcrf, total, rtol=1e-14)


def test_held_loads_agree_where_they_were_held_and_nearby(around: Surroundings) -> None:
    loads, at = orbital_loads(around, jnp.asarray(DRAG_AREA_M2)), state()
    frozen = held(loads, at.t_s, at)
    exact = derivative(at.t_s, at, loads).a_gcrf
    np.testing.assert_allclose(derivative(at.t_s, at, frozen).a_gcrf, exact, rtol=0, atol=1e-14)
    second = State(at.t_s + 1.0, at.r_gcrf + at.v_gcrf, at.v_gcrf, at.tank_kg, at.inert_kg)
    later = derivative(second.t_s, second, loads).a_gcrf
    np.testing.assert_allclose(derivative(second.t_s, second, frozen).a_gcrf, later, rtol=0, atol=1e-6)


def test_surroundings_travel_through_compiled_code_as_an_argument(around: Surroundings) -> None:
    def acceleration(tables: Surroundings, drag_area_m2: jax.Array) -> jax.Array:
        return derivative(jnp.asarray(T_S), state(), orbital_loads(tables, drag_area_m2)).a_gcrf

    areas = jnp.array([0.0, DRAG_AREA_M2])
    batch = jax.jit(jax.vmap(acceleration, (None, 0)))(around, areas)
    np.testing.assert_allclose(batch[1], acceleration(around, areas[1]), rtol=1e-13)


def test_what_the_data_do_not_cover_is_refused(epoch: Epoch) -> None:
    with pytest.raises(CoverageError):
        surroundings(epoch, 0.0, 3_600.0, degree=200)
    with pytest.raises(CoverageError):
        surroundings(Epoch.from_iso("2049-01-01T00:00:00Z"), 0.0, 3_600.0)

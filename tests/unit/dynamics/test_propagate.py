"""Long smooth flight: the default arcs against much tighter ones, samples, and transition matrices."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya.constants import GM_EARTH_EGM2008_M3_S2
from zarya.dynamics.picard import arc
from zarya.dynamics.propagate import arcs_for, coast, path
from zarya.dynamics.state import State
from zarya.dynamics.surroundings import Surroundings, orbital_loads, surroundings
from zarya.dynamics.transition import transition
from zarya.time import Epoch
from zarya.units import DAY

GM = jnp.asarray(GM_EARTH_EGM2008_M3_S2)
DRAG_AREA_M2 = jnp.asarray(20.0)


@pytest.fixture(scope="module")
def around(epoch: Epoch) -> Surroundings:
    return surroundings(epoch, -3_600.0, DAY + 3_600.0)


def ship() -> State:
    return State(
        jnp.zeros(()),
        jnp.array([4_310_700.0, 4_930_300.0, 1_824_060.0]),
        jnp.array([-2_671.77, 4_437.80, -5_641.86]),
        jnp.zeros(1),
        jnp.asarray(7_000.0),
    )


fly = eqx.filter_jit(coast)


def test_one_day_with_drag_within_2_mm_of_a_tighter_run(around: Surroundings) -> None:
    loads = orbital_loads(around, DRAG_AREA_M2)

    @eqx.filter_jit
    def tight(state: State) -> State:
        def body(at: State, _: None) -> tuple[State, None]:
            return arc(at, jnp.asarray(600.0), loads, GM, degree=40, sweeps=(12, 10, 8, 8))[0], None

        return jax.lax.scan(body, state, None, length=144)[0]

    ours = fly(ship(), jnp.asarray(DAY), loads, GM, arcs=arcs_for(DAY))
    assert float(jnp.linalg.norm(ours.r_gcrf - tight(ship()).r_gcrf)) < 2e-3


def test_there_and_back(around: Surroundings) -> None:
    loads = orbital_loads(around, DRAG_AREA_M2)
    there = fly(ship(), jnp.asarray(DAY), loads, GM, arcs=arcs_for(DAY))
    back = fly(there, jnp.asarray(-DAY), loads, GM, arcs=arcs_for(DAY))
    assert float(jnp.linalg.norm(back.r_gcrf - ship().r_gcrf)) < 2e-3
    assert float(back.t_s) == 0.0


def test_samples_lie_on_the_coast(around: Surroundings) -> None:
    loads = orbital_loads(around, DRAG_AREA_M2)
    last, states = eqx.filter_jit(path)(ship(), jnp.asarray(1_800.0), loads, GM, arcs=2, samples=6)
    np.testing.assert_allclose(states.t_s, 300.0 * np.arange(12), atol=1e-9)
    np.testing.assert_allclose(states.r_gcrf[0], ship().r_gcrf, rtol=0.0, atol=1e-6)
    np.testing.assert_allclose(last.r_gcrf, fly(ship(), jnp.asarray(3_600.0), loads, GM, arcs=2).r_gcrf, atol=1e-6)
    between = fly(ship(), jnp.asarray(2_700.0), loads, GM, arcs=2)
    np.testing.assert_allclose(states.r_gcrf[9], between.r_gcrf, rtol=0.0, atol=1e-4)
    np.testing.assert_allclose(states.v_gcrf[9], between.v_gcrf, rtol=0.0, atol=1e-7)


def test_transition_matrix_is_what_neighbours_do(around: Surroundings) -> None:
    loads, span = orbital_loads(around, DRAG_AREA_M2), jnp.asarray(5_400.0)
    last, matrix = eqx.filter_jit(transition)(ship(), span, loads, GM, arcs=3)
    np.testing.assert_allclose(last.r_gcrf, fly(ship(), span, loads, GM, arcs=3).r_gcrf, rtol=0.0, atol=1e-6)
    for k, aside in enumerate([10.0] * 3 + [0.01] * 3):
        ends = []
        for sign in (1.0, -1.0):
            change = jnp.zeros(6).at[k].set(sign * aside)
            start = eqx.tree_at(
                lambda at: (at.r_gcrf, at.v_gcrf), ship(), (ship().r_gcrf + change[:3], ship().v_gcrf + change[3:])
            )
            end = fly(start, span, loads, GM, arcs=3)
            ends.append(np.concatenate([end.r_gcrf, end.v_gcrf]))
        np.testing.assert_allclose(matrix[:, k], (ends[0] - ends[1]) / (2.0 * aside), rtol=1e-5, atol=1e-6)


def test_transition_matrix_is_symplectic_without_drag(around: Surroundings) -> None:
    loads = orbital_loads(around, DRAG_AREA_M2)[:2]
    _, matrix = eqx.filter_jit(transition)(ship(), jnp.asarray(5_400.0), loads, GM, arcs=3)
    scale = np.diag([1.0] * 3 + [1e-3] * 3)  # a low orbit takes about 1000 s a radian
    phi = np.linalg.inv(scale) @ np.asarray(matrix) @ scale
    turned = np.block([[np.zeros((3, 3)), np.eye(3)], [-np.eye(3), np.zeros((3, 3))]])
    np.testing.assert_allclose(phi.T @ turned @ phi, turned, atol=1e-8)

"""What a free flight keeps: energy, momentum, Jacobi's integral; and what drag and flattening do to it."""

import math
from importlib.resources import files

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from zarya.constants import GM_EARTH_EGM2008_M3_S2, J2_EGM2008, RADIUS_EARTH_EGM2008_M
from zarya.dynamics.loads import CentralGravity, Drag, Gravity
from zarya.dynamics.motion import Load
from zarya.dynamics.propagate import path
from zarya.dynamics.state import State
from zarya.dynamics.surroundings import Surroundings, surroundings
from zarya.orbits.elements import keplerian_from_cartesian
from zarya.time import Epoch

type Floats = NDArray[np.float64]

GM = GM_EARTH_EGM2008_M3_S2
POLE = np.array([0.0, 0.0, 1.0])
R0, V0 = np.array([4_310_700.0, 4_930_300.0, 1_824_060.0]), np.array([-2_671.77, 4_437.80, -5_641.86])
ARCS, SAMPLES = 12, 10  # six hours
fly = eqx.filter_jit(path)


@pytest.fixture(scope="module")
def around(epoch: Epoch) -> Surroundings:
    return surroundings(epoch, -3_600.0, 30_000.0)


def flown(*loads: Load) -> tuple[Floats, Floats, Floats]:
    """Times, positions and velocities every 3 min for six hours."""
    start = State(jnp.zeros(()), jnp.asarray(R0), jnp.asarray(V0), jnp.zeros(1), jnp.asarray(7_000.0))
    _, states = fly(start, jnp.asarray(1_800.0), loads, jnp.asarray(GM), arcs=ARCS, samples=SAMPLES)
    return np.asarray(states.t_s), np.asarray(states.r_gcrf), np.asarray(states.v_gcrf)


def potential(degree: int, r_itrf: Floats) -> float:
    """GM/r and the harmonics to `degree`, J/kg, by the textbook recursion of normalised Legendre functions."""
    with np.load(str(files("zarya.environment") / "data" / "egm2008_120.npz")) as data:
        size = int(data["degree"]) + 1
        c, s = np.zeros((size, size)), np.zeros((size, size))
        c[np.tril_indices(size)], s[np.tril_indices(size)] = data["c"], data["s"]
    r = float(np.linalg.norm(r_itrf))
    sin, cos, longitude = r_itrf[2] / r, math.hypot(r_itrf[0], r_itrf[1]) / r, math.atan2(r_itrf[1], r_itrf[0])
    total, diagonal = 0.0, 1.0
    for m in range(degree + 1):
        if m:
            diagonal *= cos * math.sqrt(3.0 if m == 1 else (2 * m + 1) / (2 * m))
        below, value = 0.0, diagonal
        for n in range(m, degree + 1):
            if n > m:
                a = math.sqrt((4 * n * n - 1) / (n * n - m * m))
                b = math.sqrt((2 * n + 1) * ((n - 1) ** 2 - m * m) / ((2 * n - 3) * (n * n - m * m))) if n > 1 else 0.0
                below, value = value, a * sin * value - b * below
            wave = c[n, m] * math.cos(m * longitude) + s[n, m] * math.sin(m * longitude)
            total += (RADIUS_EARTH_EGM2008_M / r) ** n * value * wave
    return GM / r * total


def flattened(j2: float) -> CentralGravity:
    values = (jnp.asarray(x) for x in (GM, RADIUS_EARTH_EGM2008_M, j2))
    return CentralGravity(*values, jnp.asarray(POLE), jnp.zeros(3))


def test_a_point_earth_keeps_energy_momentum_and_ellipse() -> None:
    _, r, v = flown(flattened(0.0))
    energy = 0.5 * np.sum(v * v, axis=-1) - GM / np.linalg.norm(r, axis=-1)
    momentum = np.cross(r, v)
    ellipse = np.cross(v, momentum) / GM - r / np.linalg.norm(r, axis=-1, keepdims=True)
    np.testing.assert_allclose(energy, energy[0], rtol=3e-14 * ARCS)
    np.testing.assert_allclose(momentum, np.tile(momentum[0], (len(r), 1)), rtol=0.0, atol=1e-14 * ARCS * 5e10)
    np.testing.assert_allclose(ellipse, np.tile(ellipse[0], (len(r), 1)), rtol=0.0, atol=1e-12)


def test_a_flattened_earth_keeps_energy_and_the_momentum_about_its_pole() -> None:
    _, r, v = flown(flattened(J2_EGM2008))
    distance, sine = np.linalg.norm(r, axis=-1), r @ POLE / np.linalg.norm(r, axis=-1)
    bulge = GM / distance * J2_EGM2008 * (RADIUS_EARTH_EGM2008_M / distance) ** 2 * 0.5 * (3.0 * sine**2 - 1.0)
    energy = 0.5 * np.sum(v * v, axis=-1) - GM / distance + bulge
    momentum = np.cross(r, v)
    np.testing.assert_allclose(energy, energy[0], rtol=3e-14 * ARCS)
    np.testing.assert_allclose(momentum @ POLE, momentum[0] @ POLE, rtol=3e-14 * ARCS)
    assert np.ptp(bulge) > 1e4  # J/kg that came and went
    assert np.ptp(np.linalg.norm(momentum, axis=-1)) > 1e-4 * np.linalg.norm(momentum[0])


def test_the_node_goes_west_as_flattening_says() -> None:
    t_s, r, v = flown(flattened(J2_EGM2008))
    orbits = [keplerian_from_cartesian(jnp.asarray(a), jnp.asarray(b), GM) for a, b in zip(r, v, strict=True)]
    raan = np.unwrap([float(orbit.raan_rad) for orbit in orbits])
    a, e, i = (float(np.mean([getattr(orbit, name) for orbit in orbits])) for name in ("a_m", "e", "i_rad"))
    semilatus = a * (1.0 - e * e)
    expected = -1.5 * math.sqrt(GM / a**3) * J2_EGM2008 * (RADIUS_EARTH_EGM2008_M / semilatus) ** 2 * math.cos(i)
    np.testing.assert_allclose(np.polyfit(t_s, raan, 1)[0], expected, rtol=5e-3)


def test_a_turning_field_keeps_jacobis_integral(around: Surroundings) -> None:
    t_s, r, v = flown(Gravity(around.field, around.earth))
    jacobi, inertial = [], []
    for at, r_gcrf, v_gcrf in zip(t_s, r, v, strict=True):
        dcm = np.asarray(around.earth.dcm_itrf_from_gcrf(jnp.asarray(at)))
        omega = np.asarray(around.earth.omega_earth_gcrf(jnp.asarray(at)))
        energy = 0.5 * v_gcrf @ v_gcrf - potential(around.field.degree, dcm @ r_gcrf)
        inertial.append(energy)
        jacobi.append(energy - omega @ np.cross(r_gcrf, v_gcrf))
    assert np.ptp(inertial) > 20.0  # J/kg: the equator's ellipse turns past
    assert np.ptp(jacobi) < 0.02 * np.ptp(inertial)  # what is left: the axis itself moves


def test_drag_takes_the_energy_it_works(around: Surroundings) -> None:
    drag = Drag(around.air, around.earth, around.ephemeris, jnp.asarray(200.0))
    t_s, r, v = flown(flattened(0.0), drag)
    energy = 0.5 * np.sum(v * v, axis=-1) - GM / np.linalg.norm(r, axis=-1)
    power = []
    for at, r_gcrf, v_gcrf in zip(t_s, r, v, strict=True):
        now = State(*(jnp.asarray(x) for x in (at, r_gcrf, v_gcrf)), jnp.zeros(1), jnp.asarray(7_000.0))
        power.append(float(drag.force(now.t_s, now).newton_gcrf @ now.v_gcrf) / 7_000.0)
    worked = np.sum(0.5 * (np.array(power[1:]) + np.array(power[:-1])) * np.diff(t_s))
    assert np.all(np.diff(energy) < 0.0)
    np.testing.assert_allclose(energy[-1] - energy[0], worked, rtol=5e-3)

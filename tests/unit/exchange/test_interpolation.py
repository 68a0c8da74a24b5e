"""The state between states: exact for polynomials of its degree, close on an orbit, refused where it cannot be good."""

import numpy as np
import pytest

from zarya.errors import CoverageError, FormatError
from zarya.exchange.interpolation import state_at
from zarya.exchange.records import Ephemeris


def polynomial(degree: int, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    c = np.array([[7.0e6, 3.0, -2.0e-3, 4.0e-7, 1.0e-10, -3.0e-13, 2.0e-16, 1.0e-19][: degree + 1]] * 3).T
    powers = np.arange(degree + 1)
    r = (c[None] * (t[:, None] ** powers)[:, :, None]).sum(1)
    v = (c[None, 1:] * (powers[1:] * t[:, None] ** (powers[1:] - 1))[:, :, None]).sum(1)
    return r, v


@pytest.mark.parametrize(("method", "degree"), [("HERMITE", 3), ("HERMITE", 7), ("LAGRANGE", 4), ("LAGRANGE", 7)])
def test_exact_for_a_polynomial_of_its_degree(orbit, method: str, degree: int):
    t = np.arange(12) * 60.0
    r, v = polynomial(degree, t)
    ship = orbit(12, r_m=r, v_m_s=v, interpolation=method, interpolation_degree=degree)
    for at in (17.5, 333.0, 641.0):
        one, error = state_at(Ephemeris((ship,)), ship.epoch + at)
        exact = polynomial(degree, np.array([at]))
        assert np.abs(one.r_m - exact[0]).max() < 1.0e-6
        assert np.abs(one.v_m_s - exact[1]).max() < 1.0e-8
        assert error < 1.0e-5


def test_nasa_spacing_and_silent_header(orbit):
    """States every 240 s, no INTERPOLATION: Hermite of degree 7 is good to a centimetre on a circular orbit."""
    ship = orbit(20, 240.0)
    truth = orbit(20 * 240, 1.0)
    one, error = state_at(Ephemeris((ship,)), ship.epoch + 2_000.0)
    assert np.linalg.norm(one.r_m[0] - truth.r_m[2_000]) < 0.05
    assert np.linalg.norm(one.v_m_s[0] - truth.v_m_s[2_000]) < 1.0e-3
    assert error < 0.1


def test_a_state_of_the_file_is_taken_as_it_is(orbit):
    ship = orbit(5)
    one, error = state_at(Ephemeris((ship,)), ship.epoch + 120.0)
    assert (one.r_m[0] == ship.r_m[2]).all()
    assert error == 0.0


def test_the_usable_span_binds(orbit):
    ship = orbit(13)
    bounded = orbit(13, usable=(ship.epoch + 120.0, ship.epoch + 600.0))
    for at in (60.0, 601.0, 720.0):
        with pytest.raises(CoverageError, match="the ephemeris covers"):
            state_at(Ephemeris((bounded,)), ship.epoch + at)
    state_at(Ephemeris((bounded,)), ship.epoch + 130.0)


def test_the_segment_that_covers_the_date_is_used(orbit):
    first = orbit(5)
    second = orbit(5, epoch=first.epoch + 600.0, object_name="after the burn")
    one, _ = state_at(Ephemeris((first, second)), first.epoch + 630.0)
    assert one.object_name == "after the burn"


def test_states_too_far_apart_are_refused(orbit):
    with pytest.raises(CoverageError, match="too far apart"):
        state_at(Ephemeris((orbit(25, 3_600.0),)), orbit(1).epoch + 5_000.0)


def test_an_unknown_method_is_refused(orbit):
    ship = orbit(5, interpolation="CHEBYSHEV", interpolation_degree=5)
    with pytest.raises(FormatError, match="CHEBYSHEV"):
        state_at(Ephemeris((ship,)), ship.epoch + 61.0)

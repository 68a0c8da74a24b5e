"""IAU SOFA validation values (liberfa/erfa, t_erfa_c.c)."""

import json
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from zarya.frames import geodetic_from_itrf
from zarya.iers import tai_minus_utc_s
from zarya.time import Epoch

CASES = json.loads((Path(__file__).parents[2] / "authorities/sofa/iau_sofa_erfa_tests.json").read_text())


def expected(routine: str) -> list[float]:
    return [float(item["value"]) for item in CASES[routine]["expected"]]


def test_utc_to_tai_within_a_nanosecond() -> None:
    day, fraction = expected("utctai")
    jd1, jd2 = Epoch.from_jd(2453750.5, 0.892100694).jd("tai")
    assert ((jd1 - day) + (jd2 - fraction)) * 86400.0 == pytest.approx(0.0, abs=1e-9)


def test_leap_seconds() -> None:
    days = [52791, 54482, 58000]  # 2003-06-01, 2008-01-17, 2017-09-04
    assert [float(tai_minus_utc_s(day)) for day in days] == expected("dat")


def test_geodetic_within_a_micrometre() -> None:
    east, north, height = expected("gc2gd")[:3]  # WGS 84
    latitude, longitude, h = geodetic_from_itrf(jnp.array([2e6, 3e6, 5.244e6]))
    np.testing.assert_allclose([longitude, latitude], [east, north], rtol=0, atol=1e-12)
    assert float(h) == pytest.approx(height, abs=1e-6)

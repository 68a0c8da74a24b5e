"""Burns found in element sets made from a numerical orbit with known burns."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from zarya.gnc.plane_crossing import _in_chunks, _means
from zarya.orbits.tle import ElementSet
from zarya.studies.station.reboosts import Reboost, detect_lowerings, detect_reboosts
from zarya.time import Epoch
from zarya.units import DAY, DEG

GM, RADIUS_M, J2 = 3.986008e14, 6_378_135.0, 0.001082616
STEP_S, DAYS, BURN_DAY = 45.0, 12.0, 6.0
START = Epoch.from_iso("2023-05-01T00:00:00Z", scale="utc")

type Floats = NDArray[np.float64]


def acceleration(r: Floats, v: Floats) -> Floats:
    """J2 and drag at 4e-9 /m of the air at 410 km, which falls by e in 60 km; lanes in rows."""
    d2 = np.sum(r * r, axis=1, keepdims=True)
    d = np.sqrt(d2)
    z2 = (r[:, 2:] ** 2) / d2
    bulge = 1.5 * J2 * (RADIUS_M**2 / d2) * np.concatenate([1.0 - 5.0 * z2, 1.0 - 5.0 * z2, 3.0 - 5.0 * z2], axis=1)
    density = 3e-12 * np.exp(-(d - RADIUS_M - 410e3) / 60e3)
    speed = np.sqrt(np.sum(v * v, axis=1, keepdims=True))
    return -GM / d2 / d * r * (1.0 + bulge) - 0.5 * 8e-3 * density * speed * v


def element_sets(burns_m_s: Floats, seed: int = 1) -> list[list[ElementSet]]:
    """Sets every 4 to 6 h of lanes that each burn once, their argument of latitude off by 0.006 deg (1 sigma)."""
    random = np.random.default_rng(seed)
    lanes = len(burns_m_s)
    a, i = 6.795e6, 51.64 * DEG
    u = random.uniform(0.0, 2.0 * math.pi, lanes)
    r = a * np.stack([np.cos(u), np.sin(u) * math.cos(i), np.sin(u) * math.sin(i)], axis=1)
    v = math.sqrt(GM / a) * np.stack([-np.sin(u), np.cos(u) * math.cos(i), np.cos(u) * math.sin(i)], axis=1)
    kept = np.unique(np.round(np.cumsum(random.uniform(0.16, 0.26, 60)) * DAY / STEP_S)).astype(int)
    sets: list[list[ElementSet]] = [[] for _ in range(lanes)]
    for k in range(round(DAYS * DAY / STEP_S) + 1):
        if k in kept:
            mean_a, _, inclination, raan, mean_u = _in_chunks(_means, r, v)
            noisy = mean_u + random.normal(0.0, 0.006 * DEG, lanes)
            jd1, jd2 = (START + k * STEP_S).jd("utc")
            for lane in range(lanes):
                n = math.sqrt(GM / mean_a[lane] ** 3) * DAY / (2.0 * math.pi)
                sets[lane].append(
                    ElementSet(25544, 2023, jd1 - 2_459_945.5 + jd2 + 1.0, inclination[lane] / DEG, raan[lane] / DEG,
                               1e-6, 0.0, float(noisy[lane] / DEG) % 360.0, n, 1e-4)
                )  # fmt: skip
        if k == round(BURN_DAY * DAY / STEP_S):
            v = v * (1.0 + burns_m_s[:, None] / np.linalg.norm(v, axis=1, keepdims=True))
        h = STEP_S
        a1 = acceleration(r, v)
        v2, a2 = v + 0.5 * h * a1, acceleration(r + 0.5 * h * v, v + 0.5 * h * a1)
        v3, a3 = v + 0.5 * h * a2, acceleration(r + 0.5 * h * v2, v + 0.5 * h * a2)
        v4, a4 = v + h * a3, acceleration(r + h * v3, v + h * a3)
        r, v = r + h / 6.0 * (v + 2.0 * v2 + 2.0 * v3 + v4), v + h / 6.0 * (a1 + 2.0 * a2 + 2.0 * a3 + a4)
    return sets


BURNS = np.array([0.0, 0.0, 0.0, 0.0, 0.1, 0.1, 0.2, 0.2, 0.5, 1.0, 2.0, 2.0])


@pytest.fixture(scope="module")
def found() -> list[list[Reboost]]:
    return [detect_reboosts(sets) for sets in element_sets(BURNS)]


def test_every_injected_burn_is_found_with_its_size_and_time(found: list[list[Reboost]]) -> None:
    when = START + BURN_DAY * DAY
    for burn, seen in zip(BURNS, found, strict=True):
        if burn > 0.0:
            assert len(seen) == 1
            assert abs(seen[0].delta_v_m_s / burn - 1.0) < 0.15
            assert abs(seen[0].epoch - when) < 3.0 * 3600.0
            assert abs(seen[0].altitude_change_m / (2.0 * burn / 1.127e-3) - 1.0) < 0.15


def test_quiet_spans_raise_no_alarm(found: list[list[Reboost]]) -> None:
    assert all(not seen for burn, seen in zip(BURNS, found, strict=True) if burn == 0.0)


def test_burns_against_the_velocity_are_found_apart() -> None:
    """0.2 to 1 m/s against the velocity; none is seen where there is none, also beside a reboost."""
    burns = np.array([-1.0, -0.5, -0.35, -0.2, 0.0, 0.0, 0.5, 2.0])
    for burn, sets in zip(burns, element_sets(burns, seed=3), strict=True):
        along = detect_reboosts(sets)
        against = detect_lowerings(sets, along)
        assert len(along) == (burn > 0.0)
        assert len(against) == (burn < 0.0)
        for item in against:
            assert abs(item.delta_v_m_s / burn - 1.0) < 0.15
            assert item.altitude_change_m < 0.0
            assert abs(item.epoch - (START + BURN_DAY * DAY)) < 3.0 * 3600.0

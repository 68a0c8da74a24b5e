"""Where and when a pad crosses the plane that becomes the station's at docking, for many lift-offs at once.

The formulae behind `zarya.gnc.launch_instant`; a lane is one lift-off with its own element set and scheme.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import erfa
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from zarya.arrays import Scalar, Vector3
from zarya.constants import EARTH_ROTATION_RAD_S
from zarya.errors import InputError
from zarya.frames.geodetic import itrf_from_geodetic
from zarya.iers import earth_parameters
from zarya.orbits.mean import Oblateness, j2_secular_rates, mean_from_osculating
from zarya.orbits.tle import WGS72_OBLATENESS, ElementSet
from zarya.programs import program
from zarya.time import Epoch
from zarya.units import DAY, DEG

TWO_PI: Final = 2.0 * math.pi
_ITERATIONS: Final = 8
"""Fixed-point steps for the lift-off; each shrinks the error to 3 % (0.49 s per degree times 0.065 deg per second)."""

_ZONALS: Final = {
    6: 5.40667e-07, 8: -2.03993e-07, 10: -2.44391e-07, 12: -1.82181e-07,
    14: 1.22072e-07, 16: 2.7059e-08, 18: -3.70965e-08, 20: -1.38046e-07,
}  # fmt: skip
"""Even zonal coefficients past those of SGP4. Source: EGM2008, Pavlis et al. 2012."""
_CHUNK: Final = 512
"""Lanes of the compiled programs: one, or this many at a time, so that two programs serve every length."""

type Floats = NDArray[np.float64]
type Site = tuple[float, float, float]


@dataclass(frozen=True)
class Insertion:
    """What the launcher puts the ship into, and how far from the pad.

    Parameters
    ----------
    semi_major_axis_m, e, inclination_rad : mean elements of the insertion orbit; the inclination is the launcher's own
        and does not follow the station.
    time_from_liftoff_s : s, lift-off to separation of the ship.
    arc_rad : rad, argument of latitude at separation minus that of the pad at its crossing of the plane.
    """

    semi_major_axis_m: float
    e: float
    inclination_rad: float
    time_from_liftoff_s: float
    arc_rad: float


@dataclass(frozen=True)
class Transfer:
    """A rendezvous scheme as the plane sees it.

    Parameters
    ----------
    transit_s : s, lift-off to docking.
    parking_revolutions : revolutions at the insertion height before the ship is raised to its phasing height.
    phase_floor_rad : rad, the phase at insertion is counted in floor .. floor + 2 pi (two-day flights pass 2 pi).
    """

    transit_s: float
    parking_revolutions: float = 0.0
    phase_floor_rad: float = -math.pi


@dataclass(frozen=True)
class MeanPlanes:
    """`MeanPlane` of many lanes, each field (lane,)."""

    semi_major_axis_m: Floats
    e: Floats
    inclination_rad: Floats
    raan_rad: Floats
    u_rad: Floats


@dataclass(frozen=True)
class Crossings:
    """The pad's crossings nearest to given lift-offs, each field (lane,).

    Parameters
    ----------
    wait_s : s, from lift-off to the crossing.
    phase_rad, node_drift_rad, phasing_semi_major_axis_m : see `LaunchInstant` and `node_drift`.
    station : mean elements of the station at insertion.
    """

    wait_s: Floats
    phase_rad: Floats
    node_drift_rad: Floats
    phasing_semi_major_axis_m: Floats
    station: MeanPlanes


def mean_planes(element_sets: Sequence[ElementSet], origin: Epoch, t_s: Floats) -> MeanPlanes:
    """Mean elements in TEME of one element set per lane, `t_s` (lane,) s after `origin`.

    **Model** SGP4, short-period terms of J2 removed; the node moved on by what SGP4 leaves out of its drift since the
    epoch of the set (`unmodelled_node_rate_rad_s`).
    """
    r, v = np.empty((len(t_s), 3)), np.empty((len(t_s), 3))
    age_s = np.empty(len(t_s))
    for element_set, lanes in _groups(element_sets):
        age_s[lanes] = t_s[lanes] + (origin - element_set.epoch)
        r[lanes], v[lanes] = element_set.sgp4(age_s[lanes])
    a, e, i, raan, u = _in_chunks(_means, r, v)
    return MeanPlanes(a, e, i, (raan + unmodelled_node_rate_rad_s(a, i) * age_s) % TWO_PI, u)


def unmodelled_node_rate_rad_s(a_m: Floats, i_rad: Floats) -> Floats:
    """Secular drift of the node that SGP4 does not have: zonals J6 to J20, Sun and Moon; rad/s, (lane,).

    **Model** circular orbit, potential averaged over u: node' = n times the sum of (R/a)^k J_k P_k(0) P_k'(cos i);
    Sun and Moon -(0.00154 + 0.00338) cos i / n deg a day with n in revolutions a day.
    **Source** Kaula 1966, Theory of Satellite Geodesy; EGM2008; Larson & Wertz, Space Mission Analysis and Design.
    **Valid** ISS: 0.0022 deg a day (0.53 s of lift-off); sets of 2018-2024 without burns between show 0.0019 +- 0.0004.
    """
    gm, radius_m, _ = WGS72_OBLATENESS
    n = np.sqrt(gm / a_m**3)
    total = np.zeros_like(a_m)
    for degree, j in _ZONALS.items():
        legendre = np.polynomial.legendre.Legendre.basis(degree)
        total = total + n * (radius_m / a_m) ** degree * j * float(legendre(0.0)) * legendre.deriv()(np.cos(i_rad))
    third = -(0.00154 + 0.00338) * DEG * np.cos(i_rad) / (n * DAY / TWO_PI) / DAY
    return np.asarray(total + third)


def pad_directions_rad(site: Site, origin: Epoch, t_s: Floats) -> tuple[Floats, Floats]:
    """`pad_direction_rad` at `t_s` (lane,) s after `origin`."""
    earth = earth_parameters(origin.tai_s + origin.fraction_s + t_s)
    jd1, jd2 = origin.jd("tai")
    sidereal = erfa.gmst82(jd1, jd2 + (t_s + earth.ut1_minus_tai_s) / DAY)
    polar = erfa.pom00(earth.xp_rad, earth.yp_rad, 0.0)
    x, y, z = np.einsum("nji,j->in", polar, _pad_itrf(site))
    return np.asarray(np.arctan2(y, x) + sidereal), np.asarray(np.arctan2(z, np.hypot(x, y)))


def crossings(
    element_sets: Sequence[ElementSet],
    site: Site,
    insertion: Insertion,
    transfers: Sequence[Transfer],
    origin: Epoch,
    liftoff_s: Floats,
    *,
    ascending: bool = True,
    near_rad: Floats | None = None,
) -> Crossings:
    """The pad's crossing nearest to each lift-off of the ship inserted by it; see `coplanar_instant`.

    Parameters
    ----------
    element_sets, transfers : one per lane.
    liftoff_s : (lane,) s after `origin`.
    near_rad : (lane,) rad, the phase is unwrapped next to it; NaN or absent: counted from the floor of the scheme.
    """
    station = mean_planes(element_sets, origin, liftoff_s + insertion.time_from_liftoff_s)
    right_ascension, declination = pad_directions_rad(site, origin, liftoff_s)
    ratio = np.tan(declination) / math.tan(insertion.inclination_rad)
    if np.any(np.abs(ratio) >= 1.0):
        raise InputError(
            f"the pad lies beyond the inclination of the orbit, {insertion.inclination_rad / DEG:.3f} deg",
            key="latitude_deg",
            value=round(site[0] / DEG, 4),
            remedy="Choose a pad nearer to the equator or an orbit of higher inclination.",
        )
    along = np.arcsin(np.sin(declination) / math.sin(insertion.inclination_rad))
    east = np.arcsin(ratio)
    if not ascending:
        along, east = math.pi - along, math.pi - east
    phase = station.u_rad - along - insertion.arc_rad
    floor = np.array([transfer.phase_floor_rad for transfer in transfers])
    if near_rad is not None:
        floor = np.where(np.isnan(near_rad), floor, near_rad - math.pi)
    phase = (phase - floor) % TWO_PI + floor
    drift, phasing_a_m = node_drifts(phase, station, insertion, transfers)
    behind = station.raan_rad - drift + east - right_ascension
    wait_s = ((behind + math.pi) % TWO_PI - math.pi) / EARTH_ROTATION_RAD_S
    return Crossings(wait_s, phase, drift, phasing_a_m, station)


def settled(
    element_sets: Sequence[ElementSet],
    site: Site,
    insertion: Insertion,
    transfers: Sequence[Transfer],
    origin: Epoch,
    liftoff_s: Floats,
    lead_s: float,
    *,
    ascending: bool = True,
) -> tuple[Floats, Crossings]:
    """Lift-offs that precede their crossing by the lead, found from guesses half a day near, and the crossings."""
    found = crossings(element_sets, site, insertion, transfers, origin, liftoff_s, ascending=ascending)
    for k in range(_ITERATIONS):
        step = found.wait_s - lead_s
        if np.all(np.abs(step) < 1e-4):
            break
        liftoff_s = liftoff_s + step
        is_near = (np.abs(step) < 60.0) | (k >= 2)  # far off, whole turns are counted afresh; not for ever
        near = np.where(is_near, found.phase_rad, np.nan)
        found = crossings(
            element_sets, site, insertion, transfers, origin, liftoff_s, ascending=ascending, near_rad=near
        )
    return liftoff_s, found


def node_drifts(
    phase_rad: Floats, station: MeanPlanes, insertion: Insertion, transfers: Sequence[Transfer]
) -> tuple[Floats, Floats]:
    """`node_drift` by lane."""
    count = len(phase_rad)
    park = [np.full(count, x) for x in (insertion.semi_major_axis_m, insertion.e, insertion.inclination_rad)]
    fly_s = np.array([transfer.transit_s for transfer in transfers]) - insertion.time_from_liftoff_s
    parking = np.array([transfer.parking_revolutions for transfer in transfers])
    drift, a = _in_chunks(
        _drifts, phase_rad, station.semi_major_axis_m, station.e, station.inclination_rad, *park, fly_s, parking
    )
    return drift, a


def seconds_per_rad(station: MeanPlanes) -> Floats:
    """Shift of the lift-off with the phase, s/rad (lane,): 3.5/1.5 node'/n over the Earth's rotation."""
    node, u = _station_rates(station)
    return np.asarray(3.5 / 1.5 * node / u / EARTH_ROTATION_RAD_S)


def _station_rates(station: MeanPlanes) -> tuple[Floats, Floats]:
    """Secular rates of the node and of the mean argument of latitude, rad/s, by lane."""
    node, u = _in_chunks(_rates, station.semi_major_axis_m, station.e, station.inclination_rad)
    return node, u


@program
@jax.vmap
def _means(r_teme: Vector3, v_teme: Vector3) -> tuple[Scalar, ...]:
    mean = mean_from_osculating(r_teme, v_teme, _planet())
    return mean.a_m, mean.e, mean.i_rad, mean.raan_rad, mean.u_rad


@program
@jax.vmap
def _rates(a_m: Scalar, e: Scalar, i_rad: Scalar) -> tuple[Scalar, Scalar]:
    rates = j2_secular_rates(a_m, e, i_rad, _planet())
    return rates.raan_rad_s, rates.u_rad_s


@program
@jax.vmap
def _drifts(
    phase: Scalar,
    station_a: Scalar,
    station_e: Scalar,
    station_i: Scalar,
    park_a: Scalar,
    park_e: Scalar,
    park_i: Scalar,
    fly_s: Scalar,
    parking: Scalar,
) -> tuple[Scalar, Scalar]:
    planet = _planet()
    target = j2_secular_rates(station_a, station_e, station_i, planet)
    park = j2_secular_rates(park_a, park_e, park_i, planet)
    parked_s = parking * TWO_PI / park.u_rad_s
    cruise_s = fly_s - parked_s
    wanted = target.u_rad_s + (phase - (park.u_rad_s - target.u_rad_s) * parked_s) / cruise_s
    circular = jnp.zeros_like(park_e)

    def kepler(_: object, a: Scalar) -> Scalar:  # the third law; J2 changes the slope by 1e-3
        u_rad_s: Scalar = j2_secular_rates(a, circular, park_i, planet).u_rad_s
        return a * (u_rad_s / wanted) ** (2.0 / 3.0)

    a = jax.lax.fori_loop(0, 6, kepler, station_a)
    node = j2_secular_rates(a, circular, park_i, planet).raan_rad_s
    drift: Scalar = (park.raan_rad_s - target.raan_rad_s) * parked_s + (node - target.raan_rad_s) * cruise_s
    return drift, a


def _in_chunks(compiled: Callable[..., tuple[Any, ...]], *columns: Floats) -> tuple[Floats, ...]:
    """A compiled program over columns (lane, ...), by one lane or by `_CHUNK`, the last chunk filled with its first."""
    count = len(columns[0])
    size = 1 if count == 1 else _CHUNK
    parts = []
    for start in range(0, count, size):
        some = [column[start : start + size] for column in columns]
        short = size - len(some[0])
        if short:
            some = [np.concatenate([column, np.repeat(column[:1], short, axis=0)]) for column in some]
        parts.append([np.asarray(x)[: size - short] for x in compiled(*some)])
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _groups(element_sets: Sequence[ElementSet]) -> list[tuple[ElementSet, NDArray[np.int64]]]:
    """Every set and the lanes that use it."""
    lanes: dict[int, list[int]] = {}
    for lane, element_set in enumerate(element_sets):
        lanes.setdefault(id(element_set), []).append(lane)
    return [(element_sets[some[0]], np.array(some)) for some in lanes.values()]


@cache
def _pad_itrf(site: Site) -> Floats:
    return np.asarray(itrf_from_geodetic(*(jnp.asarray(x) for x in site)))


def _planet() -> Oblateness:
    return Oblateness(*(jnp.asarray(x) for x in WGS72_OBLATENESS))

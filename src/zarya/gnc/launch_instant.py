"""When to lift off: the instant at which a pad crosses the plane that becomes the station's at docking.

A lower orbit's node drifts faster than the station's, so the ship is put into a plane a little to the east and the two
planes meet at docking. The offset is fixed by the angle the ship has to gain on the station. The launcher lifts off a
*lead* before the crossing; the lead is the only calibrated number (`steering_leads`), one per steering programme.
"""

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from zarya.constants import EARTH_ROTATION_RAD_S
from zarya.errors import InputError
from zarya.frames.earth import dcm_itrf_from_pef, dcm_pef_from_teme
from zarya.frames.geodetic import itrf_from_geodetic
from zarya.orbits.mean import Oblateness, j2_secular_rates, mean_from_osculating
from zarya.orbits.tle import WGS72_OBLATENESS, ElementSet
from zarya.time import Epoch
from zarya.units import DEG

TWO_PI: Final = 2.0 * math.pi
_SEARCH_MARGIN_S: Final = 900.0
"""The ship's node leads the station's by up to 200 s (396 deg of phase); the search starts this much early."""
_ITERATIONS: Final = 8
"""Fixed-point steps for the lift-off; each shrinks the error to 3 % (0.49 s per degree times 0.065 deg per second)."""

_mean_from_osculating = jax.jit(mean_from_osculating)
_secular_rates = jax.jit(j2_secular_rates)


@dataclass(frozen=True)
class MeanPlane:
    """Mean elements (J2 short-period terms removed) of an orbit in TEME at an epoch; angles 0..2 pi.

    `u_rad` is the mean argument of latitude (perigee argument plus mean anomaly).
    """

    epoch: Epoch
    semi_major_axis_m: float
    e: float
    inclination_rad: float
    raan_rad: float
    u_rad: float


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


SCHEMES: Final[dict[int, Transfer]] = {
    1: Transfer(2.1 * 3600.0),
    2: Transfer(3.2 * 3600.0),
    4: Transfer(5.8 * 3600.0),
    34: Transfer(50.2 * 3600.0, parking_revolutions=3.1, phase_floor_rad=130.0 * DEG),
}
"""By orbits. Lift-off to docking: medians of flown flights (one orbit: 2 h 07 min as computed by Murtazin, TASS 2021).
3.1 revolutions: first burns of the two-day scheme. 130..490 deg is centred on the published range, 150 deg wide; the
flown gains were 223-397 deg. The instant moves under 0.1 s for an hour of transit of the short schemes."""


@dataclass(frozen=True)
class Lead:
    """Seconds by which lift-off precedes the pad's crossing of the mean plane of the insertion orbit.

    Parameters
    ----------
    lead_s, sigma_s : s, value and robust scatter of one flight about it.
    programme : name of the launcher's steering programme.
    flights : flights it was calibrated on; empty for a lead of one's own.
    """

    lead_s: float
    sigma_s: float
    programme: str = ""
    flights: tuple[str, ...] = ()
    first_utc: str = ""
    last_utc: str = ""


@dataclass(frozen=True)
class LaunchInstant:
    """The lift-off that ends in the station's plane, with what it rests on.

    Parameters
    ----------
    liftoff, coplanar, insertion : lift-off, the pad's crossing of the ship's plane, separation of the ship.
    phase_rad : rad, mean argument of latitude of the station minus that of the ship at insertion, unwrapped. A planning
        estimate; the flight computes its own from the ascent flown.
    node_station_rad, node_ship_rad : rad, mean nodes in TEME at insertion, 0..2 pi.
    node_offset_rad : rad, ship minus station, east positive.
    inclination_offset_rad : rad, ship minus station; to be taken out by the rendezvous.
    phasing_semi_major_axis_m : m, mean height of the phasing orbit that gains the phase in the time of the transfer.
    lead : the lead used.
    sigma_s : s, of the lift-off, 1 sigma: scatter of the lead and the phase's uncertainty through the node drift.
    phase_sigma_rad : rad, 1 sigma of the phase as given by the caller.
    """

    liftoff: Epoch
    coplanar: Epoch
    insertion: Epoch
    phase_rad: float
    node_station_rad: float
    node_ship_rad: float
    node_offset_rad: float
    inclination_offset_rad: float
    phasing_semi_major_axis_m: float
    lead: Lead
    sigma_s: float
    phase_sigma_rad: float = field(default=0.0)


def mean_plane(element_set: ElementSet, epoch: Epoch) -> MeanPlane:
    """Mean elements in TEME at `epoch` of an orbit given by an element set.

    **Model** the state of SGP4, then `zarya.orbits.mean.mean_from_osculating` with the constants of SGP4; as
    `ElementSet.mean_at`, compiled once.
    **Valid** against the secular elements inside SGP4: node within 2e-4 deg (0.05 s), inclination within 4e-5 deg.
    """
    r_teme, v_teme = element_set.sgp4(epoch)
    mean = _mean_from_osculating(jnp.asarray(r_teme), jnp.asarray(v_teme), _planet())
    return MeanPlane(epoch, float(mean.a_m), float(mean.e), float(mean.i_rad), float(mean.raan_rad), float(mean.u_rad))


def pad_direction_rad(site: tuple[float, float, float], epoch: Epoch) -> tuple[float, float]:
    """Right ascension and declination of a pad in TEME, rad; `site` geodetic latitude, longitude (rad), height (m)."""
    dcm_itrf_from_teme = dcm_itrf_from_pef(epoch) @ dcm_pef_from_teme(epoch)
    x, y, z = dcm_itrf_from_teme.T @ _pad_itrf(site)
    return math.atan2(y, x), math.atan2(z, math.hypot(x, y))


def node_drift(phase_rad: float, station: MeanPlane, insertion: Insertion, transfer: Transfer) -> tuple[float, float]:
    """Drift of the ship's node relative to the station's from insertion to docking, and the phasing height.

    Parameters
    ----------
    phase_rad : rad, unwrapped phase to gain.
    station, insertion, transfer : the two orbits and the scheme.

    Returns
    -------
    rad, node drift of the ship minus that of the station (negative: westward), and m, mean semi-major axis of the
    phasing orbit.

    **Model** both orbits drift by the same secular J2 theory. The ship stays `parking_revolutions` at the insertion
    height and then at the constant height whose rate of u gains the rest of the phase by docking:
    integral of (u'_ship - u'_station) = phase fixes the height; integral of (node'_ship - node'_station) is the answer.
    To first order 3.5/1.5 node'/n per radian of phase (0.49 s of lift-off per degree), whatever the plan, plus
    -tan(i) node' di times the transit (0.3 s a day for 0.01 deg). The inclinations are kept until docking.
    **Ignores** drag on either orbit; the plane change burnt on the way.
    """
    target_node, target_u = _rates(station.semi_major_axis_m, station.e, station.inclination_rad)
    park_node, park_u = _rates(insertion.semi_major_axis_m, insertion.e, insertion.inclination_rad)
    parked_s = transfer.parking_revolutions * TWO_PI / park_u
    cruise_s = transfer.transit_s - insertion.time_from_liftoff_s - parked_s
    wanted_u = target_u + (phase_rad - (park_u - target_u) * parked_s) / cruise_s
    a = station.semi_major_axis_m
    cruise_node, cruise_u = _rates(a, 0.0, insertion.inclination_rad)
    for _ in range(12):  # Kepler's third law; J2 changes the slope by 1e-3
        a *= (cruise_u / wanted_u) ** (2.0 / 3.0)
        cruise_node, cruise_u = _rates(a, 0.0, insertion.inclination_rad)
        if abs(cruise_u / wanted_u - 1.0) < 1e-12:
            break
    return (park_node - target_node) * parked_s + (cruise_node - target_node) * cruise_s, a


def coplanar_instant(
    element_set: ElementSet,
    site: tuple[float, float, float],
    insertion: Insertion,
    after: Epoch,
    transfer: Transfer,
    lead: Lead,
    *,
    ascending: bool = True,
    phase_sigma_rad: float = 0.0,
) -> LaunchInstant:
    """First lift-off at or after `after` that ends in the plane of the station.

    Parameters
    ----------
    element_set : the station's.
    site : geodetic latitude, longitude (rad) and height over WGS84 (m) of the pad.
    insertion, transfer, lead : the launcher's orbit, the scheme, the lead of the steering programme.
    ascending : launch to the north-east; otherwise to the south-east.
    phase_sigma_rad : rad, uncertainty of the station's position along its orbit.

    **Model** coplanar instant: right ascension of the pad in TEME (GMST82 of UT1, polar motion) = node of the ship at
    insertion + asin(tan lat' / tan i), lat' geocentric; the plane is the one at insertion, held fixed in TEME.
    Lift-off = coplanar - lead.
    Raises `InputError` when the pad lies north of the inclination.
    """

    def crossing(epoch: Epoch, near: float | None) -> _Crossing:
        return _crossing(element_set, site, insertion, transfer, epoch, ascending, near)

    start = after + (-_SEARCH_MARGIN_S)
    liftoff = start + (crossing(start, None).wait_s % (TWO_PI / EARTH_ROTATION_RAD_S))
    while True:
        instant = _settle(crossing, liftoff, insertion, lead, phase_sigma_rad)
        if instant.liftoff - after >= 0.0:
            return instant
        liftoff = instant.liftoff + TWO_PI / EARTH_ROTATION_RAD_S


def flown_lead_s(
    element_set: ElementSet,
    site: tuple[float, float, float],
    insertion: Insertion,
    liftoff: Epoch,
    transfer: Transfer,
    *,
    ascending: bool = True,
) -> tuple[float, float]:
    """Lead of a flown lift-off (s, nearest crossing) and its phase at insertion (rad); see `coplanar_instant`."""
    found = _crossing(element_set, site, insertion, transfer, liftoff, ascending, None)
    return found.wait_s, found.phase_rad


def steering_leads() -> dict[str, Lead]:
    """Calibrated leads by steering programme (data/leads.toml, written by builders/calibrate_lead.py)."""
    return {
        row["name"]: Lead(
            row["lead_s"], row["sigma_s"], row["name"], tuple(row["flights"]), row["first_utc"], row["last_utc"]
        )
        for row in _lead_file()["programme"]
    }


def soyuz_insertion() -> Insertion:
    """The orbit every Soyuz programme from Baikonur steers to (data/leads.toml gives the sources)."""
    row = _lead_file()["insertion"]
    return Insertion(
        row["semi_major_axis_m"],
        row["eccentricity"],
        row["inclination_mean_deg"] * DEG,
        row["time_from_liftoff_s"],
        row["arc_deg"] * DEG,
    )


@dataclass(frozen=True)
class _Crossing:
    wait_s: float
    phase_rad: float
    node_drift_rad: float
    phasing_a_m: float
    station: MeanPlane


def _crossing(
    element_set: ElementSet,
    site: tuple[float, float, float],
    insertion: Insertion,
    transfer: Transfer,
    liftoff: Epoch,
    ascending: bool,
    near: float | None,
) -> _Crossing:
    """The pad's crossing nearest to `liftoff` of the ship inserted by that lift-off; phase unwrapped next to `near`."""
    station = mean_plane(element_set, liftoff + insertion.time_from_liftoff_s)
    right_ascension, declination = pad_direction_rad(site, liftoff)
    ratio = math.tan(declination) / math.tan(insertion.inclination_rad)
    if abs(ratio) >= 1.0:
        raise InputError(
            f"the pad lies beyond the inclination of the orbit, {insertion.inclination_rad / DEG:.3f} deg",
            key="latitude_deg",
            value=round(site[0] / DEG, 4),
            remedy="Choose a pad nearer to the equator or an orbit of higher inclination.",
        )
    along = math.asin(math.sin(declination) / math.sin(insertion.inclination_rad))
    east = math.asin(ratio)
    if not ascending:
        along, east = math.pi - along, math.pi - east
    phase = station.u_rad - along - insertion.arc_rad
    floor = transfer.phase_floor_rad if near is None else near - math.pi
    phase = (phase - floor) % TWO_PI + floor
    drift, phasing_a_m = node_drift(phase, station, insertion, transfer)
    behind = station.raan_rad - drift + east - right_ascension
    wait_s = ((behind + math.pi) % TWO_PI - math.pi) / EARTH_ROTATION_RAD_S
    return _Crossing(wait_s, phase, drift, phasing_a_m, station)


def _settle(
    crossing: Callable[[Epoch, float | None], _Crossing],
    liftoff: Epoch,
    insertion: Insertion,
    lead: Lead,
    phase_sigma_rad: float,
) -> LaunchInstant:
    near: float | None = None
    found = crossing(liftoff, near)
    for _ in range(_ITERATIONS):
        step = found.wait_s - lead.lead_s
        liftoff = liftoff + step
        near = found.phase_rad if abs(step) < 60.0 else None  # far off, the whole turns are counted afresh
        found = crossing(liftoff, near)
        if abs(found.wait_s - lead.lead_s) < 1e-4:
            break
    station = found.station
    node, u = _rates(station.semi_major_axis_m, station.e, station.inclination_rad)
    per_rad = 3.5 / 1.5 * node / u / EARTH_ROTATION_RAD_S  # the drift's slope in phase, see `node_drift`
    return LaunchInstant(
        liftoff=liftoff,
        coplanar=liftoff + found.wait_s,
        insertion=liftoff + insertion.time_from_liftoff_s,
        phase_rad=found.phase_rad,
        node_station_rad=station.raan_rad,
        node_ship_rad=(station.raan_rad - found.node_drift_rad) % TWO_PI,
        node_offset_rad=-found.node_drift_rad,
        inclination_offset_rad=insertion.inclination_rad - station.inclination_rad,
        phasing_semi_major_axis_m=found.phasing_a_m,
        lead=lead,
        sigma_s=math.hypot(lead.sigma_s, per_rad * phase_sigma_rad),
        phase_sigma_rad=phase_sigma_rad,
    )


def _rates(a_m: float, e: float, i_rad: float) -> tuple[float, float]:
    """Secular rates of the node and of the mean argument of latitude, rad/s."""
    rates = _secular_rates(*(jnp.asarray(x) for x in (a_m, e, i_rad)), _planet())
    return float(rates.raan_rad_s), float(rates.u_rad_s)


@cache
def _pad_itrf(site: tuple[float, float, float]) -> NDArray[np.float64]:
    return np.asarray(itrf_from_geodetic(*(jnp.asarray(x) for x in site)))


@cache
def _planet() -> Oblateness:
    return Oblateness(*(jnp.asarray(x) for x in WGS72_OBLATENESS))


@cache
def _lead_file() -> dict[str, Any]:
    text = files("zarya.gnc").joinpath("data/leads.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)

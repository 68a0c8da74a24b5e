"""When to lift off: the instant at which a pad crosses the plane that becomes the station's at docking.

A lower orbit's node drifts faster than the station's, so the ship is put into a plane a little to the east and the two
planes meet at docking. The offset is fixed by the angle the ship has to gain on the station. The launcher lifts off a
*lead* before the crossing; the lead is the only calibrated number (`steering_leads`), one per steering programme.
"""

import math
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np

from zarya.constants import EARTH_ROTATION_RAD_S
from zarya.gnc.plane_crossing import (
    TWO_PI,
    Crossings,
    Insertion,
    MeanPlanes,
    Site,
    Transfer,
    crossings,
    mean_planes,
    node_drifts,
    pad_directions_rad,
    seconds_per_rad,
    settled,
)
from zarya.orbits.tle import ElementSet
from zarya.time import Epoch
from zarya.units import DEG

__all__ = [
    "SCHEMES",
    "Insertion",
    "LaunchInstant",
    "Lead",
    "MeanPlane",
    "Transfer",
    "coplanar_instant",
    "flown_lead_s",
    "mean_plane",
    "node_drift",
    "pad_direction_rad",
    "soyuz_insertion",
    "steering_leads",
]

_SEARCH_MARGIN_S: Final = 900.0
"""The ship's node leads the station's by up to 200 s (396 deg of phase); the search starts this much early."""


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


SCHEMES: Final[dict[int, Transfer]] = {
    1: Transfer(2.1 * 3600.0),
    2: Transfer(3.2 * 3600.0),
    4: Transfer(5.8 * 3600.0),
    34: Transfer(50.2 * 3600.0, parking_revolutions=3.0, phase_floor_rad=130.0 * DEG),
}
"""By orbits. Lift-off to docking: medians of flown flights (one orbit: 2 h 07 min as computed by Murtazin, TASS 2021).
3 revolutions: the first two burns of the two-day scheme are flown in orbits 3 and 4 (NASA, Soyuz launch overview and
timeline), so between these the ship leaves the insertion height; half a revolution either way is 1.7 km of the height.
130..490 deg is centred on the published range, 150 deg wide; the flown gains were 223-397 deg. The instant moves under
0.1 s for an hour of transit of the short schemes."""


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
    m = mean_planes([element_set], epoch, np.zeros(1))
    return MeanPlane(epoch, *(float(x[0]) for x in (m.semi_major_axis_m, m.e, m.inclination_rad, m.raan_rad, m.u_rad)))


def pad_direction_rad(site: Site, epoch: Epoch) -> tuple[float, float]:
    """Right ascension and declination of a pad in TEME, rad; `site` geodetic latitude, longitude (rad), height (m)."""
    right_ascension, declination = pad_directions_rad(site, epoch, np.zeros(1))
    return float(right_ascension[0]), float(declination[0])


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
    plane = MeanPlanes(
        *(np.array([x]) for x in (station.semi_major_axis_m, station.e, station.inclination_rad, 0.0, 0.0))
    )
    drift, a = node_drifts(np.array([phase_rad]), plane, insertion, [transfer])
    return float(drift[0]), float(a[0])


def coplanar_instant(
    element_set: ElementSet,
    site: Site,
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
    day_s = TWO_PI / EARTH_ROTATION_RAD_S
    start = np.array([-_SEARCH_MARGIN_S])
    found = crossings([element_set], site, insertion, [transfer], after, start, ascending=ascending)
    t_s = start + found.wait_s % day_s
    while True:
        t_s, found = settled([element_set], site, insertion, [transfer], after, t_s, lead.lead_s, ascending=ascending)
        if t_s[0] >= 0.0:
            return _instant(after + float(t_s[0]), found, insertion, lead, phase_sigma_rad)
        t_s = t_s + day_s


def flown_lead_s(
    element_set: ElementSet,
    site: Site,
    insertion: Insertion,
    liftoff: Epoch,
    transfer: Transfer,
    *,
    ascending: bool = True,
) -> tuple[float, float]:
    """Lead of a flown lift-off (s, nearest crossing) and its phase at insertion (rad); see `coplanar_instant`."""
    found = crossings([element_set], site, insertion, [transfer], liftoff, np.zeros(1), ascending=ascending)
    return float(found.wait_s[0]), float(found.phase_rad[0])


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


def _instant(
    liftoff: Epoch, found: Crossings, insertion: Insertion, lead: Lead, phase_sigma_rad: float
) -> LaunchInstant:
    station, drift = found.station, float(found.node_drift_rad[0])
    raan = float(station.raan_rad[0])
    return LaunchInstant(
        liftoff=liftoff,
        coplanar=liftoff + float(found.wait_s[0]),
        insertion=liftoff + insertion.time_from_liftoff_s,
        phase_rad=float(found.phase_rad[0]),
        node_station_rad=raan,
        node_ship_rad=(raan - drift) % TWO_PI,
        node_offset_rad=-drift,
        inclination_offset_rad=insertion.inclination_rad - float(station.inclination_rad[0]),
        phasing_semi_major_axis_m=float(found.phasing_semi_major_axis_m[0]),
        lead=lead,
        sigma_s=math.hypot(lead.sigma_s, float(seconds_per_rad(station)[0]) * phase_sigma_rad),
        phase_sigma_rad=phase_sigma_rad,
    )


@cache
def _lead_file() -> dict[str, Any]:
    text = files("zarya.gnc").joinpath("data/leads.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)

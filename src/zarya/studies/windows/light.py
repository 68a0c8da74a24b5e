"""Light on a launch: Sun over plane and pad, shadow in the final approach."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import erfa
import numpy as np
from numpy.typing import NDArray

from zarya.bodies import positions_gcrf
from zarya.constants import MEAN_RADIUS_EARTH_M
from zarya.gnc.plane_crossing import MeanPlanes, Site, mean_planes, pad_directions_rad
from zarya.gnc.schemes import AIM_BEFORE_CONTACT_S
from zarya.orbits.tle import ElementSet
from zarya.time import Epoch, jd_grid
from zarya.units import DEG

type Floats = NDArray[np.float64]

_APPROACH_POINTS: Final = 13
_ABORT_ARC_RAD: Final = 45.0 * DEG
_ABORT_POINTS: Final = 10


@dataclass(frozen=True)
class Light:
    """Sun angles and shadow of a launch, each (lane,).

    Parameters
    ----------
    beta_deg : Sun over the station's plane. site_deg : Sun over the pad's horizon.
    docking_sunlit : station outside the shadow at contact. eclipse_fraction : of the final approach in the shadow.
    abort_low_deg, abort_high_deg : least and greatest elevation of the Sun over the landing places of an abort.
    """

    beta_deg: Floats
    site_deg: Floats
    docking_sunlit: NDArray[np.bool_]
    eclipse_fraction: Floats
    abort_low_deg: Floats
    abort_high_deg: Floats


def light(
    pad: Site,
    origin: Epoch,
    liftoff_s: Floats,
    sets: Sequence[ElementSet],
    station: MeanPlanes,
    transit_s: float,
    azimuth_rad: Floats,
) -> Light:
    """Sun over plane, pad, abort landings and final approach.

    Parameters
    ----------
    liftoff_s, azimuth_rad : (lane,) s after `origin`; rad, inertial azimuth of the plane at the pad.
    transit_s : s, lift-off to docking.

    **Model** abort landings: along the plane from the pad to 45 deg beyond (5,000 km, where an abort in the last
    seconds before orbit comes down: docs/validation/aborts.md), over the point where the ballistic path ends.
    **Ignores** nutation (17 arcsec), refraction, penumbra.
    """
    sun = _sun_of_date(origin, liftoff_s)
    normal = _normals(station)
    right_ascension, declination = pad_directions_rad(pad, origin, liftoff_s)
    latitude = pad[0]
    up = np.stack(
        [
            math.cos(latitude) * np.cos(right_ascension),
            math.cos(latitude) * np.sin(right_ascension),
            np.full(len(liftoff_s), math.sin(latitude)),
        ],
        axis=1,
    )
    landing = _landing_directions(right_ascension, declination, azimuth_rad)
    over = np.arcsin(np.clip(np.sum(landing * sun[:, None, :], axis=2), -1.0, 1.0)) / DEG
    docking_s = liftoff_s + transit_s
    then = docking_s[:, None] + np.linspace(-AIM_BEFORE_CONTACT_S, 0.0, _APPROACH_POINTS)
    r = np.stack([s.sgp4(t + (origin - s.epoch))[0] for s, t in zip(sets, then, strict=True)])
    sun_then = _sun_of_date(origin, docking_s)[:, None, :]
    along = np.sum(r * sun_then, axis=2)
    is_dark = (along < 0.0) & (np.linalg.norm(r - along[..., None] * sun_then, axis=2) < MEAN_RADIUS_EARTH_M)
    return Light(
        np.arcsin(np.sum(normal * sun, axis=1)) / DEG,
        np.arcsin(np.sum(up * sun, axis=1)) / DEG,
        ~is_dark[:, -1],
        np.mean(is_dark, axis=1),
        np.min(over, axis=1),
        np.max(over, axis=1),
    )


def plane_beta_deg(element_set: ElementSet, origin: Epoch, t_s: Floats) -> Floats:
    """Sun over the mean plane of an element set, deg, `t_s` (lane,) s after `origin`."""
    station = mean_planes([element_set] * len(t_s), origin, t_s)
    return np.asarray(np.arcsin(np.sum(_normals(station) * _sun_of_date(origin, t_s), axis=1)) / DEG)


def _normals(station: MeanPlanes) -> Floats:
    """Unit normals of the planes, (lane, 3)."""
    i, raan = station.inclination_rad, station.raan_rad
    return np.stack([np.sin(raan) * np.sin(i), -np.cos(raan) * np.sin(i), np.cos(i)], axis=1)


def _landing_directions(right_ascension_rad: Floats, declination_rad: Floats, azimuth_rad: Floats) -> Floats:
    """Directions of the landing places of aborts on the equator of date, (lane, place, 3)."""
    ra, dec, zero = right_ascension_rad, declination_rad, np.zeros_like(right_ascension_rad)
    up = np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1)
    east = np.stack([-np.sin(ra), np.cos(ra), zero], axis=1)
    north = np.cross(up, east)
    along = np.cos(azimuth_rad)[:, None] * north + np.sin(azimuth_rad)[:, None] * east
    arc = np.linspace(0.0, _ABORT_ARC_RAD, _ABORT_POINTS)
    found = np.cos(arc)[:, None] * up[:, None, :] + np.sin(arc)[:, None] * along[:, None, :]
    return np.asarray(found)


def _sun_of_date(origin: Epoch, t_s: Floats) -> Floats:
    """Direction of the Sun on the mean equator of date, (lane, 3)."""
    sun, _ = positions_gcrf(origin, t_s)
    tt1, tt2 = jd_grid(origin, t_s, "tt")
    of_date = np.einsum("nij,nj->ni", erfa.pmat06(tt1, tt2), sun)
    return np.asarray(of_date / np.linalg.norm(of_date, axis=1, keepdims=True))

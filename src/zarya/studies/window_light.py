"""Light on a launch: Sun over plane and pad, shadow in the final approach."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import erfa
import numpy as np
from numpy.typing import NDArray

from zarya.bodies import positions_gcrf
from zarya.gnc.plane_crossing import MeanPlanes, Site, pad_directions_rad
from zarya.gnc.schemes import AIM_BEFORE_CONTACT_S
from zarya.orbits.tle import ElementSet
from zarya.time import Epoch, jd_grid
from zarya.units import DEG

type Floats = NDArray[np.float64]

_EARTH_SHADOW_RADIUS_M: Final = 6_371_000.0
_APPROACH_POINTS: Final = 13


@dataclass(frozen=True)
class Light:
    """Sun angles and shadow of a launch, each (lane,).

    Parameters
    ----------
    beta_deg : Sun over the station's plane. site_deg : Sun over the pad's horizon.
    docking_sunlit : station outside the shadow at contact. eclipse_fraction : of the final approach in the shadow.
    """

    beta_deg: Floats
    site_deg: Floats
    docking_sunlit: NDArray[np.bool_]
    eclipse_fraction: Floats


def light(
    pad: Site, origin: Epoch, liftoff_s: Floats, sets: Sequence[ElementSet], station: MeanPlanes, transit_s: float
) -> Light:
    """Sun over plane, pad and final approach, `liftoff_s` (lane,) s after `origin`, docking `transit_s` later.

    **Ignores** nutation (17 arcsec), refraction, penumbra.
    """
    sun = _sun_of_date(origin, liftoff_s)
    i, raan = station.inclination_rad, station.raan_rad
    normal = np.stack([np.sin(raan) * np.sin(i), -np.cos(raan) * np.sin(i), np.cos(i)], axis=1)
    right_ascension, _ = pad_directions_rad(pad, origin, liftoff_s)
    latitude = pad[0]
    up = np.stack(
        [
            math.cos(latitude) * np.cos(right_ascension),
            math.cos(latitude) * np.sin(right_ascension),
            np.full(len(liftoff_s), math.sin(latitude)),
        ],
        axis=1,
    )
    docking_s = liftoff_s + transit_s
    then = docking_s[:, None] + np.linspace(-AIM_BEFORE_CONTACT_S, 0.0, _APPROACH_POINTS)
    r = np.stack([s.sgp4(t + (origin - s.epoch))[0] for s, t in zip(sets, then, strict=True)])
    sun_then = _sun_of_date(origin, docking_s)[:, None, :]
    along = np.sum(r * sun_then, axis=2)
    is_dark = (along < 0.0) & (np.linalg.norm(r - along[..., None] * sun_then, axis=2) < _EARTH_SHADOW_RADIUS_M)
    return Light(
        np.arcsin(np.sum(normal * sun, axis=1)) / DEG,
        np.arcsin(np.sum(up * sun, axis=1)) / DEG,
        ~is_dark[:, -1],
        np.mean(is_dark, axis=1),
    )


def _sun_of_date(origin: Epoch, t_s: Floats) -> Floats:
    """Direction of the Sun on the mean equator of date, (lane, 3)."""
    sun, _ = positions_gcrf(origin, t_s)
    tt1, tt2 = jd_grid(origin, t_s, "tt")
    of_date = np.einsum("nij,nj->ni", erfa.pmat06(tt1, tt2), sun)
    return np.asarray(of_date / np.linalg.norm(of_date, axis=1, keepdims=True))

"""What reboosts do to a landing that follows: which pass reaches the zone, and how far beside it the track runs."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from zarya.constants import EARTH_ROTATION_RAD_S, MEAN_RADIUS_EARTH_M
from zarya.gnc.plane_crossing import pad_directions_rad
from zarya.orbits.tle import ElementSet
from zarya.time import Epoch
from zarya.units import DAY, DEG, KM

type Floats = NDArray[np.float64]

_STEP_S: Final = 20.0


@dataclass(frozen=True)
class LandingPass:
    """The pass of a day that comes nearest to a zone.

    Parameters
    ----------
    epoch : of the nearest point of the ground track. distance_km : from it to the centre of the zone.
    km_per_deg : how far the track moves over the ground at the zone for a degree of the station along its orbit.
    """

    epoch: Epoch
    distance_km: float
    km_per_deg: float


def landing_pass(
    element_set: ElementSet,
    zone: tuple[float, float, float],
    day: Epoch,
    fallen_back_rad: Callable[[Epoch], float],
    span_s: float = DAY,
) -> LandingPass:
    """The pass over a zone within `span_s` from `day` of a station that burns have let fall back.

    Parameters
    ----------
    zone : geodetic latitude, longitude (rad), height (m) of its centre.
    fallen_back_rad : rad, angle along the orbit lost to burns by an instant.

    **Model** SGP4 of the set, late by the angle over the mean motion; great-circle distance of the track from the zone.
    **Ignores** the slower node of the raised orbit (0.005 deg a day for 1 km), ellipsoid (the track: geocentric).
    """
    shift_s = fallen_back_rad(day + 0.5 * span_s) / element_set.mean_motion_rad_s
    t_s = np.arange(0.0, span_s + _STEP_S, _STEP_S)
    r, _ = element_set.sgp4(t_s - shift_s + (day - element_set.epoch))
    r = r / np.linalg.norm(r, axis=1, keepdims=True)
    ascension, declination = pad_directions_rad(zone, day, t_s)
    place = np.stack(
        [
            np.cos(declination) * np.cos(ascension),
            np.cos(declination) * np.sin(ascension),
            np.sin(declination),
        ],
        axis=1,
    )
    angle = np.arctan2(np.linalg.norm(np.cross(r, place), axis=1), np.sum(r * place, axis=1))
    distance = MEAN_RADIUS_EARTH_M / KM * angle
    nearest = int(np.argmin(distance))
    along = slice(max(nearest - 2, 0), nearest + 3)
    squared, middle, least = np.polyfit(t_s[along] - t_s[nearest], distance[along] ** 2, 2)
    offset = float(np.clip(-middle / (2.0 * squared), -_STEP_S, _STEP_S))
    best = math.sqrt(max(squared * offset**2 + middle * offset + least, 0.0))
    turn_s = DEG / element_set.mean_motion_rad_s
    ground = EARTH_ROTATION_RAD_S * MEAN_RADIUS_EARTH_M / KM * math.cos(zone[0]) * turn_s
    return LandingPass(day + (float(t_s[nearest]) + offset), best, ground)

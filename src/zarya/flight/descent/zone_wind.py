"""Which wind a flight is planned for: the climatology of the zone, a given one, or none."""

from typing import Any

import jax
import numpy as np
from jaxtyping import Array

from zarya.arrays import Scalar, Vector3
from zarya.environment import hwm14
from zarya.environment.wind import Wind, calm
from zarya.environment.wind_asked import CLIMATOLOGY, STILL, WindAsked
from zarya.flight.descent.fall import Trace
from zarya.flight.descent.loads import Air
from zarya.frames.geodetic import geodetic_from_itrf
from zarya.programs import program
from zarya.time import Epoch
from zarya.vehicles.site import SiteData, ZoneData


def wind_over(place: SiteData | ZoneData, asked: WindAsked, epoch: Epoch, start_s: float, end_s: float) -> Wind:
    """The wind over a pad or a landing zone from `start_s` to `end_s`, s from `epoch`, as it is asked for."""
    if isinstance(asked, Wind):
        return asked
    if asked == STILL:
        return calm()
    return hwm14.climatology(epoch, start_s, end_s, *place.geodetic[:2])


def wind_said(asked: WindAsked, source: str = "") -> dict[str, Any]:
    """Kind, source and grade of the wind that is asked for, as they stand in the JSON documents.

    `source` names where a given wind comes from.
    """
    if isinstance(asked, Wind):
        return {"kind": "given", "source": source or "a profile", "grade": "assumed"}
    if asked == STILL:
        return {"kind": STILL, "source": "still air", "grade": "assumed"}
    return {"kind": CLIMATOLOGY, "source": hwm14.SOURCE, "grade": "published"}


def drift_m(air: Air, chutes: Trace) -> tuple[float, float, tuple[float, float]]:
    """Latitude and longitude (rad) where the parachute is commanded, and how far east and north (m) the wind carries.

    **Model** the wind at the height of each sample, integrated over time: under a canopy the module goes with the air.
    """
    latitude, longitude, wind = (np.asarray(values) for values in _winds(air, chutes))
    east, north = (float(np.trapezoid(wind[:, k], np.asarray(chutes.t_s))) for k in (0, 1))
    return float(latitude[0]), float(longitude[0]), (east, north)


@program
def _winds(air: Air, chutes: Trace) -> tuple[Array, Array, Array]:
    """Geodetic places of the samples and the wind there."""

    def one(t_s: Scalar, r_gcrf: Vector3) -> tuple[Scalar, Scalar, Vector3]:
        latitude, longitude, height = geodetic_from_itrf(air.earth.dcm_itrf_from_gcrf(t_s) @ r_gcrf)
        return latitude, longitude, air.wind.at(t_s, height)

    places: tuple[Array, Array, Array] = jax.vmap(one)(chutes.t_s, chutes.r_gcrf)
    return places

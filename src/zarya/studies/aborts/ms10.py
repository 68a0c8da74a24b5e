"""The failure of Soyuz MS-10 flown again, beside what was reported; nothing is fitted.

>>> for row in failure_of_ms10():
...     print(row["start"], row["apogee_km"], row["downrange_km"], row["peak_g"], row["flight_s"])
"""

from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from zarya.constants import EARTH_ROTATION_RAD_S, MEAN_RADIUS_EARTH_M
from zarya.dynamics.surroundings import surroundings
from zarya.flight import abort, ascent
from zarya.flight.abort.flown import Abort
from zarya.flight.descent import descent
from zarya.flight.descent.plan import east_north_m
from zarya.frames import geodetic_from_itrf, itrf_from_geodetic
from zarya.frames.geodetic import up_itrf
from zarya.gnc.launch_instant import steering_leads
from zarya.gnc.plane_crossing import pad_directions_rad
from zarya.time import Epoch
from zarya.units import DEG, KM
from zarya.vehicles import catalog

type Floats = NDArray[np.float64]

LIFTOFF: Final = "2018-10-11T08:40:15Z"
"""Source: GCAT launch table, 2018-F01."""
REPORTED_STATE: Final = {"height_km": 58.0, "downrange_km": 71.0, "speed_m_s": 1_848.0}
"""At the failure. Source: danspace77.com, 2018-10-12 (6653 km/h), taken over the ground."""
REPORTED: Final = {
    "start": "reported",
    "apogee_km": [90.0, 93.0],
    "downrange_km": 402.0,
    "peak_g": 6.7,
    "flight_s": 1_180.0,
    "landing": "20 km east of Zhezkazgan",
}
"""Outcome; `flight_s` is 19 min 40 s from lift-off. Source: en.wikipedia, Soyuz MS-10; GCAT (apogee 93 km)."""


def failure_of_ms10() -> list[dict[str, Any]]:
    """The abort from our own trajectory, from the reported state, and the reported outcome: one row each.

    Keys: start, height_km, range_km, speed_m_s, angle_deg (at the abort, over the ground), apogee_km, downrange_km,
    peak_g, flight_s (lift-off to touchdown), landing_lat_deg, landing_lon_deg.

    **Model** Soyuz-FG from 1/5 with the lead of its programme; fairing motors, ballistic fall; ground as high as the
    landing zone of Zhezkazgan, which lies 20 km from where the crew came down. The reported state has
    no direction: it stands over our ground track and climbs as steeply as our trajectory at the separation of the
    strap-ons. The third row is our own trajectory where it passes the reported height.
    **Ignores** the blow of the strap-on, the wind of the day.
    """
    site, ship = catalog.site("baikonur-1-5"), catalog.ship("soyuz-ms")
    launcher = catalog.launcher("soyuz-fg").for_ship(ship.name)
    epoch = Epoch.from_iso(LIFTOFF)
    around = surroundings(epoch, -600.0, 10_800.0)
    wanted = launcher.insertion_for(ship.name)
    inclination = wanted.inclination_deg.value * DEG
    pad = site.geodetic
    ascension, declination = (float(x[0]) for x in pad_directions_rad(pad, epoch, np.zeros(1)))
    lead_s = steering_leads()["soyuz-fg-crew"].lead_s
    raan = ascension - np.arcsin(np.tan(declination) / np.tan(inclination)) + EARTH_ROTATION_RAD_S * lead_s
    target = ascent.InsertionTarget(wanted.perigee_km.value * KM, wanted.apogee_km.value * KM, inclination, float(raan))
    plan = ascent.prepare(
        launcher, ship.mass_kg.value, site, epoch, around, target, ship_tank_kg=np.array([ship.propellant_kg.value])
    )
    path = abort.ascent_path(plan, *ascent.fly(plan, ascent.nominal(len(launcher.stage))))
    ground_m = catalog.zone("zhezkazgan").height_m.value
    system, shared = abort.escape(launcher, ship), descent(around, ship, ground_m)
    separation = launcher.stage[0].separation_s
    assert separation is not None
    met = separation.value
    own = path.at(met)
    _, seen = _over_ground(plan, met, own[0], own[1], pad)
    high_s = _passes(path, REPORTED_STATE["height_km"] * KM, pad)
    reported = _reported(plan, met, own, seen, pad)
    starts = [
        ("own trajectory, strap-on separation", met, own),
        ("reported state", met, reported),
        ("own trajectory, at the reported height", high_s, path.at(high_s)),
    ]
    rows = []
    for name, at_s, (r, v, axis) in starts:
        begun = abort.abort_from(system, shared, abort.FAIRING, at_s, r, v, axis, path.downrange())
        log = abort.fly_lanes(shared, _lane(begun))
        landing = [float(np.asarray(x)[0]) for x in (log.latitude_rad, log.longitude_rad)]
        distance = float(np.linalg.norm(east_north_m(np.array(landing[:1]), np.array(landing[1:]), pad[0], pad[1])))
        _, state = _over_ground(plan, at_s, r, v, pad)
        rows.append(
            {
                "start": name,
                "at_s": round(at_s, 1),
                "height_km": round(state["height_m"] / KM, 2),
                "range_km": round(state["range_m"] / KM, 1),
                "speed_m_s": round(state["speed_m_s"], 1),
                "angle_deg": round(state["angle_rad"] / DEG, 2),
                "apogee_km": round(float(log.apogee_m[0]) / KM, 1),
                "downrange_km": round(distance / KM, 1),
                "peak_g": round(float(log.peak_load_g[0]), 2),
                "flight_s": round(float(log.landing_s[0]), 1),
                "landing_lat_deg": round(landing[0] / DEG, 4),
                "landing_lon_deg": round(landing[1] / DEG, 4),
            }
        )
    return [*rows, dict(REPORTED)]


def _lane(one: Abort) -> Abort:
    lane: Abort = jax.tree.map(lambda leaf: leaf[None], one)
    return lane


def _over_ground(
    plan: ascent.AscentPlan, t_s: float, r_gcrf: Floats, v_gcrf: Floats, pad: tuple[float, float, float]
) -> tuple[Floats, dict[str, float]]:
    """Position in itrf m; height, range from the pad, speed and angle of climb over the ground."""
    at = jnp.asarray(t_s)
    dcm = np.asarray(plan.earth.dcm_itrf_from_gcrf(at))
    r = dcm @ r_gcrf
    v = dcm @ (v_gcrf - np.cross(np.asarray(plan.earth.omega_earth_gcrf(at)), r_gcrf))
    latitude, longitude, height = (float(x) for x in geodetic_from_itrf(jnp.asarray(r)))
    up = np.asarray(up_itrf(jnp.asarray(latitude), jnp.asarray(longitude)))
    start = np.asarray(itrf_from_geodetic(*(jnp.asarray(x) for x in pad)))
    cosine = r @ start / (np.linalg.norm(r) * np.linalg.norm(start))
    speed = float(np.linalg.norm(v))
    return r, {
        "height_m": height,
        "range_m": MEAN_RADIUS_EARTH_M * float(np.arccos(np.clip(cosine, -1.0, 1.0))),
        "speed_m_s": speed,
        "angle_rad": float(np.arcsin(up @ v / speed)),
    }


def _passes(path: abort.AscentPath, height_m: float, pad: tuple[float, float, float]) -> float:
    """When the ascent passes a height, s."""
    t = np.arange(60.0, 250.0, 1.0)
    heights = [_over_ground(path.plan, float(x), *path.at(float(x))[:2], pad)[1]["height_m"] for x in t]
    return float(np.interp(height_m, heights, t))


def _reported(
    plan: ascent.AscentPlan, t_s: float, own: tuple[Floats, Floats, Floats], seen: dict[str, float],
    pad: tuple[float, float, float],
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """Position, velocity and axis of the reported state at `t_s`, gcrf."""
    at = jnp.asarray(t_s)
    dcm = np.asarray(plan.earth.dcm_itrf_from_gcrf(at))
    start = np.asarray(itrf_from_geodetic(*(jnp.asarray(x) for x in pad)))
    start = start / np.linalg.norm(start)
    ahead = dcm @ own[0]
    ahead = ahead - (ahead @ start) * start
    ahead /= np.linalg.norm(ahead)
    arc = REPORTED_STATE["downrange_km"] * KM / MEAN_RADIUS_EARTH_M
    below = MEAN_RADIUS_EARTH_M * (np.cos(arc) * start + np.sin(arc) * ahead)
    latitude, longitude, _ = (float(x) for x in geodetic_from_itrf(jnp.asarray(below)))
    height = REPORTED_STATE["height_km"] * KM
    r = np.asarray(itrf_from_geodetic(jnp.asarray(latitude), jnp.asarray(longitude), jnp.asarray(height)))
    up = np.asarray(up_itrf(jnp.asarray(latitude), jnp.asarray(longitude)))
    level = np.cos(arc) * ahead - np.sin(arc) * start
    level = level - (level @ up) * up
    level /= np.linalg.norm(level)
    angle = seen["angle_rad"]
    v = REPORTED_STATE["speed_m_s"] * (np.cos(angle) * level + np.sin(angle) * up)
    r_gcrf = dcm.T @ r
    v_gcrf = dcm.T @ v + np.cross(np.asarray(plan.earth.omega_earth_gcrf(at)), r_gcrf)
    return r_gcrf, v_gcrf, own[2]

"""Aborts on the way up: which mode applies at each second, with the load, place and time of the landing.

>>> rows = abort_sweep(load("soyuz-ms-24"), [0.0, 60.0, 130.0, 300.0, 525.0])
>>> rows[0]["mode"], rows[0]["peak_g"], rows[0]["landing_utc"]
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from zarya.errors import FlightError, InputError
from zarya.flight import abort, ascent
from zarya.flight.abort import AscentPath, Flown
from zarya.flight.descent import descent
from zarya.flight.descent.plan import east_north_m
from zarya.frames import geodetic_from_itrf
from zarya.mission.scenario import Scenario
from zarya.mission.setting import prepared
from zarya.time import Epoch
from zarya.units import DEG, KM

type Floats = NDArray[np.float64]

EARLIEST_S: Final = -3_600.0
"""The crew sits under an armed tower for less than an hour before lift-off."""
WHY: Final = {
    abort.TOWER: "the escape tower is on the launcher",
    abort.FAIRING: "the tower is gone, the fairing and its motors are not",
    abort.SEPARATION: "the ship is free to leave; its engine reaches no orbit from here",
    abort.ORBIT: "the ship's engine reaches an orbit with a perigee over 120 km and keeps its deorbit reserve",
}


def abort_sweep(
    scenario: Scenario,
    at_s: Sequence[float] | None = None,
    *,
    step_s: float = 1.0,
    on_progress: Callable[[str], None] | None = None,
) -> list[dict[str, Any]]:
    """Aborts of a mission's ascent, one row each, in the order asked for.

    Parameters
    ----------
    scenario : from `load`.
    at_s : s after lift-off, negative on the pad; by default every `step_s` from lift-off to the ship's separation.

    Returns
    -------
    rows with the keys of `zarya abort`; `duration_s` runs from the abort to touchdown. `ballistic_...` is the same
    abort with the module spinning. `perigee_km` is what the ship's engine reaches, None where it is not tried.

    Raises
    ------
    InputError : an instant outside the ascent, or a vehicle without an escape system.
    FlightError : an abort that does not come down.
    """
    say = on_progress or (lambda _: None)
    system = abort.escape(scenario.launcher, scenario.ship)
    if at_s is None and not 0.1 <= step_s <= 600.0:
        raise InputError("not between 0.1 and 600 s", key="step", value=step_s, remedy="Give --step 1.")
    setting = prepared(scenario, say)
    say("ascent")
    plan = setting.ascent
    handover, log = ascent.fly(plan, ascent.nominal(len(scenario.launcher.stage)))
    path = abort.ascent_path(plan, handover, log)
    wanted = np.arange(0.0, path.end_s, step_s) if at_s is None else np.asarray(at_s, dtype=np.float64)
    for t in wanted:
        if not EARLIEST_S <= t <= path.end_s:
            raise InputError(
                "no launch abort at this instant",
                key="at",
                value=float(t),
                remedy=f"Give seconds after lift-off from {EARLIEST_S:.0f} (on the pad) to {path.end_s:.1f}, "
                "the separation of the ship.",
            )
    say(f"{wanted.size} aborts")
    shared = descent(setting.around, scenario.ship, scenario.site.height_m.value, plan.wind)
    flown = abort.swept(path, system, shared, scenario.ship, wanted)
    return rows_of(flown, path, setting.epoch)


def rows_of(flown: Flown, path: AscentPath, epoch: Epoch) -> list[dict[str, Any]]:
    """The rows of `abort_sweep`."""
    stuck = flown.at_s[~flown.is_down]
    if stuck.size:
        raise FlightError(f"aborts that do not come down in the time allowed, at {stuck.tolist()} s after lift-off")
    place = pad_rad(path)
    distance = np.linalg.norm(east_north_m(flown.latitude_rad, flown.longitude_rad, *place), axis=1)
    free = flown.ballistic
    free_rad = np.stack([np.asarray(free.latitude_rad), np.asarray(free.longitude_rad)])
    falls = np.asarray(free.is_down)
    rows = []
    for k, at in enumerate(flown.at_s):
        landing = float(flown.landing_s[k])
        apogee, perigee = float(flown.apogee_m[k]) / KM, float(flown.perigee_m[k]) / KM
        rows.append(
            {
                "at_s": float(at),
                "mode": flown.modes[k],
                "peak_g": round(float(flown.peak_load_g[k]), 2),
                "landing_lat_deg": round(float(flown.latitude_rad[k]) / DEG, 4),
                "landing_lon_deg": round(float(flown.longitude_rad[k]) / DEG, 4),
                "landing_utc": (epoch + landing).iso(),
                "duration_s": round(landing - float(at), 1),
                "why": WHY[flown.modes[k]],
                "height_km": round(float(flown.height_m[k]) / KM, 2),
                "speed_m_s": round(float(flown.speed_m_s[k]), 1),
                "apogee_km": round(apogee, 1) if np.isfinite(apogee) else None,
                "perigee_km": round(perigee, 1) if np.isfinite(perigee) else None,
                "downrange_km": round(float(distance[k]) / KM, 1),
                "parachute_utc": (epoch + float(flown.parachute_s[k])).iso(),
                "ballistic_peak_g": round(float(free.peak_load_g[k]), 2) if falls[k] else None,
                "ballistic_lat_deg": round(float(free_rad[0, k]) / DEG, 4) if falls[k] else None,
                "ballistic_lon_deg": round(float(free_rad[1, k]) / DEG, 4) if falls[k] else None,
                "ballistic_landing_utc": (epoch + float(free.landing_s[k])).iso() if falls[k] else None,
            }
        )
    return rows


def pad_rad(path: AscentPath) -> tuple[float, float]:
    """Latitude and longitude of the pad, rad."""
    r = path.plan.earth.dcm_itrf_from_gcrf(jnp.asarray(0.0)) @ jnp.asarray(path.r_gcrf[0])
    latitude, longitude, _ = geodetic_from_itrf(r)
    return float(latitude), float(longitude)

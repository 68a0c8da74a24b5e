"""A station's orbit fitted to a span of its element sets: which sets, from which burn on, and how well.

>>> report, fit = station_fit("iss", history, end, 3.0 * DAY)
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zarya.dynamics.orbit_fit import OrbitFit, fit_orbit
from zarya.gnc.element_choice import ElementHistory, set_problem
from zarya.orbits.tle import ElementSet
from zarya.studies.station.reboosts import detect_lowerings, detect_reboosts
from zarya.studies.station_sets import station_sets
from zarya.time import Epoch
from zarya.units import DAY, HOUR, KM
from zarya.vehicles import catalog as vehicles

_BESIDE_S = 6.0 * DAY
_HISTORY = 20


def station_fit(
    station: str,
    sets: Sequence[ElementSet] | ElementHistory,
    end: Epoch | None = None,
    span_s: float = 3.0 * DAY,
    *,
    catalog: str | Path | None = None,
) -> tuple[dict[str, Any], OrbitFit]:
    """Fit a numerical orbit to the sets of the span before `end`.

    Parameters
    ----------
    station : of the catalog, for its mass and drag area. sets : may hold years. end : the newest set before it; the
        newest of all if absent. span_s : s before the newest set.

    Returns
    -------
    the report (`state`, `sigma`, `residuals`, `sets`) and the fit.

    Raises
    ------
    InputError : too few sets. CoverageError : no set, or a date the tables do not serve.

    **Model** `zarya.dynamics.orbit_fit.fit_orbit`. Sets with a jump of the inclination or a wild B* are passed over;
    the span begins after the last burn seen in it.
    """
    history = station_sets(sets, station, catalog)
    count = len(history.sets) if end is None else history.count_before(end)
    known = history.first(max(count, 1))
    newest = known.sets[-1].epoch
    around = known.between(newest + -(span_s + _BESIDE_S), newest + 1.0)
    along = detect_reboosts(around)
    burns = sorted(item.epoch for item in [*along, *detect_lowerings(around, along)])
    start = newest + -span_s
    inside = [burn for burn in burns if start < burn < newest]
    if inside:
        start = inside[-1] + HOUR
    rejected, used = [], []
    for item in known.between(start, newest + 1.0):
        place = known.sets.index(item)
        problem = set_problem(item, known.sets[max(0, place - _HISTORY) : place])
        if problem:
            rejected.append(f"set of {item.epoch.iso('utc', 0)}: {problem}")
        else:
            used.append(item)
    data = vehicles.station(station, catalog)
    area = data.drag_area_m2.value * data.drag_coefficient.value
    fit = fit_orbit(used, data.mass_kg.value, area)
    radial, along_track, across = (float(x) for x in fit.sigma_rtn_m)
    report = {
        "station": station,
        "epoch_utc": fit.epoch.iso(),
        "frame": "gcrf",
        "position_km": [float(x) / KM for x in fit.r_gcrf],
        "velocity_km_s": [float(x) / KM for x in fit.v_gcrf],
        "drag_scale": round(fit.drag_scale, 4),
        "sigma": {
            "radial_m": round(radial, 1),
            "along_track_m": round(along_track, 1),
            "across_m": round(across, 1),
            "velocity_m_s": round(float(np.sqrt(np.trace(fit.covariance[3:6, 3:6]))), 4),
            "drag_scale": round(fit.drag_sigma, 4),
        },
        "residuals": {
            "radial_m": round(float(fit.rms_rtn_m[0]), 1),
            "along_track_m": round(float(fit.rms_rtn_m[1]), 1),
            "across_m": round(float(fit.rms_rtn_m[2]), 1),
            "by_set_m": [None if np.isnan(x) else round(float(x), 1) for x in fit.set_rms_m],
        },
        "sets": {
            "used": fit.used,
            "span_days": round(fit.span_s / DAY, 3),
            "first_utc": used[0].epoch.iso(),
            "rejected": rejected,
            "left_out_by_residual": int(np.sum(np.isnan(fit.set_rms_m))),
            "begins_after_burn_utc": inside[-1].iso(decimals=0) if inside else None,
        },
        "covariance_gcrf": [[float(x) for x in row] for row in fit.covariance],
    }
    return report, fit

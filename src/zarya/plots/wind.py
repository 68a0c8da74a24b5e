"""Picture of the wind over a landing zone.

>>> wind_profile(row, "zhezkazgan, 2024-04-06 07:17 UTC")
"""

from collections.abc import Mapping
from typing import Any, Final

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zarya.plots.style import DIM, SHIP, STATION, STYLE

PARACHUTE_TOP_KM: Final = 12.0
"""Of the right part: the way under the parachutes, with the command at 10.8 km."""


def wind_profile(row: Mapping[str, Any], title: str = "") -> Figure:
    """East and north wind over height: on the left all of it, on the right the part that carries the parachute.

    Parameters
    ----------
    row : of `landing_opportunities` with its details.
    title : of the landing.
    """
    profile = row["wind_profile"]
    drift = f"it carries the module {row['wind_drift_km']:.1f} km under the parachutes"
    if row["wind_drift_azimuth_deg"] is not None:
        drift += f", towards {row['wind_drift_azimuth_deg']:.0f} deg"
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 5.2), layout="constrained")
        whole, low = figure.subplots(1, 2)
        for axes, top_km in ((whole, max(profile["height_km"])), (low, PARACHUTE_TOP_KM)):
            _draw(axes, profile, top_km)
        whole.set_ylabel("height, km")
        whole.legend(loc="upper left")
        figure.suptitle(f"{title}: wind ({row['wind']}); {drift}" if title else drift, fontsize=10)
    return figure


def _draw(axes: Axes, profile: Mapping[str, Any], top_km: float) -> None:
    heights = [height for height in profile["height_km"] if height <= top_km]
    east, north = (profile[key][: len(heights)] for key in ("east_m_s", "north_m_s"))
    axes.axvline(0.0, color=DIM, lw=0.7, zorder=1)
    axes.plot(east, heights, color=STATION, label="to the east")
    axes.plot(north, heights, color=SHIP, ls="--", label="to the north")
    axes.set_ylim(0.0, top_km)
    axes.set_xlabel("wind, m/s")

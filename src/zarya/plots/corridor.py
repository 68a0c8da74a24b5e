"""Picture of the entry corridor: load and heat load of trial entries against their angle, with the limits.

>>> corridor(row)  # a row of `landing_opportunities`
"""

from collections.abc import Mapping
from typing import Any, Final

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from zarya.plots.style import DIM, MARK, SHIP, STATION, STYLE

_REACH: Final = "#cfe3d4"


def corridor(row: Mapping[str, Any], title: str = "") -> Figure:
    """Largest load and heat load of the trial entries against the flight-path angle at 100 km.

    Parameters
    ----------
    row : of `landing_opportunities`, with its details. title : of the flight.
    """
    trials = row["corridor_trials"]

    def column(key: str) -> Any:
        return np.array([np.nan if one[key] is None else one[key] for one in trials], dtype=np.float64)

    angle = column("entry_angle_deg")
    steep, shallow = row["corridor_steep_deg"], row["corridor_shallow_deg"]
    reach = [x for x in row["corridor_reach_deg"] if x is not None]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(8.0, 5.6), layout="constrained")
        load, heat = figure.subplots(2, 1, sharex=True)
        load.plot(angle, column("peak_g_lift_up"), color=STATION, marker="o", ms=3, lw=1.2, label="lift up")
        load.plot(angle, column("peak_g"), color=SHIP, marker="o", ms=3, lw=1.2, label="planned bank")
        load.set_ylabel("largest load, g")
        heat.plot(angle, column("heat_load_mj_m2"), color=MARK, marker="o", ms=3, lw=1.2, label="planned bank")
        heat.set_ylabel("heat load, MJ/m$^2$")
        heat.set_xlabel("flight-path angle at 100 km, deg (steep on the left)")
        for axes in (load, heat):
            axes.set_ylim(bottom=0.0)
            if len(reach) == 2:
                axes.axvspan(*reach, color=_REACH, lw=0.0, zorder=0, label="aim in reach")
            for limit in (steep, shallow):
                axes.axvline(limit, color=DIM, lw=1.0, ls="--")
            axes.axvline(row["entry_angle_deg"], color="black", lw=1.2, label="this entry")
        load.legend(loc="upper right", fontsize=7, ncols=2)
        for axes, at, word, which in ((load, steep, "too steep", "steep"), (heat, shallow, "too shallow", "shallow")):
            text = f"{word}:\n{row['corridor_limits'][which]} "
            axes.annotate(text, (at, 0.04), xycoords=("data", "axes fraction"), ha="right", va="bottom", fontsize=7)
        figure.suptitle(f"{title}: entry corridor (computed)" if title else "Entry corridor (computed)")
    return figure

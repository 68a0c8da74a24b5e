"""Plots of an abort sweep: where the crew lands, and what load it bears, for each second of the ascent."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from zarya.plots.coast import coastlines
from zarya.plots.style import MARK, SHIP, STATION, STYLE

COLOURS: Final = {
    "escape_tower": SHIP,
    "fairing_motors": "#d98e04",
    "ship_separation": STATION,
    "abort_to_orbit": MARK,
}


def draw_aborts(rows: Sequence[Mapping[str, Any]], title: str, pad_deg: tuple[float, float]) -> dict[str, Figure]:
    """Map and loads by file name.

    Parameters
    ----------
    rows : of `abort_sweep`. title : of the mission. pad_deg : latitude and longitude.
    """
    with matplotlib.rc_context(STYLE):
        return {
            "abort_map.png": _map(rows, title, pad_deg),
            "abort_loads.png": _loads(rows, title),
        }


def _map(rows: Sequence[Mapping[str, Any]], title: str, pad_deg: tuple[float, float]) -> Figure:
    figure = Figure(figsize=(10.0, 7.6), layout="constrained")
    whole, near = figure.subplots(2, 1, height_ratios=(1.0, 1.0))
    places = np.array([[row["landing_lon_deg"], row["landing_lat_deg"]] for row in rows], dtype=float)
    early = np.array([row["mode"] in ("escape_tower", "fairing_motors") for row in rows])
    for axes in (whole, near):
        for line in coastlines():
            axes.plot(line[:, 0], line[:, 1], color="#b8bec4", lw=0.5, zorder=1)
        _landings(axes, rows, places)
        axes.plot(pad_deg[1], pad_deg[0], "^", color="black", ms=6, zorder=4)
        axes.set(xlabel="longitude, deg east", ylabel="latitude, deg")
    whole.set(xlim=(0, 180), ylim=(10, 70))
    whole.legend(frameon=False, loc="lower left")
    shown = places[early] if early.any() else places
    lows = np.minimum(shown.min(axis=0), [pad_deg[1], pad_deg[0]])
    highs = np.maximum(shown.max(axis=0), [pad_deg[1], pad_deg[0]])
    margin = 0.1 * (highs - lows) + 0.2
    near.set(xlim=(lows[0] - margin[0], highs[0] + margin[0]), ylim=(lows[1] - margin[1], highs[1] + margin[1]))
    near.set_title("until the fairing is gone", fontsize=9)
    figure.suptitle(f"{title}: abort landing points by second of the abort (computed)")
    return figure


def _landings(axes: Axes, rows: Sequence[Mapping[str, Any]], places: Any) -> None:
    modes = np.array([row["mode"] for row in rows])
    for mode, colour in COLOURS.items():
        chosen = modes == mode
        if chosen.any():
            axes.plot(places[chosen, 0], places[chosen, 1], ".", color=colour, ms=4, label=mode.replace("_", " "),
                      zorder=3)  # fmt: skip
    for row, (longitude, latitude) in zip(rows, places, strict=True):
        if row["at_s"] % 50.0 == 0.0 or len(rows) < 12:
            axes.annotate(f"{row['at_s']:.0f} s", (longitude, latitude), xytext=(3, 5), textcoords="offset points",
                          fontsize=6, clip_on=True)  # fmt: skip


def _loads(rows: Sequence[Mapping[str, Any]], title: str) -> Figure:
    figure = Figure(figsize=(8.0, 7.0), layout="constrained")
    load, height, lasts = figure.subplots(3, 1, sharex=True)
    t = np.array([row["at_s"] for row in rows])
    modes = np.array([row["mode"] for row in rows])

    def column(name: str) -> Any:
        return np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=float)

    for mode, colour in COLOURS.items():
        chosen = modes == mode
        if chosen.any():
            load.plot(t[chosen], column("peak_g")[chosen], ".", color=colour, ms=4, label=mode.replace("_", " "))
            height.plot(t[chosen], column("apogee_km")[chosen], ".", color=colour, ms=4)
            lasts.plot(t[chosen], column("duration_s")[chosen] / 60.0, ".", color=colour, ms=4)
    load.plot(t, column("ballistic_peak_g"), color="#9aa3ab", lw=0.8, label="module spinning")
    load.set_ylabel("peak load, g")
    load.legend(frameon=False, loc="upper left")
    height.set_ylabel("highest point, km")
    lasts.set_ylabel("abort to touchdown, min")
    lasts.set_xlabel("abort, seconds after lift-off")
    figure.suptitle(f"{title}: aborts (computed)")
    return figure

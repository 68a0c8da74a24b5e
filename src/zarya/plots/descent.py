"""Pictures of a descent: profile over time, ground track, landing points of many cases.

>>> profile(history, {"entry_interface": 1808.0, "parachute": 2304.0, "landing": 3170.0})
"""

from collections.abc import Mapping
from typing import Any, Final

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.patches import Ellipse as Oval
from numpy.typing import NDArray

from zarya.plots.coast import coastlines
from zarya.plots.style import DIM, MARK, SHIP, STATION, STYLE
from zarya.studies.landing.campaign import PUBLISHED_M, Ellipse, LandingCampaign
from zarya.units import DEG, KM, MINUTE

type Floats = NDArray[np.float64]

HISTORY: Final = ("t_s", "height_m", "airspeed_m_s", "load_g", "heat_w_m2")
"""What `profile` draws; all (sample,) of one length."""
_TOUCHING_DEG: Final = 4.0
"""Marks nearer than this share one label."""
_COAST: Final[Any] = {"color": "#b8bec4", "lw": 0.5, "zorder": 1}


def profile(history: Mapping[str, Floats], events: Mapping[str, float] | None = None, title: str = "") -> Figure:
    """Altitude, airspeed, load and heat flux against time, with the events as vertical lines.

    Parameters
    ----------
    history : (sample,) arrays `t_s` s, `height_m` m, `airspeed_m_s` m/s, `load_g` g, `heat_w_m2` W/m2, by time.
    events : name and instant, s on the same clock; the first of them is the zero of the axis.
    title : of the flight.
    """
    t_s = np.asarray(history["t_s"], dtype=np.float64)
    inside = {name: at for name, at in sorted((events or {}).items(), key=lambda one: one[1]) if np.isfinite(at)}
    zero_name, zero_s = next(iter(inside.items()), ("the first sample", float(t_s[0])))
    minutes = (t_s - zero_s) / MINUTE
    rows = (
        ("height_m", "height, km", 1.0 / KM, STATION),
        ("airspeed_m_s", "airspeed, m/s", 1.0, MARK),
        ("load_g", "load, g", 1.0, SHIP),
        ("heat_w_m2", "heat flux, kW/m$^2$", 1.0 / KM, "#d98e04"),
    )
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 8.4), layout="constrained")
        all_axes = figure.subplots(4, 1, sharex=True)
        for axes, (name, label, scale, colour) in zip(all_axes, rows, strict=True):
            axes.plot(minutes, scale * np.asarray(history[name], dtype=np.float64), color=colour, lw=1.3)
            axes.set_ylabel(label)
            axes.set_ylim(bottom=0.0)
            for at in inside.values():
                axes.axvline((at - zero_s) / MINUTE, color=DIM, lw=0.7, ls="--", zorder=1)
        low, high = minutes[0], max([minutes[-1], *((at - zero_s) / MINUTE for at in inside.values())])
        all_axes[0].set_xlim(min(low, 0.0), low + 1.01 * (high - low))
        _names(all_axes[0], {name: (at - zero_s) / MINUTE for name, at in inside.items()})
        all_axes[-1].set_xlabel(f"minutes after {zero_name.replace('_', ' ')}")
        figure.suptitle(f"{title}: descent (computed)" if title else "Descent (computed)")
    return figure


def _names(axes: Axes, at: Mapping[str, float]) -> None:
    """Names of the events over the picture, upright; names that would touch are moved apart."""
    left, right = axes.get_xlim()
    gap, last = 0.02 * (right - left), -np.inf
    for name, x in at.items():
        shown = max(x, last + gap)
        last = shown
        axes.annotate(
            name.replace("_", " "), (x, 1.0), (shown, 1.04), xycoords=("data", "axes fraction"), rotation=90,
            textcoords=("data", "axes fraction"), ha="center", va="bottom", fontsize=7, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": DIM, "lw": 0.5, "shrinkA": 0.0, "shrinkB": 0.0},
        )  # fmt: skip


def ground_track(
    latitude_deg: Floats, longitude_deg: Floats, marks: Mapping[str, tuple[float, float]] | None = None,
    title: str = "", falls: Mapping[str, tuple[float, float]] | None = None,
) -> Figure:  # fmt: skip
    """The descent over the ground, from ignition to touchdown, on a map.

    Parameters
    ----------
    latitude_deg, longitude_deg : (sample,) deg, in order of time; longitudes may jump at the date line.
    marks : name, and (latitude, longitude) in deg: ignition, separation, entry, parachute, landing.
    title : of the flight.
    falls : the same for what falls elsewhere (orbital module, ballistic landing), drawn as crosses.
    """
    longitude = np.degrees(np.unwrap(np.radians(np.asarray(longitude_deg, dtype=np.float64))))
    longitude -= 360.0 * np.round(longitude[-1] / 360.0)  # the landing inside the usual map
    latitude = np.asarray(latitude_deg, dtype=np.float64)

    def beside(east_deg: float, north_deg: float) -> float:
        """Longitude of a mark on the sheet of the track near it."""
        near = longitude[np.argmin(np.abs(latitude - north_deg) + np.abs((longitude - east_deg + 180) % 360 - 180))]
        return float(east_deg + 360.0 * np.round((near - east_deg) / 360.0))

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(10.0, 6.4), layout="constrained")
        axes = figure.subplots()
        for line in coastlines():
            for sheet in (-360.0, 0.0, 360.0):
                axes.plot(line[:, 0] + sheet, line[:, 1], **_COAST)
        axes.plot(longitude, latitude, color=STATION, lw=1.4, zorder=3)
        _frame(axes, longitude, latitude)
        for places, sign, colour in ((marks or {}, "o", SHIP), (falls or {}, "x", "#555555")):
            shown: dict[tuple[float, float], str] = {}
            for name, (north, east) in places.items():
                x, said = beside(east, north), name.replace("_", " ")
                axes.plot(x, north, sign, color=colour, ms=5, zorder=4)
                close = [at for at in shown if abs(at[0] - x) + abs(at[1] - north) < _TOUCHING_DEG]
                if close:
                    shown[close[0]] += f", {said}"
                else:
                    shown[x, north] = said
            for (x, north), said in shown.items():
                _label(axes, said, x, north, colour, is_below=sign == "x")
        figure.suptitle(f"{title}: ground track of the descent (computed)" if title else "Ground track of the descent")
    return figure


def _label(axes: Axes, said: str, longitude: float, latitude: float, colour: str, is_below: bool) -> None:
    """Beside the mark, where the sheet has room: north-west of it in the right third, else south-east."""
    left, right = axes.get_xlim()
    is_right = longitude > left + 0.67 * (right - left) and not is_below
    axes.annotate(
        said, (longitude, latitude), xytext=(-6, 4) if is_right else (7, -9), textcoords="offset points", fontsize=8,
        color=colour, ha="right" if is_right else "left", clip_on=True, zorder=5,
    )  # fmt: skip


def _frame(axes: Axes, longitude: Floats, latitude: Floats) -> None:
    """Limits around the track, true to scale at its middle latitude, wide enough to see where one is."""
    middle = 0.5 * (float(latitude.min()) + float(latitude.max()))
    stretch = 1.0 / max(np.cos(middle * DEG), 0.2)
    spans = max(float(np.ptp(longitude)) + 30.0, 40.0), max(float(np.ptp(latitude)) + 16.0, 30.0)
    wide, tall = max(spans[0], 1.5 * spans[1] * stretch), max(spans[1], spans[0] / 1.5 / stretch)
    centre = 0.5 * (float(longitude.min()) + float(longitude.max()))
    axes.set_xlim(centre - 0.5 * wide, centre + 0.5 * wide)
    axes.set_ylim(max(middle - 0.5 * tall, -90.0), min(middle + 0.5 * tall, 90.0))
    axes.set_aspect(stretch)
    axes.set(xlabel="longitude, deg east", ylabel="latitude, deg")
    ticks = axes.get_xticks()
    axes.set_xticks(ticks, [f"{(x + 180.0) % 360.0 - 180.0:.0f}" for x in ticks])
    axes.set_xlim(centre - 0.5 * wide, centre + 0.5 * wide)


def ellipse(campaign: LandingCampaign, title: str = "") -> Figure:
    """Landing points of a campaign with their ellipses and the published circle; beside it where spinning modules fall.

    Parameters
    ----------
    campaign : of `landing_dispersions`. title : of the flight or the zone.
    """
    said = campaign.dispersions()
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(11.0, 5.8), layout="constrained")
        near, far = figure.subplots(1, 2, width_ratios=(1.0, 1.0))
        down = campaign.cases.filter(campaign.cases["miss_km"].is_not_null())
        size = 2.5 if down.height < 2_000 else 1.2
        near.plot(down["east_km"], down["north_km"], ".", color=STATION, ms=size, alpha=0.6, mew=0.0,
                  zorder=2)  # fmt: skip
        near.plot([], [], ".", color=STATION, ms=6, label=f"{down.height} guided landings")
        _ovals(near, campaign.ellipse(), SHIP)
        near.add_patch(Circle((0.0, 0.0), PUBLISHED_M / KM, fill=False, ec="black", lw=1.0, ls="--", zorder=3,
                              label=f"{PUBLISHED_M / KM:.0f} km, published"))  # fmt: skip
        near.plot(0.0, 0.0, "+", color="black", ms=10, label="aim", zorder=4)
        reach = 1.1 * max(PUBLISHED_M / KM, float(said["miss_km_max"] or 0.0))
        near.set(
            xlim=(-reach, reach), ylim=(-reach, reach), xlabel="east of the aim, km", ylabel="north of the aim, km"
        )
        near.set_aspect("equal")
        near.set_title(
            f"within 28 km: {100.0 * said['within_28_km']:.3f} % "
            f"({100.0 * said['wilson_low']:.3f} to {100.0 * said['wilson_high']:.3f} % at 95 %)", fontsize=9,
        )  # fmt: skip
        near.legend(frameon=True, framealpha=0.9, loc="upper right", fontsize=7)
        _both_modes(far, campaign, size)
        clock = (
            "" if said["landing_sigma_s"] is None else f"; instant of landing {said['landing_sigma_s']:.0f} s (1 sigma)"
        )
        figure.suptitle(f"{title or campaign.opportunity['zone']}: dispersed landings (computed){clock}")
    return figure


def _both_modes(axes: Axes, campaign: LandingCampaign, size: float) -> None:
    """Guided and ballistic landings over latitude and longitude."""
    aim, fallen = campaign.aim_deg, campaign.ballistic_deg
    for mode, about, colour, name in (("", aim, STATION, "guided"), ("ballistic_", fallen, "#d98e04", "ballistic")):
        rows = campaign.cases.filter(campaign.cases[f"{mode}miss_km"].is_not_null())
        axes.plot(rows[f"{mode}landing_lon_deg"], rows[f"{mode}landing_lat_deg"], ".", color=colour, ms=size, mew=0.0,
                  alpha=0.6, zorder=2)  # fmt: skip
        axes.plot(about[1], about[0], "+", color="black", ms=8, zorder=4)
        axes.annotate(name, (about[1], about[0]), xytext=(0, 14), textcoords="offset points", ha="center", color=colour)
    for line in coastlines():
        axes.plot(line[:, 0], line[:, 1], **_COAST)
    latitude, longitude = zip(aim, fallen, strict=True)
    middle = float(np.mean(latitude)), float(np.mean(longitude))
    stretch = 1.0 / np.cos(middle[0] * DEG)
    half = 0.6 * max(np.ptp(longitude) / stretch, np.ptp(latitude)) + 0.5
    axes.set(xlim=(middle[1] - half * stretch, middle[1] + half * stretch), ylim=(middle[0] - half, middle[0] + half))
    axes.set(xlabel="longitude, deg east", ylabel="latitude, deg")
    axes.set_aspect(stretch)
    spread = campaign.dispersions()["ballistic"]
    axes.set_title(f"peak load, median: guided {campaign.dispersions()['peak_g_p50']} g, "
                   f"ballistic {spread['peak_g_p50']} g", fontsize=9)  # fmt: skip


def _ovals(axes: Axes, shape: Ellipse | None, colour: str) -> None:
    """1 and 3 sigma."""
    for count in (1.0, 3.0) if shape is not None else ():
        assert shape is not None
        centre = (shape.mean_east_km, shape.mean_north_km)
        axes.add_patch(
            Oval(centre, 2.0 * count * shape.semi_major_km, 2.0 * count * shape.semi_minor_km,
                 angle=90.0 - shape.azimuth_deg, fill=False, ec=colour, lw=1.3 if count == 3.0 else 0.9, zorder=4,
                 label="1 and 3 sigma" if count == 3.0 else None)
        )  # fmt: skip

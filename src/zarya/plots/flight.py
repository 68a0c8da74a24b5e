"""Plots of one flight worth putting in a report: ascent, ground track, rendezvous, relative motion, budgets."""

from collections.abc import Callable
from typing import Final

import jax
import jax.numpy as jnp
import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.interpolate import CubicHermiteSpline

from zarya.frames.earth import itrf_from_gcrf
from zarya.frames.geodetic import geodetic_from_itrf
from zarya.mission.result import Flight, Floats
from zarya.plots import home
from zarya.plots.coast import coastlines
from zarya.plots.style import DIM, MARK, SHIP, STATION, STYLE
from zarya.units import DEG, KM

LETTER_OF_AXIS: Final = 0.0065
"""Width of a letter of 6 points over the axis of the ascent."""


def draw_all(flight: Flight) -> dict[str, Figure]:
    """Every plot the flight has data for, by file name."""
    wanted: dict[str, tuple[bool, Callable[[Flight], Figure]]] = {
        "ascent.png": (bool(flight.ascent), ascent),
        "ground_track.png": (True, ground_track),
        "rendezvous.png": (any(event.name == "aim_point" for event in flight.events), rendezvous),
        "relative_motion.png": (bool(flight.approach), relative_motion),
        "budget.png": (True, budget),
    }
    with matplotlib.rc_context(STYLE):
        figures = {name: draw(flight) for name, (is_there, draw) in wanted.items() if is_there}
        if flight.home is not None:
            figures["departure.png"] = home.departure(flight, flight.home.departure)
            if (landing := flight.home.landing) is not None:
                figures["descent.png"] = home.descent(flight, landing)
                figures["descent_track.png"] = home.descent_track(flight, landing)
    return figures


def _events(axes: Axes, flight: Flight, end_s: float, *, text: bool) -> None:
    """A line for each event; its name in the first row in which no other name is in the way."""
    ends_s: list[float] = []
    for event in (one for one in flight.events if 0.0 < one.t_s <= end_s):
        axes.axvline(event.t_s, color=DIM, lw=0.6, ls=":")
        if not text:
            continue
        name = _words(event.name)
        is_late = event.t_s > 0.9 * end_s
        long_s = LETTER_OF_AXIS * (len(name) + 2) * end_s
        start_s = event.t_s - long_s if is_late else event.t_s
        row = next((k for k, taken_s in enumerate(ends_s) if taken_s <= start_s), len(ends_s))
        ends_s[row : row + 1] = [start_s + long_s]
        axes.text(
            event.t_s, 0.98 - 0.085 * row, f" {name} ", transform=axes.get_xaxis_transform(), fontsize=6, va="top",
            ha="right" if is_late else "left",
        )  # fmt: skip


def _words(name: str) -> str:
    """A name as people write it."""
    return name.replace("_", " ")


def ascent(flight: Flight) -> Figure:
    """Altitude, speed, dynamic pressure, axial load and mass against time, with events."""
    h = flight.ascent
    t = h["t_s"]
    rows: list[tuple[str, list[tuple[str, Floats, str]]]] = [
        ("height, km", [("", h["height_m"] / KM, SHIP)]),
        (
            "speed, km/s",
            [
                ("inertial", h["speed_inertial_m_s"] / KM, STATION),
                ("relative", h["speed_relative_m_s"] / KM, SHIP),
            ],
        ),
        ("dynamic pressure, kPa", [("", h["dynamic_pressure_pa"] / 1e3, SHIP)]),
        ("axial load, g", [("", h["axial_g"], SHIP)]),
        ("mass, t", [("", h["mass_kg"] / 1e3, SHIP)]),
    ]
    figure = Figure(figsize=(8.0, 9.5), layout="constrained")
    axes = figure.subplots(len(rows), 1, sharex=True)
    for row, (label, lines) in enumerate(rows):
        for name, values, colour in lines:
            axes[row].plot(t, values, color=colour, lw=1.4, label=name or None)
        axes[row].set_ylabel(label)
        axes[row].set_ylim(bottom=0.0)
        _events(axes[row], flight, float(t[-1]), text=row == 0)
        if len(lines) > 1:
            axes[row].legend(frameon=False, loc="upper left")
    axes[0].set_ylim(0.0, 1.35 * float(np.max(rows[0][1][0][1])))
    axes[-1].set_xlabel("seconds after lift-off")
    figure.suptitle(f"{flight.scenario.table.mission.title}: ascent (computed)")
    return figure


def _subpoints(flight: Flight, t_s: Floats, r_gcrf: Floats, v_gcrf: Floats) -> tuple[Floats, Floats]:
    """Geodetic latitude and longitude under (n,) states, deg."""
    r = jnp.asarray([itrf_from_gcrf(flight.epoch + float(t_s[k]), r_gcrf[k], v_gcrf[k])[0] for k in range(t_s.size)])
    latitude, longitude, _ = jax.vmap(geodetic_from_itrf)(r)
    return np.asarray(latitude) / DEG, np.asarray(longitude) / DEG


def ground_track(flight: Flight) -> Figure:
    """Ground track of the ship from the pad to docking, the spent parts' impact points."""
    figure = Figure(figsize=(10.0, 5.6), layout="constrained")
    axes = figure.subplots()
    for line in coastlines():
        axes.plot(line[:, 0], line[:, 1], color="#b8bec4", lw=0.5, zorder=1)
    count = flight.ship.t_s.size
    pick = np.unique(np.linspace(0, count - 1, min(count, 1500)).astype(int))
    latitude, longitude = _subpoints(flight, flight.ship.t_s[pick], flight.ship.r_gcrf[pick], flight.ship.v_gcrf[pick])
    onward = np.unwrap(longitude, period=360.0)
    turns = np.floor((onward + 180.0) / 360.0)
    for turn in np.arange(turns.min(), turns.max() + 1.0):
        axes.plot(onward - 360.0 * turn, latitude, color=SHIP, lw=1.2, zorder=3)
    site = flight.scenario.site
    axes.plot(site.longitude_deg.value, site.latitude_deg.value, "^", color="black", ms=6, zorder=4)
    climbing = np.interp(300.0, flight.ship.t_s[pick], latitude)  # five minutes on
    below, side = (-4, "top") if climbing > latitude[0] else (4, "bottom")  # where the track does not go
    axes.annotate(site.title, (site.longitude_deg.value, site.latitude_deg.value), xytext=(5, below),
                  textcoords="offset points", fontsize=7, va=side)  # fmt: skip
    if flight.impacts:
        _drop_points(axes.inset_axes((0.45, 0.06, 0.36, 0.26)), flight)
    if flight.docking is not None:
        k = int(np.argmin(np.abs(flight.ship.t_s[pick] - flight.docking.t_s)))
        axes.plot(longitude[k], latitude[k], "o", color=STATION, ms=6, zorder=4)
        axes.annotate("docking", (longitude[k], latitude[k]), xytext=(6, 4), textcoords="offset points", fontsize=8)
    axes.set(xlim=(-180, 180), ylim=(-65, 75), xlabel="longitude, deg east", ylabel="latitude, deg")
    axes.set_title(f"{flight.scenario.table.mission.title}: ground track and drop points (computed)")
    return figure


def _drop_points(inset: Axes, flight: Flight) -> None:
    """The pad and the impact points, enlarged, each with its number and a list of names."""
    site = flight.scenario.site
    places = sorted(((lon / DEG, lat / DEG, _words(name)) for name, (lat, lon, _) in flight.impacts.items()))
    inset.plot(site.longitude_deg.value, site.latitude_deg.value, "^", color="black", ms=4)
    for row, (lon, lat, name) in enumerate(places):
        inset.plot(lon, lat, "x", color=MARK, ms=5)
        inset.annotate(str(row + 1), (lon, lat), xytext=(-2, 5 + 8 * (row % 2)), textcoords="offset points",
                       fontsize=7, color=MARK)  # fmt: skip
        inset.text(1.02, 0.95 - 0.17 * row, f"{row + 1} {name}", transform=inset.transAxes, fontsize=7, va="top")
    inset.margins(0.08, 0.45)
    inset.tick_params(labelsize=6)
    inset.set_title("drop points, deg", fontsize=7)


def rendezvous(flight: Flight) -> Figure:
    """Phase and height difference on the way, with the burns."""
    t, r, v = flight.ship.t_s, flight.ship.r_gcrf, flight.ship.v_gcrf
    start = next((event.t_s for event in flight.events if event.name == "spacecraft_separation"), float(t[0]))
    keep = t >= start
    t, r, v = t[keep], r[keep], v[keep]
    grid = np.arange(t[0], t[-1], 30.0)
    path = CubicHermiteSpline(t, r, v)
    t, r, v = grid, path(grid), path.derivative()(grid)
    rs = CubicHermiteSpline(flight.station.t_s, flight.station.r_gcrf, flight.station.v_gcrf)(t)
    h = np.cross(r, v)
    h /= np.linalg.norm(h, axis=1, keepdims=True)
    flat = rs - np.sum(rs * h, axis=1, keepdims=True) * h
    angle = np.arctan2(np.sum(np.cross(r, flat) * h, axis=1), np.sum(r * flat, axis=1))
    figure = Figure(figsize=(8.0, 6.0), layout="constrained")
    axes = figure.subplots(2, 1, sharex=True)
    hours = t / 3600.0
    axes[0].plot(hours, np.unwrap(angle) / DEG, color=SHIP)
    axes[0].set_ylabel("station ahead of ship, deg")
    axes[1].plot(hours, (np.linalg.norm(r, axis=1) - np.linalg.norm(rs, axis=1)) / KM, color=STATION)
    axes[1].set_ylabel("radius, ship minus station, km")
    axes[1].set_xlabel("hours after lift-off")
    for burn in flight.burns:
        if burn.phase in ("phasing", "rendezvous"):
            for one in axes:
                one.axvline(burn.t_s / 3600.0, color=MARK, lw=0.8, ls="--")
            axes[0].text(burn.t_s / 3600.0, 0.97, f" {_words(burn.name)}\n {burn.delta_v_m_s:.1f} m/s",
                         transform=axes[0].get_xaxis_transform(), fontsize=7, va="top", color=MARK)  # fmt: skip
    figure.suptitle(f"{flight.scenario.table.mission.title}: phasing (computed)")
    return figure


def relative_motion(flight: Flight) -> Figure:
    """The approach in the station's rotating LVLH, and range and closing speed against time to contact."""
    r = flight.approach["r_rel_lvlh"]
    t = flight.approach["t_s"]
    figure = Figure(figsize=(9.5, 7.0), layout="constrained")
    axes = figure.subplots(2, 2)
    port = np.asarray(flight.scenario.port.position_m.row)
    for one, zoom in ((axes[0, 0], None), (axes[0, 1], 500.0)):
        one.plot(r[:, 0] / KM, r[:, 2] / KM, color=SHIP, lw=1.3)
        one.plot(port[0] / KM, port[2] / KM, "s", color=STATION, ms=4)
        ring = np.linspace(0.0, 2.0 * np.pi, 200)
        keep_out = flight.scenario.station.approach.keep_out_radius_m.value / KM
        one.plot(keep_out * np.cos(ring), keep_out * np.sin(ring), color=DIM, lw=0.8, ls="--")
        one.set(xlabel="along the velocity (V-bar), km", ylabel="down (R-bar), km")
        if zoom is None:
            one.invert_yaxis()
            one.set_aspect("equal", adjustable="datalim")
        else:
            one.set(xlim=(-zoom / KM, zoom / KM), ylim=(zoom / KM, -zoom / KM))
            one.set_aspect("equal", adjustable="box")
    distance = np.linalg.norm(r - port, axis=1)
    minutes = (t - t[-1]) / 60.0
    axes[1, 0].semilogy(minutes, np.maximum(distance, 0.1), color=SHIP)
    axes[1, 0].set(xlabel="minutes to contact", ylabel="distance to the port, m")
    speed = -np.gradient(distance, t)
    axes[1, 1].plot(minutes, speed, color=SHIP)
    axes[1, 1].set(xlabel="minutes to contact", ylabel="closing speed, m/s")
    figure.suptitle(f"{flight.scenario.table.mission.title}: approach (computed)")
    return figure


def budget(flight: Flight) -> Figure:
    """Delta-v by burn and the propellant ledger."""
    figure = Figure(figsize=(9.0, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    names = [_words(burn.name) for burn in flight.burns]
    left.barh(names, [burn.delta_v_m_s for burn in flight.burns], color=SHIP)
    left.invert_yaxis()
    left.set_xlabel("delta-v, m/s")
    ledger = {_words(name): value for name, value in flight.propellant.used_kg.items()}
    colours = [STATION] * len(ledger)
    if "deorbit" not in ledger:
        ledger["deorbit reserve"] = flight.propellant.deorbit_reserve_kg
        colours.append(DIM)
    ledger["margin"] = flight.propellant.margin_kg
    colours.append(MARK)
    right.barh(list(ledger), list(ledger.values()), color=colours)
    right.invert_yaxis()
    right.set_xlabel(f"propellant, kg (of {flight.propellant.loaded_kg:.0f} kg loaded)")
    figure.suptitle(f"{flight.scenario.table.mission.title}: budget (computed)")
    return figure

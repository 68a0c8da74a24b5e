"""Plots of the way home of a flight: departure, descent against time, descent over the ground."""

import numpy as np
from matplotlib.figure import Figure

from zarya.mission.result import Departure, Flight, Landing
from zarya.plots.descent import ground_track, profile
from zarya.plots.style import DIM, MARK, SHIP, STATION
from zarya.units import DEG, KM

_MARKS = ("deorbit_ignition", "module_separation", "entry_interface", "parachute", "landing")
_CLOSE_S = 900.0


def departure(flight: Flight, left: Departure) -> Figure:
    """The ship seen from the station after undocking: the first quarter of an hour, and up to the deorbit burn."""
    h = left.history
    t, r = h["t_s"] - left.undocking_s, h["r_rel_lvlh"]
    burns = [burn for burn in flight.burns if burn.phase == "departure"]
    radius = float(flight.scenario.station.pytree().keep_out_radius_m)
    figure = Figure(figsize=(9.0, 4.6), layout="constrained")
    near, far = figure.subplots(1, 2)
    close = t <= _CLOSE_S
    near.plot(r[close, 0], r[close, 2], color=SHIP, lw=1.4)
    angle = np.linspace(0.0, 2.0 * np.pi, 181)
    near.plot(radius * np.cos(angle), radius * np.sin(angle), color=DIM, lw=0.8, ls="--", label="keep-out sphere")
    near.plot(0.0, 0.0, "s", color=STATION, ms=6, label="station")
    for k, burn in enumerate(burns):
        x, z = (np.interp(burn.t_s, h["t_s"], r[:, axis]) for axis in (0, 2))
        near.plot(x, z, "o", color=MARK, ms=5)
        near.annotate(
            f"{burn.delta_v_m_s:.2f} m/s", (x, z), xytext=(9, 9 - 22 * k), textcoords="offset points", fontsize=8
        )
    near.set_xlabel("along the velocity, m")
    near.set_ylabel("towards the Earth, m")
    near.set_aspect("equal")
    near.set_xlim(-450.0, 450.0)
    near.legend(frameon=False, loc="lower right", fontsize=8)
    far.plot(r[:, 0] / KM, r[:, 2] / KM, color=SHIP, lw=1.4)
    far.plot(0.0, 0.0, "s", color=STATION, ms=6)
    far.annotate(
        f"deorbit burn,\n{left.distance_m / KM:.0f} km away", (r[-1, 0] / KM, r[-1, 2] / KM), xytext=(0.72, 0.34),
        textcoords="axes fraction", fontsize=8, arrowprops={"arrowstyle": "-", "color": DIM, "lw": 0.6},
    )  # fmt: skip
    far.set_xlabel("along the velocity, km")
    far.set_ylabel("towards the Earth, km")
    for axes in (near, far):
        axes.invert_yaxis()
    figure.suptitle(f"{flight.scenario.table.mission.title}: departure (computed)")
    return figure


def _instants(flight: Flight) -> dict[str, float]:
    return {event.name: event.t_s for event in flight.events if event.name in _MARKS}


def descent(flight: Flight, landing: Landing) -> Figure:
    """Altitude, airspeed, load and heat from the deorbit burn to the ground."""
    return profile(landing.history, _instants(flight), flight.scenario.table.mission.title)


def descent_track(flight: Flight, landing: Landing) -> Figure:
    """The way down on a map."""
    h = landing.history
    latitude, longitude = h["latitude_rad"] / DEG, h["longitude_rad"] / DEG
    turned = np.unwrap(h["longitude_rad"]) / DEG
    marks = {
        name: (float(np.interp(at, h["t_s"], latitude)), float(np.interp(at, h["t_s"], turned)))
        for name, at in _instants(flight).items()
    }
    return ground_track(latitude, longitude, marks, flight.scenario.table.mission.title)

"""The picture of the README: Soyuz MS-24 there and back, four panels of one flight.

Usage: python builders/build_readme_picture.py
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from scipy.interpolate import CubicHermiteSpline

import zarya
from zarya.plots.style import DIM, SHIP, STATION
from zarya.units import KM

OUT = Path(__file__).parent.parent / "docs/pictures/ms24.png"


def main() -> None:
    flight = zarya.fly(zarya.load("soyuz-ms-24"))
    figure = Figure(figsize=(14.0, 3.5), layout="constrained")
    ascent, phasing, approach, descent = figure.subplots(1, 4)
    h = flight.ascent
    ascent.plot(h["t_s"], h["height_m"] / KM, color=SHIP)
    for event in flight.events:
        if 0.0 < event.t_s < 530.0 and event.name.endswith(("separation", "jettison", "stage_cutoff")):
            ascent.axvline(event.t_s, color=DIM, lw=0.6, ls=":")
    ascent.set(xlabel="seconds after lift-off", ylabel="height, km", title="ascent")
    t = np.arange(531.0, flight.ship.t_s[-1], 30.0)
    ship = CubicHermiteSpline(flight.ship.t_s, flight.ship.r_gcrf, flight.ship.v_gcrf)(t)
    station = CubicHermiteSpline(flight.station.t_s, flight.station.r_gcrf, flight.station.v_gcrf)(t)
    phasing.semilogy(t / 3600.0, np.linalg.norm(ship - station, axis=1) / KM, color=STATION)
    for k, burn in enumerate(burn for burn in flight.burns if burn.phase == "phasing"):
        phasing.axvline(burn.t_s / 3600.0, color=SHIP, lw=0.8, ls="--")
        phasing.text(burn.t_s / 3600.0, (0.1, 0.03)[k % 2], f" {burn.delta_v_m_s:.0f} m/s", color=SHIP, fontsize=8)
    phasing.set(xlabel="hours after lift-off", ylabel="distance to the station, km", title="two orbits, four burns")
    r = flight.approach["r_rel_lvlh"] / KM
    approach.plot(r[:, 0], r[:, 2], color=SHIP)
    ring = np.linspace(0.0, 2.0 * np.pi, 200)
    approach.plot(0.2 * np.cos(ring), 0.2 * np.sin(ring), color=DIM, lw=0.8, ls="--")
    approach.plot(0.0, 0.0, "s", color=STATION, ms=5)
    approach.invert_yaxis()
    approach.set(xlabel="along the velocity, km", ylabel="down, km", title="approach from below to Rassvet")
    assert flight.home is not None
    assert flight.home.landing is not None
    down = flight.home.landing.history
    minutes = (down["t_s"] - down["t_s"][0]) / 60.0
    descent.plot(minutes, down["height_m"] / KM, color=STATION)
    descent.set(xlabel="minutes after deorbit ignition", ylabel="height, km", title="home, 203 days later")
    load = descent.twinx()
    load.plot(minutes, down["load_g"], color=SHIP)
    load.set_ylabel("load, g", color=SHIP)
    load.spines[["top"]].set_visible(False)
    for axes in (ascent, phasing, approach, descent):
        axes.grid(color="#e3e6e8")
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(OUT, dpi=110)
    print(OUT)


if __name__ == "__main__":
    main()

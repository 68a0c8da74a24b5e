"""The files a flight leaves in `--out`: JSON, Parquet, CCSDS OEM of ship and station, CZML, plots."""

import json
from pathlib import Path

from zarya.exchange.atomic import make_folder, write_atomically, write_figure
from zarya.exchange.czml import czml_text
from zarya.exchange.flight_report import document, trajectory_table
from zarya.exchange.messages import write_message
from zarya.exchange.records import Ephemeris, Header, Trajectory
from zarya.exchange.tabular import write_parquet
from zarya.mission.result import Flight, Track


def write_flight(flight: Flight, folder: Path) -> list[Path]:
    """Write everything; each file replaces the old one only when it is complete. Returns the paths.

    A flight that comes home has two segments in each OEM (pad to contact, undocking to landing), none of the stay.

    Raises
    ------
    InputError : the folder cannot be made or written.
    """
    make_folder(folder)
    home = flight.home
    named = (flight.scenario.table.mission.title, flight.scenario.name)
    port = (flight.scenario.station.title, str(flight.scenario.station.norad_id))
    ship = [_trajectory(flight, one, *named) for one in (flight.ship, *([] if home is None else [home.ship]))]
    station = [_trajectory(flight, one, *port) for one in (flight.station, *([] if home is None else [home.station]))]
    header = Header(comments=(f"Flight {flight.scenario.name}, computed by Zarya; outcome {flight.outcome}.",))
    files = [
        write_message(folder / "ship.oem", Ephemeris(tuple(ship), header)),
        write_message(folder / "station.oem", Ephemeris(tuple(station), header)),
        write_atomically(folder / "flight.czml", czml_text((*ship, *station))),
        write_parquet(folder / "trajectory.parquet", trajectory_table(flight)),
        *_plots(flight, folder),
    ]
    report = document(flight, [str(path) for path in files])
    files.append(write_atomically(folder / "flight.json", json.dumps(report, indent=2, allow_nan=False) + "\n"))
    return files


def _plots(flight: Flight, folder: Path) -> list[Path]:
    from zarya.plots.flight import draw_all

    return [write_figure(folder / name, figure) for name, figure in draw_all(flight).items()]


def _trajectory(flight: Flight, track: Track, name: str, identity: str) -> Trajectory:
    return Trajectory(
        object_name=name,
        object_id=identity,
        frame="gcrf",
        epoch=flight.epoch,
        t_s=track.t_s,
        r_m=track.r_gcrf,
        v_m_s=track.v_gcrf,
        interpolation="HERMITE",
        interpolation_degree=3,
    )

"""The files `zarya land --out` leaves: JSON, the entry corridor, and of dispersed landings a table and pictures."""

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure

from zarya.exchange.atomic import make_folder, write_atomically, write_figure
from zarya.plots.corridor import corridor
from zarya.plots.descent import ellipse, ground_track, profile
from zarya.plots.wind import wind_profile
from zarya.studies.landing.campaign import LandingCampaign

_MARKS: Final = ("deorbit_ignition", "module_separation", "entry_interface", "parachute", "landing")


def write_landing(
    rows: Sequence[Mapping[str, Any]],
    campaign: LandingCampaign | None,
    folder: Path,
    wind: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write landing.json, corridor and wind of the first feasible row, and of a campaign its table and pictures.

    The pictures of a campaign: ellipse, profile, track of the plan. Each file replaces the old one only when
    complete. Returns the paths.

    Parameters
    ----------
    rows : of `landing_opportunities`. campaign : of `landing_dispersions`, of one of the rows. wind : of `wind_said`.

    Raises
    ------
    InputError : the folder cannot be made or written.
    """
    make_folder(folder)
    document = landing_document(rows, campaign, wind)
    files = [write_atomically(folder / "landing.json", json.dumps(document, indent=2, allow_nan=False) + "\n")]
    entry = next((row for row in rows if row.get("corridor_trials")), None)
    if entry is not None:
        name = f"{entry['zone']}, {entry['landing_utc'][:16].replace('T', ' ')} UTC"
        files.append(write_figure(folder / "entry_corridor.png", corridor(entry, name)))
        files.append(write_figure(folder / "wind_profile.png", wind_profile(entry, name)))
    if campaign is None:
        return files
    title = f"{campaign.opportunity['zone']}, {campaign.opportunity['landing_utc'][:16]} UTC"
    table = io.BytesIO()
    campaign.cases.write_parquet(table)
    files.append(write_atomically(folder / "landings.parquet", table.getvalue()))
    figures = {
        "landing_ellipse.png": ellipse(campaign, title),
        "landing_profile.png": profile(*_entry(campaign), title),
        "landing_track.png": _track(campaign, title),
    }
    return files + [write_figure(folder / name, figure) for name, figure in figures.items()]


def _entry(campaign: LandingCampaign) -> tuple[dict[str, Any], dict[str, float]]:
    """The planned descent from the separation on: before it there is nothing to see."""
    start_s = campaign.events["module_separation"]
    later = campaign.history["t_s"] >= start_s
    history = {name: values[later] for name, values in campaign.history.items()}
    return history, {name: at for name, at in campaign.events.items() if at >= start_s}


def _track(campaign: LandingCampaign, title: str) -> Figure:
    """The planned descent on a map."""
    h = campaign.history
    latitude, longitude = np.degrees(h["latitude_rad"]), np.degrees(np.unwrap(h["longitude_rad"]))
    marks = {
        name: (float(np.interp(campaign.events[name], h["t_s"], latitude)),
               float(np.interp(campaign.events[name], h["t_s"], longitude)))
        for name in _MARKS
    }  # fmt: skip
    beside = {"ballistic landing": campaign.ballistic_deg}
    areas = campaign.opportunity.get("fall_areas") or []
    if areas:
        beside["other modules fall"] = (areas[0]["lat_deg"], areas[0]["lon_deg"])
    return ground_track(latitude, longitude, marks, title, beside)


def landing_document(
    rows: Sequence[Mapping[str, Any]], campaign: LandingCampaign | None, wind: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What `zarya land --json` prints: the opportunities, their wind, and the dispersions where they were flown."""
    document: dict[str, Any] = {"opportunities": list(rows)} | ({"wind": dict(wind)} if wind else {})
    if campaign is not None:
        document["dispersions"] = {"landing_utc": campaign.opportunity["landing_utc"]} | campaign.dispersions()
    return document

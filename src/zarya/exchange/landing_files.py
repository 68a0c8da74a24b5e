"""The files `zarya land --out` leaves: JSON, and with dispersed landings their table and pictures."""

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from zarya.errors import InputError
from zarya.exchange.atomic import write_atomically
from zarya.plots.descent import ellipse, profile
from zarya.studies.landing_campaign import LandingCampaign


def write_landing(rows: Sequence[Mapping[str, Any]], campaign: LandingCampaign | None, folder: Path) -> list[Path]:
    """Write landing.json; with a campaign also landings.parquet, landing_ellipse.png and landing_profile.png.

    Each replaces the old one only when complete. Returns the paths.

    Parameters
    ----------
    rows : of `landing_opportunities`. campaign : of `landing_dispersions`, of one of the rows.

    Raises
    ------
    InputError : the folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"the folder cannot be made: {error.strerror}", key="out", value=str(folder), remedy="Give another folder."
        ) from error
    document = landing_document(rows, campaign)
    files = [write_atomically(folder / "landing.json", json.dumps(document, indent=2, allow_nan=False) + "\n")]
    if campaign is None:
        return files
    title = f"{campaign.opportunity['zone']}, {campaign.opportunity['landing_utc'][:16]} UTC"
    table = io.BytesIO()
    campaign.cases.write_parquet(table)
    files.append(write_atomically(folder / "landings.parquet", table.getvalue()))
    figures = {
        "landing_ellipse.png": ellipse(campaign, title),
        "landing_profile.png": profile(campaign.history, campaign.events, title),
    }
    return files + [write_atomically(folder / name, _png(figure)) for name, figure in figures.items()]


def landing_document(rows: Sequence[Mapping[str, Any]], campaign: LandingCampaign | None) -> dict[str, Any]:
    """What `zarya land --json` prints: the opportunities, and the dispersions where they were flown."""
    document: dict[str, Any] = {"opportunities": list(rows)}
    if campaign is not None:
        document["dispersions"] = {"landing_utc": campaign.opportunity["landing_utc"]} | campaign.dispersions()
    return document


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()

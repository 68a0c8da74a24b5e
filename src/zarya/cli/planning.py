"""Commands of planning: windows."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from zarya.cli.app import Catalog, Json, app, out, print_json

Sets = Annotated[Path, typer.Option("--tle", help="File of element sets (TLE, 3LE or OMM), may hold years.")]


@app.command()
def windows(
    tle: Sets,
    start: Annotated[str, typer.Option("--from", help="First lift-off, ISO 8601 UTC.")],
    end: Annotated[str, typer.Option("--to", help="Last lift-off, ISO 8601 UTC.")],
    station: Annotated[str, typer.Option(help="Station of the catalog.")] = "iss",
    site: Annotated[str, typer.Option(help="Pad of the catalog.")] = "baikonur-31-6",
    launcher: Annotated[str, typer.Option(help="Launcher of the catalog.")] = "soyuz-2.1a",
    ship: Annotated[str, typer.Option(help="Ship of the catalog.")] = "soyuz-ms",
    scheme: Annotated[str, typer.Option(help="1-orbit, 2-orbit, 4-orbit, 34-orbit or any.")] = "any",
    as_json: Json = False,
    folder: Catalog = None,
) -> None:
    """Launch windows: when this launcher can leave this pad for that station, by which scheme, at what price.

    Example: `zarya windows --tle sets.tle --from 2023-09-14 --to 2023-09-18 --scheme 2-orbit`
    """
    from zarya.orbits.tle import read_element_sets
    from zarya.studies.windows import launch_windows
    from zarya.time import Epoch

    rows = launch_windows(
        station, site, launcher, ship, read_element_sets(tle), _epoch(start, "from", Epoch), _epoch(end, "to", Epoch),
        scheme, catalog=folder,
    )  # fmt: skip
    if as_json:
        print_json({"windows": rows})
        return
    table = Table(
        "lift-off, UTC", "1 sigma, s", "scheme", "phase, deg", "docking, UTC", "delta-v, m/s", "feasible", "why not"
    )
    for row in rows:
        table.add_row(
            row["liftoff_utc"],
            f"{row['liftoff_sigma_s']:.1f}",
            row["scheme"],
            f"{row['phase_deg']:.1f}",
            row["docking_utc"],
            f"{row['delta_v_m_s']:.0f}",
            "yes" if row["feasible"] else "no",
            row["why_not"] or "",
        )
    out.print(table)


def _epoch(text: str, key: str, epoch: Any) -> Any:
    from zarya.errors import InputError

    try:
        return epoch.from_iso(text)
    except InputError:
        if len(text) == 10:
            return _epoch(f"{text}T00:00:00Z", key, epoch)
        raise InputError(
            "not an ISO 8601 UTC date", key=key, value=text, remedy="Write 2023-09-15T12:00:00Z."
        ) from None

"""Command of the launch aborts."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from zarya.cli.app import Catalog, Json, app, out, print_json, progress


@app.command()
def abort(
    mission: Annotated[str, typer.Argument(help="Name (soyuz-ms-24) or path of a mission file.")] = "",
    at: Annotated[
        float | None, typer.Option("--at", help="Abort at this second after lift-off (negative: on the pad).")
    ] = None,
    sweep: Annotated[bool, typer.Option("--sweep", help="Abort at every step from lift-off to orbit.")] = False,
    step: Annotated[float, typer.Option(help="Step of the sweep, s.")] = 1.0,
    out_folder: Annotated[Path | None, typer.Option("--out", help="Folder for aborts.json, map and loads.")] = None,
    validate: Annotated[bool, typer.Option("--validate", help="Fly the failure of Soyuz MS-10 again.")] = False,
    as_json: Json = False,
    folder: Catalog = None,
) -> None:
    """Launch aborts: mode, load, landing point and time for one second of the ascent or for all of them.

    Example: `zarya abort soyuz-ms-24 --at 150`
    """
    from zarya.errors import InputError
    from zarya.mission.scenario import load
    from zarya.studies.aborts import abort_sweep

    if validate:
        _validate(as_json)
        return
    if not mission:
        raise InputError("the mission is missing", key="MISSION", remedy="Give a name, such as soyuz-ms-24, or a file.")
    if sweep == (at is not None):
        raise InputError("give one of --at and --sweep", key="at", value=at, remedy="Give --at 150, or --sweep.")
    scenario = load(mission, folder)
    with progress() as say:
        rows = abort_sweep(
            scenario,
            None if at is None else [at],
            step_s=step,
            on_progress=say,
        )
    report: dict[str, Any] = {"mission": scenario.name, "aborts": rows, "files": []}
    if out_folder is not None:
        report["files"] = _write(report, scenario, out_folder)
    if as_json:
        print_json(report)
        return
    _print(rows if len(rows) < 60 else rows[:: max(1, round(10.0 / step))])
    for row in rows if len(rows) == 1 else []:
        out.print(f"{row['mode']}: {row['why']}", highlight=False)
    for path in report["files"]:
        out.print(f"wrote {path}", highlight=False, soft_wrap=True)


def _write(report: Mapping[str, Any], scenario: Any, folder: Path) -> list[str]:
    from zarya.exchange.atomic import make_folder, write_atomically, write_figure
    from zarya.plots.aborts import draw_aborts

    make_folder(folder)
    site = scenario.site
    pad = (site.latitude_deg.value, site.longitude_deg.value)
    files = []
    for name, figure in draw_aborts(report["aborts"], scenario.table.mission.title, pad).items():
        files.append(str(write_figure(folder / name, figure)))
    content = {"mission": report["mission"], "aborts": report["aborts"]}
    path = write_atomically(folder / "aborts.json", json.dumps(content, indent=2, allow_nan=False) + "\n")
    return [str(path), *files]


def _validate(as_json: bool) -> None:
    """`--validate`: the failure of 2018-10-11, computed and reported."""
    from zarya.studies.aborts.ms10 import failure_of_ms10

    rows = failure_of_ms10()
    if as_json:
        print_json({"ms10": rows})
        return
    table = Table(
        "Soyuz MS-10, abort from", "apogee, km", "landing, km from pad", "peak g", "flight, s", show_edge=False
    )
    for row in rows:
        apogee = row["apogee_km"]
        table.add_row(
            row["start"],
            f"{apogee:.1f}" if isinstance(apogee, float) else "-".join(f"{x:.0f}" for x in apogee),
            f"{row['downrange_km']:.0f}",
            f"{row['peak_g']:.1f}",
            f"{row['flight_s']:.0f}",
        )
    out.print(table)


def _print(rows: Sequence[Mapping[str, Any]]) -> None:
    table = Table(show_edge=False, pad_edge=False)
    for name in ("at, s", "mode", "height, km", "peak g", "top, km", "lat, deg", "lon, deg", "UTC", "lasts, s"):
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(
            f"{row['at_s']:.1f}",
            row["mode"],
            f"{row['height_km']:.1f}",
            f"{row['peak_g']:.1f}",
            "" if row["apogee_km"] is None else f"{row['apogee_km']:.0f}",
            f"{row['landing_lat_deg']:.3f}",
            f"{row['landing_lon_deg']:.3f}",
            row["landing_utc"][11:19],
            f"{row['duration_s']:.0f}",
        )
    out.print(table)

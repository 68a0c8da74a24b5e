"""Commands of a mission: catalog, check, new, fly."""

import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from zarya.cli.app import Catalog, Json, app, err, out, print_json, progress
from zarya.cli.flight_text import print_flight
from zarya.cli.kept import kept_cases
from zarya.errors import InputError


def _listing(name: str, path: Path) -> dict[str, Any]:
    """A shipped mission as a row of the catalog: the sources are those of its flown events."""
    title = tomllib.loads(path.read_text(encoding="utf-8"))["mission"]["title"]
    flown = path.with_name("as_flown.toml")
    events = tomllib.loads(flown.read_text(encoding="utf-8")).get("event", []) if flown.is_file() else []
    sources = {event["name"]: event["source"] for event in events if "source" in event}
    return {"name": name, "kind": "mission", "title": title, "file": str(path), "sources": sources}


@app.command(name="catalog")
def catalog_command(
    kind: Annotated[
        str | None, typer.Argument(help="launcher, ship, station, site, zone, ground, relay, mission")
    ] = None,
    as_json: Json = False,
    folder: Catalog = None,
) -> None:
    """List vehicles, sites, stations, zones and missions with their sources.

    Example: `zarya catalog launcher`
    """
    from zarya.mission.scenario import mission_names, mission_path
    from zarya.vehicles import catalog

    rows: list[dict[str, Any]] = []
    if kind != "mission":
        rows = [asdict(item) for item in catalog.entries(kind, folder)]
    if kind in (None, "mission"):
        rows += [_listing(name, mission_path(name)) for name in mission_names()]
    if as_json:
        print_json({"entries": rows})
        return
    table = Table("kind", "name", "title", "sources")
    for row in rows:
        table.add_row(row["kind"], row["name"], row["title"], ", ".join(row["sources"]))
    out.print(table)


@app.command()
def check(mission: Annotated[str, typer.Argument(help="Name or path of a mission file.")], as_json: Json = False,
          folder: Catalog = None) -> None:  # fmt: skip
    """Validate a mission file; fly nothing. Exit code 2 when it cannot be flown.

    Example: `zarya check my-mission.toml`
    """
    from zarya.mission import scenario

    problems = scenario.check(mission, folder)
    if as_json:
        print_json({"ok": not problems, "problems": [asdict(item) for item in problems]})
    for item in problems:
        err.print(str(item), markup=False, highlight=False)
    if not as_json and not problems:
        out.print(f"{mission}: can be flown", highlight=False)
    if problems:
        raise typer.Exit(2)


@app.command()
def new(name: Annotated[str, typer.Argument(help="Name of the mission; a file NAME.toml is written.")],
        as_json: Json = False) -> None:  # fmt: skip
    """Write a commented mission file to start from, with the station's element sets beside it.

    Example: `zarya new my-flight`
    """
    from zarya.mission.template import write_template

    files = write_template(name, Path.cwd())
    if as_json:
        print_json({"file": str(files[0]), "files": [str(item) for item in files]})
    else:
        out.print(f"wrote {', '.join(str(item) for item in files)}; next: zarya check {files[0]}", highlight=False)


@app.command()
def fly(
    mission: Annotated[str, typer.Argument(help="Name (soyuz-ms-24) or path of a mission file.")],
    until: Annotated[
        str | None,
        typer.Option(help="Last phase to fly: ascent, phasing, approach, docking, departure or descent (the default)."),
    ] = None,
    ascent_study: Annotated[
        bool, typer.Option("--ascent-study", help="Also the lead of least propellant and what moves the cut-off.")
    ] = False,
    safety: Annotated[
        bool, typer.Option("--safety", help="Also follow each missed or half-done burn for 24 h.")
    ] = False,
    cases: Annotated[int, typer.Option(help="Fly so many dispersed cases instead of one nominal flight.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the dispersions; a case keeps its numbers.")] = 0,
    published: Annotated[
        bool,
        typer.Option(
            "--published",
            help="With --cases: about the published numbers of the launcher, not those reconciled with what flew.",
        ),
    ] = False,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder for flight.json, trajectory.parquet, OEM, CZML, plots.")
    ] = None,
    as_json: Json = False,
    folder: Catalog = None,
) -> None:
    """Fly a mission from the pad to docking and home, and print its timeline beside the real one.

    Example: `zarya fly soyuz-ms-24 --out out`
    """
    from zarya.exchange.flight_report import document
    from zarya.mission.runner import fly as fly_mission
    from zarya.mission.scenario import load

    if published and not cases:
        raise InputError(
            "one flight is flown with the published numbers anyway",
            key="published",
            remedy="Give --cases as well, or leave it out.",
        )
    scenario = load(mission, folder)
    if cases:
        _fly_cases(scenario, cases, seed, published, out_folder, as_json)
        return
    with progress() as say:
        flight = fly_mission(
            scenario,
            until=until,
            lead_study=ascent_study,
            on_progress=say,
        )
        files: list[str] = []
        if out_folder is not None:
            from zarya.exchange.flight_files import write_flight

            say("writing files and plots")
            files = [str(path) for path in write_flight(flight, out_folder)]
    report = document(flight, files)
    if ascent_study:
        from zarya.mission.setting import prepared
        from zarya.studies.ascent_sensitivity import cutoff_sensitivities

        found = cutoff_sensitivities(scenario.launcher, prepared(scenario, lambda _: None).ascent)
        report["third_stage_cutoff_sensitivity"] = [asdict(item) for item in found]
    if safety:
        from zarya.studies.passive_safety import failed_burns

        report["failed_burns"] = [asdict(item) for item in failed_burns(scenario, lambda _: None)]
    if as_json:
        print_json(report)
    else:
        print_flight(report)
    if flight.outcome not in ("docked", "stopped", "undocked", "landed"):
        raise typer.Exit(1)


def _fly_cases(scenario: Any, cases: int, seed: int, published: bool, folder: Path | None, as_json: bool) -> None:
    """`--cases N`: outcomes counted, one row a case as Parquet."""
    from zarya.studies.campaign import drawn_about, fly_many

    flown = drawn_about(scenario, published)
    records = (flown.table, flown.site, flown.launcher, flown.ship, flown.station, flown.port)
    question = (str(seed), *(record.model_dump_json() for record in records), repr(flown.element_sets))
    files: list[str] = []
    with progress() as say, kept_cases(None if folder is None else folder / "cases.parquet", *question) as kept:
        campaign = fly_many(
            scenario,
            cases,
            seed,
            published=published,
            done=None if kept is None else kept.rows(),
            on_rows=None if kept is None else kept.take,
            on_progress=say,
        )
        if folder is not None and kept is not None:
            from zarya.exchange.tabular import write_parquet

            files.append(str(write_parquet(folder / "cases.parquet", campaign.cases)))
            kept.done()
    report = {
        "mission": scenario.name,
        "cases": cases,
        "seed": seed,
        "launcher": campaign.scenario.launcher.name,
        "launcher_data": "reconciled" if campaign.scenario.launcher.reconciles else "as in the mission file",
        "outcomes": campaign.outcomes,
        "inserted_within_10_km_0_03_deg": campaign.inserted_within(),
        "statistics": campaign.statistics(),
        "files": files,
    }
    if as_json:
        print_json(report)
        return
    out.print(f"{scenario.name}: {cases} cases, seed {seed}", style="bold", highlight=False)
    out.print(f"launcher: {campaign.scenario.launcher.title}", highlight=False)
    for name, count in campaign.outcomes.items():
        out.print(f"{name}: {count} ({100.0 * count / cases:.1f} %)", highlight=False)
    out.print(
        f"inserted within 10 km and 0.03 deg of the nominal flight: {campaign.inserted_within()}", highlight=False
    )
    table = Table("of the docked", "1 %", "median", "99 %", show_edge=False)
    for name, row in campaign.statistics().items():
        table.add_row(name, *(f"{row[key]:.4g}" for key in ("p01", "median", "p99")))
    out.print(table)
    for path in files:
        out.print(f"wrote {path}", highlight=False, soft_wrap=True)

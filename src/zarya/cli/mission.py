"""Commands of a mission: catalog, check, new, fly."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from zarya.cli.app import Catalog, Json, app, err, out, print_json


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
        rows += [
            {"name": name, "kind": "mission", "title": "", "file": str(mission_path(name)), "sources": {}}
            for name in mission_names()
        ]
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
    until: Annotated[str, typer.Option(help="Last phase to fly: ascent, phasing, approach or docking.")] = "docking",
    ascent_study: Annotated[
        bool, typer.Option("--ascent-study", help="Also the lead of least propellant and what moves the cut-off.")
    ] = False,
    safety: Annotated[
        bool, typer.Option("--safety", help="Also follow each missed or half-done burn for 24 h.")
    ] = False,
    cases: Annotated[int, typer.Option(help="Fly so many dispersed cases instead of one nominal flight.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the dispersions; a case keeps its numbers.")] = 0,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder for flight.json, trajectory.parquet, OEM, CZML, plots.")
    ] = None,
    as_json: Json = False,
    folder: Catalog = None,
) -> None:
    """Fly a mission from the pad to docking and print its timeline beside the real one.

    Example: `zarya fly soyuz-ms-24 --out out`
    """
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from zarya.exchange.flight_report import document
    from zarya.mission.runner import fly as fly_mission
    from zarya.mission.scenario import load

    scenario = load(mission, folder)
    if cases:
        _fly_cases(scenario, cases, seed, out_folder, as_json)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("preparing")
        flight = fly_mission(
            scenario,
            until=until,
            lead_study=ascent_study,
            on_progress=lambda text: progress.update(task, description=text),
        )
        files: list[str] = []
        if out_folder is not None:
            from zarya.exchange.flight_files import write_flight

            progress.update(task, description="writing files and plots")
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
        _print_flight(report)
    if flight.outcome not in ("docked", "stopped"):
        raise typer.Exit(1)


def _fly_cases(scenario: Any, cases: int, seed: int, folder: Path | None, as_json: bool) -> None:
    """`--cases N`: outcomes counted, one row a case as Parquet."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from zarya.studies.campaign import fly_many

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("preparing")
        campaign = fly_many(scenario, cases, seed, on_progress=lambda text: progress.update(task, description=text))
    files: list[str] = []
    if folder is not None:
        from zarya.exchange.tabular import write_parquet

        folder.mkdir(parents=True, exist_ok=True)
        files.append(str(write_parquet(folder / "cases.parquet", campaign.cases)))
    report = {
        "mission": scenario.name,
        "cases": cases,
        "seed": seed,
        "outcomes": campaign.outcomes,
        "statistics": campaign.statistics(),
        "files": files,
    }
    if as_json:
        print_json(report)
        return
    out.print(f"{scenario.name}: {cases} cases, seed {seed}", style="bold", highlight=False)
    for name, count in campaign.outcomes.items():
        out.print(f"{name}: {count} ({100.0 * count / cases:.1f} %)", highlight=False)
    table = Table("of the docked", "1 %", "median", "99 %", show_edge=False)
    for name, row in campaign.statistics().items():
        table.add_row(name, *(f"{row[key]:.4g}" for key in ("p01", "median", "p99")))
    out.print(table)
    for path in files:
        out.print(f"wrote {path}", highlight=False, soft_wrap=True)


def _print_flight(report: Mapping[str, Any]) -> None:
    lift, orbit, docking = report["liftoff"], report["insertion"], report["docking"]
    out.print(f"{report['mission']}: {report['outcome']}, lift-off {lift['utc']}", style="bold", highlight=False)
    table = Table(show_edge=False, pad_edge=False)
    for name in ("event", "UTC", "met, s", "origin", "flown", "grade", "diff, s"):
        table.add_column(name, no_wrap=True)
    for event in report["events"]:
        difference = event["difference_s"]
        table.add_row(
            event["name"],
            event["utc"][11:21],
            f"{event['met_s']:.1f}",
            event["origin"],
            (event["as_flown_utc"] or "")[11:21],
            event["as_flown_grade"] or "",
            "" if difference is None else f"{difference:+.1f}",
        )
    out.print(table)
    burns = Table(show_edge=False, pad_edge=False)
    for name in ("burn", "UTC", "delta-v, m/s", "lasts, s", "propellant, kg", "heard by"):
        burns.add_column(name, no_wrap=True)
    for burn in report["burns"]:
        burns.add_row(
            burn["name"],
            burn["utc"][11:21],
            f"{burn['delta_v_m_s']:.2f}",
            f"{burn['duration_s']:.1f}",
            f"{burn['propellant_kg']:.1f}",
            ", ".join(report["coverage"].get(burn["name"], ())) or "nobody",
        )
    if report["burns"]:
        out.print(burns)
    lines = [
        f"lift-off computed {lift['computed_utc']} (1 sigma {lift['sigma_s']} s), lead {lift['lead_s']} s: "
        f"{lift['lead_source']}; element set {lift['element_set_age_h']:.1f} h old, "
        f"fitted to {lift['station_fit_rms_m']:.0f} m"
    ]
    if orbit is not None:
        lines.append(
            f"insertion {orbit['perigee_km']:.1f} x {orbit['apogee_km']:.1f} km, "
            f"{orbit['inclination_mean_deg']:.3f} deg mean, {orbit['period_min']:.2f} min, "
            f"phase {orbit['phase_deg']:.2f} deg"
        )
    if docking is not None:
        lines.append(
            f"contact at {docking['port']}: {docking['axial_m_s']:.3f} m/s, {docking['lateral_m']:.3f} m off the axis, "
            f"{docking['lateral_m_s']:.3f} m/s across; inside limits: {'yes' if docking['inside_limits'] else 'no'}"
        )
    figures = report["figures"]
    if "optimum_lead_s" in figures:
        left = {key: value for key, value in figures.items() if key.startswith("propellant_left_at_lead")}
        lines.append(
            f"lead of the minimum-propellant ascent {figures['optimum_lead_s']:.1f} s; third stage left, kg: "
            + ", ".join(f"{key.split('_')[4]} s {value:.1f}" for key, value in left.items())
        )
    if "ascent_ideal_m_s" in figures:
        names = ("ideal", "back_pressure", "steering", "drag", "gravity")
        budget = ", ".join(f"{name.replace('_', '-')} {figures[f'ascent_{name}_m_s']:.0f}" for name in names)
        lines.append(
            f"ascent m/s: {budget}; max q {figures['max_dynamic_pressure_kpa']:.1f} kPa, "
            f"{figures['max_axial_g']:.2f} g; third stage left {figures['third_stage_propellant_left_kg']:.0f} kg"
        )
    if rows := report.get("third_stage_cutoff_sensitivity"):
        spread = sum(row["cutoff_s"] ** 2 for row in rows) ** 0.5
        worst = ", ".join(f"{row['quantity']} {row['cutoff_s']:+.2f}" for row in rows[:6])
        lines.append(f"third-stage cut-off moves by (s for 1 sigma): {worst}, ...; together {spread:.1f} s")
    lines += [
        f"phasing burn {row['burn']} {'missed' if row['made'] == 0.0 else 'cut off at half'}: nearest "
        f"{row['least_m'] / 1e3:.2f} km in 24 h, {'clear' if row['is_clear'] else 'NOT CLEAR'}"
        for row in report.get("failed_burns", ())
    ]
    ledger = report["propellant"]
    used = ", ".join(f"{name} {value:.1f}" for name, value in ledger["used_kg"].items())
    lines.append(
        f"propellant {ledger['loaded_kg']:.0f} kg loaded; used {used or 'none'}; "
        f"deorbit reserve {ledger['deorbit_reserve_kg']:.1f}; margin {ledger['margin_kg']:.1f} kg"
    )
    lines += [f"note: {note}" for note in [*lift["notes"], *report["notes"]]]
    lines += [f"wrote {path}" for path in report["files"]]
    for line in lines:
        out.print(line, highlight=False, markup=False, soft_wrap=True)

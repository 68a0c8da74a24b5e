"""Command `land`: opportunities to come home, and where dispersed landings of one of them fall."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from zarya.cli.app import Catalog, Json, app, err, out, print_json, progress
from zarya.cli.given import Sets, element_sets, instant
from zarya.cli.kept import kept_cases


@app.command()
def land(
    start: Annotated[str, typer.Option("--from", help="First landing instant, ISO 8601 UTC.")],
    end: Annotated[str, typer.Option("--to", help="Last landing instant, ISO 8601 UTC.")],
    tle: Sets = None,
    station: Annotated[str, typer.Option(help="Station of the catalog.")] = "iss",
    ship: Annotated[str, typer.Option(help="Ship of the catalog.")] = "soyuz-ms",
    zone: Annotated[str, typer.Option(help="Landing zone of the catalog.")] = "zhezkazgan",
    propellant_kg: Annotated[
        float | None,
        typer.Option("--propellant-kg", min=0.0, help="Propellant left for the deorbit burn, kg; else unchecked."),
    ] = None,
    module_mass_kg: Annotated[
        float | None, typer.Option("--module-mass-kg", help="Descent module at entry, kg; the catalog's holds a crew.")
    ] = None,
    entry_angle_deg: Annotated[
        float | None,
        typer.Option("--entry-angle", help="Size the burn for this angle at 100 km, deg (-1.75); else 128 m/s."),
    ] = None,
    brief: Annotated[
        bool, typer.Option("--brief", help="Instants and places only: no corridor, back-ups, fall areas, wave-offs.")
    ] = False,
    wind: Annotated[
        str,
        typer.Option(help="Over the zone: climatology (HWM14), none, or a CSV of height_m, east_m_s, north_m_s."),
    ] = "climatology",
    cases: Annotated[
        int | None, typer.Option(help="Fly so many dispersed descents of the first feasible opportunity.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the dispersions; a case is the same in any number.")] = 0,
    out_folder: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for landing.json and the entry corridor; with --cases table and pictures."),
    ] = None,
    as_json: Json = False,
    folder: Catalog = None,
) -> None:
    """Landing opportunities: undocking, deorbit, entry, parachute, landing for every pass that reaches the zone.

    Example: `zarya land --tle sets.tle --zone zhezkazgan --from 2024-04-06 --to 2024-04-07 --cases 1000 --out home`
    """
    from zarya.environment.wind_asked import wind_asked
    from zarya.errors import InputError
    from zarya.exchange.landing_files import landing_document, write_landing
    from zarya.flight.descent.zone_wind import wind_said
    from zarya.studies.landing import landing_opportunities, why_none
    from zarya.studies.station_sets import station_sets
    from zarya.vehicles import catalog as vehicles

    if cases is not None and cases < 1:
        raise InputError("at least one case", key="cases", value=cases, remedy="Give a positive number.")
    for key, value in (("module_mass_kg", module_mass_kg), ("entry_angle_deg", entry_angle_deg)):
        if cases is not None and value is not None:
            raise InputError(
                "dispersed landings fly the catalog's mass and burn", key=key, value=value,
                remedy="Leave --cases out, or change them in a catalog of your own.",
            )  # fmt: skip
    sets = station_sets(element_sets(tle), station, folder)
    asked = wind_asked(wind, Path())
    span = (instant(start, "from"), instant(end, "to"))
    rows = landing_opportunities(
        station, ship, sets, zone, *span, wind=asked, propellant_kg=propellant_kg, module_mass_kg=module_mass_kg,
        entry_angle_deg=entry_angle_deg, catalog=folder, detailed=not brief,
    )  # fmt: skip
    none = "" if any(row["feasible"] for row in rows) else why_none(rows)
    said, campaign = wind_said(asked, wind), None
    first = next((row for row in rows if row["feasible"]), None)
    table = None if out_folder is None or cases is None or first is None else out_folder / "landings.parquet"
    with kept_cases(table, str(seed), repr(first), vehicles.ship(ship, folder).model_dump_json(), repr(asked)) as kept:
        if cases is not None and first is not None:
            campaign = _dispersed(first, ship, sets, cases, seed, asked, folder, kept)
        files = [] if out_folder is None else [str(path) for path in write_landing(rows, campaign, out_folder, said)]
        if kept is not None:
            kept.done()
    if as_json:
        print_json(landing_document(rows, campaign, said) | {"files": files} | ({"why_not": none} if none else {}))
    else:
        _print(rows)
        for row in rows:
            if row["feasible"] and not brief:
                _print_details(row)
        if campaign is not None:
            _print_dispersions(campaign.dispersions(), campaign.opportunity["landing_utc"])
        for path in files:
            out.print(f"wrote {path}", highlight=False, soft_wrap=True)
    if none:
        err.print(f"zarya: {none}", markup=False, highlight=False)
        raise typer.Exit(1)


def _dispersed(
    row: dict[str, Any], ship: str, sets: Any, cases: int, seed: int, wind: Any, folder: Path | None, kept: Any
) -> Any:
    """One opportunity, dispersed; progress on stderr."""
    from zarya.studies.landing.dispersions import landing_dispersions

    done, on_rows = (None, None) if kept is None else (kept.rows(), kept.take)
    with progress() as say:
        return landing_dispersions(
            row, ship, sets, cases=cases, seed=seed, wind=wind, catalog=folder, done=done, on_rows=on_rows,
            on_progress=say,
        )  # fmt: skip


def _print(rows: Sequence[Mapping[str, Any]]) -> None:
    table = Table(show_edge=False, pad_edge=False)
    for name in ("undocking, UTC", "deorbit", "landing, UTC", "lat, deg", "lon, deg", "feasible"):
        table.add_column(name, no_wrap=True)
    table.add_column("why not")
    for row in rows:
        place = [row[key] for key in ("landing_lat_deg", "landing_lon_deg")]
        table.add_row(
            row["undocking_utc"][:19],
            (row["deorbit_utc"] or "")[11:19],
            row["landing_utc"][:19],
            *("" if x is None else f"{x:.3f}" for x in place),
            "yes" if row["feasible"] else "no",
            row["why_not"] or "",
        )
    out.print(table)


def _print_details(row: Mapping[str, Any]) -> None:
    """What one feasible landing entails."""
    table = Table(show_edge=False, pad_edge=False, show_header=False)
    orbit, day = row["wave_off_next_orbit_utc"], row["wave_off_next_day_utc"]
    whole = row["backups"][-1]
    lines = [
        ("radio silent", f"{row['blackout_start_utc']} to {row['blackout_end_utc']}"),
        ("entry angle", f"{row['entry_angle_deg']:.2f} deg; corridor {row['corridor_steep_deg']:.2f} "
         f"({row['corridor_limits']['steep']}) to {row['corridor_shallow_deg']:.2f} "
         f"({row['corridor_limits']['shallow']})"),
        ("burn commits", f"after {row['commit_burn_s']} s, {row['commit_utc']}"),
        (whole["name"], f"{whole['deorbit_utc']}, {whole['thrusters_s']} s, {whole['propellant_kg']} kg, entry "
         f"{whole['entry_angle_deg']:.2f} deg"),
        *((one["name"], f"thrusters {one['thrusters_s']} s, lands {one['shift_km']} km off; "
           f"{one['corrected_shift_km']} km with {one['corrected_bank_deg']} deg of bank, {one['corrected_peak_g']} g")
          for one in row["backups"][:-1]),
        ("ballistic", f"{row['ballistic_lat_deg']:.3f} {row['ballistic_lon_deg']:.3f}, {row['ballistic_short_km']} km "
         f"off, {row['ballistic_peak_g']} g"),
        *((f"{one['body']} falls", f"{one['lat_deg']:.2f} {one['lon_deg']:.2f}, over {one['length_km']} km")
          for one in row["fall_areas"]),
        ("wind", f"{row['wind']}; it carries the module {row['wind_drift_km']:.1f} km under the parachutes"
         + ("" if row["wind_drift_azimuth_deg"] is None else f" towards {row['wind_drift_azimuth_deg']:.0f} deg")),
        ("reserve parachute", f"{row['reserve_landing_utc']}, sinking {row['reserve_descent_speed_m_s']} m/s"),
        ("next orbit", f"{orbit} at {row['wave_off_next_orbit_zone']}" if orbit
         else row["wave_off_next_orbit_why_not"]),
        ("next day", f"{day} at {row['wave_off_next_day_zone']}, undocking "
         f"{row['wave_off_next_day_undocking_utc']}" if day else row["wave_off_next_day_why_not"]),
    ]  # fmt: skip
    out.print(f"\nlanding {row['landing_utc']}", highlight=False)
    for name, text in lines:
        table.add_row(name, text)
    out.print(table)


def _print_dispersions(said: Mapping[str, Any], landing_utc: str) -> None:
    table = Table(show_edge=False, pad_edge=False)
    for name in (f"{said['cases']} landings of {landing_utc[:16]}", "within 28 km, % (95 %)", "median, km", "99 %, km",
                 "1 sigma, km", "azimuth, deg", "peak g, 99 %"):  # fmt: skip
        table.add_column(name)

    def text(value: float | None, digits: int) -> str:
        return "" if value is None else f"{value:.{digits}f}"

    for name, one in (("guided", said), ("ballistic, about its own point", said["ballistic"])):
        share, low, high = (100.0 * one[key] for key in ("within_28_km", "wilson_low", "wilson_high"))
        axes = [text(one[f"ellipse_semi_{which}_km"], 1) for which in ("major", "minor")]
        table.add_row(
            name, f"{share:.2f} ({low:.2f} to {high:.2f})", text(one["miss_km_p50"], 1), text(one["miss_km_p99"], 1),
            " x ".join(axes), text(one["ellipse_azimuth_deg"], 0), text(one["peak_g_p99"], 1),
        )  # fmt: skip
    out.print(table)
    sigma = text(said["landing_sigma_s"], 0)
    sink = ", ".join(text(said[f"touchdown_speed_m_s_p{p}"], 1) for p in (1, 50, 99))
    out.print(f"instant of landing: 1 sigma {sigma} s; touchdown at 1, 50, 99 %: {sink} m/s", highlight=False)

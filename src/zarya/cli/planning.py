"""Commands of planning: windows, phase."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from zarya.cli.app import Catalog, Json, app, out, print_json
from zarya.cli.given import Sets, above_zero, history, instant, limits, positive, span
from zarya.cli.spans import seconds


@app.command()
def windows(
    tle: Sets = None,
    start: Annotated[str | None, typer.Option("--from", help="First lift-off, ISO 8601 UTC.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last lift-off, ISO 8601 UTC.")] = None,
    station: Annotated[str, typer.Option(help="Station of the catalog.")] = "iss",
    site: Annotated[str, typer.Option(help="Pad of the catalog.")] = "baikonur-31-6",
    launcher: Annotated[str, typer.Option(help="Launcher of the catalog.")] = "soyuz-2.1a",
    ship: Annotated[str, typer.Option(help="Ship of the catalog.")] = "soyuz-ms",
    scheme: Annotated[str, typer.Option(help="1-orbit, 2-orbit, 4-orbit, 34-orbit or any.")] = "any",
    direction: Annotated[str, typer.Option(help="ascending (to the north-east), descending or both.")] = "ascending",
    calendar: Annotated[
        Path | None, typer.Option(help="CSV or TOML of busy spans: from_utc, to_utc, vehicle, port.")
    ] = None,
    port: Annotated[str, typer.Option(help="Port wanted, as the calendar names it; any free one if absent.")] = "",
    stay: Annotated[str, typer.Option(help="How long the port must be free after docking: 180d.")] = "0d",
    yaw_kg: Annotated[
        float | None, typer.Option("--yaw-budget-kg", help="Payload the launcher may spend on yaw steering, kg.")
    ] = None,
    yaw_m_s: Annotated[
        float, typer.Option("--yaw-budget-m-s", help="What the ship may spend on leaving the plane, m/s.")
    ] = 0.0,
    dogleg_kg: Annotated[
        float, typer.Option("--dogleg-budget-kg", help="Payload for a turn where the azimuth is outside the limits.")
    ] = 0.0,
    azimuth: Annotated[
        str | None, typer.Option(help="Range-safety limits in place of the site's, 35/120 deg over the ground.")
    ] = None,
    offset: Annotated[
        float | None, typer.Option(help="Also price a lift-off this many seconds late (early negative).")
    ] = None,
    validate: Annotated[bool, typer.Option("--validate", help="Replay every flown launch shipped.")] = False,
    to_folder: Annotated[Path | None, typer.Option("--out", help="Folder for windows.json, CSV, pictures.")] = None,
    has_map: Annotated[
        bool, typer.Option("--map", help="With --out: 10,000 plans about one window, phase by docking; a minute.")
    ] = False,
    as_json: Json = False,
    folder: Catalog = None,
) -> None:
    """Launch windows: when this launcher can leave this pad for that station, by which scheme, at what price.

    Example: `zarya windows --tle sets.tle --from 2023-09-14 --to 2023-09-18 --scheme 2-orbit --yaw-budget-kg 5`
    """
    from zarya.errors import InputError
    from zarya.exchange.calendar_files import read_calendar
    from zarya.studies.windows import Allowance, Ports, launch, launch_windows

    if validate:
        _validate(as_json, to_folder)
        return
    if has_map and to_folder is None:
        raise InputError("a map needs a folder", key="map", remedy="Give --out FOLDER.")
    allowance = Allowance(
        yaw_kg=yaw_kg,
        yaw_m_s=positive(yaw_m_s, "yaw-budget-m-s"),
        dogleg_kg=positive(dogleg_kg, "dogleg-budget-kg"),
        azimuth_deg=None if azimuth is None else limits(azimuth, "azimuth"),
        offset_s=offset,
    )
    if yaw_kg is not None:
        positive(yaw_kg, "yaw-budget-kg")
    ports = Ports(() if calendar is None else read_calendar(calendar), port, seconds(stay, "stay"))
    sets = history(tle)
    rows = launch_windows(
        station, site, launcher, ship, sets, instant(start, "from"), instant(end, "to"), scheme,
        direction=direction, ports=ports, allowance=allowance, catalog=folder,
    )  # fmt: skip
    files: list[Path] = []
    if to_folder is not None:
        from zarya.exchange.windows_files import write_windows

        files = write_windows(
            rows, launch(station, site, launcher, ship, catalog=folder), sets, to_folder, has_map=has_map
        )
    if as_json:
        print_json({"windows": rows, **({"files": [str(path) for path in files]} if files else {})})
        return
    _print_rows(rows)
    _print_paths(files)


def _print_rows(rows: list[dict[str, Any]]) -> None:
    """The table of windows, and the price of the lead and of the second beside it."""
    is_wide = any(row["window_open_utc"] != row["window_close_utc"] for row in rows)
    names = ["lift-off, UTC", *(["opens", "closes"] if is_wide else []), "sigma, s", "scheme", "phase, deg", "docking"]
    table = Table(show_edge=False, pad_edge=False)
    for name in (*names, "m/s", "open"):
        table.add_column(name, no_wrap=True)
    table.add_column("why not")
    for row in rows:
        span = [(row[f"window_{edge}_utc"] or "")[11:19] for edge in ("open", "close")] if is_wide else []
        table.add_row(
            row["liftoff_utc"][:21],
            *span,
            f"{row['liftoff_sigma_s']:.1f}",
            row["scheme"],
            f"{row['phase_deg']:.1f}",
            row["docking_utc"][5:16],
            f"{row['delta_v_m_s']:.0f}",
            "yes" if row["feasible"] else "no",
            _first_reason(row["why_not"]),
        )
    out.print(table)
    if not rows:
        return
    row = next((item for item in rows if item["feasible"]), rows[0])
    optimum = f"optimum of our own ascent {row['optimum_lead_s']:.1f} s"
    out.print(f"lead {row['lead_s']:.1f} s ({row['lead_programme']}); {optimum}", highlight=False)
    prices = [("a minute late", "minute_late_m_s", "minute_late_launcher_kg"),
              ("a minute early", "minute_early_m_s", "minute_early_launcher_kg")]  # fmt: skip
    if "offset_s" in row:
        prices.append((f"{row['offset_s']:+.0f} s", "offset_m_s", "offset_launcher_kg"))
    for words, ship_key, launcher_key in prices:
        kg = row[launcher_key]
        instead = "" if kg is None else f", or the launcher {kg:+.2f} kg of payload"
        out.print(f"{words} costs the ship {row[ship_key]:+.2f} m/s{instead}", highlight=False)


def _first_reason(why: str) -> str:
    """The first of the reasons against a day; `--json` has them all."""
    first, *others = why.split("; ")
    return f"{first}; {len(others)} more" if others else first


def _validate(as_json: bool, to_folder: Path | None) -> None:
    """`--validate`: errors of the computed lift-offs by scheme and launcher."""
    from zarya.studies.windows.validation import validate

    found = validate()
    files: list[Path] = []
    if to_folder is not None:
        from zarya.exchange.windows_files import write_validation

        files = write_validation(found, to_folder)
    if as_json:
        print_json({**found, **({"files": [str(path) for path in files]} if files else {})})
        return
    table = Table("flights", "number", "mean, s", "median abs, s", "90 % abs, s", "worst, s", show_edge=False)
    for name, row in found["summary"].items():
        numbers = [row.get(key) for key in ("mean_s", "median_abs_s", "p90_abs_s", "worst_abs_s")]
        table.add_row(name, str(row["number"]), *("" if x is None else f"{x:.1f}" for x in numbers))
    out.print(table)
    _print_paths(files)


def _print_paths(files: list[Path]) -> None:
    for path in files:
        out.print(str(path), highlight=False, soft_wrap=True)


@app.command()
def phase(
    launch: Annotated[str, typer.Option(help="Launch date, 2023-09-15, or an instant.")],
    tle: Sets = None,
    station: Annotated[str, typer.Option(help="Station of the catalog.")] = "iss",
    scheme: Annotated[str, typer.Option(help="1-orbit, 2-orbit, 4-orbit or 34-orbit.")] = "2-orbit",
    site: Annotated[str, typer.Option(help="Pad of the catalog.")] = "baikonur-31-6",
    launcher: Annotated[str, typer.Option(help="Launcher of the catalog.")] = "soyuz-2.1a",
    ship: Annotated[str, typer.Option(help="Ship of the catalog.")] = "soyuz-ms",
    as_of: Annotated[str | None, typer.Option(help="Day the plan is made; later element sets are not used.")] = None,
    target: Annotated[
        float | None, typer.Option("--target-deg", help="Phase to aim at in place of our choice.")
    ] = None,
    keep_out: Annotated[
        list[str] | None, typer.Option(help="No burn in this span, 2023-09-08/2023-09-10; may be repeated.")
    ] = None,
    attitude: Annotated[
        list[str] | None, typer.Option("--attitude", help="The attitude allows no burn in this span; may be repeated.")
    ] = None,
    beta_limit: Annotated[
        float | None, typer.Option("--beta-limit-deg", help="No burn while the Sun is higher over the plane.")
    ] = None,
    thruster: Annotated[str, typer.Option(help="Ship of the catalog that burns, docked.")] = "progress-ms",
    thrust_n: Annotated[float | None, typer.Option("--thrust-n", help="Its thrust along the velocity, N.")] = None,
    isp_s: Annotated[float | None, typer.Option("--isp-s", help="Its specific impulse, s.")] = None,
    landing: Annotated[str | None, typer.Option(help="Day of a landing that follows.")] = None,
    zone: Annotated[str, typer.Option(help="Landing zone of the catalog.")] = "zhezkazgan",
    as_json: Json = False,
    folder: Catalog = None,
) -> None:
    """The reboosts that bring the station's phase into the window of a scheme.

    Example: `zarya phase --tle sets.tle --launch 2023-09-15 --scheme 2-orbit --as-of 2023-08-25`
    """
    from zarya.studies.station.outlook import THRUST_N, Thruster
    from zarya.studies.station.phasing import NextLanding, phase_reboosts
    from zarya.studies.station.reboost_plan import Forbidden

    closed = [Forbidden(*span(text, "keep-out")) for text in keep_out or ()]
    closed += [Forbidden(*span(text, "attitude"), "attitude") for text in attitude or ()]
    instant(launch, "launch")  # a bad date is told in the option's name
    found = phase_reboosts(
        station,
        history(tle),
        launch,
        scheme,
        site=site,
        launcher=launcher,
        ship=ship,
        thruster=Thruster(
            thruster,
            THRUST_N if thrust_n is None else above_zero(thrust_n, "thrust-n"),
            None if isp_s is None else above_zero(isp_s, "isp-s"),
        ),
        as_of=None if as_of is None else instant(as_of, "as-of"),
        target_deg=target,
        keep_out=closed,
        beta_limit_deg=beta_limit,
        landing=None if landing is None else NextLanding(instant(landing, "landing"), zone),
        catalog=folder,
    )
    if as_json:
        print_json(found)
        return
    _print_phase(found)


def _print_phase(found: dict[str, Any]) -> None:
    """The burns, and what the phase rests on."""
    low, high = found["published_window_deg"]
    drag, since, after = found["drag"], found["flown_since"], found["landing"]
    lines = [
        f"lift-off {found['liftoff_utc'][:19]}, {found['scheme']}, range {low:.1f} to {high:.1f} deg",
        f"phase without burns {found['phase_deg_without']:.1f} deg, with {found['phase_deg_with']:.1f} deg "
        f"(1 sigma {found['sigma_deg']:.1f} now, {found['sigma_deg_after_update']:.1f} with the last burn sized anew)",
        f"drag turns it by {drag['turn_deg']:.1f} deg until then; the air may change that by {drag['air_sigma']:.0%}: "
        f"{drag['phase_deg_thin_air']:.1f} to {drag['phase_deg_dense_air']:.1f} deg",
    ]
    for line in lines:
        out.print(line, highlight=False)
    _print_burns(found["reboosts"])
    if since is not None:
        words = f"flown since: {len(since['reboosts'])} burns, {since['phase_change_deg']:+.1f} deg"
        out.print(
            f"{words}; with them {since['phase_deg_expected']:.1f} deg was to be expected, "
            f"{since['phase_deg']:.1f} deg came ({since['miss_in_sigma']:+.1f} sigma)",
            highlight=False,
        )
        if since["reboosts"]:
            _print_burns(since["reboosts"])
    if after is not None:
        words = (
            f"landing in {after['zone']}: pass {after['pass_utc_with']}, {after['distance_km_with']:.0f} km beside it"
        )
        before = f"without burns {after['pass_utc_without']}, {after['distance_km_without']:.0f} km"
        out.print(f"{words} (1 sigma {after['sigma_km']:.0f} km); {before}", highlight=False)


def _print_burns(rows: list[dict[str, Any]]) -> None:
    table = Table(show_edge=False, pad_edge=False)
    for name in ("reboost, UTC", "delta-v, m/s", "lasts, s", "propellant, kg", "height, km", "phase, deg", ""):
        table.add_column(name, no_wrap=True)
    for row in rows:
        turn, why = row["phase_change_deg"], row.get("moved_by")
        table.add_row(
            row["utc"][:19],
            f"{row['delta_v_m_s']:.2f}",
            f"{row['duration_s']:.0f}",
            f"{row['propellant_kg']:.0f}",
            f"{row['altitude_change_km']:+.2f}",
            "" if turn is None else f"{turn:+.1f}",
            "flown" if row["flown"] else f"before {why}" if why else "",
        )
    out.print(table)

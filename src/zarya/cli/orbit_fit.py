"""Command `fit`: a numerical orbit from a span of element sets."""

from pathlib import Path
from typing import Annotated

import typer

from zarya.cli.app import Catalog, Json, app, out, print_json
from zarya.cli.given import Sets, history, instant
from zarya.cli.spans import seconds


@app.command()
def fit(
    tle: Sets = None,
    end: Annotated[str | None, typer.Option("--to", help="Use sets before this instant; all if absent.")] = None,
    span: Annotated[str, typer.Option(help="Span of the sets, back from the newest: 3d, 36h.")] = "3d",
    station: Annotated[str, typer.Option(help="Station of the catalog, for mass and drag area.")] = "iss",
    to_file: Annotated[Path | None, typer.Option("--out", help="OPM to write, with the covariance.")] = None,
    as_json: Json = False,
    folder: Catalog = None,
) -> None:
    """Fit a numerical orbit with drag to a span of element sets: state, covariance, residuals.

    Example: `zarya fit --tle sets.tle --to 2023-09-15 --span 3d --out station.opm`
    """
    from zarya.errors import InputError
    from zarya.exchange.fit_files import write_fit
    from zarya.studies.station.orbit_fit import station_fit

    span_s = seconds(span, "span")
    if span_s <= 0.0:
        raise InputError("the span must be longer than zero", key="span", value=span, remedy="Write 3d or 36h.")
    report, found = station_fit(
        station,
        history(tle),
        None if end is None else instant(end, "to"),
        span_s,
        catalog=folder,
    )
    files = [] if to_file is None else [write_fit(to_file, station, found, catalog=folder)]
    if as_json:
        print_json(report | ({"files": [str(path) for path in files]} if files else {}))
        return
    sigma, left, sets = report["sigma"], report["residuals"], report["sets"]
    position = ", ".join(f"{x:.3f}" for x in report["position_km"])
    velocity = ", ".join(f"{x:.6f}" for x in report["velocity_km_s"])
    for line in (
        f"{report['epoch_utc']}  gcrf  {position} km  {velocity} km/s",
        f"1 sigma {sigma['radial_m']:.0f} m radial, {sigma['along_track_m']:.0f} m along track, "
        f"{sigma['across_m']:.0f} m across",
        f"drag {report['drag_scale']:.3f} +- {sigma['drag_scale']:.3f} of the nominal",
        f"residuals {left['radial_m']:.0f}, {left['along_track_m']:.0f}, {left['across_m']:.0f} m rms of "
        f"{sets['used']} sets over {sets['span_days']:.2f} days",
        *sets["rejected"],
        *([f"begins after the burn of {sets['begins_after_burn_utc']}"] if sets["begins_after_burn_utc"] else []),
        *(str(path) for path in files),
    ):
        out.print(line, highlight=False, soft_wrap=True)

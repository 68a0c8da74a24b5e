"""Commands of orbits and files: convert."""

from pathlib import Path
from typing import Annotated

import typer

from zarya.cli.app import Json, app, out, print_json


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="TLE, OMM, OPM, OEM (KVN or XML), CZML, CSV, Parquet.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="File to write; its ending chooses the format.")],
    step: Annotated[float, typer.Option(help="Seconds between states that SGP4 makes from an element set.")] = 60.0,
    duration: Annotated[str, typer.Option(help="Span of those states: 24h, 90min, 3600s, 2d.")] = "24h",
    frame: Annotated[str | None, typer.Option(help="Turn the states to gcrf, eme2000, itrf or teme.")] = None,
    as_json: Json = False,
) -> None:
    """Convert between TLE, OMM, OPM, OEM, CZML, CSV and Parquet.

    Example: `zarya convert station.tle station.oem --frame gcrf`
    """
    from zarya.cli.spans import seconds
    from zarya.exchange.convert import convert as convert_file

    files = convert_file(source, target, step_s=step, duration_s=seconds(duration, "duration"), frame=frame)
    if as_json:
        print_json({"files": [str(path) for path in files]})
    else:
        for path in files:
            out.print(f"wrote {path}", highlight=False, soft_wrap=True)


@app.command()
def propagate(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="OPM, OEM, OMM or TLE.")],
    target: Annotated[Path, typer.Option("--out", help="OEM (.oem, .xml), .czml, .csv or .parquet.")],
    duration: Annotated[str, typer.Option(help="Span: 24h, 90min, 1h30m, PT24H; -6h flies backward.")] = "24h",
    step: Annotated[float, typer.Option(help="SI seconds between states.")] = 60.0,
    start: Annotated[str | None, typer.Option("--from", help="Begin at this instant of an OEM, ISO 8601 UTC.")] = None,
    gravity_degree: Annotated[int, typer.Option(help="Degree and order of EGM2008, up to 120.")] = 20,
    third_bodies: Annotated[str, typer.Option(help="sun,moon, sun, moon or none.")] = "sun,moon",
    drag: Annotated[bool, typer.Option("--drag/--no-drag", help="Air drag.")] = False,
    srp: Annotated[bool, typer.Option("--srp/--no-srp", help="Solar radiation pressure.")] = False,
    mass_kg: Annotated[float | None, typer.Option(help="Mass.")] = None,
    drag_area_m2: Annotated[float | None, typer.Option(help="Drag area.")] = None,
    cd: Annotated[float | None, typer.Option(help="Drag coefficient.")] = None,
    srp_area_m2: Annotated[float | None, typer.Option(help="Area to the Sun.")] = None,
    cr: Annotated[float | None, typer.Option(help="Radiation pressure coefficient.")] = None,
    numerical: Annotated[bool, typer.Option("--numerical", help="Fly a TLE or OMM numerically, not by SGP4.")] = False,
    as_json: Json = False,
) -> None:
    """Fly a state forward and write a CCSDS OEM; a TLE or OMM is flown by SGP4 unless `--numerical`.

    Example: `zarya propagate state.opm --duration 24h --step 60 --out orbit.oem`
    """
    from zarya.cli.orbit_run import Request, run_propagation

    given = {
        "mass_kg": mass_kg,
        "drag_area_m2": drag_area_m2,
        "drag_coeff": cd,
        "solar_rad_area_m2": srp_area_m2,
        "solar_rad_coeff": cr,
    }
    report = run_propagation(
        Request(source, target, duration, step, start, gravity_degree, third_bodies, drag, srp, given, numerical)
    )
    if as_json:
        print_json(report)
        return
    final = report["final_state"]
    out.print(f"{report['model']['propagator']}, {report['states']} states to {final['epoch_utc']}", highlight=False)
    out.print(f"{final['frame']} position km {final['position_km']}", highlight=False, soft_wrap=True)
    out.print(f"{final['frame']} velocity km/s {final['velocity_km_s']}", highlight=False, soft_wrap=True)
    for remark in report["remarks"]:
        out.print(f"note: {remark}", highlight=False, soft_wrap=True)
    out.print(f"wrote {report['files'][0]}", highlight=False, soft_wrap=True)

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

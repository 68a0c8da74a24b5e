"""Command `land`: opportunities to come home."""

from typing import Annotated

import typer
from rich.table import Table

from zarya.cli.app import Catalog, Json, app, err, out, print_json
from zarya.cli.given import Sets, element_sets, instant


@app.command()
def land(
    start: Annotated[str, typer.Option("--from", help="First landing instant, ISO 8601 UTC.")],
    end: Annotated[str, typer.Option("--to", help="Last landing instant, ISO 8601 UTC.")],
    tle: Sets = None,
    station: Annotated[str, typer.Option(help="Station of the catalog.")] = "iss",
    ship: Annotated[str, typer.Option(help="Ship of the catalog.")] = "soyuz-ms",
    zone: Annotated[str, typer.Option(help="Landing zone of the catalog.")] = "zhezkazgan",
    as_json: Json = False,
    folder: Catalog = None,
) -> None:
    """Landing opportunities: undocking, deorbit, entry, parachute, landing for every pass that reaches the zone.

    Example: `zarya land --tle sets.tle --zone zhezkazgan --from 2024-04-06 --to 2024-04-07`
    """
    from zarya.studies.landing import landing_opportunities, why_none

    rows = landing_opportunities(
        station, ship, element_sets(tle), zone, instant(start, "from"), instant(end, "to"), catalog=folder
    )
    none = "" if any(row["feasible"] for row in rows) else why_none(rows)
    if as_json:
        print_json({"opportunities": rows} | ({"why_not": none} if none else {}))
        if none:
            err.print(f"zarya: {none}", markup=False, highlight=False)
            raise typer.Exit(1)
        return
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
    if none:
        err.print(f"zarya: {none}", markup=False, highlight=False)
        raise typer.Exit(1)

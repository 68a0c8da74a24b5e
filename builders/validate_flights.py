"""Fly the open flights of a table from the pad to docking and print computed beside flown, as Markdown rows.

Usage: python builders/validate_flights.py FLIGHTS.csv ELEMENT_SETS.tle NAME [NAME ...]

FLIGHTS.csv has the columns flight, kind, launcher, launch_utc, docking_utc, scheme_orbits, port. The contact ordered is
the flown one; the lift-off is computed from the last element set before it. Missions are written to a temporary folder.
"""

import csv
import sys
import tempfile
from pathlib import Path

import zarya
from zarya.errors import ZaryaError
from zarya.time import Epoch
from zarya.units import DEG

PORTS = {"Zvezda aft": "zvezda", "Rassvet nadir": "rassvet", "Poisk zenith": "poisk", "Prichal nadir": "prichal"}

SITES = {"Soyuz-FG": "baikonur-1-5"}
"""Pads of the crewed flights of a launcher; the others left from 31/6 or may have."""


def main(table: str, sets: str, *names: str) -> None:
    rows = {row["flight"]: row for row in csv.DictReader(Path(table).read_text(encoding="utf-8").splitlines())}
    print("| flight | orbits | lift-off error, s | phase, deg | to the aim, m/s | bound | outcome |")
    print("|---|---|---|---|---|---|---|")
    for name in names:
        row = rows[name]
        flown = Epoch.from_iso(row["launch_utc"])
        ship = "soyuz-ms" if row["kind"] == "crew" else "progress-ms"
        text = f"""[mission]
name = "{name.lower().replace(" ", "-")}"
title = "{name}"
[launch]
site = "{SITES.get(row["launcher"], "baikonur-31-6")}"
launcher = "{row["launcher"].lower()}"
scheme = "{row["scheme_orbits"]}-orbit"
not_before = "{(flown + (-6.0 * 3600.0)).iso()}"
[ship]
name = "{ship}"
[station]
name = "iss"
port = "{PORTS.get(row["port"], "rassvet")}"
element_sets = "{Path(sets).resolve()}"
[rendezvous]
docking = "{row["docking_utc"]}"
"""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "mission.toml"
            path.write_text(text, encoding="utf-8")
            try:
                flight = zarya.fly(zarya.load(path))
            except ZaryaError as error:
                print(f"| {name} | {row['scheme_orbits']} | | | | | {error} |", flush=True)
                continue
        phase = float("nan") if flight.insertion is None else flight.insertion.phase_rad / DEG
        total, bound = (flight.figures.get(f"phasing_{key}_m_s", float("nan")) for key in ("delta_v", "bound"))
        print(
            f"| {name} | {row['scheme_orbits']} | {flight.epoch - flown:+.2f} | {phase:.1f} | "
            f"{total:.1f} | {bound:.1f} | {flight.outcome} |",
            flush=True,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])

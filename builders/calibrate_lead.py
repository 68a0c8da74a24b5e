"""Write src/zarya/gnc/data/leads.toml: the lead of each launcher's steering programme, from flown lift-offs.

    python builders/calibrate_lead.py FLIGHTS.csv HISTORY.tle [--out FILE] [--table-out CSV --sets-out TLE]

One number per programme, the weighted median over its flights; nothing else is fitted. Soyuz MS-24 is left out: it is
the flight the rest is judged by. Prints every residual. `--table-out` and `--sets-out` write the table and the element
sets that `zarya windows --validate` replays (src/zarya/studies/data).
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from zarya.gnc.element_choice import ElementHistory
from zarya.orbits.tle import read_element_sets
from zarya.studies.windows import validation
from zarya.studies.windows.validation import calibrated_lead_s, calibration, flown_leads
from zarya.units import DAY

SITE_OF_LAUNCHER = {"Soyuz-2.1a": "baikonur-31-6", "Soyuz-FG": "baikonur-1-5", "Soyuz-U": "baikonur-1-5"}
SITE_OF_FLIGHT = {
    "Soyuz MS-02": "baikonur-31-6",  # seradata.com, 2016-10-19
    "Progress M-21M": "baikonur-31-6",  # ITAR-TASS 2013-11-25 (pad No. 31); Wikipedia
}
SCHEME_OF_FLIGHT = {  # planned scheme where the docking was late or never came
    "Soyuz MS-14": 34,  # planned 34 orbits, first docking failed
    "Progress M-21M": 34,  # fly-by of the station after two days, docked after four
    "Progress MS-13": 34,  # three days, to leave Dragon CRS-19 the first place; phase as for two
    "Progress M-27M": 4,  # lost at separation; phase 26 deg
    "Progress MS-04": 34,  # lost in the third-stage burn; phase 289 deg
    "Soyuz MS-10": 4,  # aborted; phase 30 deg
}
PROGRAMMES = {  # launcher and ship -> programme
    ("Soyuz-2.1a", "Soyuz"): "soyuz-2.1a-crew",
    ("Soyuz-2.1a", "Progress"): "soyuz-2.1a-cargo",
    ("Soyuz-FG", "Soyuz"): "soyuz-fg-crew",
    ("Soyuz-U", "Progress"): "soyuz-u-cargo",
}
SHIPS = {"Soyuz": "soyuz-ms", "Progress": "progress-ms"}
SETS_BEFORE_S = 9.0 * DAY
"""Sets shipped before each lift-off: seven days that may be used, two more to judge them by."""

INSERTION = {
    "semi_major_axis_m": (6_583_500.0, "registered period 88.6 min; 200 x 242 km over the ellipsoid"),
    "eccentricity": (0.0032, "200 x 242 km"),
    "inclination_mean_deg": (51.65, "first tracked orbits 51.64-51.66 deg; the 51.67 quoted is osculating at the node"),
    "time_from_liftoff_s": (528.0, "separation 527-533 s after lift-off (GCAT)"),
    "arc_deg": (15.9, "argument of latitude 82 +- 1 deg, pad at 66.1 deg; moves all leads by 0.5 s per deg"),
}  # fmt: skip


def table_row(row: dict[str, str]) -> dict[str, str]:
    """A row of the shipped table from one of the source table."""
    name, launcher = row["flight"], row["launcher"]
    kind = name.split()[0]
    memory = {item.strip() for item in row["from_memory_fields"].split(";")}
    first = row["gcat_first_orbit_km"].split(" ")[0].split("x")
    return {
        "flight": name,
        "programme": PROGRAMMES[launcher, kind],
        "launcher": launcher.lower(),
        "ship": SHIPS[kind],
        "site": SITE_OF_FLIGHT.get(name, SITE_OF_LAUNCHER[launcher]),
        "scheme_orbits": str(SCHEME_OF_FLIGHT.get(name) or row["scheme_orbits"]),
        "liftoff_utc": row["launch_utc"],
        "transit_h": row["transit_h"],
        "grade": row["confidence"],
        "second": "memory" if memory & {"launch", "launch seconds"} else "sourced",
        "first_tracked_km": str(0.5 * (float(first[0]) + float(first[1]))) if len(first) == 2 else "",
        "source": row["source"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("flights", type=Path)
    parser.add_argument("history", type=Path)
    parser.add_argument("--out", type=Path, default=Path("src/zarya/gnc/data/leads.toml"))
    parser.add_argument("--table-out", type=Path, help="the lift-offs as used")
    parser.add_argument("--sets-out", type=Path, help="the element sets before each")
    options = parser.parse_args()

    history = ElementHistory(read_element_sets(options.history))
    with options.flights.open(encoding="utf-8") as file:
        table = [table_row(row) for row in csv.DictReader(file)]
    leads = flown_leads(history, [validation._liftoff(row) for row in table])

    lines = ["# Written by builders/calibrate_lead.py; do not edit.",
             "# lead_s: lift-off precedes the pad's crossing of the mean plane of the insertion orbit (TEME).",
             "# One number per steering programme, weighted median of the flights named; Soyuz MS-24 is left out.",
             "# sigma_s: 1.4826 times the median absolute leave-one-out error. sourced: lift-off second has a source;",
             "# where fewer than three have, those from general knowledge come in with a quarter of the weight.",
             "", "[insertion]"]  # fmt: skip
    lines += [f"{key} = {value!r}  # {source}" for key, (value, source) in INSERTION.items()]
    for programme in PROGRAMMES.values():
        used = calibration(programme, leads)
        lead = calibrated_lead_s(used)
        outs = [f.lead_s - calibrated_lead_s(calibration(programme, leads, f.flown.flight)) for f, _ in used]
        sigma = 1.4826 * float(np.median(np.abs(outs)))
        utc = sorted(f.flown.liftoff for f, _ in used)
        sourced = sum(f.flown.is_sourced for f, _ in used)
        print(f"{programme:18s} lead {lead:7.2f} s  sigma {sigma:5.2f} s  {len(used)} flights ({sourced} sourced)")
        lines += ["", "[[programme]]", f'name = "{programme}"', f"lead_s = {lead:.2f}", f"sigma_s = {sigma:.2f}",
                  f"number = {len(used)}", f"sourced = {sourced}",
                  f'first_utc = "{utc[0].iso()}"', f'last_utc = "{utc[-1].iso()}"',
                  "flights = [", *(f'  "{f.flown.flight}",' for f, _ in used), "]"]  # fmt: skip
    options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")

    for f in leads:
        error = f.lead_s - calibrated_lead_s(calibration(f.flown.programme, leads, f.flown.flight))
        print(
            f"{f.flown.flight:15s} {f.flown.programme:17s} {f.flown.orbits:3d} phase {np.degrees(f.phase_rad):6.1f}"
            f" lead {f.lead_s:7.2f} leave-one-out {error:+6.2f} s  {f.flown.grade} {'; '.join(f.choice.warnings)}"
        )
    if options.table_out:
        with options.table_out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(table)
    if options.sets_out:
        kept = {
            lines: None
            for f in leads
            for item in history.between(f.flown.liftoff + -SETS_BEFORE_S, f.flown.liftoff)
            for lines in ["\n".join(item.to_lines())]
        }
        options.sets_out.write_text("\n".join(kept) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()

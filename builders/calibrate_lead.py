"""Write src/zarya/gnc/data/leads.toml: the lead of each launcher's steering programme, from flown lift-offs.

    python builders/calibrate_lead.py FLIGHTS.csv HISTORY.tle [--out FILE] [--flights-out CSV --sets-out TLE]

One number per programme, the weighted median over its flights; nothing else is fitted. Soyuz MS-24 is left out: it is
the flight the rest is judged by. Prints every residual, the median per scheme and the leave-one-out errors.
"""

import argparse
import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zarya.gnc.element_choice import choose_element_set
from zarya.gnc.launch_instant import SCHEMES, Insertion, flown_lead_s
from zarya.orbits.tle import ElementSet, read_element_sets
from zarya.time import Epoch
from zarya.units import DEG

LEFT_OUT = "Soyuz MS-24"

SITES = {  # geodetic deg, deg, m. Launch Library 2 pad table; SpaceBallistics LaunchPads.hpp (height)
    "baikonur-31-6": (45.996034, 63.564003, 104.0),
    "baikonur-1-5": (45.92, 63.342, 104.0),
}
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
WEIGHT = {"A": 1.0, "B": 0.7, "C": 0.5}
MEMORY_WEIGHT = 0.25
"""For a lift-off whose second is from general knowledge; used only where fewer than three are sourced."""

INSERTION = {
    "semi_major_axis_m": (6_583_500.0, "registered period 88.6 min; 200 x 242 km over the ellipsoid"),
    "eccentricity": (0.0032, "200 x 242 km"),
    "inclination_mean_deg": (51.65, "first tracked orbits 51.64-51.66 deg; the 51.67 quoted is osculating at the node"),
    "time_from_liftoff_s": (528.0, "separation 527-533 s after lift-off (GCAT)"),
    "arc_deg": (15.9, "argument of latitude 82 +- 1 deg, pad at 66.1 deg; moves all leads by 0.5 s per deg"),
}  # fmt: skip


@dataclass(frozen=True)
class Flown:
    """One lift-off: what the table says, and the lead and phase that follow."""

    flight: str
    programme: str
    site: str
    scheme: int
    liftoff_utc: str
    grade: str
    is_sourced: bool
    element_set: ElementSet
    lead_s: float
    phase_deg: float
    warnings: tuple[str, ...]


def insertion() -> Insertion:
    row = {key: value for key, (value, _) in INSERTION.items()}
    return Insertion(
        row["semi_major_axis_m"], row["eccentricity"], row["inclination_mean_deg"] * DEG,
        row["time_from_liftoff_s"], row["arc_deg"] * DEG,
    )  # fmt: skip


def flown(row: dict[str, str], sets: list[ElementSet]) -> Flown:
    name, launcher = row["flight"], row["launcher"]
    site = SITE_OF_FLIGHT.get(name, SITE_OF_LAUNCHER[launcher])
    scheme = SCHEME_OF_FLIGHT.get(name) or int(row["scheme_orbits"])
    liftoff = Epoch.from_iso(row["launch_utc"], scale="utc")
    choice = choose_element_set(sets, liftoff)
    latitude, longitude, height = SITES[site]
    lead, phase = flown_lead_s(
        choice.element_set, (latitude * DEG, longitude * DEG, height), insertion(), liftoff, SCHEMES[scheme]
    )
    memory = {item.strip() for item in row["from_memory_fields"].split(";")}
    return Flown(
        name, PROGRAMMES[launcher, name.split()[0]], site, scheme, row["launch_utc"], row["confidence"],
        not memory & {"launch", "launch seconds"}, choice.element_set, lead, phase / DEG,
        (*choice.rejected, *choice.warnings),
    )  # fmt: skip


def weighted_median(values: list[float], weights: list[float]) -> float:
    order = np.argsort(values)
    v, w = np.asarray(values)[order], np.asarray(weights)[order]
    middle = np.cumsum(w) - 0.5 * w
    return float(np.interp(0.5 * w.sum(), middle, v))


def used_for(programme: str, flights: list[Flown], without: str = "") -> list[tuple[Flown, float]]:
    mine = [f for f in flights if f.programme == programme and f.flight not in (LEFT_OUT, without)]
    sourced = [(f, WEIGHT[f.grade]) for f in mine if f.is_sourced]
    return sourced if len(sourced) >= 3 else sourced + [(f, MEMORY_WEIGHT) for f in mine if not f.is_sourced]


def lead_of(used: list[tuple[Flown, float]]) -> float:
    return weighted_median([f.lead_s for f, _ in used], [w for _, w in used])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("flights", type=Path)
    parser.add_argument("history", type=Path)
    parser.add_argument("--out", type=Path, default=Path("src/zarya/gnc/data/leads.toml"))
    parser.add_argument("--flights-out", type=Path, help="the lift-offs as used, for the tests")
    parser.add_argument("--sets-out", type=Path, help="the element sets as used, for the tests")
    options = parser.parse_args()

    sets = list(read_element_sets(options.history))
    with options.flights.open(encoding="utf-8") as file:
        flights = [flown(row, sets) for row in csv.DictReader(file)]

    lines = ["# Written by builders/calibrate_lead.py; do not edit.",
             "# lead_s: lift-off precedes the pad's crossing of the mean plane of the insertion orbit (TEME).",
             "# One number per steering programme, weighted median of the flights named; Soyuz MS-24 is left out.",
             "# sigma_s: 1.4826 times the median absolute leave-one-out error. sourced: lift-off second has a source;",
             "# where fewer than three have, those from general knowledge come in with a quarter of the weight.",
             "", "[insertion]"]  # fmt: skip
    for key, (value, source) in INSERTION.items():
        lines.append(f"{key} = {value!r}  # {source}")
    for programme in PROGRAMMES.values():
        used = used_for(programme, flights)
        lead = lead_of(used)
        outs = [f.lead_s - lead_of(used_for(programme, flights, f.flight)) for f, _ in used]
        sigma = 1.4826 * float(np.median(np.abs(outs)))
        utc = sorted(f.liftoff_utc for f, _ in used)
        sourced = sum(f.is_sourced for f, _ in used)
        print(f"{programme:18s} lead {lead:7.2f} s  sigma {sigma:5.2f} s  {len(used)} flights ({sourced} sourced)")
        lines += ["", "[[programme]]", f'name = "{programme}"', f"lead_s = {lead:.2f}", f"sigma_s = {sigma:.2f}",
                  f"number = {len(used)}", f"sourced = {sourced}", f'first_utc = "{utc[0]}"', f'last_utc = "{utc[-1]}"',
                  "flights = [", *(f'  "{f.flight}",' for f, _ in used), "]"]  # fmt: skip
    options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")

    report(flights)
    if options.flights_out:
        with options.flights_out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["flight", "programme", "site", "scheme_orbits", "liftoff_utc", "grade", "second"])
            for f in flights:
                second = "sourced" if f.is_sourced else "memory"
                writer.writerow([f.flight, f.programme, f.site, f.scheme, f.liftoff_utc, f.grade, second])
    if options.sets_out:
        options.sets_out.write_text(
            "".join("\n".join((f"0 {f.flight}", *f.element_set.to_lines())) + "\n" for f in flights), encoding="ascii"
        )


def report(flights: list[Flown]) -> None:
    errors: dict[str, float] = {}
    for f in flights:
        lead = lead_of(used_for(f.programme, flights, f.flight))
        errors[f.flight] = f.lead_s - lead
        note = " | ".join(([] if f.is_sourced else ["second from memory"]) + list(f.warnings))
        print(
            f"{f.flight:15s} {f.programme:17s} {f.site:14s} {f.scheme:3d} phase {f.phase_deg:6.1f}"
            f" lead {f.lead_s:7.2f} leave-one-out {errors[f.flight]:+6.2f} s  {f.grade} {note}"
        )
    for programme in PROGRAMMES.values():
        by_scheme = {
            scheme: [f.lead_s for f in flights if f.programme == programme and f.scheme == scheme]
            for scheme in (2, 4, 34)
        }
        text = "  ".join(f"{s}: {np.median(v):.2f} ({len(v)})" for s, v in by_scheme.items() if v)
        print(f"{programme:18s} median lead by scheme  {text}")
    for label, chosen in (
        ("all", flights),
        ("sourced", [f for f in flights if f.is_sourced]),
        *((f"{s} orbits", [f for f in flights if f.scheme == s]) for s in (2, 4, 34)),
    ):
        size = np.abs([errors[f.flight] for f in chosen])
        print(f"|leave-one-out| {label:10s} median {np.median(size):.2f} s  90 % {np.percentile(size, 90):.2f} s"
              f"  worst {size.max():.2f} s  n {len(size)}")  # fmt: skip
    assert all(math.isfinite(value) for value in errors.values())


if __name__ == "__main__":
    main()

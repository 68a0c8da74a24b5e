"""Move the published numbers of the Soyuz-2.1a to its flown separations; write the catalog entries with the result.

Usage: python builders/reconcile_launcher.py [--write]

Without --write it prints the tables of docs/validation/flights.md. The Soyuz-FG shares core, third stage, tower and
fairing with the 2.1a and gets the same numbers.
"""

import argparse
import tempfile
from pathlib import Path

import zarya
from zarya.flight.ascent import AscentPlan
from zarya.mission.scenario import MISSIONS
from zarya.mission.setting import prepared
from zarya.studies.reconstruction import Reconciled, Reconciliation, flown_separations, reconciled
from zarya.vehicles import catalog
from zarya.vehicles.launcher import LauncherData

LAUNCHER = "soyuz-2.1a"
FAMILY = {LAUNCHER: "Soyuz-2.1a", "soyuz-fg": "Soyuz-FG"}
FOLDER = Path(catalog.__file__).parent / "catalog" / "launchers"
CARGO = """[mission]
name = "cargo"
title = "A cargo ship on the day of MS-24"
[launch]
site = "baikonur-31-6"
launcher = "{launcher}"
scheme = "34-orbit"
not_before = "2023-09-15T12:00:00Z"
[ship]
name = "progress-ms"
[station]
name = "iss"
port = "zvezda"
element_sets = "{sets}"
"""
DIGITS = {"thrust_vacuum_kn": 2, "isp_vacuum_s": 2, "cd0": 4}
"""Decimals written; masses are whole kilograms."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the catalog entries")
    write = parser.parse_args().write
    result = reconciled(_plans(), flown_separations())
    _print(result)
    if write:
        for name, title in FAMILY.items():
            path = FOLDER / f"{name}-reconciled.toml"
            path.write_text(_entry(name, title, result), encoding="utf-8")
            print(f"wrote {path.name}")


def _plans() -> dict[str, tuple[LauncherData, AscentPlan]]:
    """The nominal ascents with a crew and with cargo, by the published numbers."""
    crew = zarya.load("soyuz-ms-24")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cargo.toml"
        path.write_text(CARGO.format(launcher=LAUNCHER, sets=MISSIONS / "soyuz-ms-24" / "station.tle"), "utf-8")
        cargo = zarya.load(path)
    return {s.ship.name: (s.launcher, prepared(s, lambda _: None).ascent) for s in (crew, cargo)}


def _print(result: Reconciliation) -> None:
    print("| number | published | reconciled | moved, sigma |\n|---|---|---|---|")
    for n in result.numbers:
        moved = (n.value - n.published) / n.published_sigma
        name = f"{n.part} {n.key}".strip()
        print(f"| {name} | {_text(n.published, n)} +- {_text(n.published_sigma, n)} | ", end="")
        print(f"{_text(n.value, n)} +- {_text(n.sigma, n)} | {moved:+.2f} |")
    print("\n| ship | separation, s: published numbers | reconciled | flown | margin, kg | reconciled |")
    print("|---|---|---|---|---|---|")
    for ship, (before, after, flown) in result.separation_s.items():
        (low, high), (wide, narrow) = result.margin_kg[ship], result.margin_sigma_kg[ship]
        instants = f"{before:.1f} | {after:.1f} | {flown:.1f}"
        print(f"| {ship} | {instants} | {low:.0f} +- {wide:.0f} | {high:.0f} +- {narrow:.0f} |")


def _text(value: float, number: Reconciled) -> str:
    return f"{value:.{DIGITS.get(number.key, 0)}f}"


def _entry(name: str, title: str, result: Reconciliation) -> str:
    published = catalog.launcher(name)
    rows = [n for n in result.numbers if n.part not in ("soyuz-ms", "progress-ms")]
    lines = [
        f"# The published numbers of {name} moved, each within its own spread, to where flown separations are met.",
        "# Written by builders/reconcile_launcher.py; campaigns are drawn about it (docs/validation/flights.md).",
        'kind = "launcher"',
        f'name = "{name}-reconciled"',
        f'title = "{title}, numbers reconciled with flown separations"',
        f'inherits = "{name}"',
        f'reconciles = "{name}"',
    ]
    top = [n for n in rows if not n.part]
    lines += [_line(n, n.key) for n in top]
    flights = ", ".join(one.flight for one in flown_separations())
    lines += [
        "",
        "[sources]",
        f'recon = "least squares on the separations of {flights} (GCAT), builders/reconcile_launcher.py"',
    ]
    for stage in published.stage:
        own = [n for n in rows if n.part == stage.name and getattr(stage, n.key).value == n.published]
        lines += ["", "[[stage]]", f'name = "{stage.name}"', *(_line(n, n.key) for n in own)]
    for item in published.jettison:
        own = [n for n in rows if n.part == item.name and item.mass_kg.value == n.published]
        if own:
            lines += ["", "[[jettison]]", f'name = "{item.name}"', *(_line(n, n.key) for n in own)]
    shift = next(n for n in rows if n.key == "cd0")
    row = ", ".join(f"{cd + shift.value:.4f}" for cd in published.aerodynamics.cd0.row)
    note = f"published row {shift.value:+.4f}"
    lines += [
        "",
        "[aerodynamics]",
        f"cd0 = {{ values = [{row}], sigma = {shift.sigma:.4f}, "
        f'grade = "derived", source = "recon", note = "{note}" }}',
    ]
    return "\n".join(lines) + "\n"


def _line(n: Reconciled, key: str) -> str:
    moved = (n.value - n.published) / n.published_sigma
    return (
        f'{key} = {{ value = {_text(n.value, n)}, sigma = {_text(n.sigma, n)}, grade = "derived", source = "recon", '
        f'note = "{n.published:g} in the catalog of published numbers, {moved:+.2f} sigma" }}'
    )


if __name__ == "__main__":
    main()

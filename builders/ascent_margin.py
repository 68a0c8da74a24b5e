"""Where the spread of the third stage's propellant comes from, for MS-24; figures of docs/validation/flights.md.

Usage: python builders/ascent_margin.py [--cases 1000] [--seed 1] [--reconciled]
"""

import argparse
from dataclasses import replace

import zarya
from zarya.mission.setting import prepared
from zarya.studies.ascent_sensitivity import margin_budget


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reconciled", action="store_true", help="about the launcher reconciled with what flew")
    arguments = parser.parse_args()
    scenario = zarya.load("soyuz-ms-24")
    if arguments.reconciled and scenario.reconciled is not None:
        scenario = replace(scenario, launcher=scenario.reconciled)
    rows = margin_budget(scenario.launcher, prepared(scenario, lambda _: None).ascent, arguments.cases, arguments.seed)
    nominal = rows[0].mean_kg
    print("| differs | mean, kg | shift, kg | sigma, kg | short |\n|---|---|---|---|---|")
    for row in rows:
        shift, short = row.mean_kg - nominal, 100.0 * row.short
        print(f"| {row.quantity} | {row.mean_kg:+.1f} | {shift:+.1f} | {row.sigma_kg:.1f} | {short:.0f} % |")


if __name__ == "__main__":
    main()

"""Landings a day offers: undocking, deorbit, entry and parachute for every pass that reaches the zone."""

from itertools import pairwise
from pathlib import Path

import zarya
from zarya.orbits.tle import read_element_sets
from zarya.studies.landing import landing_opportunities

SETS = Path(__file__).parents[1] / "tests" / "flights" / "data" / "landing_sets.tle"
FLOWN = zarya.Epoch.from_iso("2024-04-06T07:17:47Z")


def main() -> None:
    rows = landing_opportunities(
        "iss",
        "soyuz-ms",
        read_element_sets(SETS),
        "zhezkazgan",
        zarya.Epoch.from_iso("2024-04-06T00:00:00Z"),
        zarya.Epoch.from_iso("2024-04-07T00:00:00Z"),
    )
    for row in rows:
        verdict = "reaches the zone" if row["feasible"] else row["why_not"]
        print(f"landing {row['landing_utc'][:19]}, {row['cross_range_km']:7.1f} km aside: {verdict}")
    assert rows
    # Of a day's passes only those that run over the zone will do, and Soyuz MS-24 took one of them.
    feasible = [row for row in rows if row["feasible"]]
    assert 0 < len(feasible) < len(rows)
    row = min(feasible, key=lambda one: abs(zarya.Epoch.from_iso(one["landing_utc"]) - FLOWN))
    error_s = abs(zarya.Epoch.from_iso(row["landing_utc"]) - FLOWN)
    print(f"Soyuz MS-24: {row['landing_utc'][:19]} computed, {FLOWN.iso()[:19]} flown ({error_s:.0f} s apart)")
    assert error_s < 180.0
    # The order of a return.
    names = ("undocking", "deorbit", "deorbit_cutoff", "module_separation", "entry_interface", "parachute", "landing")
    instants = [zarya.Epoch.from_iso(row[f"{name}_utc"]) for name in names]
    assert all(before < after for before, after in pairwise(instants))


if __name__ == "__main__":
    main()

"""Launch windows to the station over four days, from the element sets known before each lift-off."""

from itertools import pairwise
from pathlib import Path

import zarya
from zarya.orbits.tle import read_element_sets
from zarya.studies.windows import launch_windows

SETS = Path(zarya.__file__).parent / "missions" / "soyuz-ms-24" / "station.tle"
FLOWN = zarya.Epoch.from_iso("2023-09-15T15:44:35.417Z")


def main() -> None:
    rows = launch_windows(
        "iss",
        "baikonur-31-6",
        "soyuz-2.1a",
        "soyuz-ms",
        read_element_sets(SETS),
        zarya.Epoch.from_iso("2023-09-14T00:00:00Z"),
        zarya.Epoch.from_iso("2023-09-18T00:00:00Z"),
        "2-orbit",
    )
    for row in rows:
        verdict = "open" if row["feasible"] else f"closed: {row['why_not']}"
        print(f"{row['liftoff_utc']} +- {row['liftoff_sigma_s']:.1f} s, phase {row['phase_deg']:5.1f} deg, {verdict}")
    instants = [zarya.Epoch.from_iso(row["liftoff_utc"]) for row in rows]
    # The Earth turns once against the stars in 23 h 56 min and the plane drifts 5 deg west a day, which makes 24 min;
    # the phase to be gained, different every day, moves the instant by up to 3 min.
    for before, after in pairwise(instants):
        earlier_min = 1440.0 - (after - before) / 60.0
        print(f"{earlier_min:.1f} min earlier than the day before")
        assert 20.0 < earlier_min < 28.0
    # Only one day in a few has the phase for two orbits; the flown day is one of them, to the second.
    k = min(range(len(rows)), key=lambda k: abs(instants[k] - FLOWN))
    error_s, row = abs(instants[k] - FLOWN), rows[k]
    assert error_s < 5.0
    assert row["feasible"]
    assert not all(one["feasible"] for one in rows)


if __name__ == "__main__":
    main()

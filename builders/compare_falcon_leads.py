"""Print the leads flown Crew Dragons had beside the optimum of our own Falcon 9 ascent, which nothing is fitted to.

    python builders/compare_falcon_leads.py CREW_ROTATION.csv HISTORY.tle

Lift-offs are the table's, cut to the minute (half a minute is added), and the element set of the day. The node drift is
counted to the table's docking with one revolution at the insertion height.
"""

import csv
import sys
from pathlib import Path

import numpy as np

from zarya.errors import CoverageError
from zarya.gnc.element_choice import ElementHistory, choose_element_set
from zarya.gnc.launch_instant import Transfer, flown_lead_s
from zarya.orbits.tle import read_element_sets
from zarya.studies.windows import launch
from zarya.time import Epoch
from zarya.units import DAY, DEG


def main() -> None:
    history = ElementHistory(read_element_sets(sys.argv[2]))
    question = launch("iss", "lc-39a", "falcon-9", "crew-dragon")
    flown: dict[str, tuple[Epoch, Epoch]] = {}
    for row in csv.DictReader(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()):
        if row["up_vehicle"].startswith("Dragon") and row["up_launch_utc"] and row["up_docking_utc"]:
            liftoff, docking = (Epoch.from_iso(row[key], scale="utc") for key in ("up_launch_utc", "up_docking_utc"))
            flown[row["up_vehicle"]] = (liftoff + 30.0, docking)
    leads = []
    print(f"optimum of our own ascent {question.lead.lead_s:.0f} s, stated sigma {question.lead.sigma_s:.0f} s")
    for name, (liftoff, docking) in sorted(flown.items(), key=lambda item: item[1][0]):
        try:
            choice = choose_element_set(history, liftoff)
        except CoverageError:
            continue
        if choice.age_s > 3.0 * DAY:
            continue
        transfer = Transfer(docking - liftoff, 1.0, 0.0)
        lead, phase = flown_lead_s(choice.element_set, question.pad, question.insertion, liftoff, transfer)
        leads.append(lead)
        print(f"{name:16s} {liftoff.iso(decimals=0)[:16]} lead {lead:6.1f} s  phase {phase / DEG:5.0f} deg")
    size = np.array(leads)
    print(f"{len(size)} flights: mean {size.mean():.0f} s, 1 sigma {size.std():.0f} s")


if __name__ == "__main__":
    main()

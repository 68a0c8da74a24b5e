"""Print how well an element set predicts the phase of the ISS over spans without a burn, by length of the span.

    python builders/calibrate_quiet_phase.py HISTORY.tle

The 68.3 % points go into `zarya.studies.station.spread.QUIET_SIGMA_DEG`. Spans with a burn found by
`detect_reboosts`, or within 1.7 days after one, are left out. Then how often the error stays within one and two of the
sigmas that `phase_spread` states for the set.
"""

import argparse
import math
from pathlib import Path

import numpy as np

from zarya.errors import CoverageError
from zarya.gnc.element_choice import ElementHistory, choose_element_set
from zarya.orbits.tle import read_element_sets
from zarya.studies.station.reboosts import detect_reboosts
from zarya.studies.station.spread import phase_spread
from zarya.time import Epoch
from zarya.units import DAY

AHEAD_DAYS = (0.25, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 20.0, 30.0, 45.0)
FIRST, LAST = "2013-01-01T00:00:00Z", "2025-01-01T00:00:00Z"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("history", type=Path)
    options = parser.parse_args()
    first, last = (Epoch.from_iso(text, scale="utc") for text in (FIRST, LAST))
    history = ElementHistory(ElementHistory(read_element_sets(options.history)).between(first, last))
    burns = np.array([sum(item.epoch.jd("utc")) for item in detect_reboosts(history)])
    print(f"{len(burns)} burns")
    for ahead in AHEAD_DAYS:
        errors, stated = [], []
        for day in np.arange(history.days[0] + 10.0, history.days[-1] - ahead - 2.0, 2.0):
            try:
                chosen = choose_element_set(history, Epoch.from_jd(math.floor(day - 0.5) + 0.5, (day - 0.5) % 1.0))
            except CoverageError:
                continue
            start = sum(chosen.element_set.epoch_jd)
            index = int(np.searchsorted(history.days, start + ahead))
            if day - start > 1.0 or index >= len(history.days) or history.days[index] - start - ahead > 0.5:
                continue
            if np.any((burns > start - 1.7) & (burns < history.days[index] + 0.3)):
                continue
            later = history.sets[index]
            found = chosen.element_set.secular_at((history.days[index] - start) * DAY)[1]
            error = math.degrees(found - later.secular_at(0.0)[1])
            errors.append(abs((error + 180.0) % 360.0 - 180.0))
            stated.append(phase_spread(chosen.element_set, (history.days[index] - start) * DAY).sigma_deg)
        one, two = np.percentile(errors, [68.3, 95.0])
        size = np.array(errors) / np.array(stated)
        inside = f"within 1, 2 stated sigma {np.mean(size < 1.0):.2f} {np.mean(size < 2.0):.2f}"
        print(f"{ahead:6.2f} d  {inside}  68.3 % {one:8.4f} deg   95 % {two:8.4f} deg   {len(errors)} spans")


if __name__ == "__main__":
    main()

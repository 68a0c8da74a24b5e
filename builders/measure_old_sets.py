"""Print how lift-offs and phases from old element sets stand against those of the day, and against the stated sigmas.

    python builders/measure_old_sets.py HISTORY.tle [DAYS]

Days spread over 2014 to 2024, four orbits; the table goes into docs/validation/windows.md.
"""

import sys

import numpy as np

from zarya.gnc.element_choice import ElementHistory
from zarya.orbits.tle import read_element_sets
from zarya.studies.windows import launch_windows
from zarya.time import Epoch
from zarya.units import DAY

AGES_DAYS = (5, 10, 20, 30, 40, 60, 90)
FIRST = Epoch.from_iso("2014-02-01T00:00:00Z", scale="utc")
SPAN_DAYS = 3_900.0


def main() -> None:
    history = ElementHistory(read_element_sets(sys.argv[1]))
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    starts = [FIRST + float(day) * DAY for day in np.linspace(0.0, SPAN_DAYS, count).round()]

    def row(known: ElementHistory, start: Epoch) -> dict[str, object]:
        return launch_windows("iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms", known, start, start + DAY, "4-orbit")[0]

    print("age, d   median s   worst s   sigma s   lift-off in 1, 2 sigma   phase in 1 sigma   unknown")
    fresh = [row(history, start) for start in starts]
    for age in AGES_DAYS:
        error, sigma, inside, unknown = [], [], 0, 0
        for start, now in zip(starts, fresh, strict=True):
            old = row(history.first(history.count_before(start + -age * DAY)), start)
            seconds = [Epoch.from_iso(str(item["liftoff_utc"]), scale="utc") for item in (old, now)]
            error.append(seconds[0] - seconds[1])
            lead = 1.7  # both have the same lead, so its scatter is not between them
            sigma.append(max(float(np.sqrt(max(float(str(old["liftoff_sigma_s"])) ** 2 - lead**2, 0.0))), 0.3))
            turn = (float(str(old["phase_deg"])) - float(str(now["phase_deg"])) + 180.0) % 360.0 - 180.0
            inside += abs(turn) < float(str(old["phase_sigma_deg"]))
            unknown += old["why_not"] == "phase unknown"
        size, scale = np.abs(error), np.array(sigma)
        within = [int(np.sum(size < k * scale)) for k in (1.0, 2.0)]
        print(
            f"{age:6d} {np.median(size):10.1f} {size.max():9.0f} {np.median(scale):9.1f} "
            f"{within[0]:8d} {within[1]:3d} of {count} {inside:12d} {unknown:12d}",
            flush=True,
        )


if __name__ == "__main__":
    main()

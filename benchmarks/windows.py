"""Seconds of work for a year of launch windows, all schemes, and for the study's other questions.

    python benchmarks/windows.py HISTORY.tle

Start-up (imports, reading the file, compiling) is shown apart.
"""

import sys
import time
from collections.abc import Callable


def timed[T](name: str, act: Callable[[], T]) -> T:
    start = time.perf_counter()
    found = act()
    print(f"{name:60s} {time.perf_counter() - start:7.2f} s")
    return found


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    start = time.perf_counter()
    from zarya.gnc.element_choice import ElementHistory
    from zarya.orbits.tle import read_element_sets
    from zarya.studies.station.phasing import phase_reboosts
    from zarya.studies.station.reboosts import detect_reboosts
    from zarya.studies.windows import launch_windows
    from zarya.studies.windows.validation import validate
    from zarya.time import Epoch

    print(f"{'imports':60s} {time.perf_counter() - start:7.2f} s")

    def utc(text: str) -> Epoch:
        return Epoch.from_iso(text, scale="utc")

    def year(history: ElementHistory, first: str, last: str) -> int:
        return len(
            launch_windows("iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms", history, utc(first), utc(last), "any")
        )

    sets = timed("read the element sets", lambda: read_element_sets(sys.argv[1]))
    history = ElementHistory(sets)
    timed("one day, with compiling or the compile cache", lambda: year(history, "2023-09-15", "2023-09-16"))
    rows = timed("one year of windows, all schemes", lambda: year(history, "2023-01-01", "2024-01-01"))
    print(f"{rows} rows")
    timed("validation on the shipped table", validate)
    last_year = ElementHistory(history.between(utc("2023-01-01"), utc("2024-01-01")))
    burns = timed("reboosts of one year", lambda: detect_reboosts(last_year))
    print(f"{len(burns)} burns")
    from zarya.gnc.element_choice import choose_element_set
    from zarya.studies.windows import launch
    from zarya.studies.windows.plan_map import plan_map

    timed("phase for 2023-09-15", lambda: phase_reboosts("iss", history, "2023-09-15", "2-orbit"))
    question, liftoff = launch("iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms"), utc("2023-09-15T15:44:35Z")
    chosen = choose_element_set(history, liftoff).element_set
    timed("a map of 9 plans, with compiling", lambda: plan_map(question, chosen, liftoff, 2, phases=3, dockings=3))
    plans = timed("a map of 10,000 plans, two orbits", lambda: plan_map(question, chosen, liftoff, 2))
    print(f"{plans.total_m_s.size} plans, {plans.full_plans} of them in the full model")


if __name__ == "__main__":
    main()

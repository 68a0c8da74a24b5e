"""One whole flight and a campaign of dispersed flights, pad to docking; ratios to the goals.

Usage: python benchmarks/flight.py [--cases 1000]

The first flight of a process includes loading, tracing and compiling (or reading the compile cache on disk); the second
does not. No other tool flies this piece, so there is nothing to compare with but the goals of the project.
"""

import argparse
import resource
import time

import zarya

GOAL_FIRST_S, GOAL_CACHED_S, GOAL_CAMPAIGN_S, GOAL_MEMORY_GB = 60.0, 12.0, 120.0, 4.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=1000)
    arguments = parser.parse_args()
    scenario = zarya.load("soyuz-ms-24")
    for name in ("first flight of the process", "second flight"):
        start = time.perf_counter()
        flight = zarya.fly(scenario)
        took = time.perf_counter() - start
        print(f"{name}: {took:.1f} s ({took / GOAL_FIRST_S:.2f} of the goal without cache, "
              f"{took / GOAL_CACHED_S:.2f} of that with it), {flight.outcome}")  # fmt: skip
    start = time.perf_counter()
    last = [start]

    def note(text: str) -> None:
        if "flights" in text:
            now = time.perf_counter()
            print(f"  {text}: {now - last[0]:.1f} s")
            last[0] = now

    campaign = zarya.fly_many(scenario, arguments.cases, seed=1, on_progress=note)
    took = time.perf_counter() - start
    goal = GOAL_CAMPAIGN_S * arguments.cases / 1000.0
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{arguments.cases} dispersed flights: {took:.1f} s ({took / goal:.2f} of the goal), {campaign.outcomes}")
    print(f"peak memory {memory:.2f} GB ({memory / GOAL_MEMORY_GB:.2f} of the limit)")


if __name__ == "__main__":
    main()

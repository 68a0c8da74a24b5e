"""Start-up of the command line with everything cached, and where it goes: tracing, lowering, reading, the rest.

Usage: python benchmarks/startup.py [--until docking]

Each command runs twice in a process of its own; the second, warm, run is printed: wall and CPU seconds. Then one flight
in this process, with the seconds JAX reports for its programs (one inside another counts twice in the tracing).
"""

import argparse
import collections
import resource
import subprocess
import sys
import time
from pathlib import Path

import zarya  # before JAX: it says where the caches are

MISSION = Path(zarya.__file__).parent / "missions" / "soyuz-ms-24"
COMMANDS = (
    "--help",
    "catalog",
    "check soyuz-ms-24",
    f"windows --tle {MISSION / 'station.tle'} --from 2023-09-14 --to 2023-09-18 --scheme 2-orbit --json",
    f"phase --tle {MISSION / 'station.tle'} --launch 2023-09-15 --scheme 2-orbit --json",
    f"land --tle {MISSION / 'landing.tle'} --zone zhezkazgan --from 2024-04-06 --to 2024-04-07 --json",
    "abort soyuz-ms-24 --at 150 --json",
    "fly soyuz-ms-24 --until docking --json",
    "fly soyuz-ms-24 --json",
)
STAGES = {
    "/jax/core/compile/jaxpr_trace_duration": "tracing",
    "/jax/core/compile/jaxpr_to_mlir_module_duration": "lowering",
    "/jax/core/compile/backend_compile_duration": "compiling or reading what was compiled",
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--until", default="docking")
    until = parser.parse_args().until
    run = "import sys; from zarya.cli import main; sys.argv = ['zarya', *sys.argv[1:]]; main()"
    for command in COMMANDS:
        for is_warm in (False, True):
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run([sys.executable, "-c", run, *command.split()], capture_output=True, check=True)
            wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
            if is_warm:
                cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                print(f"{command.split()[0]:10s} {wall:6.2f} s wall {cpu:6.2f} s CPU")
    spent: collections.Counter[str] = collections.Counter()
    count: collections.Counter[str] = collections.Counter()

    def note(event: str, seconds: float, **_: object) -> None:
        spent[event] += seconds
        count[event] += 1

    import jax

    jax.monitoring.register_event_duration_secs_listener(note)
    start = time.process_time()
    zarya.fly(zarya.load("soyuz-ms-24"), until=until)
    print(f"flight to {until}: {time.process_time() - start:.2f} s CPU, of it")
    for event, name in STAGES.items():
        print(f"  {name}: {spent[event]:.2f} s in {count[event]} programs")


if __name__ == "__main__":
    main()

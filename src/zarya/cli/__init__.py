"""The command line: `zarya COMMAND --help`. JSON on stdout with `--json`, progress on stderr, exit codes 0, 1, 2."""

from zarya.cli import aborts, landing, mission, orbit_fit, orbits, planning
from zarya.cli.app import run

__all__ = ["aborts", "landing", "main", "mission", "orbit_fit", "orbits", "planning"]


def main() -> None:
    """Entry point of `zarya`."""
    run()

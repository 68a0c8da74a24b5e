"""Which dockings a calendar of ports and visiting vehicles forbids."""

from collections.abc import Sequence
from typing import NamedTuple

from zarya.time import Epoch


class Busy(NamedTuple):
    """A span in which a ship may not dock.

    Parameters
    ----------
    start, end : both inside the span. what : what stands in the way. port : the port taken; empty, every port.
    """

    start: Epoch
    end: Epoch
    what: str
    port: str = ""


def conflicts(busy: Sequence[Busy], docking: Epoch, port: str = "", stay_s: float = 0.0) -> list[str]:
    """What stands in the way of a docking at `docking` and a stay of `stay_s`, in words; empty if nothing.

    Parameters
    ----------
    busy : the calendar. port : where the ship is to dock; empty, at any port of the calendar.

    A span without a port forbids every docking inside it (another ship's approach, a spacewalk), not a stay across it.
    A span of the port forbids docking and stay. Without a port named, ports forbid where the calendar has all of them
    taken at once.
    """
    found = [item.what for item in busy if not item.port and item.start <= docking <= item.end]
    end = docking + stay_s
    taken: dict[str, list[str]] = {item.port: [] for item in busy if item.port}
    for item in busy:
        if item.port and item.start <= end and docking <= item.end:
            taken[item.port].append(item.what)
    if port:
        found += [f"{what} at {port}" for what in taken.get(port, [])]
    elif taken and all(taken.values()):
        found.append("all ports of the calendar taken: " + ", ".join(f"{p} by {w[0]}" for p, w in taken.items()))
    return found

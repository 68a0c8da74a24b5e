"""Away from the launcher: escape tower, fairing motors, separation of the ship, a lower orbit."""

from zarya.flight.abort.escape import FAIRING, MODES, ORBIT, SEPARATION, TOWER, Escape, escape, escape_data
from zarya.flight.abort.flown import Abort, AbortLog, fly
from zarya.flight.abort.plan import AscentPath, Flown, abort_from, ascent_path, fly_lanes, swept

__all__ = [
    "FAIRING",
    "MODES",
    "ORBIT",
    "SEPARATION",
    "TOWER",
    "Abort",
    "AbortLog",
    "AscentPath",
    "Escape",
    "Flown",
    "abort_from",
    "ascent_path",
    "escape",
    "escape_data",
    "fly",
    "fly_lanes",
    "swept",
]

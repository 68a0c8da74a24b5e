"""Home: deorbit, entry, parachutes, touchdown."""

from zarya.flight.descent.flown import Descent, DescentLog, fly
from zarya.flight.descent.plan import Aimed, aimed, descent, ship_path

__all__ = ["Aimed", "Descent", "DescentLog", "aimed", "descent", "fly", "ship_path"]

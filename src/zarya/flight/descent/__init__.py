"""Home: deorbit, entry, parachutes, touchdown."""

from zarya.flight.descent.fall import Descent
from zarya.flight.descent.flown import DescentLog, fly
from zarya.flight.descent.plan import Aimed, aimed, descent, ship_path

__all__ = ["Aimed", "Descent", "DescentLog", "aimed", "descent", "fly", "ship_path"]

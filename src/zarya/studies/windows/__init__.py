"""When can this launcher leave this pad for that station, by which scheme, at what price."""

from zarya.studies.windows.port_calendar import Busy
from zarya.studies.windows.price import liftoff_price
from zarya.studies.windows.question import Allowance, Launch, Ports, launch
from zarya.studies.windows.search import launch_windows

__all__ = ["Allowance", "Busy", "Launch", "Ports", "launch", "launch_windows", "liftoff_price"]

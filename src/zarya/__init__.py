"""Zarya plans and flies crewed flights to a space station: from the launch pad to docking.

>>> import zarya
>>> flight = zarya.fly(zarya.load("soyuz-ms-24"))  # doctest: +SKIP
"""

from typing import TYPE_CHECKING

from zarya import _runtime

_runtime.configure()

if TYPE_CHECKING:
    from zarya.mission.result import Flight
    from zarya.mission.runner import fly
    from zarya.mission.scenario import Scenario, check, load
    from zarya.studies.campaign import Campaign, fly_many
    from zarya.time import Epoch

__version__ = "0.1.0"
__all__ = ["Campaign", "Epoch", "Flight", "Scenario", "check", "fly", "fly_many", "load"]

_HOME = {
    "Campaign": "zarya.studies.campaign",
    "Epoch": "zarya.time",
    "Flight": "zarya.mission.result",
    "Scenario": "zarya.mission.scenario",
    "check": "zarya.mission.scenario",
    "fly": "zarya.mission.runner",
    "fly_many": "zarya.studies.campaign",
    "load": "zarya.mission.scenario",
}


def __getattr__(name: str) -> object:
    """Import the public names on first use: the core stays light for a worker that needs only the physics."""
    if name not in _HOME:
        raise AttributeError(f"module 'zarya' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

"""What is known of the real flight, for printing beside the computed one. Never an input of a computation."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from zarya.mission.scenario import Scenario
from zarya.time import Epoch
from zarya.vehicles.quantity import Record
from zarya.vehicles.reading import checked

type FlownGrade = Literal["measured", "reported", "published plan", "generic"]


class FlownEvent(Record):
    """One instant of the real flight: absolute, or seconds after lift-off for what is generic to the type."""

    name: str
    utc: str | None = None
    met_s: float | None = None
    grade: FlownGrade
    source: str
    note: str = ""


class _FlownFile(Record):
    file: str = ""
    event: tuple[FlownEvent, ...] = Field(default=())


@dataclass(frozen=True)
class FlownInstant:
    """An instant of the real flight with its grade (measured, reported, published plan, generic) and source."""

    epoch: Epoch
    grade: str
    source: str


def as_flown(scenario: Scenario) -> dict[str, FlownInstant]:
    """Instants of the real flight by event name, from `as_flown.toml` beside the mission file; empty without one.

    Those given in seconds after lift-off are counted from the flown lift-off.
    """
    path: Path = scenario.path.parent / "as_flown.toml"
    if not path.exists():
        return {}
    raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    events = checked(_FlownFile, raw, path).event
    absolute = {item.name: Epoch.from_iso(item.utc) for item in events if item.utc is not None}
    liftoff = absolute.get("liftoff")
    found: dict[str, FlownInstant] = {}
    for item in events:
        if item.name in absolute:
            found[item.name] = FlownInstant(absolute[item.name], item.grade, item.source)
        elif item.met_s is not None and liftoff is not None:
            found[item.name] = FlownInstant(liftoff + item.met_s, item.grade, item.source)
    return found

"""What is written down while a flight goes on, phase by phase."""

from dataclasses import dataclass, field

from zarya.mission.result import Burn, Docking, Floats, Home, InsertionOrbit, Track


@dataclass
class Book:
    """What is written down while the flight goes on."""

    events: list[tuple[str, float, bool]] = field(default_factory=list)
    burns: list[Burn] = field(default_factory=list)
    used_kg: dict[str, float] = field(default_factory=dict)
    tracks: list[Track] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    ascent: dict[str, Floats] = field(default_factory=dict)
    approach: dict[str, Floats] = field(default_factory=dict)
    impacts: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    insertion: InsertionOrbit | None = None
    docking: Docking | None = None
    home: Home | None = None
    outcome: str = "stopped"

"""What is written down while a flight goes on, phase by phase."""

from dataclasses import dataclass, field

from zarya.mission.result import Burn, Docking, Floats, Home, InsertionOrbit, Track


@dataclass
class Book:
    """What is written down while the flight goes on.

    Parameters
    ----------
    events : name, t_s (s from the flight's epoch), whether commanded. burns : as made. used_kg : propellant by phase.
    tracks : of the ship, in order. figures : scalars by name, the unit in it. notes : for the user.
    ascent, approach : (n,) and (n, 3) histories by name. impacts : latitude, longitude (rad), downrange (m) by part.
    insertion, docking, home : None until reached. outcome : how it ended; `stopped` where it was told to.
    """

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

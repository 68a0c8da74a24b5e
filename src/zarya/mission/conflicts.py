"""What no single key of a mission file can know: keys that contradict each other or the catalog."""

from collections.abc import Sequence

from zarya.errors import Problem
from zarya.mission.scenario_file import LandingTable, ScenarioFile
from zarya.orbits.tle import ElementSet
from zarya.time import Epoch
from zarya.units import DAY, HOUR
from zarya.vehicles.ship import ShipData
from zarya.vehicles.station import PortData


def conflicts(table: ScenarioFile, ship: ShipData | None, port: PortData | None, file: str) -> list[Problem]:
    """What no single key can know of launch, port, masses and contact."""
    return [
        *_date_problems(table, file),
        *([] if port is None else _port_problems(table, ship, port, file)),
        *([] if ship is None else _mass_problems(table, ship, file)),
    ]


def _date_problems(table: ScenarioFile, file: str) -> list[Problem]:
    """No launch at all, or a contact that does not go with it."""
    instant, docking = table.launch.scheduled or table.launch.not_before, table.rendezvous.docking
    if instant is None:
        return [
            Problem(
                "neither a date to search from nor an instant to fly", file, "launch.not_before", None,
                "Give not_before (or scheduled), an ISO 8601 UTC date.",
            )
        ]  # fmt: skip
    if docking is not None and not HOUR < Epoch.from_iso(docking) - Epoch.from_iso(instant) < 6.0 * DAY:
        return [
            Problem(
                "the planned contact is not within 1 h to 6 days of the launch", file, "rendezvous.docking", docking,
                "Correct the date, or leave it out and the planner chooses.",
            )
        ]  # fmt: skip
    return []


def _port_problems(table: ScenarioFile, ship: ShipData | None, port: PortData, file: str) -> list[Problem]:
    """A port that does not take the ship, or is not there any more when it comes."""
    found = []
    if ship is not None and ship.docking_system != port.docking_system:
        found.append(
            Problem(
                f"the port takes {port.docking_system}, the ship has {ship.docking_system}", file, "station.port",
                port.name, "Choose a port of the ship's docking system.",
            )
        )  # fmt: skip
    arrival = table.rendezvous.docking or table.launch.scheduled or table.launch.not_before
    if port.removed is not None and arrival is not None:
        gone = Epoch.from_iso(port.removed.isoformat())
        if Epoch.from_iso(arrival) - gone >= 0.0:
            found.append(
                Problem(
                    f"the port was removed on {port.removed}", file, "station.port", port.name,
                    "Choose a port that is there.",
                )
            )  # fmt: skip
    return found


def _mass_problems(table: ScenarioFile, ship: ShipData, file: str) -> list[Problem]:
    """More propellant than ship."""
    mass = ship.mass_kg.value if table.ship.mass_kg is None else table.ship.mass_kg
    propellant = ship.propellant_kg.value if table.ship.propellant_kg is None else table.ship.propellant_kg
    if propellant < mass:
        return []
    return [
        Problem(
            f"the propellant must be less than the ship's {mass:g} kg", file, "ship.propellant_kg", propellant,
            "Correct one of the two.",
        )
    ]  # fmt: skip


def late_sets(table: ScenarioFile, sets: Sequence[ElementSet], file: str) -> list[Problem]:
    """Whether no element set is earlier than the launch (which a search finds within a day or so)."""
    launch, first = table.launch, min(item.epoch for item in sets)
    asked = launch.scheduled or launch.not_before
    latest = None if asked is None else Epoch.from_iso(asked) + (0.0 if launch.scheduled else DAY)
    if latest is None or first - latest < 0.0:
        return []
    return [
        Problem(
            f"no element set is earlier than the launch of {asked}",
            file,
            "station.element_sets",
            first.iso(),
            "Give element sets from the days before the launch.",
        )
    ]


def landing_conflicts(table: ScenarioFile, way: LandingTable, ship: ShipData | None, file: str) -> list[Problem]:
    """What stands against the way home."""
    found: list[Problem] = []
    first = table.rendezvous.docking or table.launch.scheduled or table.launch.not_before
    if first is not None and Epoch.from_iso(way.not_before) - Epoch.from_iso(first) <= 0.0:
        found.append(
            Problem(
                f"the landing comes before the docking or launch of {first}",
                file,
                "landing.not_before",
                way.not_before,
                "Give a later date.",
            )
        )
    if way.undocking is not None:
        if Epoch.from_iso(way.undocking) - Epoch.from_iso(way.not_before) > 2.0 * DAY:
            found.append(
                Problem(
                    f"the landing is sought from {way.not_before} on, before the undocking",
                    file,
                    "landing.undocking",
                    way.undocking,
                    "Give an undocking before the landing, or a later not_before.",
                )
            )
        if first is not None and Epoch.from_iso(way.undocking) - Epoch.from_iso(first) <= 0.0:
            found.append(
                Problem(
                    f"the undocking comes before the docking or launch of {first}",
                    file,
                    "landing.undocking",
                    way.undocking,
                    "Give a later date, or leave it out.",
                )
            )
    if ship is not None and (ship.descent is None or ship.departure is None):
        found.append(
            Problem(
                "the catalog does not say how this ship leaves its port and comes home",
                file,
                "ship.name",
                ship.name,
                "Leave [landing] out, or give a ship with [departure] and [descent].",
            )
        )
    return found

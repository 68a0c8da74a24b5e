"""The mission file: TOML to a checked record; everything that can be refused is refused here, before anything flies."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from zarya.errors import InputError, Problem, ScenarioError
from zarya.orbits.tle import ElementSet, read_element_sets
from zarya.time import Epoch
from zarya.vehicles import catalog
from zarya.vehicles.launcher import LauncherData
from zarya.vehicles.quantity import Record
from zarya.vehicles.reading import checked, hint, listed
from zarya.vehicles.ship import ShipData
from zarya.vehicles.site import SiteData
from zarya.vehicles.station import PortData, StationData

MISSIONS = Path(__file__).parent.parent / "missions"
"""Folder of the shipped missions."""

type Scheme = Literal["1-orbit", "2-orbit", "4-orbit", "34-orbit"]


def _is_utc(text: str) -> str:
    try:
        Epoch.from_iso(text)
    except InputError as error:
        raise ValueError(f"not an ISO 8601 UTC date ({error.problems[0].problem})") from error
    return text


type Utc = Annotated[str, AfterValidator(_is_utc)]


class MissionTable(Record):
    """[mission]"""

    name: str
    title: str


class LaunchTable(Record):
    """[launch]: where from, with what, by which scheme, and from when on."""

    site: str
    launcher: str
    scheme: Scheme
    not_before: Utc | None = None
    """the first opportunity at or after this instant is flown"""
    scheduled: Utc | None = None
    """when given, this instant is flown instead of the computed one"""


class ShipTable(Record):
    """[ship]: which, and its mass at separation from the launcher."""

    name: str
    mass_kg: float | None = Field(default=None, gt=500.0, lt=50_000.0)
    propellant_kg: float | None = Field(default=None, gt=0.0, lt=20_000.0)


class StationTable(Record):
    """[station]: which, the port, and the file with its element sets."""

    name: str
    port: str
    element_sets: str


class RendezvousTable(Record):
    """[rendezvous]: the planned contact; without it the planner chooses by coverage and lighting."""

    docking: Utc | None = None


class CrewTable(Record):
    """[crew]: who flies."""

    commander: str = ""
    members: tuple[str, ...] = ()


class ScenarioFile(Record):
    """A mission file as it is written."""

    file: str = ""
    mission: MissionTable
    launch: LaunchTable
    ship: ShipTable
    station: StationTable
    rendezvous: RendezvousTable = RendezvousTable()
    crew: CrewTable = CrewTable()


@dataclass(frozen=True)
class Scenario:
    """A mission that has been checked: the file, and the vehicles and element sets it names.

    Parameters
    ----------
    path : of the mission file.
    table : the file's record.
    site, launcher, ship, station, port : catalog records; the ship carries the mission's mass.
    element_sets : of the station, as the file gives them.
    """

    path: Path
    table: ScenarioFile
    site: SiteData
    launcher: LauncherData
    ship: ShipData
    station: StationData
    port: PortData
    element_sets: tuple[ElementSet, ...]

    @property
    def name(self) -> str:
        """Name of the mission."""
        return self.table.mission.name

    @property
    def scheme_orbits(self) -> int:
        """Revolutions of the rendezvous scheme: 1, 2, 4 or 34."""
        return int(self.table.launch.scheme.partition("-")[0])

    @cached_property
    def search_from(self) -> Epoch:
        """The instant after which the lift-off is sought."""
        launch = self.table.launch
        if launch.not_before is not None:
            return Epoch.from_iso(launch.not_before)
        assert launch.scheduled is not None  # checked in `load`
        return Epoch.from_iso(launch.scheduled) + (-6.0 * 3600.0)

    @cached_property
    def scheduled(self) -> Epoch | None:
        """The lift-off that was ordered, if one was."""
        text = self.table.launch.scheduled
        return None if text is None else Epoch.from_iso(text)

    @cached_property
    def planned_docking(self) -> Epoch | None:
        """The contact that was ordered, if one was."""
        text = self.table.rendezvous.docking
        return None if text is None else Epoch.from_iso(text)


def mission_names() -> list[str]:
    """Names of the shipped missions."""
    return sorted(item.parent.name for item in MISSIONS.glob("*/scenario.toml"))


def load(mission: str | Path, catalog_folder: str | Path | None = None) -> Scenario:
    """A mission by name (`soyuz-ms-24`) or by the path of its TOML file.

    Parameters
    ----------
    mission : name of a shipped mission, or a path.
    catalog_folder : folder whose TOML files extend the catalog.

    Raises
    ------
    ScenarioError : the file is missing, malformed, or asks for what is not in the catalog; all problems at once.
    """
    path = mission_path(mission)
    try:
        raw: Mapping[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"not a TOML file: {error}", file=str(path), remedy="Correct the line named.") from error
    except OSError as error:
        raise ScenarioError(f"cannot be read: {error.strerror}", file=str(path), remedy="Check the path.") from error
    table = checked(ScenarioFile, dict(raw), path)
    problems: list[Problem] = []

    def named[T](key: str, read: Any, *arguments: Any) -> T | None:
        try:
            value: T = read(*arguments)
        except InputError as error:
            last = key.rpartition(".")[2]
            for p in error.problems:
                file = str(path) if not p.file or p.key == last else p.file
                problems.append(Problem(p.problem, file, key if p.key in ("", last) else p.key, p.value, p.remedy))
            return None
        return value

    site: SiteData | None = named("launch.site", catalog.site, table.launch.site, catalog_folder)
    launcher: LauncherData | None = named("launch.launcher", catalog.launcher, table.launch.launcher, catalog_folder)
    ship: ShipData | None = named("ship.name", catalog.ship, table.ship.name, catalog_folder)
    station: StationData | None = named("station.name", catalog.station, table.station.name, catalog_folder)
    port: PortData | None = None
    if station is not None:
        port = named("station.port", station.port_named, table.station.port)
    sets: tuple[ElementSet, ...] | None = named(
        "station.element_sets", read_element_sets, path.parent / table.station.element_sets
    )
    problems.extend(_conflicts(table, ship, port, str(path)))
    if problems or not (site and launcher and ship and station and port and sets):
        raise ScenarioError(tuple(problems))
    masses = {
        key: getattr(ship, key).model_copy(update={"value": value, "source": "mission file", "sigma": None})
        for key, value in (("mass_kg", table.ship.mass_kg), ("propellant_kg", table.ship.propellant_kg))
        if value is not None
    }
    return Scenario(
        path,
        table,
        site,
        launcher.for_ship(ship.name),
        ship.model_copy(update=masses),
        station,
        port,
        sets,
    )


def mission_path(mission: str | Path) -> Path:
    """Path of a mission given by name or by path."""
    text = str(mission)
    if text in mission_names():
        return MISSIONS / text / "scenario.toml"
    path = Path(mission)
    if path.suffix == ".toml" or path.exists():
        if path.is_dir():
            path = path / "scenario.toml"
        if not path.exists():
            raise ScenarioError("the mission file does not exist", file=text, remedy="Check the path.")
        return path
    names = mission_names()
    raise ScenarioError(
        "no mission of this name", key="mission", value=text, remedy=hint(text, names) + listed("Missions", names)
    )


def check(mission: str | Path, catalog_folder: str | Path | None = None) -> tuple[Problem, ...]:
    """What is wrong with a mission file; empty when it can be flown. Flies nothing."""
    try:
        load(mission, catalog_folder)
    except InputError as error:
        return error.problems
    return ()


def _conflicts(table: ScenarioFile, ship: ShipData | None, port: PortData | None, file: str) -> list[Problem]:
    """What no single key can know."""
    found: list[Problem] = []
    launch = table.launch
    if launch.not_before is None and launch.scheduled is None:
        found.append(
            Problem(
                "neither a date to search from nor an instant to fly",
                file,
                "launch.not_before",
                None,
                "Give not_before (or scheduled), an ISO 8601 UTC date.",
            )
        )
    if ship is not None and port is not None and ship.docking_system != port.docking_system:
        found.append(
            Problem(
                f"the port takes {port.docking_system}, the ship has {ship.docking_system}",
                file,
                "station.port",
                port.name,
                "Choose a port of the ship's docking system.",
            )
        )
    if port is not None and not port.is_in_use:
        found.append(
            Problem("the port is no longer in use", file, "station.port", port.name, "Choose a port that is there.")
        )
    if ship is not None:
        mass = ship.mass_kg.value if table.ship.mass_kg is None else table.ship.mass_kg
        propellant = ship.propellant_kg.value if table.ship.propellant_kg is None else table.ship.propellant_kg
        if propellant >= mass:
            found.append(
                Problem(
                    f"the propellant must be less than the ship's {mass:g} kg",
                    file,
                    "ship.propellant_kg",
                    propellant,
                    "Correct one of the two.",
                )
            )
    instant = launch.scheduled or launch.not_before
    if instant is not None and table.rendezvous.docking is not None:
        wait_s = Epoch.from_iso(table.rendezvous.docking) - Epoch.from_iso(instant)
        if not 3600.0 < wait_s < 6.0 * 86400.0:
            found.append(
                Problem(
                    "the planned contact is not within 1 h to 6 days of the launch",
                    file,
                    "rendezvous.docking",
                    table.rendezvous.docking,
                    "Correct the date, or leave it out and the planner chooses.",
                )
            )
    return found

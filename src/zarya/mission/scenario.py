"""The mission file: TOML to a checked record; everything that can be refused is refused here, before anything flies."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from zarya.errors import InputError, Problem, ScenarioError
from zarya.mission.conflicts import conflicts, landing_conflicts
from zarya.mission.scenario_file import ScenarioFile
from zarya.orbits.tle import ElementSet, read_element_sets
from zarya.time import Epoch
from zarya.vehicles import catalog
from zarya.vehicles.launcher import LauncherData
from zarya.vehicles.reading import checked, hint, listed
from zarya.vehicles.ship import ShipData
from zarya.vehicles.site import SiteData, ZoneData
from zarya.vehicles.station import PortData, StationData

MISSIONS = Path(__file__).parent.parent / "missions"
"""Folder of the shipped missions."""


@dataclass(frozen=True)
class Return:
    """Where and from when on the ship comes home.

    Parameters
    ----------
    zone : of the landing. not_before : the first landing in reach after it is flown.
    undocking : ordered, or None. element_sets : of the station. ignition_mass_kg : kg, or None for the catalog's.
    """

    zone: ZoneData
    not_before: Epoch
    undocking: Epoch | None
    element_sets: tuple[ElementSet, ...]
    ignition_mass_kg: float | None


@dataclass(frozen=True)
class Scenario:
    """A mission that has been checked: the file, and the vehicles and element sets it names.

    Parameters
    ----------
    path : of the mission file.
    table : the file's record.
    site, launcher, ship, station, port : catalog records; the ship carries the mission's mass.
    element_sets : of the station, as the file gives them.
    home : the way home, None for a mission that ends with the docking.
    """

    path: Path
    table: ScenarioFile
    site: SiteData
    launcher: LauncherData
    ship: ShipData
    station: StationData
    port: PortData
    element_sets: tuple[ElementSet, ...]
    home: Return | None = None

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
    zone: ZoneData | None = None
    home_sets = sets
    if table.landing is not None:
        zone = named("landing.zone", catalog.zone, table.landing.zone, catalog_folder)
        if table.landing.element_sets is not None:
            home_sets = named("landing.element_sets", read_element_sets, path.parent / table.landing.element_sets)
    problems.extend(conflicts(table, ship, port, str(path)))
    if table.landing is not None:
        problems.extend(landing_conflicts(table, table.landing, ship, str(path)))
    if problems or not (site and launcher and ship and station and port and sets):
        raise ScenarioError(tuple(problems))
    masses = {
        key: getattr(ship, key).model_copy(update={"value": value, "source": "mission file", "sigma": None})
        for key, value in (("mass_kg", table.ship.mass_kg), ("propellant_kg", table.ship.propellant_kg))
        if value is not None
    }
    home = None
    if table.landing is not None and zone is not None and home_sets is not None:
        way, ordered = table.landing, table.landing.undocking
        home = Return(
            zone,
            Epoch.from_iso(way.not_before),
            None if ordered is None else Epoch.from_iso(ordered),
            home_sets,
            way.ignition_mass_kg,
        )
    return Scenario(
        path,
        table,
        site,
        launcher.for_ship(ship.name),
        ship.model_copy(update=masses),
        station,
        port,
        sets,
        home,
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

"""The mission file: TOML to a checked record; everything that can be refused is refused here, before anything flies."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from zarya.environment.wind_asked import CLIMATOLOGY, STILL, WindAsked, wind_asked
from zarya.errors import InputError, Problem, ScenarioError
from zarya.gnc.element_choice import ElementHistory
from zarya.mission.conflicts import conflicts, landing_conflicts, late_sets
from zarya.mission.scenario_file import ScenarioFile
from zarya.orbits.tle import ElementSet, read_element_sets
from zarya.time import Epoch
from zarya.units import HOUR
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
    wind : over the zone, as the file asks for it.
    """

    zone: ZoneData
    not_before: Epoch
    undocking: Epoch | None
    element_sets: tuple[ElementSet, ...]
    ignition_mass_kg: float | None
    wind: WindAsked = CLIMATOLOGY


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
    reconciled : the launcher with its published numbers moved to what flew; None where the catalog has none.
    wind : over the pad, as the file asks for it.
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
    reconciled: LauncherData | None = None
    wind: WindAsked = STILL

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
        return Epoch.from_iso(launch.scheduled) + (-6.0 * HOUR)

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
    found = _named(raw, path, catalog_folder)
    try:
        table = checked(ScenarioFile, dict(raw), path)
    except ScenarioError as error:
        others = _beyond_schema(raw, {item.key for item in error.problems}, found, path)
        raise ScenarioError((*error.problems, *found.problems, *others)) from error
    site, launcher, ship, station, port = found.site, found.launcher, found.ship, found.station, found.port
    sets, zone, home_sets = found.sets, found.zone, found.home_sets or found.sets
    problems = (*found.problems, *_conflicts(table, found, path))
    if problems or not (site and launcher and ship and station and port and sets):
        raise ScenarioError(problems)
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
            found.wind,
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
        None if found.reconciled is None else found.reconciled.for_ship(ship.name),
        found.launch_wind,
    )


@dataclass
class _Named:
    """What the names in a mission file stand for, and what is wrong with those that stand for nothing."""

    problems: list[Problem]
    site: SiteData | None = None
    launcher: LauncherData | None = None
    reconciled: LauncherData | None = None
    ship: ShipData | None = None
    station: StationData | None = None
    port: PortData | None = None
    sets: tuple[ElementSet, ...] | None = None
    zone: ZoneData | None = None
    home_sets: tuple[ElementSet, ...] | None = None
    wind: WindAsked = CLIMATOLOGY
    launch_wind: WindAsked = STILL


def _named(raw: Mapping[str, Any], path: Path, folder: str | Path | None) -> _Named:
    """Look every name of the file up that is a text at all; what is not is for the schema to say."""
    found = _Named([])

    def look_up(key: str, read: Callable[[str], Any]) -> Any:
        section, _, last = key.partition(".")
        table = raw.get(section)
        text = table.get(last) if isinstance(table, Mapping) else None
        if not isinstance(text, str):
            return None
        try:
            return read(text)
        except InputError as error:
            for p in error.problems:
                file = str(path) if not p.file or p.key == last else p.file
                key_there = key if p.key in ("", last) else p.key
                found.problems.append(Problem(p.problem, file, key_there, p.value, p.remedy))
            return None

    found.site = look_up("launch.site", lambda name: catalog.site(name, folder))
    found.launcher = look_up("launch.launcher", lambda name: catalog.launcher(name, folder))
    if found.launcher is not None:
        found.reconciled = catalog.reconciled_launcher(found.launcher.name, folder)
    found.ship = look_up("ship.name", lambda name: catalog.ship(name, folder))
    station: StationData | None = look_up("station.name", lambda name: catalog.station(name, folder))
    found.station = station
    if station is not None:
        found.port = look_up("station.port", station.port_named)

    def read_sets(name: str) -> tuple[ElementSet, ...]:
        sets = read_element_sets(path.parent / name)
        return sets if station is None else ElementHistory(sets).of_satellite(station.norad_id, station.name).sets

    found.sets = look_up("station.element_sets", read_sets)
    found.zone = look_up("landing.zone", lambda name: catalog.zone(name, folder))
    found.home_sets = look_up("landing.element_sets", read_sets)
    found.launch_wind = look_up("launch.wind", lambda name: wind_asked(name, path.parent)) or STILL
    found.wind = look_up("landing.wind", lambda name: wind_asked(name, path.parent)) or CLIMATOLOGY
    return found


def _conflicts(table: ScenarioFile, found: _Named, path: Path) -> list[Problem]:
    problems = conflicts(table, found.ship, found.port, str(path))
    if found.sets:
        problems += late_sets(table, found.sets, str(path))
    if table.landing is not None:
        problems += landing_conflicts(table, table.landing, found.ship, str(path))
    return problems


def _beyond_schema(raw: Mapping[str, Any], wrong: set[str], found: _Named, path: Path) -> list[Problem]:
    """Conflicts among the keys that are right, if the file can be read without the wrong ones."""
    rest = {
        section: {key: value for key, value in table.items() if f"{section}.{key}" not in wrong}
        for section, table in raw.items()
        if isinstance(table, Mapping)
    }
    try:
        table = checked(ScenarioFile, rest, path)
    except ScenarioError:
        return []
    return [item for item in _conflicts(table, found, path) if item.key not in wrong]


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

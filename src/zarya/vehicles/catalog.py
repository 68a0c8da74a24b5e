"""The catalog: TOML files, ours and the user's, checked on the host and handed out as typed records.

>>> from zarya.vehicles import catalog
>>> catalog.launcher("soyuz-2.1a").stage_names
('strap-on', 'core', 'upper')
"""

import os
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from zarya.errors import ScenarioError
from zarya.vehicles.launcher import LauncherData
from zarya.vehicles.quantity import Entry
from zarya.vehicles.reading import checked, hint, listed, merged, sources
from zarya.vehicles.ship import ShipData
from zarya.vehicles.site import GroundStationData, RelayData, SiteData, ZoneData
from zarya.vehicles.station import StationData

KINDS: dict[str, type[Entry]] = {
    "launcher": LauncherData,
    "ship": ShipData,
    "station": StationData,
    "site": SiteData,
    "zone": ZoneData,
    "ground": GroundStationData,
    "relay": RelayData,
}
"""Kind of entry and the record that checks it."""

_FOLDER = Path(__file__).parent / "catalog"


@dataclass(frozen=True)
class Listing:
    """One line of the catalog: name, kind, title, file, and its sources by tag."""

    name: str
    kind: str
    title: str
    file: str
    sources: dict[str, str]


def launcher(name: str, catalog: str | Path | None = None) -> LauncherData:
    """A launcher by name; `catalog` is a folder that extends ours (also the variable ZARYA_CATALOG)."""
    return _entry("launcher", LauncherData, name, catalog)


def reconciled_launcher(name: str, catalog: str | Path | None = None) -> LauncherData | None:
    """The launcher with its published numbers moved to what flew, if the catalog holds one (`reconciles`).

    One in the same folder as the launcher: a launcher of your own has other numbers than the one reconciled here.
    """
    index = _index("launcher", catalog)
    folder = index[name][0].parent if name in index else None
    found = [
        other for other, (path, table) in index.items() if table.get("reconciles") == name and path.parent == folder
    ]
    return launcher(found[0], catalog) if found else None


def ship(name: str, catalog: str | Path | None = None) -> ShipData:
    """A ship by name."""
    return _entry("ship", ShipData, name, catalog)


def station(name: str, catalog: str | Path | None = None) -> StationData:
    """A station by name."""
    return _entry("station", StationData, name, catalog)


def site(name: str, catalog: str | Path | None = None) -> SiteData:
    """A launch pad by name."""
    return _entry("site", SiteData, name, catalog)


def zone(name: str, catalog: str | Path | None = None) -> ZoneData:
    """A landing zone by name."""
    return _entry("zone", ZoneData, name, catalog)


def ground_station(name: str, catalog: str | Path | None = None) -> GroundStationData:
    """A tracking station by name."""
    return _entry("ground", GroundStationData, name, catalog)


def ground_stations(catalog: str | Path | None = None) -> tuple[GroundStationData, ...]:
    """Every tracking station."""
    return tuple(ground_station(item.name, catalog) for item in entries("ground", catalog))


def relays(catalog: str | Path | None = None) -> tuple[RelayData, ...]:
    """Every relay satellite."""
    return tuple(_entry("relay", RelayData, item.name, catalog) for item in entries("relay", catalog))


def entry(kind: str, name: str, catalog: str | Path | None = None) -> Entry:
    """Any entry by kind and name."""
    return _entry(kind, KINDS[kind], name, catalog)


def entries(kind: str | None = None, catalog: str | Path | None = None) -> list[Listing]:
    """What the catalog holds, by kind and name.

    Raises
    ------
    ScenarioError : `kind` is not one of `KINDS`, or a file cannot be read.
    """
    if kind is not None and kind not in KINDS:
        raise ScenarioError(
            "the catalog has no such kind", key="kind", value=kind, remedy=hint(kind, KINDS) + listed("Kinds", KINDS)
        )
    found = []
    for one in KINDS if kind is None else (kind,):
        index = _index(one, catalog)
        for name, (path, table) in sorted(index.items()):
            found.append(Listing(name, one, str(table.get("title", "")), str(path), sources(table, index)))
    return found


def read(path: str | Path, catalog: str | Path | None = None) -> Entry:
    """One catalog file, checked against the record of its kind."""
    path = Path(path)
    table = _table(path)
    return checked(KINDS[table["kind"]], merged(table, path, _index(table["kind"], catalog)), path)


def _entry[E: Entry](kind: str, record: type[E], name: str, catalog: str | Path | None) -> E:
    index = _index(kind, catalog)
    if name not in index:
        raise ScenarioError(
            f"the catalog has no {kind} of this name",
            key=kind,
            value=name,
            remedy=hint(name, index) + listed("Names", index),
        )
    path, table = index[name]
    return checked(record, merged(table, path, index), path)


def _folders(catalog: str | Path | None) -> list[Path]:
    """Our folder and the user's; what comes later replaces an entry of the same kind and name."""
    extra = [Path(item) for item in os.environ.get("ZARYA_CATALOG", "").split(os.pathsep) if item]
    if catalog is not None:
        extra.append(Path(catalog))
    for folder in extra:
        if not folder.is_dir():
            raise ScenarioError(
                "the catalog folder does not exist",
                key="catalog",
                value=str(folder),
                remedy="Give a folder that holds TOML files, or leave --catalog and ZARYA_CATALOG out.",
            )
    return [_FOLDER, *extra]


def _index(kind: str, catalog: str | Path | None) -> dict[str, tuple[Path, dict[str, Any]]]:
    found: dict[str, tuple[Path, dict[str, Any]]] = {}
    for folder in _folders(catalog):
        here: dict[str, Path] = {}
        for path in sorted(folder.rglob("*.toml")):
            table = _table(path)
            if table["kind"] != kind:
                continue
            if table["name"] in here:
                raise ScenarioError(
                    f"the name is taken by {here[table['name']]}", file=str(path), key="name", value=table["name"]
                )
            here[table["name"]] = path
            found[table["name"]] = (path, table)
    return found


def _table(path: Path) -> dict[str, Any]:
    """The raw table of a file, with a kind we know and a name; read once until the file changes."""
    try:
        stamp = path.stat().st_mtime_ns
    except OSError as error:
        raise ScenarioError(f"cannot be read: {error.strerror}", file=str(path)) from error
    return _raw(path, stamp)


@lru_cache(maxsize=1024)
def _raw(path: Path, _stamp: int) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"not a TOML file: {error}", file=str(path), remedy="Correct the line named.") from error
    except OSError as error:
        raise ScenarioError(f"cannot be read: {error.strerror}", file=str(path)) from error
    kind, name = table.get("kind"), table.get("name")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ScenarioError(
            "kind is missing or unknown",
            file=str(path),
            key="kind",
            value=kind,
            remedy=hint(str(kind), KINDS) + listed("Kinds", KINDS),
        )
    if not isinstance(name, str) or not name:
        raise ScenarioError("name is missing", file=str(path), key="name", value=name, remedy="Give the entry a name.")
    return table

"""The catalog: TOML files, ours and the user's, checked on the host and handed out as typed records.

>>> from zarya.vehicles import catalog
>>> catalog.launcher("soyuz-2.1a").stage_names
('strap-on', 'core', 'upper')
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from zarya.errors import Problem, ScenarioError
from zarya.vehicles.launcher import LauncherData
from zarya.vehicles.quantity import Entry, Grade, Quantity, Series
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

_PLAIN_INTEGERS = {"norad_id"}
_FOLDER = Path(__file__).parent / "catalog"
_GRADES = get_args(Grade)


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


def entries(kind: str | None = None, catalog: str | Path | None = None) -> list[Listing]:
    """What the catalog holds, by kind and name.

    Raises
    ------
    ScenarioError : `kind` is not one of `KINDS`, or a file cannot be read.
    """
    if kind is not None and kind not in KINDS:
        raise ScenarioError(
            "the catalog has no such kind", key="kind", value=kind, remedy=_hint(kind, KINDS) + _known("Kinds", KINDS)
        )
    found = [
        Listing(
            name, table["kind"], str(table.get("title", "")), str(path), _sources(table, _index(table["kind"], catalog))
        )
        for one in KINDS
        if kind in (None, one)
        for name, (path, table) in sorted(_index(one, catalog).items())
    ]
    return found


def read(path: str | Path, catalog: str | Path | None = None) -> Entry:
    """One catalog file, checked against the record of its kind."""
    path = Path(path)
    table = _table(path)
    return _checked(KINDS[table["kind"]], _merged(table, path, _index(table["kind"], catalog)), path)


def _entry[E: Entry](kind: str, record: type[E], name: str, catalog: str | Path | None) -> E:
    index = _index(kind, catalog)
    if name not in index:
        raise ScenarioError(
            f"the catalog has no {kind} of this name",
            key=kind,
            value=name,
            remedy=_hint(name, index) + _known("Names", index),
        )
    path, table = index[name]
    return _checked(record, _merged(table, path, index), path)


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
    """The raw table of a file, with a kind we know and a name."""
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
            remedy=_hint(str(kind), KINDS) + _known("Kinds", KINDS),
        )
    if not isinstance(name, str) or not name:
        raise ScenarioError("name is missing", file=str(path), key="name", value=name, remedy="Give the entry a name.")
    return table


def _sources(table: dict[str, Any], index: Mapping[str, tuple[Path, dict[str, Any]]]) -> dict[str, str]:
    parent = index.get(str(table.get("inherits", "")))
    inherited = _sources(parent[1], index) if parent is not None and parent[1] is not table else {}
    return inherited | {str(tag): str(text) for tag, text in table.get("sources", {}).items()}


def _merged(
    table: dict[str, Any], path: Path, index: Mapping[str, tuple[Path, dict[str, Any]]], seen: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The table laid over the one it inherits from; numbers carry source and grade."""
    own = _graded({key: value for key, value in table.items() if key != "inherits"}, None, None, str(path), "")
    parent = table.get("inherits")
    if parent is None:
        return own
    if parent not in index or parent in (*seen, table["name"]):
        raise ScenarioError(
            "inherits from no entry of this kind, or from itself",
            file=str(path),
            key="inherits",
            value=parent,
            remedy=_hint(str(parent), index),
        )
    above, above_table = index[parent]
    return _laid_over(_merged(above_table, above, index, (*seen, table["name"])), own)


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Tables merge key by key, lists of named tables by name; a number replaces a number whole."""
    result = dict(below)
    for key, value in above.items():
        old = below.get(key)
        if isinstance(value, dict) and isinstance(old, dict) and not {"value", "values"} & (value.keys() | old.keys()):
            result[key] = _laid_over(old, value)
        elif isinstance(value, list) and isinstance(old, list) and all(isinstance(i, dict) for i in [*value, *old]):
            by_name = {item["name"]: item for item in old}
            for item in value:
                by_name[item["name"]] = _laid_over(by_name.get(item["name"], {}), item)
            result[key] = list(by_name.values())
        else:
            result[key] = value
    return result


def _graded(value: Any, grade: str | None, source: str | None, file: str, key: str) -> Any:
    """Turn plain numbers and rows of numbers into {value(s), grade, source} with what the tables around them say."""
    if isinstance(value, dict) and not {"value", "values"} & value.keys():
        grade, source = value.get("grade", grade), value.get("source", source)
        return {
            name: item
            if name in _PLAIN_INTEGERS
            else _graded(item, grade, source, file, f"{key}.{name}" if key else name)
            for name, item in value.items()
            if name not in ("grade", "source")
        }
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return [_graded(item, grade, source, file, f"{key}[{item.get('name', n)}]") for n, item in enumerate(value)]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(value, dict):
        value = {"grade": grade, "source": source, **value}
    elif is_number or isinstance(value, list):
        value = {"value" if is_number else "values": value, "grade": grade, "source": source}
    else:
        return value
    if value["grade"] is None or value["source"] is None:
        raise ScenarioError(
            "a number without grade and source",
            file=file,
            key=key,
            value=value.get("value", value.get("values")),
            remedy=f"Write {{ value = ..., grade = one of {', '.join(_GRADES)}, source = tag }}, "
            "or give the table around it grade and source.",
        )
    if "values" in value and isinstance(value["values"], list):
        value["values"] = [
            [float(n) if isinstance(n, int) else n for n in i]
            if isinstance(i, list)
            else float(i)
            if isinstance(i, int)
            else i
            for i in value["values"]
        ]
    return value


def _checked[E: BaseModel](record: type[E], table: dict[str, Any], path: Path) -> E:
    try:
        return record.model_validate(table | {"file": str(path)})
    except ValidationError as error:
        problems = tuple(_problem(dict(item), table, record, str(path)) for item in error.errors())
        raise ScenarioError(problems) from error


def _problem(item: dict[str, Any], table: dict[str, Any], record: type[BaseModel], file: str) -> Problem:
    """What pydantic found, in the words of the file."""
    location = [part for part in item["loc"] if part not in ("value", "values")]
    key = ""
    where: Any = table
    for part in location:
        inner = where[part] if isinstance(where, dict) and part in where else None
        if isinstance(part, int):
            inner = where[part] if isinstance(where, list) and part < len(where) else None
            key += f"[{inner.get('name', part) if isinstance(inner, dict) else part}]"
        else:
            key += f".{part}" if key else str(part)
        where = inner
    found = where.get("value", where.get("values")) if isinstance(where, dict) else where
    if item["type"] == "extra_forbidden":
        name = str(location[-1])
        allowed = _allowed(record, location[:-1])
        twin = next((one for one in allowed if _stem(one) == _stem(name)), None)
        if twin is not None:
            return Problem("this quantity is given in another unit", file, key, found, f"Write {twin}.")
        return Problem("no such key", file, key, found, _hint(name, allowed) + _known("Keys", allowed))
    if item["type"] == "missing":
        return Problem("this key is missing", file, key, None, "Add it, with grade and source.")
    text = str(item["msg"]).removeprefix("Value error, ")
    return Problem(text[:1].lower() + text[1:], file, key, found, "Correct the value; mind the unit in the key.")


def _allowed(record: Any, location: list[Any]) -> list[str]:
    """Keys that the record at a location takes."""
    for part in location:
        if isinstance(part, int):
            continue
        field = record.model_fields.get(part) if isinstance(record, type) and issubclass(record, BaseModel) else None
        if field is None:
            continue
        record = _record_inside(field.annotation) or record
    names = [name for name in record.model_fields if name != "file"]
    return names if record in (Quantity, Series) else [*names, "grade", "source"]


def _record_inside(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        found = _record_inside(part)
        if found is not None:
            return found
    return None


_UNITS = (
    "kn",
    "n",
    "mn",
    "kg",
    "t",
    "g",
    "s",
    "min",
    "h",
    "ms",
    "deg",
    "rad",
    "m",
    "km",
    "m2",
    "cm2",
    "kpa",
    "pa",
    "bar",
)
_COMPOUND = ("_kg_s", "_t_s", "_deg_s", "_rad_s", "_m_s", "_km_s", "_kpa_deg", "_pa_rad", "_w_m2", "_kw_m2")


def _stem(key: str) -> str:
    """A key without its unit."""
    for unit in _COMPOUND:
        if key.endswith(unit):
            return key.removesuffix(unit)
    head, _, unit = key.rpartition("_")
    return head if unit in _UNITS else key


def _hint(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"Did you mean {near[0]}? " if near else ""


def _known(word: str, known: Any) -> str:
    return f"{word}: {', '.join(sorted(known))}."

"""One catalog file: TOML to a checked record, each number with its evidence, errors in the file's words."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from zarya.errors import Problem, ScenarioError
from zarya.vehicles.quantity import Grade, Quantity, Series

type Table = dict[str, Any]
type Index = Mapping[str, tuple[Path, Table]]
"""Name of an entry -> its file and raw table."""

_PLAIN = {"norad_id", "kind", "name", "title", "note", "docking_system", "network", "role", "rule", "axis", "cutoff"}
"""keys that hold a word or a catalogue number, not a quantity"""
_GRADES = get_args(Grade)
_MISSING = "this key is missing"


def sources(table: Table, index: Index) -> dict[str, str]:
    """Source tags of an entry and of those it inherits from."""
    line, seen = [table], {table["name"]}
    while (parent := str(line[-1].get("inherits", ""))) in index and parent not in seen:
        seen.add(parent)
        line.append(index[parent][1])
    return {str(tag): str(text) for one in reversed(line) for tag, text in one.get("sources", {}).items()}


def merged(table: Table, path: Path, index: Index, seen: tuple[str, ...] = ()) -> Table:
    """The table laid over the one it inherits from; numbers carry source and grade."""
    own: Table = _graded({key: value for key, value in table.items() if key != "inherits"}, None, None, str(path), "")
    parent = table.get("inherits")
    if parent is None:
        return own
    if parent not in index or parent in (*seen, table["name"]):
        raise ScenarioError(
            "inherits from no entry of this kind, or from itself",
            file=str(path),
            key="inherits",
            value=parent,
            remedy=hint(str(parent), index),
        )
    above, above_table = index[parent]
    return _laid_over(merged(above_table, above, index, (*seen, table["name"])), own)


def _laid_over(below: Table, above: Table) -> Table:
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
            name: item if name in _PLAIN else _graded(item, grade, source, file, f"{key}.{name}" if key else name)
            for name, item in value.items()
            if name not in ("grade", "source")
        }
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return [_graded(item, grade, source, file, f"{key}[{item.get('name', n)}]") for n, item in enumerate(value)]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
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
    if isinstance(value.get("values"), list):
        value["values"] = _floats(value["values"])
    return value


def _floats(value: Any) -> Any:
    """Whole numbers in rows as floats: TOML tells 1 from 1.0, a catalog does not."""
    if isinstance(value, list):
        return [_floats(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def checked[E: BaseModel](record: type[E], table: Table, path: Path) -> E:
    """The record of a merged table, or a `ScenarioError` with every problem found."""
    try:
        return record.model_validate(table | {"file": str(path)})
    except ValidationError as error:
        found: dict[tuple[str, str], Problem] = {}
        for item in error.errors():
            problem = _problem(dict(item), table, record, str(path))
            found.setdefault((problem.key, problem.problem), problem)
        instead = {word.rstrip(".?") for problem in found.values() for word in problem.remedy.split()}
        problems = tuple(
            problem  # a key written wrongly is one problem, not also a missing one
            for problem in found.values()
            if problem.problem != _MISSING or problem.key.rpartition(".")[2] not in instead
        )
        raise ScenarioError(problems) from error


def _problem(item: Table, table: Table, record: type[BaseModel], file: str) -> Problem:
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
    if item["loc"] and item["loc"][-1] in ("value", "values"):
        wanted = "one number" if isinstance(where, dict) and "values" in where else "numbers of the right shape"
        if item["type"] in ("missing", "extra_forbidden"):
            return Problem(f"takes {wanted}", file, key, found, "Correct the value.")
    if item["type"] == "model_type" and not isinstance(where, dict):
        return Problem("takes a number or a table", file, key, found, "Numbers stand without quotes.")
    if item["type"] == "extra_forbidden":
        name = str(location[-1])
        allowed = _allowed(record, location[:-1])
        twin = next((one for one in allowed if _stem(one) == _stem(name)), None)
        if twin is not None:
            return Problem("this quantity is given in another unit", file, key, found, f"Write {twin}.")
        return Problem("no such key", file, key, found, hint(name, allowed) + listed("Keys", allowed))
    if item["type"] == "missing":
        return Problem(_MISSING, file, key, None, "Add it; a number needs grade and source.")
    text = str(item["msg"]).removeprefix("Value error, ")
    remedy = "Correct the value; mind the unit in the key." if "between" in text else "Correct it."
    return Problem(text[:1].lower() + text[1:], file, key, found, remedy)


def _allowed(record: Any, location: list[Any]) -> list[str]:
    """Keys that the record at a location takes."""
    for part in location:
        if isinstance(part, int):
            continue
        field = record.model_fields.get(part) if isinstance(record, type) and issubclass(record, BaseModel) else None
        if field is None:
            continue
        record = _record_inside(field.annotation) or record
    names = [name for name in record.model_fields if name not in ("file", "ship")]
    return names if record in (Quantity, Series) else [*names, "grade", "source"]


def _record_inside(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        found = _record_inside(part)
        if found is not None:
            return found
    return None


_UNITS = {"kn", "n", "kg", "t", "g", "s", "min", "h", "ms", "deg", "rad", "m", "km", "m2", "cm2", "kpa", "pa", "bar"}
_COMPOUND = ("_kg_s", "_t_s", "_deg_s", "_rad_s", "_m_s", "_km_s", "_kpa_deg", "_pa_rad", "_w_m2", "_kw_m2")


def _stem(key: str) -> str:
    """A key without its unit."""
    for unit in _COMPOUND:
        if key.endswith(unit):
            return key.removesuffix(unit)
    head, _, unit = key.rpartition("_")
    return head if unit in _UNITS else key


def hint(name: str, known: Iterable[str]) -> str:
    """A question naming the nearest known word, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"Did you mean {near[0]}? " if near else ""


def listed(word: str, known: Iterable[str]) -> str:
    """The known words in a sentence."""
    return f"{word}: {', '.join(sorted(known))}."

"""Element sets as the catalogues hand them out beside TLE: OMM in JSON, CSV, XML or KVN, as keywords and text."""

import csv
import io
import json
import re
from typing import Any, Final
from xml.etree import ElementTree

from zarya.errors import FormatError

_PAIR: Final = re.compile(r"\s*([A-Z][A-Z0-9_]*)\s*=\s*(.*?)\s*(?:\[[^\]]*\])?\s*")
_NEEDED: Final = "MEAN_MOTION"


def omm_records(text: str, file: str) -> tuple[dict[str, Any], ...]:
    """The keywords of every OMM in `text`; empty where it is none (a TLE).

    JSON (an object, or an array of them) and CSV (a heading of keywords) as Space-Track and CelesTrak write them; XML
    and KVN of CCSDS 502.0-B-3, their sections flattened. Units are those of the standard.

    Raises
    ------
    FormatError : it looks like one of these and cannot be read.
    """
    plain = text.lstrip("\ufeff \t\r\n")
    if _NEEDED not in plain:
        return ()
    if plain.startswith(("[", "{")):
        return _of_json(plain, file)
    if plain.startswith("<"):
        return _of_xml(plain, file)
    heading = plain.split("\n", 1)[0].split(",")
    if _NEEDED in (word.strip().strip('"') for word in heading):
        rows = csv.DictReader(io.StringIO(plain), skipinitialspace=True)
        return tuple({key: value for key, value in row.items() if key and value not in (None, "")} for row in rows)
    if "CCSDS_OMM_VERS" in plain:
        parts = plain.split("CCSDS_OMM_VERS")[1:]
        return tuple(
            {match[1]: match[2] for line in part.splitlines() if (match := _PAIR.fullmatch(line))} for part in parts
        )
    return ()


def _of_json(text: str, file: str) -> tuple[dict[str, Any], ...]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise FormatError(
            f"not JSON: {error}", file=file, remedy="Correct it; if the file was cut short, fetch it again."
        ) from None
    records = found if isinstance(found, list) else [found]
    if not all(isinstance(item, dict) and _NEEDED in item for item in records):
        raise FormatError(
            "an OMM in JSON is an object, or an array of objects, with MEAN_MOTION", file=file,
            remedy="Give the JSON of Space-Track or CelesTrak.",
        )  # fmt: skip
    return tuple({key: value for key, value in item.items() if value is not None} for item in records)


def _of_xml(text: str, file: str) -> tuple[dict[str, Any], ...]:
    if "<!DOCTYPE" in text:
        raise FormatError("a DOCTYPE has no place in a message", file=file, remedy="Remove it.")
    try:
        root = ElementTree.fromstring(text.encode("utf-8"))
    except ElementTree.ParseError as error:
        raise FormatError(
            f"not well-formed XML: {error}", file=file, remedy="Correct it; if it was cut short, fetch it again."
        ) from None
    messages = [node for node in root.iter() if _tag(node) == "omm"]
    return tuple({_tag(leaf): (leaf.text or "").strip() for leaf in node.iter() if not len(leaf)} for node in messages)


def _tag(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2]

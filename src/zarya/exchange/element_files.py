"""Two- and three-line element sets as files."""

from collections.abc import Sequence
from pathlib import Path

from zarya.exchange.atomic import write_atomically
from zarya.orbits.tle import ElementSet


def element_set_text(sets: Sequence[ElementSet], suffix: str = ".tle") -> str:
    """The lines of element sets: `.3le` with `0 NAME`, `.2le` without names, others with the plain name if any.

    Raises
    ------
    FormatError : a catalogue number beyond 339999.
    """
    lines: list[str] = []
    for item in sets:
        if suffix == ".3le":
            lines.append(f"0 {item.name or item.catalog_number}")
        elif item.name and suffix != ".2le":
            lines.append(item.name)
        lines.extend(item.to_lines())
    return "\n".join(lines) + "\n"


def write_element_sets(path: Path | str, sets: Sequence[ElementSet]) -> Path:
    """Write element sets; the ending of the name chooses how names are written (`element_set_text`)."""
    return write_atomically(path, element_set_text(sets, Path(path).suffix.lower()))

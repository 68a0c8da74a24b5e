"""What a file is, told by its content, and its records."""

import re
from pathlib import Path
from typing import Final

from zarya.errors import FormatError
from zarya.exchange.czml import trajectories_from_czml
from zarya.exchange.messages import Message, messages_from_text, text_of_file
from zarya.exchange.records import ElementMessage, Ephemeris, StateMessage, Trajectory
from zarya.exchange.tabular import read_table
from zarya.orbits.omm_records import omm_records
from zarya.orbits.tle import element_sets_from_text

_VERSION: Final = re.compile(r"\s*CCSDS_[A-Z]+_VERS\s*(=|\Z)")
_TLE_LINE: Final = re.compile(r"\s*[12] [0-9A-Z ]{5}[ A-Z]? ")


def read_any(path: Path | str) -> tuple[str, tuple[Message, ...]]:
    """Kind of a file (tle, omm, opm, oem, czml, csv or parquet) and its records; its name plays no part.

    OMMs may be JSON or CSV too, as catalogues hand them out.

    Raises
    ------
    FormatError : none of these, or a fault in it.
    """
    file = str(path)
    if _start(path).startswith(b"PAR1"):
        return "parquet", _by_object(read_table(path))
    text = text_of_file(path)
    head = text.lstrip("\ufeff \t\r\n")
    if head.startswith("<") or any(_VERSION.match(line) for line in head.splitlines()[:20]):
        messages = messages_from_text(text, file)
        kinds = {kind_of(message) for message in messages}
        if len(kinds) > 1:
            raise FormatError(
                "holds messages of several kinds", file=file, value=sorted(kinds), remedy="Split the file."
            )
        return kinds.pop(), messages
    if omm_records(head, file):
        return "omm", tuple(ElementMessage(item) for item in element_sets_from_text(head, file))
    if head.startswith(("[", "{")):
        return "czml", _by_object(trajectories_from_czml(text, file))
    if any(_TLE_LINE.match(line) for line in head.splitlines()):
        return "tle", tuple(ElementMessage(item) for item in element_sets_from_text(text, file))
    if "," in head.split("\n", 1)[0]:
        return "csv", _by_object(read_table(path))
    raise FormatError(
        "is none of the formats read here", file=file, value=head[:40],
        remedy="Give a TLE, OMM, OPM or OEM (KVN or XML), CZML, CSV or Parquet file.",
    )  # fmt: skip


def kind_of(message: Message) -> str:
    """The CCSDS kind of a record."""
    if isinstance(message, Ephemeris):
        return "oem"
    return "opm" if isinstance(message, StateMessage) else "omm"


def _start(path: Path | str) -> bytes:
    try:
        with Path(path).open("rb") as stream:
            return stream.read(4)
    except OSError as error:
        raise FormatError(
            f"cannot be read: {error.strerror or error}", file=str(path), remedy="Give the path of a file."
        ) from None


def _by_object(trajectories: tuple[Trajectory, ...]) -> tuple[Ephemeris, ...]:
    """An ephemeris for each object."""
    objects: dict[tuple[str, str], list[Trajectory]] = {}
    for item in trajectories:
        objects.setdefault((item.object_id, item.object_name), []).append(item)
    return tuple(Ephemeris(tuple(parts)) for parts in objects.values())

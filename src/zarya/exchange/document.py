"""A navigation data message as sections of keywords: what KVN and XML have in common."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from zarya.errors import FormatError
from zarya.exchange.layout import COMMENT, KEYS
from zarya.exchange.naming import epoch_from_text
from zarya.time import Epoch

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([EeDd][+-]?\d+)?")


@dataclass(frozen=True)
class Token:
    """A keyword with its value as text, its unit and the line it stands in."""

    key: str
    value: str
    unit: str = ""
    line: int = 0


@dataclass(frozen=True)
class Row:
    """A line of an ephemeris: date and numbers as text."""

    values: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True)
class Section:
    """A section by its XML name (`metadata`, `stateVector`, ...); `rows` only in an OEM's `ephemeris`."""

    name: str
    tokens: tuple[Token, ...] = ()
    rows: tuple[Row, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Segment:
    """A metadata section and the data sections after it."""

    metadata: Section
    data: tuple[Section, ...]


@dataclass(frozen=True)
class Document:
    """A message: `kind` is opm, oem or omm. `is_cut` where the text ends in the middle of a line."""

    kind: str
    version: str
    header: Section
    segments: tuple[Segment, ...]
    file: str = ""
    is_cut: bool = False


def where(key: str, line: int) -> str:
    """Key and line as an error names them."""
    return f"{key}, line {line}" if line else key


def number_from_text(text: str, file: str, key: str, line: int = 0) -> float:
    """A finite number; raises FormatError for anything else (NaN and infinity too)."""
    plain = text.strip()
    value = float(plain.upper().replace("D", "E")) if _NUMBER.fullmatch(plain) else math.nan
    if not math.isfinite(value):
        raise FormatError(
            "a finite number is needed", file=file, key=where(key, line), value=text, remedy="Write a decimal number."
        )
    return value


class Fields:
    """The keywords of one section, each read at most once by name, with errors in the file's words.

    Parameters
    ----------
    section : as read. kind : of the message, which fixes keywords and units. file : named in errors.

    Raises
    ------
    FormatError : a keyword foreign to the section, or one that comes twice.
    """

    def __init__(self, section: Section, kind: str, file: str) -> None:
        self.file = file
        self.name = section.name
        self.line = section.line
        self.comments = tuple(token.value for token in section.tokens if token.key == COMMENT)
        self._units = KEYS[kind][section.name]
        self._tokens: dict[str, Token] = {}
        for token in section.tokens:
            if token.key == COMMENT:
                continue
            if token.key not in self._units and not token.key.startswith("USER_DEFINED_"):
                raise self._wrong(
                    token, f"not a keyword of the {section.name} section of an {kind.upper()}",
                    "Remove it or correct its spelling.",
                )  # fmt: skip
            if token.key in self._tokens:
                raise self._wrong(token, "the keyword comes twice", "Remove one.")
            self._tokens[token.key] = token

    def __contains__(self, key: str) -> bool:
        return key in self._tokens

    @property
    def user_defined(self) -> tuple[tuple[str, str], ...]:
        """Parameters of the user: name and text."""
        prefix = "USER_DEFINED_"
        return tuple((k.removeprefix(prefix), t.value) for k, t in self._tokens.items() if k.startswith(prefix))

    def place(self, key: str) -> str:
        """Key and line for an error."""
        return where(key, self._tokens[key].line if key in self._tokens else self.line)

    def text(self, key: str, default: str | None = None) -> str:
        """The value of `key`; raises FormatError if it is missing or empty without a default."""
        token = self._tokens.get(key)
        if token is not None and token.value:
            return token.value
        if default is not None:
            return default
        raise FormatError(
            f"keyword missing or empty in the {self.name} section", file=self.file, key=self.place(key),
            remedy="Add it; if the file was cut short, fetch it again.",
        )  # fmt: skip

    def number(self, key: str) -> float:
        """The number of `key` in the unit of the standard, which is checked where it is written."""
        text = self.text(key)
        token = self._tokens[key]
        allowed = self._units[key]
        if token.unit and token.unit.lower().replace(" ", "") not in _spellings(allowed):
            raise self._wrong(
                token, f"the unit is {token.unit!r}, the standard has {allowed or 'none'}", "Convert the value."
            )
        return number_from_text(text, self.file, key, token.line)

    def optional(self, key: str) -> float | None:
        """The number of `key` or None."""
        return self.number(key) if key in self._tokens else None

    def epoch(self, key: str, scale: str) -> Epoch:
        """The instant of `key` in `scale`."""
        return epoch_from_text(self.text(key), scale, self.file, self.place(key))

    def _wrong(self, token: Token, problem: str, remedy: str) -> FormatError:
        return FormatError(problem, file=self.file, key=where(token.key, token.line), value=token.value, remedy=remedy)


def _spellings(unit: str) -> Sequence[str]:
    """Ways people write a unit of the standard, lower case without blanks."""
    plain = unit.lower()
    return (plain, plain.replace("**", "^"), plain.replace("**", ""), *(("n/a",) if not plain else ()))

"""Keyword = value notation: text to documents and back."""

import re
from collections.abc import Iterable
from typing import Final

from zarya.errors import FormatError
from zarya.exchange.document import Document, Row, Section, Segment, Token, where
from zarya.exchange.layout import COMMENT, COVARIANCE_KEYS, KEYS, section_of

VERSION: Final = "3.0"
"""Written into every message: CCSDS 502.0-B-3."""
_KEY_VALUE: Final = re.compile(r"([A-Z][A-Za-z0-9_.-]*)\s*=\s*(.*)")
_WITH_UNIT: Final = re.compile(r"([+-]?[\d.]\S*|[+-]?(?i:nan|inf|infinity))\s*\[\s*([^\]]*?)\s*\]")
_VERSION_KEY: Final = re.compile(r"CCSDS_([A-Z]+)_VERS")
_BLOCKS: Final = ("META_START", "META_STOP", "COVARIANCE_START", "COVARIANCE_STOP")
_KINDS: Final = ("opm", "oem", "omm")

type _Line = Token | Row
"""A keyword, a block mark (a token without value) or a row of numbers."""


def documents_from_kvn(text: str, file: str) -> tuple[Document, ...]:
    """Every message of `text` (the standard has one a file; several after each other are read).

    Raises
    ------
    FormatError : a line or a section that is not one, with its number.
    """
    messages: list[list[_Line]] = []
    for line in _lines(text, file):
        if isinstance(line, Token) and _VERSION_KEY.fullmatch(line.key):
            messages.append([])
        if not messages:
            if isinstance(line, Token) and line.key == COMMENT:
                continue
            raise FormatError(
                "a message begins with CCSDS_OPM_VERS, CCSDS_OEM_VERS or CCSDS_OMM_VERS", file=file,
                key=where("", line.line).lstrip(", "), value=_shown(line), remedy="Restore the first line.",
            )  # fmt: skip
        messages[-1].append(line)
    if not messages:
        raise FormatError("holds no message", file=file, remedy="Give an OPM, OEM or OMM.")
    is_cut = not text.endswith(("\n", "\r"))
    return tuple(_document(lines, file, is_cut and lines is messages[-1]) for lines in messages)


def _shown(line: _Line) -> str:
    return " ".join(line.values) if isinstance(line, Row) else line.key


def _lines(text: str, file: str) -> Iterable[_Line]:
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line:
            continue
        if line[0].isdigit():
            yield Row(tuple(line.split()), number)
        elif line == COMMENT or line.startswith((COMMENT + " ", COMMENT + "\t")):
            yield Token(COMMENT, line[len(COMMENT) + 1 :], "", number)
        elif line in _BLOCKS:
            yield Token(line, "", "", number)
        elif match := _KEY_VALUE.fullmatch(line):
            yield _token(match[1], match[2], number)
        elif line[0] in "+-.":
            yield Row(tuple(line.split()), number)
        else:
            raise FormatError(
                "neither KEYWORD = value nor a row of numbers", file=file, key=f"line {number}", value=line[:80],
                remedy="Restore the line; if the file was cut short, fetch it again.",
            )  # fmt: skip


def _token(key: str, value: str, number: int) -> Token:
    """A keyword; a unit in brackets follows only a number (or what stands for one), a name may end in brackets."""
    is_word = section_of("oem", key) in ("header", "metadata") or key.startswith("USER_DEFINED_")
    match = None if is_word else _WITH_UNIT.fullmatch(value)
    return Token(key, value, "", number) if match is None else Token(key, match[1], match[2], number)


def _document(lines: list[_Line], file: str, is_cut: bool) -> Document:
    first = lines[0]
    assert isinstance(first, Token)
    match = _VERSION_KEY.fullmatch(first.key)
    kind = match[1].lower() if match else ""
    if kind not in _KINDS:
        raise FormatError(
            f"{kind.upper()} messages are not read here", file=file, key=where(first.key, first.line),
            value=first.value, remedy="Give an OPM, OEM or OMM.",
        )  # fmt: skip
    groups = (_ephemeris_sections if kind == "oem" else _flat_sections)(lines[1:], kind, file)
    header = groups.pop(0) if groups and groups[0].name == "header" else Section("header", line=first.line)
    segments: list[Segment] = []
    for group in groups:
        if group.name == "metadata":
            segments.append(Segment(group, ()))
        elif segments:
            segments[-1] = Segment(segments[-1].metadata, (*segments[-1].data, group))
        else:
            raise FormatError(
                f"the {group.name} section comes before the metadata", file=file, key=f"line {group.line}",
                remedy="Put OBJECT_NAME and the other metadata first.",
            )  # fmt: skip
    if not segments:
        raise FormatError(
            "ends before the metadata", file=file, key=where(first.key, lines[-1].line),
            remedy="The file seems cut short; fetch it again.",
        )  # fmt: skip
    return Document(kind, first.value, header, tuple(segments), file, is_cut)


def _flat_sections(lines: list[_Line], kind: str, file: str) -> list[Section]:
    """Sections of an OPM or OMM: a comment belongs to the keyword after it."""
    groups: list[tuple[str, list[Token]]] = []
    waiting: list[Token] = []
    for line in lines:
        if isinstance(line, Row) or (line.key in _BLOCKS and not line.key.startswith("META")):
            raise FormatError(
                f"does not belong in an {kind.upper()}", file=file, key=f"line {line.line}", value=_shown(line),
                remedy="Remove the line.",
            )  # fmt: skip
        if line.key in _BLOCKS:
            continue
        waiting.append(line)
        if line.key == COMMENT:
            continue
        name = section_of(kind, line.key)
        if not name:
            raise FormatError(
                f"not a keyword of an {kind.upper()}", file=file, key=where(line.key, line.line), value=line.value,
                remedy="Remove it or correct its spelling.",
            )  # fmt: skip
        if not groups or groups[-1][0] != name or line.key == "MAN_EPOCH_IGNITION":
            groups.append((name, []))
        groups[-1][1].extend(waiting)
        waiting = []
    if groups:
        groups[-1][1].extend(waiting)
    return [Section(name, tuple(tokens), line=tokens[0].line) for name, tokens in groups]


def _ephemeris_sections(lines: list[_Line], kind: str, file: str) -> list[Section]:
    """Sections of an OEM by its block marks."""
    found: list[Section] = []
    place = "header"
    tokens: list[Token] = []
    rows: list[Row] = []
    start = lines[0].line if lines else 0

    def close(name: str, line: int) -> None:
        nonlocal tokens, rows, start
        if name != "ephemeris" or rows or tokens:
            found.append(Section(name, tuple(tokens), tuple(rows), start))
        tokens, rows, start = [], [], line

    for line in lines:
        key = "" if isinstance(line, Row) else line.key
        if key == "META_START":
            if place in ("metadata", "covarianceMatrix"):
                raise _open_block(place, file, line.line)
            close(place, line.line)
            place = "metadata"
        elif key == "META_STOP" and place == "metadata":
            close(place, line.line)
            place = "ephemeris"
        elif key == "COVARIANCE_START" and place == "ephemeris":
            close(place, line.line)
            place = "covarianceMatrix"
        elif key == "COVARIANCE_STOP" and place == "covarianceMatrix":
            found.extend(_covariance_sections([*tokens, *rows], file))
            tokens, rows = [], []
            place = "ephemeris"
        elif key in _BLOCKS or (isinstance(line, Token) and place == "ephemeris" and key != COMMENT):
            raise FormatError(
                "does not belong here", file=file, key=f"line {line.line}", value=_shown(line),
                remedy="Put keywords between META_START and META_STOP, states after META_STOP.",
            )  # fmt: skip
        elif isinstance(line, Row):
            if place not in ("ephemeris", "covarianceMatrix"):
                raise FormatError(
                    "a row of numbers before META_STOP", file=file, key=f"line {line.line}", value=_shown(line)[:80],
                    remedy="Close the metadata with META_STOP.",
                )  # fmt: skip
            rows.append(line)
        else:
            tokens.append(line)
    if place in ("metadata", "covarianceMatrix"):
        raise _open_block(place, file, lines[-1].line)
    close(place, 0)
    return found


def _open_block(place: str, file: str, line: int) -> FormatError:
    mark = "META_STOP" if place == "metadata" else "COVARIANCE_STOP"
    return FormatError(
        f"ends before {mark}", file=file, key=f"line {line}",
        remedy="Close the block; if the file was cut short, fetch it again.",
    )  # fmt: skip


def _covariance_sections(lines: list[_Line], file: str) -> list[Section]:
    """One section a matrix, its rows as the keywords of XML."""
    found: list[Section] = []
    tokens: list[Token] = []
    values: list[Token] = []
    for line in sorted(lines, key=lambda item: item.line):
        if isinstance(line, Row):
            row = next((i for i in range(6) if len(values) == i * (i + 1) // 2), 6)
            if len(line.values) != row + 1 or row == 6:
                raise FormatError(
                    f"a covariance has six rows of 1 to 6 numbers; this would be row {row + 1}", file=file,
                    key=f"line {line.line}", value=" ".join(line.values), remedy="Restore the lower triangle.",
                )  # fmt: skip
            keys = COVARIANCE_KEYS[len(values) : len(values) + row + 1]
            values.extend(Token(k, v, "", line.line) for k, v in zip(keys, line.values, strict=True))
            if len(values) == len(COVARIANCE_KEYS):
                found.append(Section("covarianceMatrix", (*tokens, *values), line=values[0].line))
                tokens, values = [], []
        elif values:
            raise FormatError(
                "a keyword inside the rows of a covariance", file=file, key=where(line.key, line.line),
                value=line.value, remedy="Give the six rows without a break.",
            )  # fmt: skip
        else:
            tokens.append(line)
    if values or any(token.key != COMMENT for token in tokens):
        raise FormatError(
            "the covariance ends early", file=file, key=f"line {lines[-1].line}", remedy="Give all six rows."
        )
    return found


def kvn_from_document(document: Document) -> str:
    """The text of a message."""
    lines = [_pair(Token(f"CCSDS_{document.kind.upper()}_VERS", VERSION))]
    lines += [_pair(token) for token in document.header.tokens]
    is_oem = document.kind == "oem"
    for segment in document.segments:
        lines += ["", "META_START"] if is_oem else [""]
        lines += [_pair(token) for token in segment.metadata.tokens]
        lines += ["META_STOP", ""] if is_oem else [""]
        matrices = [section for section in segment.data if section.name == "covarianceMatrix"]
        for section in segment.data:
            if not (is_oem and section.name == "covarianceMatrix"):
                units = KEYS[document.kind][section.name]
                lines += [_pair(token, units.get(token.key, "")) for token in section.tokens]
                lines += [" ".join(row.values) for row in section.rows]
        if is_oem and matrices:
            lines += ["", "COVARIANCE_START", *(text for matrix in matrices for text in _triangle(matrix))]
            lines += ["COVARIANCE_STOP"]
    return "\n".join(lines) + "\n"


def _triangle(section: Section) -> list[str]:
    values = [token.value for token in section.tokens if token.key in COVARIANCE_KEYS]
    rows = [" ".join(values[i * (i + 1) // 2 : (i + 1) * (i + 2) // 2]) for i in range(6)]
    return [_pair(token) for token in section.tokens if token.key not in COVARIANCE_KEYS] + rows


def _pair(token: Token, unit: str = "") -> str:
    if token.key == COMMENT:
        return f"COMMENT {token.value}".rstrip()
    return f"{token.key:<20} = {token.value}" + (f" [{unit}]" if unit else "")

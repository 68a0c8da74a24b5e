"""The XML form of navigation data messages (CCSDS 505.0): text to documents and back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from zarya.errors import FormatError
from zarya.exchange.document import Document, Row, Section, Segment, Token, where
from zarya.exchange.kvn import VERSION
from zarya.exchange.layout import ACCELERATION_KEYS, COMMENT, KEYS, STATE_KEYS

_KINDS: Final = ("opm", "oem", "omm")
_SCHEMA: Final = (
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:noNamespaceSchemaLocation="https://sanaregistry.org/r/ndmxml_unqualified/ndmxml-4.0.0-master-4.0.xsd"'
)
_ROW_UNITS: Final = ("km",) * 3 + ("km/s",) * 3 + ("km/s**2",) * 3


@dataclass
class _Node:
    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list["_Node"] = field(default_factory=list)


def documents_from_xml(text: str, file: str) -> tuple[Document, ...]:
    """Every OPM, OEM and OMM of `text`, alone or inside an `<ndm>`; other messages of an `<ndm>` are passed over.

    Raises
    ------
    FormatError : not well-formed, or holding no message of these kinds.
    """
    root = _tree(text, file)
    nodes = [node for node in (root.children if root.tag == "ndm" else [root]) if node.tag in _KINDS]
    if not nodes:
        raise FormatError(
            "holds no OPM, OEM or OMM", file=file, key=f"<{root.tag}>, line {root.line}",
            remedy="Give an <opm>, <oem>, <omm> or an <ndm> around them.",
        )  # fmt: skip
    return tuple(_document(node, file) for node in nodes)


def _tree(text: str, file: str) -> _Node:
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    open_nodes: list[_Node] = [_Node("", {}, 0)]

    def start(tag: str, attributes: dict[str, str]) -> None:
        node = _Node(tag.rpartition(":")[2], attributes, parser.CurrentLineNumber)
        open_nodes[-1].children.append(node)
        open_nodes.append(node)

    def end(tag: str) -> None:
        open_nodes.pop()

    def characters(data: str) -> None:
        open_nodes[-1].text += data

    def doctype(*_: object) -> None:
        raise FormatError(
            "a DOCTYPE has no place in a message", file=file, key=f"line {parser.CurrentLineNumber}",
            remedy="Remove it.",
        )  # fmt: skip

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text.lstrip("\ufeff \t\r\n").encode("utf-8"), True)
    except expat.ExpatError as error:
        raise FormatError(
            f"not well-formed XML: {expat.ErrorString(error.code)}", file=file, key=f"line {error.lineno}",
            remedy="Correct the line; if the file was cut short, fetch it again.",
        ) from None  # fmt: skip
    return open_nodes[0].children[0]


def _child(node: _Node, tag: str, file: str) -> _Node:
    for child in node.children:
        if child.tag == tag:
            return child
    raise FormatError(
        f"<{node.tag}> has no <{tag}>", file=file, key=f"line {node.line}", remedy=f"Add the <{tag}> element."
    )


def _document(node: _Node, file: str) -> Document:
    body = _child(node, "body", file)
    segments = [child for child in body.children if child.tag == "segment"]
    if not segments:
        raise FormatError("<body> has no <segment>", file=file, key=f"line {body.line}", remedy="Add one.")
    header = _section(_child(node, "header", file), "header", file)
    return Document(
        node.tag, node.attributes.get("version", ""), header,
        tuple(_segment(segment, node.tag, file) for segment in segments), file,
    )  # fmt: skip


def _segment(node: _Node, kind: str, file: str) -> Segment:
    metadata = _section(_child(node, "metadata", file), "metadata", file)
    data = _child(node, "data", file)
    remarks = tuple(_token(child) for child in data.children if child.tag == COMMENT)
    states = [child for child in data.children if kind == "oem" and child.tag == "stateVector"]
    sections: list[Section] = []
    if states:
        sections.append(Section("ephemeris", (), tuple(_row(state, file) for state in states), states[0].line))
    for child in data.children:
        if child.tag == COMMENT or (kind == "oem" and child.tag == "stateVector"):
            continue
        if child.tag not in KEYS[kind]:
            raise FormatError(
                f"not a section of an {kind.upper()}", file=file, key=f"<{child.tag}>, line {child.line}",
                remedy="Remove it or correct its spelling.",
            )  # fmt: skip
        sections.append(_section(child, child.tag, file))
    if remarks and sections:
        first = sections[0]
        sections[0] = Section(first.name, remarks + first.tokens, first.rows, first.line)
    return Segment(metadata, tuple(sections))


def _section(node: _Node, name: str, file: str) -> Section:
    for child in node.children:
        if child.children:
            raise FormatError(
                f"<{child.tag}> must hold text", file=file, key=f"line {child.line}", remedy="Remove what is inside."
            )
    return Section(name, tuple(_token(child) for child in node.children), line=node.line)


def _token(node: _Node) -> Token:
    key = node.tag
    if key == "USER_DEFINED":
        key = f"USER_DEFINED_{node.attributes.get('parameter', '')}"
    unit = node.attributes.get("units", node.attributes.get("unit", ""))
    if key == COMMENT:
        text = node.text.strip("\r\n").rstrip()
    else:  # a value broken over lines is one value; blanks inside a line are its own
        text = " ".join(line.strip() for line in node.text.replace("\r", "\n").split("\n") if line.strip())
    return Token(key, text, unit, node.line)


def _row(node: _Node, file: str) -> Row:
    """A `<stateVector>` of an OEM as the row KVN has."""
    found = {child.tag: child for child in node.children if child.tag != COMMENT}
    keys = ("EPOCH", *STATE_KEYS)
    extra = ACCELERATION_KEYS if any(key in found for key in ACCELERATION_KEYS) else ()
    for key in (*keys, *extra):
        if key not in found:
            raise FormatError(f"<stateVector> has no <{key}>", file=file, key=f"line {node.line}", remedy="Add it.")
    for key in found:
        if key not in (*keys, *extra):
            raise FormatError(
                "not part of a <stateVector>", file=file, key=where(f"<{key}>", found[key].line), remedy="Remove it."
            )
    for key, unit in zip((*STATE_KEYS, *extra), _ROW_UNITS, strict=False):
        given = found[key].attributes.get("units", "")
        if given and given.lower().replace(" ", "") != unit:
            raise FormatError(
                f"the unit is {given!r}, the standard has {unit}", file=file, key=where(key, found[key].line),
                value=found[key].text.strip(), remedy="Convert the value.",
            )  # fmt: skip
    return Row(tuple(found[key].text.strip() for key in (*keys, *extra)), node.line)


def xml_from_documents(documents: Iterable[Document]) -> str:
    """The text of one message, or of several inside an `<ndm>`."""
    messages = list(documents)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    if len(messages) == 1:
        lines += _message(messages[0], 0, f" {_SCHEMA}")
    else:
        lines += [f"<ndm {_SCHEMA}>", *(line for item in messages for line in _message(item, 1, "")), "</ndm>"]
    return "\n".join(lines) + "\n"


def _message(document: Document, depth: int, attributes: str) -> list[str]:
    pad, kind = "  " * depth, document.kind
    lines = [f'{pad}<{kind}{attributes} id="CCSDS_{kind.upper()}_VERS" version="{VERSION}">']
    lines += _block(document.header, kind, depth + 1)
    lines.append(f"{pad}  <body>")
    for segment in document.segments:
        lines.append(f"{pad}    <segment>")
        lines += _block(segment.metadata, kind, depth + 3)
        lines.append(f"{pad}      <data>")
        for section in segment.data:
            if section.name == "ephemeris":
                lines += [_element(token, "", depth + 4) for token in section.tokens]
                lines += [_state(row, depth + 4) for row in section.rows]
            else:
                lines += _block(section, kind, depth + 4)
        lines += [f"{pad}      </data>", f"{pad}    </segment>"]
    return [*lines, f"{pad}  </body>", f"{pad}</{kind}>"]


def _block(section: Section, kind: str, depth: int) -> list[str]:
    pad, units = "  " * depth, KEYS[kind][section.name]
    inside = [_element(token, units.get(token.key, ""), depth + 1) for token in section.tokens]
    return [f"{pad}<{section.name}>", *inside, f"{pad}</{section.name}>"]


def _element(token: Token, unit: str, depth: int) -> str:
    pad, value = "  " * depth, escape(token.value)
    if token.key.startswith("USER_DEFINED_"):
        name = quoteattr(token.key.removeprefix("USER_DEFINED_"))
        return f"{pad}<USER_DEFINED parameter={name}>{value}</USER_DEFINED>"
    attribute = f" units={quoteattr(unit)}" if unit else ""
    return f"{pad}<{token.key}{attribute}>{value}</{token.key}>"


def _state(row: Row, depth: int) -> str:
    keys = ("EPOCH", *STATE_KEYS, *ACCELERATION_KEYS)
    inside = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in zip(keys, row.values, strict=False))
    return f"{'  ' * depth}<stateVector>{inside}</stateVector>"

"""CCSDS files: read and write OPM, OEM and OMM in KVN or XML."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from zarya.errors import FormatError
from zarya.exchange.atomic import write_atomically
from zarya.exchange.document import Document
from zarya.exchange.kvn import documents_from_kvn, kvn_from_document
from zarya.exchange.ndm_xml import documents_from_xml, xml_from_documents
from zarya.exchange.oem import document_from_ephemeris, ephemeris_from_document
from zarya.exchange.omm import document_from_element_message, element_message_from_document
from zarya.exchange.opm import document_from_state_message, state_message_from_document
from zarya.exchange.records import ElementMessage, Ephemeris, StateMessage

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")

type Message = StateMessage | Ephemeris | ElementMessage


def text_of_file(path: Path | str) -> str:
    """The text of a file in UTF-8 (or XML in Latin-1).

    Raises
    ------
    FormatError : it cannot be read, or is no text.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise FormatError(
            f"cannot be read: {error.strerror or error}", file=str(path), remedy="Give the path of a file."
        ) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if match := _CONTROL.search(text):
        raise FormatError(
            "holds a control character: not a text file", file=str(path), value=match[0],
            key=f"line {text.count(chr(10), 0, match.start()) + 1}", remedy="Remove it, or fetch the file again.",
        )  # fmt: skip
    return text


def documents_of(text: str, file: str) -> tuple[Document, ...]:
    """The messages of a text, KVN or XML."""
    return documents_from_xml(text, file) if text.lstrip().startswith("<") else documents_from_kvn(text, file)


def messages_from_text(text: str, file: str = "message") -> tuple[Message, ...]:
    """The record of every message of a text; `file` goes into the errors.

    Raises
    ------
    FormatError : with file, key, line, value and remedy.
    """
    found: list[Message] = []
    for document in documents_of(text, file):
        if document.kind == "oem":
            found.append(ephemeris_from_document(document))
        elif document.kind == "opm":
            found.append(state_message_from_document(document))
        else:
            found.append(element_message_from_document(document))
    return tuple(found)


def read_messages(path: Path | str) -> tuple[Message, ...]:
    """Every message of a file, KVN or XML, an `<ndm>` around them or not."""
    return messages_from_text(text_of_file(path), str(path))


def read_oem(path: Path | str) -> Ephemeris:
    """The ephemeris of a file; several OEMs of one object in an `<ndm>` become its segments."""
    found = [item for item in read_messages(path) if isinstance(item, Ephemeris)]
    if not found:
        raise FormatError("holds no OEM", file=str(path), remedy="Give an OEM.")
    objects = {segment.object_id for item in found for segment in item.segments}
    if len(found) > 1 and len(objects) > 1:
        raise FormatError(
            "holds ephemerides of several objects", file=str(path), key="OBJECT_ID", value=sorted(objects),
            remedy="Split the file, one object each.",
        )  # fmt: skip
    return Ephemeris(tuple(segment for item in found for segment in item.segments), found[0].header)


def read_opm(path: Path | str) -> StateMessage:
    """The state of a file.

    Raises
    ------
    FormatError : none, or more than one.
    """
    found = [item for item in read_messages(path) if isinstance(item, StateMessage)]
    if len(found) != 1:
        raise FormatError(f"holds {len(found)} OPMs", file=str(path), remedy="Give a file with one OPM.")
    return found[0]


def read_omm(path: Path | str) -> tuple[ElementMessage, ...]:
    """Every OMM of a file."""
    found = tuple(item for item in read_messages(path) if isinstance(item, ElementMessage))
    if not found:
        raise FormatError("holds no OMM", file=str(path), remedy="Give an OMM.")
    return found


def document_of(message: Message) -> Document:
    """The sections of a record."""
    if isinstance(message, Ephemeris):
        return document_from_ephemeris(message)
    if isinstance(message, StateMessage):
        return document_from_state_message(message)
    return document_from_element_message(message)


def kvn_text(message: Message) -> str:
    """A message in keyword = value notation."""
    return kvn_from_document(document_of(message))


def xml_text(messages: Sequence[Message]) -> str:
    """One message in XML, or several in an `<ndm>`."""
    return xml_from_documents([document_of(message) for message in messages])


def write_message(path: Path | str, message: Message) -> Path:
    """Write a message, XML if the name ends in .xml and KVN otherwise; what was there is replaced when complete."""
    is_xml = Path(path).suffix.lower() == ".xml"
    return write_atomically(path, xml_text([message]) if is_xml else kvn_text(message))

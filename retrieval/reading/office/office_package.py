"""The zip file that an office document is: opened only where it is safe to unpack, its parts without declarations."""

from __future__ import annotations

import io
import zipfile
from typing import Protocol
from xml.parsers import expat

from retrieval.errors import UnreadableFile
from retrieval.reading.packed.bounds import MIB
from retrieval.reading.packed.zipped import opened_zip, refuse_unreadable, unpacked

MOST_UNPACKED = 512 * MIB
"""Of all parts together; pictures are most of it."""
MOST_XML = 64 * MIB
"""Of one part that is read. A novel comes to two; a tree of it takes ten times as much memory."""
MOST_PARTS = 20_000
MOST_DIRECTORY = 16 * MIB
"""Of the list of parts; one of MOST_PARTS takes two."""
_RATIO = 300
"""Of unpacked to packed bytes. Text comes to ten, an empty table to a hundred, nothing but noughts to a thousand."""
_SMALL = 4 * MIB
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""How Word before 2007 begins, and every office file with a password of Microsoft's own kind."""


def open_package(content: bytes) -> zipfile.ZipFile:
    """Raises UnreadableFile where it is none, is encrypted, or would unpack to too much."""
    if content.startswith(_OLE):
        raise UnreadableFile("encrypted, or of a Word before 2007")
    package = opened_zip(io.BytesIO(content), "an office document", MOST_DIRECTORY)
    members = package.infolist()
    for member in members:
        refuse_unreadable(member)
    if len(members) > MOST_PARTS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise UnreadableFile(f"unpacks to more than {MOST_UNPACKED // MIB} MiB, or {MOST_PARTS} parts")
    for member in members:
        if member.file_size > max(_SMALL, _RATIO * member.compress_size):
            raise UnreadableFile(f"holds a part that unpacks to more than {_RATIO} times its size")
    return package


def part(package: zipfile.ZipFile, name: str) -> bytes | None:
    """An XML part, None where there is none. Raises UnreadableFile for one that is too large, damaged or declares
    entities: no office program writes a document type, and nothing but a bomb needs one.
    """
    try:
        member = package.getinfo(name)
    except KeyError:
        return None
    if member.file_size > MOST_XML:
        raise UnreadableFile(f"holds more than {MOST_XML // MIB} MiB of text with its marks")
    content = unpacked(package, member).read()
    refuse_declarations(content)
    return content


def refuse_declarations(content: bytes) -> None:
    """Raises UnreadableFile for XML with a document type. Reads as far as the first element."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refused
    parser.StartElementHandler = _begun
    try:
        parser.Parse(content, True)
    except _Begun:
        return
    except expat.ExpatError:
        raise UnreadableFile("damaged: a part of it is not XML") from None
    except (LookupError, ValueError):  # an encoding that expat does not know
        raise UnreadableFile("damaged: a part of it is in no encoding that can be told") from None


class Handler(Protocol):
    """What is called for the elements of a part. Names of elements and attributes are `namespace name`."""

    def begin(self, name: str, attributes: dict[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def characters(self, text: str) -> None: ...


def stream(content: bytes, handler: Handler) -> None:
    """Calls `handler` for all there is in a part, in order. Raises UnreadableFile for what is not XML."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = handler.begin
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.characters
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UnreadableFile(f"damaged: not XML at line {error.lineno}") from None


class _Begun(Exception):
    """The first element has been reached."""


def _begun(name: str, attributes: dict[str, str]) -> None:
    raise _Begun


def _refused(name: str, system: str | None, public: str | None, has_subset: bool) -> None:
    raise UnreadableFile("declares entities, as no office program does")

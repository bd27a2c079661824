"""The zip file that an office document is: opened only where it is safe to unpack, its parts without declarations."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from retrieval.errors import UnreadableFile
from retrieval.reading.guarded_xml import Handler, read_xml, refuse_declarations
from retrieval.reading.packed.zipped import opened_zip, refuse_unreadable, unpacked
from retrieval.reading.sizes import MIB

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
    """An XML part, None where there is none. Raises UnreadableFile for one that is too large or damaged, or declares
    entities.
    """
    try:
        member = package.getinfo(name)
    except KeyError:
        return None
    if member.file_size > MOST_XML:
        raise UnreadableFile(f"holds more than {MOST_XML // MIB} MiB of text with its marks")
    content = unpacked(package, member).read()
    with _told_as_a_part():
        refuse_declarations(content)
    return content


def stream(content: bytes, handler: Handler) -> None:
    """Calls `handler` for all there is in a part, in order; names are `namespace name`. Raises UnreadableFile."""
    with _told_as_a_part():
        read_xml(content, handler, namespaces=True)


@contextmanager
def _told_as_a_part() -> Iterator[None]:
    try:
        yield
    except UnreadableFile as error:
        raise UnreadableFile(f"a part of it {error}") from None

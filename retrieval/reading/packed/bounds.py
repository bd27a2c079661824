"""What holds for every archive of files: its metadata files, and how much is unpacked and held in memory."""

from __future__ import annotations

import io
from collections.abc import Collection
from typing import BinaryIO

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken
from retrieval.reading.folder import is_sidecar, sidecars_of
from retrieval.reading.member_names import LONGEST_NAME
from retrieval.reading.metadata import MOST_SIDECAR_BYTES, unreadable_sidecar
from retrieval.reading.sizes import MIB, larger_than

MOST_HELD = 64 * MIB
"""Of an archive inside another one: it can't be read back and forth where it lies, and nothing is unpacked to disk."""
MOST_MEMBERS = 1_000_000
MOST_TIMES = 200
"""Deflate makes text a third, dull logs a fiftieth; a thousandth is what a bomb comes to."""
SMALL = 64 * MIB
"""Up to this, a file may unpack to any multiple of its size."""
TOO_MANY = f"holds more than {MOST_MEMBERS:,} files"
A_BOMB = f"unpacks to more than {MOST_TIMES} times its size"


def sidecars_among(names: Collection[str]) -> set[str]:
    """Those that hold the metadata of one of the others."""
    held = set(names)
    return {beside for name in held if not is_sidecar(name) for beside in sidecars_of(name, held)}


def broken(name: str, error: UnreadableFile) -> Broken:
    """With the name short enough for a report."""
    return Broken(name if len(name) <= LONGEST_NAME else f"{name[:100]}…", str(error))


def read_beside(name: str, content: BinaryIO) -> bytes:
    """A sidecar's bytes. Raises UnreadableFile that names it."""
    try:
        got = content.read(MOST_SIDECAR_BYTES + 1)
    except UnreadableFile as error:
        raise unreadable_sidecar(name, str(error)) from None
    if len(got) > MOST_SIDECAR_BYTES:
        raise unreadable_sidecar(name, larger_than(MOST_SIDECAR_BYTES))
    return got


def seekable(file: BinaryIO) -> BinaryIO:
    """The file itself, or what it holds where it can only be read once. Raises UnreadableFile beyond MOST_HELD."""
    if file.seekable():
        return file
    content = file.read(MOST_HELD + 1)
    if len(content) > MOST_HELD:
        raise UnreadableFile(f"{larger_than(MOST_HELD)}, and inside another file")
    return io.BytesIO(content)

"""A file of the archive into readings, one a document, through the containers that they lie in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken, Reading
from retrieval.reading.folder import FileStamp, opened, read_bytes
from retrieval.reading.formats import Format, format_of
from retrieval.reading.members import EVERYTHING, Course, no_reader, read_as, read_container
from retrieval.reading.metadata import MOST_SIDECAR_BYTES, Metadata, read_sidecar, unreadable_sidecar


def digest_of(folder: Path, file: FileStamp) -> str:
    """sha256 over the file's bytes and its sidecar's. Raises UnreadableFile.

    A file that no reader is for is not opened: its digest is made of its stamp, so it says nothing of the content.
    """
    chosen = format_of(file.path)
    if chosen is None:
        return hashlib.sha256(f"stamp\0{file.stamp}".encode()).hexdigest()
    with opened(folder, file.path, chosen.most_bytes) as content:
        digest = hashlib.file_digest(content, "sha256")
    for sidecar in file.sidecars:
        digest.update(b"\0sidecar\0")
        digest.update(_sidecar_bytes(folder, sidecar))
    return digest.hexdigest()


def read_file(folder: Path, file: FileStamp, course: Course = EVERYTHING) -> Iterator[Reading | Broken]:
    """Every document of the file, in its order, or those of the `course` alone where it holds several.

    Raises UnreadableFile where the file itself can't be read.
    """
    chosen = format_of(file.path)
    if chosen is None:
        raise no_reader(file.path)
    said = Metadata()
    for sidecar in file.sidecars:  # a retraction in the second must not be lost for there being a first
        said = said.filled_from(read_sidecar(sidecar, _sidecar_bytes(folder, sidecar)))
    if isinstance(chosen, Format):
        content = read_bytes(folder, file.path, chosen.most_bytes)
        yield read_as(None, chosen, content, hashlib.sha256(content).hexdigest(), said)
        return
    with opened(folder, file.path, chosen.most_bytes) as stream:
        yield from read_container(chosen, stream, file.path, said, course)


def _sidecar_bytes(folder: Path, name: str) -> bytes:
    try:
        return read_bytes(folder, name, MOST_SIDECAR_BYTES)
    except UnreadableFile as error:
        raise unreadable_sidecar(name, str(error)) from None

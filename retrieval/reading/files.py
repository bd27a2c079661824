"""A file of the archive into readings, one a document, through the containers that they lie in."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken, Extracted, Member
from retrieval.reading.folder import FileStamp, opened, read_bytes
from retrieval.reading.formats import MIB, Container, Format, format_of
from retrieval.reading.metadata import MOST_SIDECAR_BYTES, Metadata, read_sidecar

MOST_UNPACKED = 4 * 1024 * MIB
"""Bytes that the members of one file may come to, those of containers inside it counted again."""
MOST_MEMBERS = 2_000_000
"""Of one container. Kilobytes can unpack to more, of a letter each."""
MOST_DEEP = 4
"""Containers inside one another: a mailbox in a tar in gzip."""
_AT_ONCE = MIB


@dataclass(frozen=True, slots=True)
class Reading:
    """One document of a file, before it has an identity."""

    member: str | None
    reader: str
    sha256: str
    """Of the file, not of the member alone."""
    extracted: Extracted
    metadata: Metadata


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


def read_file(folder: Path, file: FileStamp) -> Iterator[Reading | Broken]:
    """Every document of the file, in its order. Raises UnreadableFile where the file itself can't be read."""
    chosen = format_of(file.path)
    if chosen is None:
        suffix = PurePosixPath(file.path).suffix.lower()
        raise UnreadableFile(f"no reader for “{suffix or 'files without an ending'}”")
    said = Metadata()
    for sidecar in file.sidecars:  # a retraction in the second must not be lost for there being a first
        said = said.filled_from(read_sidecar(sidecar, _sidecar_bytes(folder, sidecar)))
    if isinstance(chosen, Format):
        content = read_bytes(folder, file.path, chosen.most_bytes)
        yield _reading(None, chosen, content, hashlib.sha256(content).hexdigest(), said)
        return
    with opened(folder, file.path, chosen.most_bytes) as stream:
        yield from read_container(chosen, stream, file.path, said)


def read_container(chosen: Container, stream: BinaryIO, name: str, said: Metadata) -> Iterator[Reading | Broken]:
    """Every document in it. What is `said` of the whole is true of each, but for its name and address."""
    sha256 = hashlib.file_digest(cast(Any, stream), "sha256").hexdigest()
    stream.seek(0)
    of_each = replace(said, title=None, url=None)
    yield from _members(chosen, stream, name, (), of_each, sha256, _Budget())


def _members(
    container: Container,
    stream: BinaryIO,
    name: str,
    inside: tuple[str, ...],
    said: Metadata,
    sha256: str,
    budget: _Budget,
) -> Iterator[Reading | Broken]:
    taken: set[str] = set()
    for member in container.members(stream, name):
        # Of two members of one name, which a zip may have, the later is told apart by a number.
        own, number = member.name, len(taken)
        while own in taken:
            own, number = f"{member.name}~{number}", number + 1
        taken.add(own)
        if len(taken) > MOST_MEMBERS:
            raise UnreadableFile(f"holds more than {MOST_MEMBERS:,} documents; the rest of it is left out")
        path = (*inside, own)
        if isinstance(member, Broken):
            yield Broken("/".join(path), member.reason)
            continue
        try:
            yield from _member(member, container.reader, path, said, sha256, budget)
        except UnreadableFile as error:
            yield Broken("/".join(path), str(error))
        if budget.is_spent:
            raise UnreadableFile(f"unpacks to more than {MOST_UNPACKED // MIB} MiB; the rest of it is left out")


def _member(
    member: Member, reader: str, path: tuple[str, ...], said: Metadata, sha256: str, budget: _Budget
) -> Iterator[Reading | Broken]:
    """Its own sidecar counts first, then that of the file, what its container says of it, and what it says itself."""
    beside = read_sidecar(*member.sidecar) if member.sidecar else Metadata()
    own = beside.filled_from(said).filled_from(member.metadata)
    if isinstance(member.content, Extracted):
        yield _found("/".join(path), reader, member.content, sha256, own)
        return
    chosen = format_of(f"x{member.kind}" if member.kind else member.name)
    if chosen is None:
        suffix = PurePosixPath(member.name).suffix.lower()
        raise UnreadableFile(f"no reader for “{suffix or 'files without an ending'}”")
    stream = _Counted(member.content, chosen.most_bytes, budget)
    if isinstance(chosen, Container):
        if len(path) >= MOST_DEEP:
            raise UnreadableFile(f"more than {MOST_DEEP} containers inside one another")
        inner = replace(own, title=None, url=None)
        yield from _members(chosen, io.BufferedReader(stream, _AT_ONCE), member.name, path, inner, sha256, budget)
        return
    yield _reading("/".join(path), chosen, stream.readall(), sha256, own)


def _reading(member: str | None, chosen: Format, content: bytes, sha256: str, said: Metadata) -> Reading:
    return _found(member, chosen.reader, chosen.read(content, said.encoding), sha256, said)


def _found(member: str | None, reader: str, extracted: Extracted, sha256: str, said: Metadata) -> Reading:
    if not extracted.text.strip():
        raise UnreadableFile("holds no text")
    return Reading(member, reader, sha256, extracted, said.filled_from(extracted.structure.metadata))


class _Budget:
    """What the members of one file come to, all together."""

    def __init__(self) -> None:
        self._left = MOST_UNPACKED

    @property
    def is_spent(self) -> bool:
        return self._left < 0

    def take(self, count: int) -> None:
        self._left -= count


class _Counted(io.RawIOBase):
    """A member's bytes as they are unpacked. Raises UnreadableFile beyond its own limit, or the file's."""

    def __init__(self, content: BinaryIO, most_bytes: int, budget: _Budget) -> None:
        super().__init__()
        self._content, self._most, self._left, self._budget = content, most_bytes, most_bytes, budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        got = self._content.read(min(len(buffer), _AT_ONCE))
        self._left -= len(got)
        self._budget.take(len(got))
        if self._left < 0:
            raise UnreadableFile(f"larger than {self._most // MIB} MiB")
        if self._budget.is_spent:
            raise UnreadableFile("what its file unpacks to is larger than may be read")
        buffer[: len(got)] = got
        return len(got)


def _sidecar_bytes(folder: Path, name: str) -> bytes:
    try:
        return read_bytes(folder, name, MOST_SIDECAR_BYTES)
    except UnreadableFile as error:
        raise UnreadableFile(f"its metadata file {name}: {error}") from None

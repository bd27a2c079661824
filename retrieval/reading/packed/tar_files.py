"""Tar archives, packed or not: their files in order, each with the metadata file beside it."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, cast

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken, Member
from retrieval.reading.folder import ALONE, is_sidecar, sidecars_of
from retrieval.reading.member_names import place_inside
from retrieval.reading.metadata import unreadable_sidecar
from retrieval.reading.packed.bounds import (
    MOST_HELD,
    MOST_MEMBERS,
    TOO_MANY,
    broken,
    read_beside,
    seekable,
    sidecars_among,
)
from retrieval.reading.packed.compressed import method_of, unpacked
from retrieval.reading.sizes import MIB

MOST_HEADER = 16 * 1024
"""Bytes. Names and attributes take a few hundred. tarfile takes the square of a header's length: a third of a second
for this many digits, and 60 MiB for this many short keys."""
_DAMAGED = "damaged, or not a tar archive"


def members(file: BinaryIO, name: str) -> Iterator[Member | Broken]:
    """Each file in it. Hidden ones, links and folders are passed over. Raises UnreadableFile.

    A tar is a tape, and a document may stand before its metadata file: the names are read first, then the metadata
    files where there are any, then the documents. What stands before a damaged place is read.
    """
    file = seekable(file)
    names = _names(file)
    used = sidecars_among(names)
    said = _said(file, used)
    for each, content in _files(file):
        try:
            place = place_inside(each.name)
            if place is None or place in used:
                continue
            if is_sidecar(place):
                raise UnreadableFile(ALONE)
            if each.issparse():
                raise UnreadableFile("a sparse file")
            sidecars = tuple((beside, _whole(beside, said.get(beside))) for beside in sidecars_of(place, names))
        except UnreadableFile as error:
            yield broken(each.name, error)
        else:
            yield Member(place, content, sidecars=sidecars)


def _names(file: BinaryIO) -> set[str]:
    found: set[str] = set()
    with suppress(UnreadableFile):  # it is raised again where the documents are read
        for each, _ in _files(file):
            with suppress(UnreadableFile):
                place = place_inside(each.name)
                if place is not None and not each.issparse():
                    found.add(place)
    return found


def _said(file: BinaryIO, wanted: set[str]) -> dict[str, bytes | UnreadableFile]:
    """What the metadata files hold; in place of one that can't be read, the reason."""
    found: dict[str, bytes | UnreadableFile] = {}
    held = 0
    with suppress(UnreadableFile):  # as above
        for each, content in _files(file) if wanted else ():
            place = _shown(each)
            if place not in wanted:
                continue
            try:
                if held > MOST_HELD:
                    raise unreadable_sidecar(place, "too many of them to hold")
                got = read_beside(place, content)
            except UnreadableFile as error:
                found[place] = error
            else:
                found[place] = got
                held += len(got)
    return found


def _shown(each: tarfile.TarInfo) -> str:
    try:
        return place_inside(each.name) or ""
    except UnreadableFile:
        return ""


def _whole(name: str, said: bytes | UnreadableFile | None) -> bytes:
    if isinstance(said, bytes):
        return said
    raise said or unreadable_sidecar(name, "its archive is damaged before it")


def _files(file: BinaryIO) -> Iterator[tuple[tarfile.TarInfo, BinaryIO]]:
    """Regular files, each with its bytes, which are to be read before the next. Raises UnreadableFile."""
    file.seek(0)
    method = method_of(file.read(6))
    file.seek(0)
    tape = _Tape(unpacked(file, method) if method else file)
    archive: tarfile.TarFile | None = None
    count = 0
    while True:
        try:
            if archive is None:
                archive = tarfile.TarFile(fileobj=cast(BinaryIO, tape), encoding="utf-8", errors="replace")
            each = archive.next()
        except (tarfile.TarError, OSError, EOFError, ValueError, OverflowError, LookupError, RecursionError):
            raise UnreadableFile(_DAMAGED) from None
        if each is None:
            return
        archive.members.clear()  # type: ignore[attr-defined]  # it keeps them all, and needs none
        count += 1
        if count > MOST_MEMBERS:
            raise UnreadableFile(TOO_MANY)
        if each.isreg():
            yield each, io.BufferedReader(_Part(tape, max(0, each.size)), MIB)


class _Tape:
    """A file that is read from its start to its end, once. tarfile's headers are read with `read`, content by `take`.

    It never goes back, whatever a header says of the next one's place: so none can be read for ever.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._at = file, 0

    def tell(self) -> int:
        return self._at

    def read(self, size: int) -> bytes:
        if not 0 <= size <= MOST_HEADER:
            raise UnreadableFile(f"has a header larger than {MOST_HEADER // 1024} KiB")
        return self.take(size)

    def take(self, size: int) -> bytes:
        got = self._file.read(size)
        self._at += len(got)
        return got

    def seek(self, to: int) -> None:
        if to < self._at:
            raise UnreadableFile(_DAMAGED)
        if self._file.seekable():
            self._at = self._file.seek(to)
            return
        while self._at < to and self.take(min(to - self._at, MIB)):
            pass


class _Part(io.RawIOBase):
    def __init__(self, tape: _Tape, left: int) -> None:
        super().__init__()
        self._tape, self._left = tape, left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = min(len(buffer), self._left, MIB)
        got = self._tape.take(wanted)
        if wanted and not got:
            raise UnreadableFile("cut short: its archive ends in the middle of it")
        self._left -= len(got)
        buffer[: len(got)] = got
        return len(got)

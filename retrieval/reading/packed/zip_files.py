"""Zip archives: their files in order, each with the metadata file beside it."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import BinaryIO, cast

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken, Member
from retrieval.reading.folder import sidecar_of
from retrieval.reading.packed.bounds import (
    A_BOMB,
    MIB,
    MOST_MEMBERS,
    MOST_TIMES,
    SMALL,
    TOO_MANY,
    broken,
    is_sidecar,
    place_inside,
    read_beside,
    seekable,
)

MOST_DIRECTORY = 128 * MIB
"""zipfile holds the whole list of members; a million of them take about that."""
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}
"""Not LZMA, which hardly any zip has: Python's reader takes as much memory for it as the file asks for."""
_ENCRYPTED = 0x41
"""Either bit of a member's flags: the old way, and the strong one."""
_LOCAL_HEADER = 30
"""Bytes before a member's name and content."""
_WRONG = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    LookupError,
    ValueError,  # UnicodeError among them
    OverflowError,
    RuntimeError,  # NotImplementedError among them
)


def members(file: BinaryIO, name: str) -> Iterator[Member | Broken]:
    """Each file in it. Hidden ones, links and folders are passed over. Raises UnreadableFile."""
    archive = _opened(seekable(file))
    listed = [each for each in archive.infolist() if _is_file(each)]
    overlapping = _overlapping(archive)
    by_place = _by_place(listed)
    for each in listed:
        try:
            place = place_inside(each.filename)
            if place is None or is_sidecar(place):
                continue
            if each.header_offset in overlapping:
                raise UnreadableFile("shares its bytes with another file of the archive")
            beside = sidecar_of(place, by_place)
            said = (beside, _said(archive, by_place[beside], beside)) if beside else None
            member = Member(place, _content(archive, each), sidecar=said)
        except UnreadableFile as error:
            yield broken(each.filename, error)
        else:
            yield member


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(cast(BinaryIO, _Measured(file)))
    except _WRONG:
        raise UnreadableFile("damaged, or not a zip archive") from None
    if len(archive.infolist()) > MOST_MEMBERS:
        raise UnreadableFile(TOO_MANY)
    return archive


def _is_file(each: zipfile.ZipInfo) -> bool:
    """Unix says so in the upper half; other systems leave it nought, and a folder ends with a slash everywhere."""
    kind = stat.S_IFMT(each.external_attr >> 16)
    return kind in (0, stat.S_IFREG) and not each.filename.endswith("/")


def _by_place(listed: Sequence[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Of two of one name the later, as whoever unpacks it would be left with."""
    found: dict[str, zipfile.ZipInfo] = {}
    for each in listed:
        try:
            place = place_inside(each.filename)
        except UnreadableFile:
            continue
        if place is not None:
            found[place] = each
    return found


def _overlapping(archive: zipfile.ZipFile) -> set[int]:
    """Where members begin whose bytes reach into the next: a small file can hold petabytes so (Fifield 2019)."""
    places = sorted((each.header_offset, each.compress_size) for each in archive.infolist())
    bounds = [*places, (archive.start_dir, 0)]
    return {start for (start, size), (after, _) in pairwise(bounds) if start + _LOCAL_HEADER + size > after}


def _content(archive: zipfile.ZipFile, each: zipfile.ZipInfo) -> BinaryIO:
    if each.flag_bits & _ENCRYPTED:
        raise UnreadableFile("encrypted")
    if each.compress_type not in _METHODS:
        raise UnreadableFile("packed by a method that is not read")
    # zipfile gives no more than is said here, and takes no more.
    if each.file_size > SMALL and each.file_size > MOST_TIMES * each.compress_size:
        raise UnreadableFile(A_BOMB)
    try:
        content = archive.open(each)
    except _WRONG:
        raise UnreadableFile("damaged") from None
    return io.BufferedReader(_Unpacking(cast(BinaryIO, content)), MIB)


def _said(archive: zipfile.ZipFile, each: zipfile.ZipInfo, name: str) -> bytes:
    try:
        return read_beside(name, _content(archive, each))
    except UnreadableFile as error:
        told = str(error)
        raise UnreadableFile(told if "metadata file" in told else f"its metadata file {name}: {told}") from None


class _Unpacking(io.RawIOBase):
    """A member's bytes. Raises UnreadableFile for whatever is wrong with them."""

    def __init__(self, content: BinaryIO) -> None:
        super().__init__()
        self._content = content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            got = self._content.read(min(len(buffer), MIB))
        except _WRONG:
            raise UnreadableFile("damaged") from None
        buffer[: len(got)] = got
        return len(got)


class _Measured:
    """The file, which gives no more at once than a directory of members may take."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > MOST_DIRECTORY:
            raise UnreadableFile(f"its list of files is larger than {MOST_DIRECTORY // MIB} MiB")
        return self._file.read(size)

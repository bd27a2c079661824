"""A zip file, opened and unpacked within bounds: an archive of files, or a document that is made of parts."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import BinaryIO, cast

from retrieval.errors import UnreadableFile
from retrieval.reading.packed.bounds import A_BOMB, MOST_TIMES, SMALL
from retrieval.reading.sizes import MIB, larger_than

_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}
"""Not LZMA, which hardly any zip has: Python's reader takes as much memory for it as the file asks for."""
_ENCRYPTED = 0x41
"""Either bit of a member's flags: the old way, and the strong one."""
UNPACKING = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    LookupError,
    ValueError,  # UnicodeError among them
    OverflowError,
    RuntimeError,  # of zipfile: for a password, and for a method or version that it does not know
)
"""What zipfile and the libraries under it raise for damaged, encrypted or unknown packing."""


def opened_zip(file: BinaryIO, what: str, most_directory: int) -> zipfile.ZipFile:
    """The zip file that `what`, as “an EPUB”, is. Raises UnreadableFile where it is none, or where its list of members,
    which zipfile holds whole, takes more than `most_directory` bytes.
    """
    try:
        return zipfile.ZipFile(cast(BinaryIO, _Measured(file, most_directory)))
    except UNPACKING:
        raise UnreadableFile(f"damaged, or not {what}") from None


def refuse_unreadable(member: zipfile.ZipInfo) -> None:
    """Raises UnreadableFile for one that is encrypted, or packed by a method that may take any memory."""
    if member.flag_bits & _ENCRYPTED:
        raise UnreadableFile("encrypted")
    if member.compress_type not in _METHODS:
        raise UnreadableFile("packed by a method that is not read")


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    """Its bytes, `member.file_size` at most. This and reading it raise UnreadableFile for whatever is wrong with it."""
    refuse_unreadable(member)
    # zipfile gives no more than is said here, and takes no more.
    if member.file_size > SMALL and member.file_size > MOST_TIMES * member.compress_size:
        raise UnreadableFile(A_BOMB)
    try:
        content = archive.open(member)
    except UNPACKING:
        raise UnreadableFile("damaged") from None
    return io.BufferedReader(_Unpacking(cast(BinaryIO, content)), MIB)


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
        except UNPACKING:
            raise UnreadableFile("damaged") from None
        buffer[: len(got)] = got
        return len(got)


class _Measured:
    """The file, which gives no more at once than its list of members may take."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file, self._most = file, most
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > self._most:
            raise UnreadableFile(f"its list of files is {larger_than(self._most)}")
        return self._file.read(size)

"""One file packed by itself: gzip, bzip2 and xz, unpacked as a stream of bounded memory."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken, Member
from retrieval.reading.packed.bounds import A_BOMB, MOST_TIMES, SMALL
from retrieval.reading.sizes import MIB

_AT_ONCE = 64 * 1024
_XZ_MEMORY = 128 * MIB
"""`xz -9` asks for 65 MiB to unpack; a header may ask for four thousand."""


class _Unpacker(Protocol):
    """As bz2 and lzma have them."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """zlib's own remembers what it did not take elsewhere than the other two."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=31)  # with gzip's header, and its checksum

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def needs_input(self) -> bool:
        return not self._inflate.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inflate.decompress(self._inflate.unconsumed_tail + data, max_length)


def _xz() -> _Unpacker:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)


_METHODS: dict[str, tuple[bytes, Callable[[], _Unpacker]]] = {
    "gzip": (b"\x1f\x8b", _Gzip),
    "bzip2": (b"BZh", bz2.BZ2Decompressor),
    "xz": (b"\xfd7zXZ\0", _xz),
}


def method_of(beginning: bytes) -> str | None:
    """What packed a file, by its first six bytes; None for a file that is not packed so."""
    return next((method for method, (mark, _) in _METHODS.items() if beginning.startswith(mark)), None)


def unpacked(file: BinaryIO, method: str) -> BinaryIO:
    """The bytes that were packed. Reading raises UnreadableFile where they are damaged, cut short or a bomb."""
    return io.BufferedReader(_Unpacking(file, method), MIB)


class _Unpacking(io.RawIOBase):
    def __init__(self, packed: BinaryIO, method: str) -> None:
        super().__init__()
        self._packed, self._method = packed, method
        self._unpacker = _METHODS[method][1]()
        self._over = b""
        """Read, and not yet given to the unpacker."""
        self._taken = self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not len(buffer):
            return 0
        got = self._some(min(len(buffer), MIB))
        self._given += len(got)
        if self._given > SMALL and self._given > MOST_TIMES * self._taken:
            raise UnreadableFile(A_BOMB)
        buffer[: len(got)] = got
        return len(got)

    def _some(self, most: int) -> bytes:
        """At least one byte; none at the end of the file alone."""
        while True:
            if self._unpacker.eof and not self._goes_on():
                return b""
            wanted = self._unpacker.needs_input
            data = self._read() if wanted else b""
            try:
                got = self._unpacker.decompress(data, most)
            except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError):
                raise UnreadableFile(f"damaged, or not packed by {self._method}") from None
            if got:
                return got
            if wanted and not data and not self._unpacker.eof:
                raise UnreadableFile(f"cut short: its {self._method} goes on beyond its end")

    def _goes_on(self) -> bool:
        """Files may be joined end to end, with NULs between and behind them; another unpacker is for the next."""
        over = self._unpacker.unused_data.lstrip(b"\0")
        while not over:
            more = self._read()
            if not more:
                return False
            over = more.lstrip(b"\0")
        self._over, self._unpacker = over, _METHODS[self._method][1]()
        return True

    def _read(self) -> bytes:
        if self._over:
            over, self._over = self._over, b""
            return over
        got = self._packed.read(_AT_ONCE)
        self._taken += len(got)
        return got


def _alone(method: str, file: BinaryIO, name: str) -> Iterator[Member | Broken]:
    """One member, by the file's own name without its last ending: what gzip's header calls it is not looked at."""
    own = PurePosixPath(name).stem or method
    yield Member(own, unpacked(file, method))


of_gzip = partial(_alone, "gzip")
of_bzip2 = partial(_alone, "bzip2")
of_xz = partial(_alone, "xz")

"""What the members of one file may come to, all together: a small file must not make a large index."""

from __future__ import annotations

import io
from typing import BinaryIO

from retrieval.errors import UnreadableFile
from retrieval.reading.sizes import MIB, larger_than

FEWEST_DOCUMENTS = 10_000
BYTES_EACH = 8
"""A packed file may hold so many documents, or one for so many of its bytes where that is more. Passages of Wikipedia
take 279 each, packed by gzip, and newswire 330 (SQuAD and Reuters-21578 in BEIR layout), questions of a line about 30;
a bomb of rows of a letter comes to a twentieth of a byte."""
MOST_DOCUMENTS = 20_000_000
"""Of any file: to tell so many names apart takes 400 MiB. MS MARCO has 8.8 million."""
LEAST_UNPACKED = 64 * MIB
MOST_TIMES = 100
"""A file may unpack to LEAST_UNPACKED, or so many times its size where that is more, what lies in containers inside it
counted again. Text packs to a third, templated records to a thirtieth."""
MOST_UNPACKED = 32 * 1024 * MIB
"""Of any file: four times the largest that is read."""
_AT_ONCE = MIB


class Budget:
    """Of a file of `size` bytes. Rows that stand in it as they are, not `packed`, take its own bytes: no bound."""

    def __init__(self, size: int, *, packed: bool, documents: int = 0, unpacked: int = 0) -> None:
        self._most_documents = MOST_DOCUMENTS
        if packed:
            self._most_documents = min(MOST_DOCUMENTS, max(FEWEST_DOCUMENTS, size // BYTES_EACH))
        self._most_unpacked = min(MOST_UNPACKED, max(LEAST_UNPACKED, MOST_TIMES * size))
        self._documents, self.unpacked = documents, unpacked

    @property
    def refusal(self) -> str | None:
        """Why no more is read, once it is spent."""
        if self._documents > self._most_documents:
            return f"holds more than {self._most_documents:,} documents; the rest of it is left out"
        if self.unpacked > self._most_unpacked:
            return f"unpacks to more than {self._most_unpacked // MIB:,} MiB; the rest of it is left out"
        return None

    def count(self) -> None:
        """One document more, or one that can't be read."""
        self._documents += 1

    def unpack(self, count: int) -> None:
        self.unpacked += count


class Counted(io.RawIOBase):
    """A member's bytes as they are unpacked. Raises UnreadableFile beyond its own limit, or the file's."""

    def __init__(self, content: BinaryIO, most_bytes: int, budget: Budget) -> None:
        super().__init__()
        self._content, self._most, self._left, self._budget = content, most_bytes, most_bytes, budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        got = self._content.read(min(len(buffer), _AT_ONCE))
        self._left -= len(got)
        self._budget.unpack(len(got))
        if self._left < 0:
            raise UnreadableFile(larger_than(self._most))
        if self._budget.refusal is not None:
            raise UnreadableFile("what its file unpacks to is larger than may be read")
        buffer[: len(got)] = got
        return len(got)

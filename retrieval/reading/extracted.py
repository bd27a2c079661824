"""What a format's reader makes of bytes: the text, what stands where in it, and the way back to the file."""

from __future__ import annotations

import traceback
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from retrieval.reading.decoding import Decoded
from retrieval.reading.metadata import Metadata
from retrieval.reading.structure import Structure
from retrieval.records import Block, Furniture
from retrieval.spans import Span


class Run(NamedTuple):
    """`length` characters from `at` of the text stand as they are from `source` of the file's own characters."""

    at: int
    source: int
    length: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the text's characters stand in the decoded file, for a format that leaves marks of its own out."""

    runs: tuple[Run, ...]
    """In order, and in the text without overlap. What lies between two of them is written otherwise in the file: an
    entity, or white space that was drawn together."""

    def of(self, place: Span) -> Span:
        """In characters of the decoded file: from the first character's own to the last one's."""
        return Span(self._start(place.start), self._end(place.end))

    def _start(self, at: int) -> int:
        run = self._before(at)
        if run is None:
            return self.runs[0].source if self.runs else 0
        inside = at - run.at
        return run.source + min(inside, run.length)

    def _end(self, at: int) -> int:
        index = bisect_right(self.runs, at - 1, key=lambda run: run.at) - 1
        if index >= 0 and at - self.runs[index].at <= self.runs[index].length:
            return self.runs[index].source + at - self.runs[index].at
        if index + 1 < len(self.runs):
            return self.runs[index + 1].source
        return self.runs[-1].source + self.runs[-1].length if self.runs else at

    def _before(self, at: int) -> Run | None:
        index = bisect_right(self.runs, at, key=lambda run: run.at) - 1
        return self.runs[index] if index >= 0 else None


@dataclass(frozen=True, slots=True)
class Extracted:
    """One document, as its format's reader found it. Offsets count characters of `text`."""

    text: str
    structure: Structure
    decoded: Decoded | None = None
    """The bytes as characters, for formats that are text; None for those that are not."""
    origin: Origin | None = None
    """None where `text` is the decoded bytes themselves, and for formats that are not text."""
    notes: tuple[str, ...] = ()
    """What a reader of the report should know, a sentence each: an encoding that was guessed, a page without text."""

    @property
    def blocks(self) -> tuple[Block, ...]:
        return self.structure.blocks

    @property
    def furniture(self) -> tuple[Furniture, ...]:
        return self.structure.furniture

    def in_bytes(self, places: Sequence[Span]) -> list[Span] | None:
        """Where slices of the text stand in the file, behind its byte order mark included. None for a format that is
        not text, and for an encoding in which a slice is encoded otherwise by itself than in its place, as where a
        shift between two alphabets goes on over its start.
        """
        if self.decoded is None or any(place.end > len(self.text) for place in places):
            return None
        text, encoding, mark = self.decoded.text, self.decoded.encoding, self.decoded.mark
        content = text.encode(encoding)
        found: list[Span] = []
        for place in places:
            stands = self.origin.of(place) if self.origin is not None else place
            start, words = len(text[: stands.start].encode(encoding)), stands.of(text).encode(encoding)
            if content[start : start + len(words)] != words:
                return None
            found.append(Span(start + mark, start + mark + len(words)))
        return found


@dataclass(frozen=True, slots=True)
class Member:
    """A part of a container that is a document of its own, or a container in turn."""

    name: str
    """Its path, identifier or number inside; one of its kind in the container."""
    content: BinaryIO | Extracted | Callable[[], Extracted]
    """A stream is to be read before the next member is asked for; so is what is only made where it is wanted, as it
    costs more than to find it. That raises UnreadableFile."""
    kind: str | None = None
    """The ending that says which reader it is for, as `.eml`; None: that of its name."""
    metadata: Metadata = field(default_factory=Metadata)
    """What the container says of it; what it says itself counts before."""
    sidecars: tuple[tuple[str, bytes], ...] = ()
    """Name and content of files beside it in the container that hold its metadata, the one that counts first before."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One document of a file, before it has an identity."""

    member: str | None
    reader: str
    sha256: str
    """Of the file, not of the member alone."""
    extracted: Extracted
    metadata: Metadata


MOST_TRACE = 10_000
"""Characters of a traceback."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A part of a container that can't be read. The rest goes on."""

    name: str
    reason: str
    trace: str | None = None
    """Where it is a defect of its reader's: for the log."""


def failed(name: str, error: Exception) -> Broken:
    """What has met a defect of its reader's."""
    trace = "".join(traceback.format_exception(error))
    return Broken(name, f"its reader failed ({type(error).__name__})", trace[-MOST_TRACE:])

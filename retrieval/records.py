"""What the archive holds: sources, documents, passages. Frozen, and checked where a wrong one could be built."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from retrieval.spans import Span

PAST = "past/"


@dataclass(frozen=True, slots=True)
class Source:
    """What the archive knows of a document besides its words. None means that the source does not say."""

    id: str
    path: str
    """The archive folder's name and then the file's path in it; of a part of a file followed by `member`."""
    title: str
    sha256: str
    """Of the file's bytes, in hexadecimal."""
    text_sha256: str
    """Of the text encoded as UTF-8, in hexadecimal."""
    reader: str
    """Name and version of what read it, `text/1`."""
    first_seen: datetime.date
    """When this archive first indexed it; not a date of publication."""
    author: str | None = None
    publisher: str | None = None
    published: datetime.date | None = None
    url: str | None = None
    language: str | None = None
    language_is_detected: bool = False
    """True: the source does not say; it was told by the text, or could not be told."""
    collection: str | None = None
    status: str | None = None
    status_note: str | None = None
    member: str | None = None
    """Which part of its file it is, as a message of a mailbox or a file in a zip; None for one that is a whole file."""

    @property
    def file(self) -> str:
        """Path of its file, relative to the archive folder."""
        return file_at(self.path, self.member)

    @property
    def context(self) -> str:
        """The line that is indexed beside each of its passages, so that a question can name the document."""
        said = (self.title, self.publisher, self.published.isoformat() if self.published else None)
        return " · ".join(part for part in said if part)


def file_at(path: str, member: str | None) -> str:
    """Of a source's path and member."""
    inside = path.partition("/")[2]
    return inside if member is None else inside.removesuffix(f"/{member}")


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or heading of a document, as its format marks them."""

    span: Span
    kind: BlockKind


@dataclass(frozen=True, slots=True)
class Furniture:
    """A part of the text that is not body text and is not indexed, with the reason."""

    span: Span
    reason: str


class LandmarkKind(StrEnum):
    PAGE = "page"
    CHAPTER = "chapter"
    PARAGRAPH = "paragraph"
    MESSAGE = "message"
    LINE = "line"


class Landmark(NamedTuple):
    """Where a numbered part of the file begins in the text, so that a slice can be found again in the file."""

    at: int
    """In characters of the text."""
    kind: LandmarkKind
    number: int
    """As the file's own format counts, from 1."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file's text, exactly, and what stands where in it. Only `reading/` makes one."""

    source: Source
    text: str
    blocks: tuple[Block, ...]
    furniture: tuple[Furniture, ...] = ()
    landmarks: tuple[Landmark, ...] = ()
    """In order; none for formats whose text has no numbered parts."""

    def __post_init__(self) -> None:
        last = 0
        for block in self.blocks:
            if block.span.start < last or block.span.end > len(self.text):
                raise ValueError(f"{self.source.path}: block {block.span} is out of order or outside the text")
            last = block.span.end
        for mark in self.furniture:
            if mark.span.end > len(self.text):
                raise ValueError(f"{self.source.path}: furniture {mark.span} is outside the text")
        if any(later.at < sooner.at for sooner, later in pairwise(self.landmarks)):
            raise ValueError(f"{self.source.path}: landmarks are out of order")

    def landmark(self, at: int) -> Landmark | None:
        """The part of the file that character `at` stands in."""
        behind = bisect_right(self.landmarks, at, key=lambda landmark: landmark.at)
        return self.landmarks[behind - 1] if behind else None


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one document: what is indexed, found and cited."""

    code: str
    document_id: str
    span: Span
    sentences: tuple[Span, ...]
    """Spans of the document, without the white space around each."""
    paragraph: int
    """Number of the paragraph that it begins in; the document's first is 1."""
    ordinal: int
    """Place among the document's passages, from 0."""

    def __post_init__(self) -> None:
        if not self.sentences or any(not self.span.contains(s) for s in self.sentences):
            raise ValueError(f"passage {self.code} has sentences outside {self.span}, or none")


@dataclass(frozen=True, slots=True)
class Retired:
    """A passage that the index once held and no longer does: the words changed, or their document is gone."""

    code: str
    document_id: str
    path: str
    title: str
    generation: int
    """The last that held it."""
    sentences: tuple[Span, ...]
    """Spans of `text`, which begins where the passage did."""
    text: str | None
    """None where the document is gone."""

    @property
    def place(self) -> str:
        """Stands where a document's id does for its text; no document has such an id."""
        return f"{PAST}{self.code}/{self.document_id}"


@dataclass(frozen=True, slots=True)
class Unreadable:
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Doubtful:
    """What was read, but for something that its source says and can't be true, or that had to be guessed."""

    path: str
    note: str

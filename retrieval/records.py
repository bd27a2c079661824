"""The values that travel through the house. Frozen, and checked where a wrong one could be built."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from retrieval.spans import Span

GAP = " […] "
"""Stands between two pieces of one excerpt, so that nobody takes them for neighbours."""


@dataclass(frozen=True, slots=True)
class Source:
    """What the archive knows of a document besides its words. None means that the source does not say."""

    id: str
    path: str
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
    collection: str | None = None
    status: str | None = None
    status_note: str | None = None

    @property
    def context(self) -> str:
        """The line that is indexed beside each of its passages, so that a question can name the document."""
        said = (self.title, self.publisher, self.published.isoformat() if self.published else None)
        return " · ".join(part for part in said if part)


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


@dataclass(frozen=True, slots=True)
class Document:
    """A file's text, exactly, and what stands where in it. Only `reading/` makes one."""

    source: Source
    text: str
    blocks: tuple[Block, ...]
    furniture: tuple[Furniture, ...] = ()

    def __post_init__(self) -> None:
        last = 0
        for block in self.blocks:
            if block.span.start < last or block.span.end > len(self.text):
                raise ValueError(f"{self.source.path}: block {block.span} is out of order or outside the text")
            last = block.span.end
        for mark in self.furniture:
            if mark.span.end > len(self.text):
                raise ValueError(f"{self.source.path}: furniture {mark.span} is outside the text")


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
class Hit:
    """A passage that a search found, and why."""

    passage: Passage
    score: float
    """Higher is better; comparable within one search only, and never shown as confidence."""
    words: float
    """BM25 divided by the best of this search."""
    cosine: float


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A passage that came close without answering."""

    passage: Passage
    source: Source


class Voice(StrEnum):
    """Who speaks, as far as the excerpt's own words show it."""

    ATTRIBUTED = "attributed"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Attribution:
    """The words that say who claims it, “according to the mayor”."""

    span: Span
    words: str
    """The slice itself."""
    cue: str
    """The part of it that tells a claim, “according to”."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Slices of one document, and everything needed to check them."""

    code: str
    source: Source
    passage: Passage
    pieces: tuple[Span, ...]
    text: str
    answer: tuple[Span, ...]
    attribution: tuple[Attribution, ...]
    voice: Voice
    score: float

    def __post_init__(self) -> None:
        if self.voice is Voice.ATTRIBUTED and not self.attribution:
            raise ValueError(f"excerpt {self.code} is called attributed without the words that say so")
        for marked in (*self.answer, *(a.span for a in self.attribution)):
            if not any(piece.contains(marked) for piece in self.pieces):
                raise ValueError(f"excerpt {self.code}: {marked} is outside its pieces")

    @staticmethod
    def joined(text: str, spans: tuple[Span, ...]) -> str:
        return GAP.join(span.of(text) for span in spans)


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search looked through: said with every answer, and all that silence can honestly claim."""

    generation: int
    documents: int
    passages: int
    first: datetime.date | None = None
    last: datetime.date | None = None
    filters: Mapping[str, str] = field(default_factory=dict)


class Reason(StrEnum):
    """Why there is no answer."""

    NOTHING_INDEXED = "nothing_indexed"
    NOTHING_MATCHES_FILTERS = "nothing_matches_filters"
    NOTHING_RELEVANT = "nothing_relevant"
    NOT_A_QUESTION = "not_a_question"


@dataclass(frozen=True, slots=True)
class Seconds:
    """Where the time of one question went."""

    encode: float = 0.0
    search: float = 0.0
    excerpt: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    question: str
    excerpts: tuple[Excerpt, ...]
    searched: Searched
    ranking: tuple[Hit, ...]
    """Every candidate in order, before the decision to answer: what `evaluate` measures."""
    evidence: float
    seconds: Seconds


@dataclass(frozen=True, slots=True)
class Abstained:
    question: str
    reason: Reason
    searched: Searched
    nearest: tuple[NearMiss, ...] = ()
    """Near misses. They are not an answer, and every surface says so."""
    ranking: tuple[Hit, ...] = ()
    evidence: float = 0.0
    seconds: Seconds = field(default_factory=Seconds)


Answer = Found | Abstained


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a lookup."""

    words: str
    excerpts: tuple[Excerpt, ...]
    page: int
    """From 1."""
    more: bool
    searched: Searched


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a document with its characters."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage by its code, with paragraphs around it."""

    excerpt: Excerpt
    before: tuple[Slice, ...]
    after: tuple[Slice, ...]
    generation: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    path: str
    reason: str

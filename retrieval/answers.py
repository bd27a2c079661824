"""What the archive answers: hits, excerpts, and the outcomes of asking, looking up and showing. Frozen."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from retrieval.records import Landmark, LandmarkKind, Passage, Source
from retrieval.spans import Span

GAP = " […] "
"""Stands between two pieces of one excerpt, so that nobody takes them for neighbours."""


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
    QUOTATION = "quotation"
    """Attributed, and mostly in quotation marks."""
    REPORTER = "reporter"
    """The text claims it by itself."""
    UNDETERMINED = "undetermined"


CLAIMED = frozenset({Voice.ATTRIBUTED, Voice.QUOTATION})
"""Voices that say that the text leaves the claim to somebody."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The words that say who claims it, “according to the mayor”."""

    span: Span
    words: str
    """The slice itself."""
    cue: str
    """The part of it that tells a claim, “according to”."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A passage of another document that says nearly the same, word for word."""

    code: str
    source: Source


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Slices of one document, and everything needed to check them."""

    code: str
    source: Source
    passage: Passage
    pieces: tuple[Span, ...]
    sentences: tuple[Span, ...]
    """All that are shown, in order, each inside one piece."""
    text: str
    answer: tuple[Span, ...]
    attribution: tuple[Attribution, ...]
    voice: Voice
    score: float
    copies: tuple[Copy, ...] = ()
    """Not shown, only named."""
    cue: Attribution | None = None
    """What the voice of the answer rests on; it may stand in a sentence beside the answer."""
    landmark: Landmark | None = None
    """The numbered part of the file that it begins in, as the page of a PDF."""

    def __post_init__(self) -> None:
        if self.voice in CLAIMED and not self.attribution:
            raise ValueError(f"excerpt {self.code} is called {self.voice} without the words that say so")
        for marked in (*self.sentences, *self.answer, *(a.span for a in self.attribution)):
            if not any(piece.contains(marked) for piece in self.pieces):
                raise ValueError(f"excerpt {self.code}: {marked} is outside its pieces")

    @property
    def has_paragraphs(self) -> bool:
        """Whether the passage's own paragraph says more than the landmark does."""
        return self.landmark is None or self.landmark.kind is not LandmarkKind.PARAGRAPH

    @property
    def attribution_shown(self) -> tuple[Attribution, ...]:
        """Who claims what the answer says; of all that is shown, where nothing is marked as the answer."""
        if not self.answer:
            return self.attribution
        return tuple(
            mark
            for mark in self.attribution
            if mark == self.cue or any(span.contains(mark.span) for span in self.answer)
        )

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
    indexed: int = 0
    """Passages that there are, whatever the filters leave of them."""


class Role(StrEnum):
    """What something that was understood of a question does to its answer."""

    REQUIRED = "required"
    PREFERRED = "preferred"


@dataclass(frozen=True, slots=True)
class Understood:
    """Something that the question says beside its words; shown with the answer, so that nothing works unseen."""

    words: str
    """As they stand in the question."""
    field: str
    """`phrase`, `published`, `dated`, `publisher`, `author` or `collection`."""
    value: str
    role: Role


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
    understood: tuple[Understood, ...] = ()
    signals: Mapping[str, float] = field(default_factory=dict)
    """What the evidence was made of, by name: what `calibrate` fits to."""


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
    understood: tuple[Understood, ...] = ()
    signals: Mapping[str, float] = field(default_factory=dict)
    """As in Found; none where no search was needed to be silent."""


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
class Shown:
    """A passage by its code, or the sentences of it that the code names."""

    excerpt: Excerpt
    context: Excerpt | None
    """The paragraphs around it as well, where they were asked for; `answer` marks what the code names."""
    generation: int

"""What a code stands for, to be kept and checked: a receipt, or word that what it stood for is no longer there."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

from retrieval.answers import Excerpt
from retrieval.records import Landmark, Retired, Source
from retrieval.spans import Span


@dataclass(frozen=True, slots=True)
class BytePlaces:
    """Where an excerpt stands in the file itself; only where the file is text."""

    encoding: str
    mark: int
    """Bytes of a byte order mark before the text."""
    pieces: tuple[Span, ...]
    """Half-open, counted in bytes of the file."""
    marked_up: bool = False
    """Whether marks of the format, as HTML's tags, may stand among the words there."""


class Lost(StrEnum):
    """What of the file is no longer as it was indexed, where that is all there is to say."""

    TEXT = "text"
    """The text that is read from it is another."""
    WORDS = "words"
    """These words stand nowhere in it."""


@dataclass(frozen=True, slots=True)
class FileUnreadable:
    why: str
    """As its reader says it."""


@dataclass(frozen=True, slots=True)
class OtherBytes:
    sha256: str
    """Of the file as it is now, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class OtherReader:
    """The file would now be read by another than the one that it was indexed with: name and version of each."""

    then: str
    now: str


@dataclass(frozen=True, slots=True)
class WordsMoved:
    to: Span
    """Where the words stand in the text that is read from the file now."""


Fault = Lost | FileUnreadable | OtherBytes | OtherReader | WordsMoved


@dataclass(frozen=True, slots=True)
class Receipt:
    """Enough to check an excerpt against its file without this program, as `deploy/check-receipt` does."""

    code: str
    source: Source
    passage: Span
    """The passage that the code is made of, in characters of the text."""
    occurrence: int
    """Which of the document's passages with equal words it is, from 1."""
    pieces: tuple[Span, ...]
    words: tuple[str, ...]
    """Of each piece."""
    bytes: BytePlaces | None
    generation: int
    time: datetime.datetime
    """When the file was read for this, in UTC."""
    faults: tuple[Fault, ...]
    """What does not hold."""
    landmarks: tuple[Landmark | None, ...] = ()
    """Which numbered part of the file each piece begins in, as the page of a PDF; None where it has none."""

    @property
    def holds(self) -> bool:
        return not self.faults


class Fate(StrEnum):
    """What became of the words that had a code."""

    CHANGED = "changed"
    STANDS = "stands"
    """They still stand in the document, exactly, and are only cut into passages otherwise."""
    UNREADABLE = "unreadable"
    """Their file is there and can't be read at present."""
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Superseded:
    """The words that had this code have changed, or their document is gone. Nothing else ever takes the code over."""

    code: str
    retired: Retired
    asked: Span | None
    """The sentences that the code names, in `retired.text`; None where that is no longer kept."""
    source: Source | None
    """The document as it is now; None where it is gone."""
    now: tuple[Excerpt, ...]
    """Where the document says what comes nearest to the old words; none where it says nothing of the kind."""
    fate: Fate

    @property
    def words(self) -> str | None:
        """What the code stood for."""
        text = self.retired.text
        return self.asked.of(text) if self.asked is not None and text is not None else None

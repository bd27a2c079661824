"""What every store promises, and the generation model, explained here once.

A *generation* is one complete, immutable state of the index, numbered from 1. Readers open a `Snapshot` of the
published generation and keep it from the start of a question to its end, so that no answer ever mixes two states.
Writers never touch what is published: they take a `Draft`, which begins as a copy of the published generation,
change it aside, and hand it to `publish`, which checks it and then moves one pointer in one atomic step. A crash
before that step leaves the old generation serving; a crash after it leaves the new one. Snapshots that are open
when the pointer moves keep reading the generation they have. The generation before is kept, older ones are pruned.

A passage that one generation holds and the next does not is *retired*: its code, which somebody may have written
down, still tells what it stood for. That is carried from generation to generation, also into one that is made anew.

Passages carry a `key`, an integer that is theirs within a generation and means nothing outside it; a passage's
code is what lasts.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from retrieval.filters import Filter
from retrieval.line_table import LineTable
from retrieval.records import Document, Passage, Retired, Source, Unreadable

Vectors = npt.NDArray[np.float32]
"""(n, dimensions) float32, rows of unit length."""
Directions = npt.NDArray[np.int8]
"""(n, dimensions) int8: rows that point where a vector points, a quarter of its size; their lengths mean nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class PassageVectors:
    """The vectors of some passages, and of the sentences that each consists of."""

    whole: Vectors
    """(passages, dimensions)."""
    sentences: tuple[Directions, ...]
    """For each passage (its sentences, dimensions)."""

    def __post_init__(self) -> None:
        if len(self.whole) != len(self.sentences):
            raise ValueError(f"{len(self.whole)} passages, and sentences of {len(self.sentences)}")


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What a generation remembers of one file in the archive folder."""

    path: str
    """Relative to the archive folder."""
    stamp: str
    """Size and time of the file and of its sidecar: equal stamps are taken for an unchanged file."""
    digest: str
    """sha256 over the file and its sidecar, in hexadecimal."""
    reader: str | None
    """Name and version of the reader that its name calls for; None where there is none."""
    documents: tuple[str, ...] = ()
    """Ids of the documents that it holds."""
    reason: str | None = None
    """Why it can't be read; None for a file that was."""
    identity: str = ""
    """Of its document, whether it can be read now or not; of several documents each has one made from it."""
    first_seen: datetime.date | None = None
    notes: tuple[str, ...] = ()
    """What is doubtful in what was read of it: an impossible date, a guessed encoding."""
    broken: tuple[Unreadable, ...] = ()
    """Parts of it that can't be read."""


def glance_of(stamp: str, reader: str | None) -> str:
    """As much of a FileRecord as tells that a file is what it was: short, for those of a large archive are all fetched.
    Empty for a record without a digest, whose file was not got at; no file has such a glance.
    """
    return f"{stamp} {reader or ''}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself."""

    generation: int
    made: datetime.datetime
    model: str
    fingerprint: str
    """Of all that decided what it holds: the model, and how texts were cut and indexed."""
    dimensions: int
    documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the archive a filter leaves, and which dates that spans."""

    documents: int
    passages: int
    first: datetime.date | None
    last: datetime.date | None


@dataclass(frozen=True, slots=True)
class WordQuery:
    """A lexical query. With `phrases`, each must stand in the passage word for word; `without` must not."""

    words: str
    every_word: bool = False
    """True: all the words must be in the passage or its context line. False: any of them, the more the better."""
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


class Snapshot(Protocol):
    """One generation, open for reading from any thread."""

    @property
    def manifest(self) -> Manifest: ...

    def coverage(self, where: Filter) -> Coverage: ...

    def by_words(self, query: WordQuery, where: Filter, limit: int, skip: int = 0) -> list[tuple[int, float]]:
        """(key, BM25 score), best first; only passages whose document matches `where`."""
        ...

    def terms(self, text: str, language: str | None) -> list[str]:
        """The text's words as the word index has them for a document in that language: stemmed, in order, with
        repetitions."""
        ...

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        """How much each term tells one passage from another: its inverse document frequency, as BM25 weighs it."""
        ...

    def by_vector(self, vector: Vectors, where: Filter, limit: int) -> list[tuple[int, float]]:
        """(key, cosine), best first; `vector` is (dimensions,); only passages whose document matches `where`."""
        ...

    def cosines(self, vector: Vectors, keys: Sequence[int]) -> dict[int, float]:
        """The exact cosine of `vector` with each of these passages."""
        ...

    def directions(self, keys: Sequence[int]) -> dict[int, Directions]:
        """Of each passage's sentences, in their order."""
        ...

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]: ...

    def with_code(self, code: str) -> list[Passage]:
        """The passages with that code: none, one, or, should two codes ever collide, both."""
        ...

    def retired(self, code: str) -> list[Retired]:
        """What that code stood for in an earlier generation, where this one has no such passage."""
        ...

    def source(self, document_id: str) -> Source | None: ...

    def document(self, document_id: str) -> Document | None: ...

    def text(self, document_id: str) -> str | None:
        """As stored now. Raises IndexDamaged, as `document` does, where that is not the one that was indexed."""
        ...

    def read(self, document_ids: Sequence[str]) -> dict[str, tuple[Source, str]]:
        """Id -> what `source` and `text` give, of those that are there: all are asked for at once."""

    def sources(self) -> Iterator[Source]: ...

    def names(self, field: str) -> list[str]:
        """Every publisher, author or collection, as the sources have them."""
        ...

    def glances(self) -> dict[str, str]:
        """Of every file, by path; as `glance_of` makes them."""

    def identities(self) -> set[str]:
        """Of every file."""

    def files(self, paths: Collection[str] | None = None) -> dict[str, FileRecord]:
        """By path: those of these paths, or all."""

    def told_of(self) -> list[FileRecord]:
        """Of the files that can't be read, or that something in is doubtful or can't be read."""

    def short_lines(self) -> LineTable:
        """Of every document."""

    @property
    def is_checked(self) -> bool:
        """Whether opening it left nothing for `check` to look at."""
        ...

    def check(self) -> None:
        """Reads what opening did not look at, which may take seconds. Raises IndexDamaged where that is not what was
        published; the generation is not opened again then.
        """

    def close(self) -> None: ...


class Draft(Protocol):
    """A generation in the making. Not shared between threads."""

    def remove(self, document_ids: Iterable[str]) -> None: ...

    def add(self, document: Document, passages: Sequence[Passage], vectors: PassageVectors) -> None:
        """`vectors` are those of `passages`, in order. Raises ValueError where their numbers differ."""
        ...

    def set_files(self, files: Iterable[FileRecord], gone: Iterable[str] = ()) -> None:
        """In the place of the records that these files had; those of the paths that are `gone` are taken out."""

    def discard(self) -> None: ...


class Backend(Protocol):
    """A place where generations live. One writer at a time, any number of readers."""

    def snapshot(self) -> Snapshot | None:
        """The published generation, or None where there is none yet. Raises IndexDamaged."""
        ...

    def published(self) -> int | None:
        """The number of the published generation; cheap enough to ask before every question."""

    def draft(self, model: str, fingerprint: str, dimensions: int, fresh: bool = False) -> Draft:
        """A copy of the published generation to change aside, or with `fresh` one that holds nothing but what was
        retired. Raises IndexBusy.
        """
        ...

    def publish(self, draft: Draft) -> Manifest:
        """Checks the draft, then moves the pointer. Raises IndexDamaged and leaves the old one serving."""

    def roll_back(self) -> int:
        """Publishes the one before again; its number. Raises NothingToRollBackTo, IndexBusy, IndexDamaged."""
        ...

    def remembered(self) -> dict[str, FileRecord]:
        """What is known of the files, from the newest generation of which that can be read; else nothing."""
        ...

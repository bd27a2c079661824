"""The reference: what every store promises, in the plainest Python that says it. Brute force, nothing remembered.

It shares no code with the other stores but for what makes terms of a text.
"""

from __future__ import annotations

import copy
import dataclasses
import datetime
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from retrieval.codes import passage_code
from retrieval.errors import IndexBusy, IndexDamaged, NothingToRollBackTo
from retrieval.filters import Filter
from retrieval.line_table import LineTable, Origin, ShortLines
from retrieval.records import Document, Passage, Retired, Source
from retrieval.repeated_lines import REASON, short_lines, story_of
from retrieval.spans import Span
from retrieval.store.protocol import (
    Coverage,
    Directions,
    FileRecord,
    Manifest,
    PassageVectors,
    Vectors,
    WordQuery,
    glance_of,
)
from retrieval.store.terms import terms_of, written

NAMES = ("author", "publisher", "language", "collection", "status")


@dataclasses.dataclass(frozen=True, eq=False)
class Entry:
    passage: Passage
    document: Document
    vector: Vectors
    directions: Directions

    @property
    def body(self) -> list[str]:
        return terms_of(self.passage.span.of(self.document.text), self.document.source.language)

    @property
    def context(self) -> list[str]:
        return terms_of(self.document.source.context, self.document.source.language)

    @property
    def exact(self) -> list[str]:
        return written(self.passage.span.of(self.document.text))


@dataclasses.dataclass
class State:
    documents: dict[str, Document] = dataclasses.field(default_factory=dict)
    entries: dict[int, Entry] = dataclasses.field(default_factory=dict)
    files: dict[str, FileRecord] = dataclasses.field(default_factory=dict)
    retired: dict[tuple[str, str], Retired] = dataclasses.field(default_factory=dict)
    last_key: int = 0
    manifest: Manifest | None = None


class MemorySnapshot:
    def __init__(self, state: State) -> None:
        assert state.manifest is not None
        self.manifest = state.manifest
        self._state = state

    def _matching(self, where: Filter) -> dict[int, Entry]:
        return {k: entry for k, entry in self._state.entries.items() if where.matches(entry.document.source)}

    def coverage(self, where: Filter) -> Coverage:
        documents = [d for d in self._state.documents.values() if where.matches(d.source)]
        days = [d.source.published for d in documents if d.source.published is not None]
        return Coverage(len(documents), len(self._matching(where)), min(days, default=None), max(days, default=None))

    def by_words(self, query: WordQuery, where: Filter, limit: int, skip: int = 0) -> list[tuple[int, float]]:
        scores = {key: self._score(query, entry) for key, entry in self._matching(where).items()}
        hits = sorted(((k, s) for k, s in scores.items() if s is not None), key=lambda hit: (-hit[1], hit[0]))
        return hits[skip : skip + limit]

    def _score(self, query: WordQuery, entry: Entry) -> float | None:
        """None: no hit."""
        exact = entry.exact
        phrases = [written(said) for said in query.phrases if any(map(str.isalnum, said))]
        if any(not phrase or not occurrences(phrase, exact) for phrase in phrases):
            return None
        if any(occurrences(phrase, exact) for said in query.without if (phrase := written(said))):
            return None
        languages = {document.source.language for document in self._state.documents.values()}
        stems = zip(*(terms_of(query.words, language) for language in languages), strict=True)
        words = [
            max(self._bm25("body", [stem], entry) + self._bm25("context", [stem], entry) / 2 for stem in each)
            for each in {frozenset(each) for each in stems}
        ]
        if not words and not phrases:
            return None
        if words and not (all(words) if query.every_word else any(words)):
            return None
        return sum(words) + sum(self._bm25("exact", phrase, entry) for phrase in phrases)

    def _bm25(self, field: str, phrase: Sequence[str], entry: Entry) -> float:
        said = getattr(entry, field)
        count = occurrences(phrase, said)
        if not count:
            return 0.0
        usual = sum(len(getattr(other, field)) for other in self._state.entries.values()) / len(self._state.entries)
        rare = sum(self._rarity(field, term) for term in phrase)
        return rare * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(said) / usual))

    def _rarity(self, field: str, term: str) -> float:
        holding = sum(term in getattr(entry, field) for entry in self._state.entries.values())
        return math.log(1 + (len(self._state.entries) - holding + 0.5) / (holding + 0.5))

    def terms(self, text: str, language: str | None) -> list[str]:
        return terms_of(text, language)

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        return {term: self._rarity("body", term) for term in terms}

    def by_vector(self, vector: Vectors, where: Filter, limit: int) -> list[tuple[int, float]]:
        cosines = self.cosines(vector, list(self._matching(where)))
        return sorted(cosines.items(), key=lambda hit: (-hit[1], hit[0]))[:limit]

    def cosines(self, vector: Vectors, keys: Sequence[int]) -> dict[int, float]:
        return {key: math.fsum(map(float, self._state.entries[key].vector * vector)) for key in keys}

    def directions(self, keys: Sequence[int]) -> dict[int, Directions]:
        return {key: self._state.entries[key].directions for key in keys if key in self._state.entries}

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        return {key: self._state.entries[key].passage for key in keys if key in self._state.entries}

    def with_code(self, code: str) -> list[Passage]:
        return [entry.passage for entry in self._state.entries.values() if entry.passage.code == code]

    def retired(self, code: str) -> list[Retired]:
        return [old for (said, _), old in sorted(self._state.retired.items()) if said == code]

    def source(self, document_id: str) -> Source | None:
        document = self._state.documents.get(document_id)
        return document.source if document else None

    def document(self, document_id: str) -> Document | None:
        return self._state.documents.get(document_id)

    def text(self, document_id: str) -> str | None:
        document = self._state.documents.get(document_id)
        return document.text if document else None

    def read(self, document_ids: Sequence[str]) -> dict[str, tuple[Source, str]]:
        found = (self._state.documents.get(identity) for identity in document_ids)
        return {document.source.id: (document.source, document.text) for document in found if document}

    def sources(self) -> Iterator[Source]:
        return iter(sorted((d.source for d in self._state.documents.values()), key=lambda source: source.path))

    def names(self, field: str) -> list[str]:
        if field not in NAMES:
            raise ValueError(f"{field} is no name of a source")
        said = {getattr(document.source, field) for document in self._state.documents.values()}
        return sorted(said - {None})

    def glances(self) -> dict[str, str]:
        files = self._state.files.values()
        return {file.path: glance_of(file.stamp, file.reader) if file.digest else "" for file in files}

    def identities(self) -> set[str]:
        return {file.identity for file in self._state.files.values()}

    def files(self, paths: Collection[str] | None = None) -> dict[str, FileRecord]:
        return {path: file for path, file in self._state.files.items() if paths is None or path in paths}

    def told_of(self) -> list[FileRecord]:
        return [file for file in self._state.files.values() if file.reason is not None or file.notes or file.broken]

    def short_lines(self) -> LineTable:
        return LineTable.of(map(lines_of, self._state.documents.values()))

    is_checked = True

    def check(self) -> None: ...

    def close(self) -> None:
        pass


def lines_of(document: Document) -> ShortLines:
    lines, source = short_lines(document), document.source
    repeated = {mark.span for mark in document.furniture if mark.reason == REASON}
    marked = tuple(line for line, spans in lines.items() if repeated.issuperset(spans))
    origin = Origin(source.publisher, source.collection, None if source.member is None else source.file)
    return ShortLines(source.id, origin, tuple(lines), story_of(document), marked)


def occurrences(phrase: Sequence[str], said: Sequence[str]) -> int:
    return sum(list(said[at : at + len(phrase)]) == list(phrase) for at in range(len(said) - len(phrase) + 1))


class MemoryDraft:
    def __init__(self, place: Place, state: State, manifest: Manifest, past: State | None) -> None:
        self.place, self.state, self.manifest, self.past = place, state, manifest, past
        self.over = False

    def remove(self, document_ids: Iterable[str]) -> None:
        for identity in document_ids:
            retire(self.state, identity, self.manifest.generation - 1, self.state)
            self.state.documents.pop(identity, None)
            for key in [k for k, entry in self.state.entries.items() if entry.passage.document_id == identity]:
                del self.state.entries[key]

    def add(self, document: Document, passages: Sequence[Passage], vectors: PassageVectors) -> None:
        path = document.source.path
        if [len(p.sentences) for p in passages] != [len(rows) for rows in vectors.sentences]:
            raise ValueError(f"{path}: its passages and their vectors differ in number")
        said: list[str] = []
        for passage in passages:
            said.append(passage.span.of(document.text))
            if passage.code != passage_code(document.source.id, said[-1], said.count(said[-1])):
                raise IndexDamaged(f"{path}: passage {passage.ordinal} does not have the code of its words")
        self.state.documents[document.source.id] = document
        for passage, vector, directions in zip(passages, vectors.whole, vectors.sentences, strict=True):
            self.state.last_key += 1
            self.state.entries[self.state.last_key] = Entry(passage, document, np.array(vector), np.array(directions))

    def set_files(self, files: Iterable[FileRecord], gone: Iterable[str] = ()) -> None:
        for path in gone:
            self.state.files.pop(path, None)
        for file in files:
            self.state.files[file.path] = file

    def finish(self) -> None:
        if self.past is not None:
            self.state.retired = dict(self.past.retired)
            for identity in self.past.documents:
                retire(self.past, identity, self.manifest.generation - 1, self.state)
        held = {entry.passage.code for entry in self.state.entries.values()}
        there = self.state.documents.keys() | {file.identity for file in self.state.files.values()}
        self.state.retired = {
            name: old if old.document_id in there else dataclasses.replace(old, text=None)
            for name, old in self.state.retired.items()
            if old.code not in held
        }
        counts = {"documents": len(self.state.documents), "passages": len(self.state.entries)}
        made = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        self.state.manifest = dataclasses.replace(self.manifest, made=made, **counts)

    def discard(self) -> None:
        if not self.over:
            self.over, self.place.writing = True, False


def retire(of: State, identity: str, generation: int, into: State) -> None:
    for entry in of.entries.values():
        if entry.passage.document_id == identity:
            passage, source = entry.passage, entry.document.source
            at, words = passage.span.start, passage.span.of(entry.document.text)
            sentences = tuple(Span(span.start - at, span.end - at) for span in passage.sentences)
            old = Retired(passage.code, identity, source.path, source.title, generation, sentences, words)
            into.retired[passage.code, identity] = old


@dataclasses.dataclass
class Place:
    """What would be on a disk."""

    published: State | None = None
    before: State | None = None
    newest: int = 0
    writing: bool = False


PLACES: dict[Path, Place] = {}


class MemoryBackend:
    def __init__(self, folder: Path) -> None:
        self._place = PLACES.setdefault(folder, Place())

    def published(self) -> int | None:
        state = self._place.published
        return state.manifest.generation if state is not None and state.manifest is not None else None

    def snapshot(self) -> MemorySnapshot | None:
        state = self._place.published
        return None if state is None else MemorySnapshot(state)

    def draft(self, model: str, fingerprint: str, dimensions: int, fresh: bool = False) -> MemoryDraft:
        if self._place.writing:
            raise IndexBusy("another process is bringing this index in step; try again when it is done")
        self._place.writing = True
        before = self._place.published
        state = State() if fresh or before is None else copy.deepcopy(before)
        manifest = Manifest(
            self._place.newest + 1, datetime.datetime.now(datetime.UTC), model, fingerprint, dimensions, 0, 0
        )
        return MemoryDraft(self._place, state, manifest, before if fresh else None)

    def publish(self, draft: object) -> Manifest:
        if not isinstance(draft, MemoryDraft):
            raise TypeError(f"a {type(draft).__name__} can't be published here")
        draft.finish()
        self._place.before, self._place.published = self._place.published, draft.state
        draft.discard()
        assert draft.state.manifest is not None
        self._place.newest = draft.state.manifest.generation
        return draft.state.manifest

    def roll_back(self) -> int:
        if self._place.writing:
            raise IndexBusy("another process is bringing this index in step; try again when it is done")
        if self._place.before is None or self._place.before.manifest is None:
            raise NothingToRollBackTo("no generation before the published one is kept")
        self._place.published, self._place.before = self._place.before, None
        return self._place.published.manifest.generation

    def remembered(self) -> dict[str, FileRecord]:
        return dict(self._place.published.files) if self._place.published is not None else {}

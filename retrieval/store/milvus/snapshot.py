"""One published generation, open for reading from any thread."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import starmap

import numpy as np

from retrieval.filters import NAMED_FIELDS, Filter
from retrieval.line_table import LineTable
from retrieval.records import Document, Passage, Retired, Source
from retrieval.store.milvus import rows
from retrieval.store.milvus.conditions import all_of, holds_any, matching, one_of, token
from retrieval.store.milvus.coverage import covered
from retrieval.store.milvus.engine import Row
from retrieval.store.milvus.leases import ReaderLease
from retrieval.store.milvus.nearest import exact_cosines, nearest
from retrieval.store.milvus.opened import Opened
from retrieval.store.milvus.words import CANDIDATE_FIELDS, Scorer, Statistics, Wanted, best
from retrieval.store.protocol import Coverage, Directions, FileRecord, Vectors, WordQuery, glance_of
from retrieval.store.terms import terms_of


class MilvusSnapshot:
    """Raises IndexDamaged from the constructor where the generation contradicts itself."""

    def __init__(self, opened: Opened, lease: ReaderLease) -> None:
        self._held = opened
        self._lease = lease
        standing = opened.standing()
        self.manifest = standing.manifest
        self._standing = standing
        self._languages = tuple(standing.names["language"]) or (None,)
        self._lock = threading.Lock()
        self._holding: dict[tuple[str, str], int] = {}
        self._covered: dict[Filter, Coverage] = {Filter(): standing.everything}
        self._overlong: list[Mapping[str, Sequence[str]]] | None = None
        self._statistics = Statistics(self.manifest.passages, standing.mean_lengths, self._count_holding)

    @property
    def _opened(self) -> Opened:
        """Whoever reads keeps its generation from being pruned."""
        self._lease.renew()
        return self._held

    def coverage(self, where: Filter) -> Coverage:
        found = self._covered.get(where)
        if found is None:
            found = covered(self._opened, where, self._standing.everything)
            with self._lock:
                self._covered[where] = found
        return found

    def by_words(self, query: WordQuery, where: Filter, limit: int, skip: int = 0) -> list[tuple[int, float]]:
        wanted = Wanted.of(query, self._languages)
        if wanted.is_empty or limit <= 0:
            return []
        opened = self._opened

        def fetch(asked: dict[int, float], condition: str, many: int) -> list[tuple[Row, float]]:
            return opened.engine.nearest(
                opened.generation.passages, "weights", asked, condition, many, CANDIDATE_FIELDS
            )

        scorer = Scorer(wanted, self._statistics)
        condition = wanted.condition(where, self._standing.overlong > 0)
        return best(scorer, condition, fetch, self._terms_in, skip + limit)[skip : skip + limit]

    def _terms_in(self, candidates: Sequence[Row]) -> list[Mapping[str, Sequence[str]]]:
        overlong = [str(row["key"]) for row in candidates if row["overlong"]]
        elsewhere = self._held.records.values(rows.WORDS, overlong)
        return [
            elsewhere[str(row["key"])]
            if row["overlong"]
            else {name: row[name].split() for name in ("body", "context", "exact")}
            for row in candidates
        ]

    def terms(self, text: str, language: str | None) -> list[str]:
        return terms_of(text, language)

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        return {term: self._statistics.rarity("body", token(term)) for term in set(terms)}

    def _count_holding(self, name: str, term: str) -> int:
        """Of a generation that never changes, so it is asked for once."""
        found = self._holding.get((name, term))
        if found is None:
            opened = self._opened
            found = opened.engine.count(opened.generation.passages, holds_any(name, [term]))
            found += sum(term in terms[name] for terms in self._all_overlong())
            with self._lock:
                self._holding[name, term] = found
        return found

    def _all_overlong(self) -> Sequence[Mapping[str, Sequence[str]]]:
        if self._overlong is None:
            found = self._held.records.all(rows.WORDS) if self._standing.overlong else ()
            self._overlong = [terms for _, terms in found]
        return self._overlong

    def by_vector(self, vector: Vectors, where: Filter, limit: int) -> list[tuple[int, float]]:
        return nearest(self._opened, vector, all_of(matching(where)), limit)

    def cosines(self, vector: Vectors, keys: Sequence[int]) -> dict[int, float]:
        return exact_cosines(vector, self._opened.passage_rows_of("key", _plain(keys), ("key", "vector")))

    def directions(self, keys: Sequence[int]) -> dict[int, Directions]:
        found = self._opened.records.content(rows.DIRECTIONS, [str(key) for key in _plain(keys)])
        size = self.manifest.dimensions
        return {int(key): np.frombuffer(content, np.int8).reshape(-1, size) for key, content in found.items()}

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        found = self._opened.passage_rows_of("key", _plain(keys), rows.PLACE_FIELDS)
        return {int(row["key"]): rows.passage_of(row) for row in found}

    def with_code(self, code: str) -> list[Passage]:
        found = self._opened.passage_rows(one_of("code", [code]))
        return [rows.passage_of(row) for row in sorted(found, key=lambda row: int(row["key"]))]

    def retired(self, code: str) -> list[Retired]:
        opened = self._opened
        where = all_of((f'kind == "{rows.RETIRED}"', "part == 0", one_of("document", [code])))
        owners = [row["owner"] for row in opened.engine.rows(opened.generation.records, where, ("owner",))]
        found = (rows.retired_of(said) for said in opened.records.values(rows.RETIRED, owners).values())
        return sorted(found, key=lambda old: old.document_id)

    def source(self, document_id: str) -> Source | None:
        return self._opened.sources([document_id]).get(document_id)

    def document(self, document_id: str) -> Document | None:
        source = self.source(document_id)
        return None if source is None else self._opened.document(source)

    def text(self, document_id: str) -> str | None:
        return self._opened.texts(self._opened.sources([document_id])).get(document_id)

    def read(self, document_ids: Sequence[str]) -> dict[str, tuple[Source, str]]:
        sources = self._opened.sources(document_ids)
        return {identity: (sources[identity], text) for identity, text in self._held.texts(sources).items()}

    def sources(self) -> Iterator[Source]:
        yield from sorted(self._opened.all_sources(), key=lambda source: source.path)

    def names(self, field: str) -> list[str]:
        if field not in NAMED_FIELDS:
            raise ValueError(f"{field} is no name of a source")
        return [name for name in self._standing.names[field] if name is not None]

    def glances(self) -> dict[str, str]:
        files = self.files().values()
        return {file.path: glance_of(file.stamp, file.reader) if file.digest else "" for file in files}

    def identities(self) -> set[str]:
        return {file.identity for file in self.files().values()}

    def files(self, paths: Collection[str] | None = None) -> dict[str, FileRecord]:
        every = files_of(self._opened)
        return every if paths is None else {path: every[path] for path in paths if path in every}

    def told_of(self) -> list[FileRecord]:
        return [file for file in self.files().values() if file.reason is not None or file.notes or file.broken]

    def short_lines(self) -> LineTable:
        return LineTable.of(starmap(rows.short_lines_of, self._opened.records.all(rows.LINES)))

    @property
    def is_checked(self) -> bool:
        """Whether its rows are what was written is the engine's to say."""
        return True

    def check(self) -> None: ...

    def close(self) -> None:
        self._lease.release()


def _plain(keys: Sequence[int]) -> list[int]:
    """numpy's integers are not Python's."""
    return [int(key) for key in keys]


def files_of(opened: Opened) -> dict[str, FileRecord]:
    """By path."""
    found = (rows.file_of(said) for _, said in opened.records.all(rows.FILE))
    return {file.path: file for file in found}

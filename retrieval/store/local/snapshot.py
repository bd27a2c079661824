"""One published generation, open for reading from any thread."""

from __future__ import annotations

import contextlib
import datetime
import json
import queue
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.errors import IndexDamaged
from retrieval.filters import Filter
from retrieval.records import Document, Doubtful, Passage, Retired, Source, Unreadable
from retrieval.store.local import retired, schema
from retrieval.store.local.layout import Layout, read_manifest
from retrieval.store.local.vectors import VectorIndex
from retrieval.store.local.words import WordIndex
from retrieval.store.protocol import Coverage, Directions, FileRecord, ShortLines, Vectors, WordQuery
from retrieval.store.terms import terms_of

CONNECTIONS = 4
"""Readers of the tables at one time; a fifth thread waits for a free one, for well under a millisecond."""
_AT_ONCE = 500
"""Keys in one SQL statement: below SQLite's oldest limit of 999 parameters."""


class LocalSnapshot:
    """Raises IndexDamaged from the constructor where any of the generation's files can't be opened."""

    def __init__(self, layout: Layout) -> None:
        try:
            self.manifest = read_manifest(layout.manifest)
            self._tables = _Tables(layout.tables)
            self._vectors = VectorIndex.read(layout.vectors)
            self._words = WordIndex.open(layout.words)
            counted = self._everything = self._covered(Filter())
            self._languages = tuple(self._tables.column("SELECT DISTINCT language FROM documents")) or (None,)
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RuntimeError, sqlite3.Error) as error:
            reason = str(error).strip().splitlines() or [type(error).__name__]
            raise IndexDamaged(f"generation {layout.folder.name} can't be opened: {reason[0]}") from error
        held = (self.manifest.passages, counted.passages, len(self._vectors), len(self._words))
        if len(set(held)) != 1:
            raise IndexDamaged(f"generation {layout.folder.name} contradicts itself: {held} passages")
        said = (self.manifest.generation, self.manifest.documents, self.manifest.dimensions)
        if said != (int(layout.folder.name), counted.documents, self._vectors.dimensions):
            raise IndexDamaged(f"generation {layout.folder.name} contradicts itself: its manifest is of another index")

    def coverage(self, where: Filter) -> Coverage:
        return self._everything if where.is_empty else self._covered(where)

    def _covered(self, where: Filter) -> Coverage:
        condition, values = schema.where_clause(where)
        row = self._tables.one(
            "SELECT count(*), coalesce(sum(passages), 0), min(published), max(published) "
            f"FROM documents WHERE {condition}",
            values,
        )
        first, last = (datetime.date.fromisoformat(day) if day else None for day in row[2:])
        return Coverage(row[0], row[1], first, last)

    def by_words(self, query: WordQuery, where: Filter, limit: int, skip: int = 0) -> list[tuple[int, float]]:
        return self._words.search(query, where, limit, skip, self._languages)

    def terms(self, text: str, language: str | None) -> list[str]:
        return terms_of(text, language)

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        return self._words.rarity(terms)

    def by_vector(self, vector: Vectors, where: Filter, limit: int) -> list[tuple[int, float]]:
        return self._vectors.nearest(vector, limit, None if where.is_empty else self._keys(where))

    def cosines(self, vector: Vectors, keys: Sequence[int]) -> dict[int, float]:
        return self._vectors.cosines(vector, keys)

    def directions(self, keys: Sequence[int]) -> dict[int, Directions]:
        rows = self._with_keys("SELECT p.key, p.directions FROM passages p", keys)
        return {key: np.frombuffer(blob, np.int8).reshape(-1, self._vectors.dimensions) for key, blob in rows}

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        return {row[0]: schema.passage_of(row[1], row[2:]) for row in self._with_keys(_PASSAGES, keys)}

    def _with_keys(self, statement: str, keys: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            marks = ", ".join("?" for _ in some)
            yield from self._tables.all(f"{statement} WHERE p.key IN ({marks})", some)

    def with_code(self, code: str) -> list[Passage]:
        rows = self._tables.all(f"{_PASSAGES} WHERE p.code = ? ORDER BY p.key", [code])
        return [schema.passage_of(row[1], row[2:]) for row in rows]

    def retired(self, code: str) -> list[Retired]:
        return retired.retired_of(self._tables.all(retired.SELECT, [code]))

    def source(self, document_id: str) -> Source | None:
        row = self._tables.first(f"{_SOURCES} WHERE id = ?", [document_id])
        return schema.source_of(row) if row else None

    def document(self, document_id: str) -> Document | None:
        columns = ", ".join(schema.SOURCE_COLUMNS)
        row = self._tables.first(f"SELECT {columns}, structure, text FROM documents WHERE id = ?", [document_id])
        return schema.document_of(schema.source_of(row[:-2]), row[-2], row[-1]) if row else None

    def text(self, document_id: str) -> str | None:
        row = self._tables.first("SELECT text, text_sha256 FROM documents WHERE id = ?", [document_id])
        return schema.checked(*row) if row else None

    def sources(self) -> Iterator[Source]:
        yield from (schema.source_of(row) for row in self._tables.all(f"{_SOURCES} ORDER BY path", []))

    def names(self, field: str) -> list[str]:
        if field not in schema.KEYED:
            raise ValueError(f"{field} is no name of a source")
        return [name for name in self._tables.column(f"SELECT DISTINCT {field} FROM documents") if name is not None]

    def files(self) -> dict[str, FileRecord]:
        return {row[0]: schema.file_of(row) for row in self._tables.all(schema.SELECT_FILES, [])}

    def unreadable(self) -> list[Unreadable]:
        rows = self._tables.all("SELECT path, reason, broken FROM files WHERE reason IS NOT NULL OR broken <> '[]'", [])
        whole = (Unreadable(path, reason) for path, reason, _ in rows if reason is not None)
        parts = (Unreadable(*part) for _, _, broken in rows for part in json.loads(broken))
        return sorted((*whole, *parts), key=lambda each: each.path)

    def doubtful(self) -> list[Doubtful]:
        rows = self._tables.all("SELECT path, notes FROM files WHERE notes <> '[]' ORDER BY path", [])
        return [Doubtful(path, note) for path, notes in rows for note in json.loads(notes)]

    def short_lines(self) -> Iterator[ShortLines]:
        rows = self._tables.all("SELECT id, publisher, collection, lines FROM documents", [])
        return (schema.short_lines_of(row) for row in rows)

    def close(self) -> None:
        self._tables.close()

    def _keys(self, where: Filter) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        condition, values = schema.where_clause(where)
        rows = self._tables.all(
            f"SELECT p.key FROM passages p JOIN documents d ON d.key = p.document WHERE {condition}",
            values,
        )
        return np.fromiter((row[0] for row in rows), np.int64)


_SOURCES = f"SELECT {', '.join(schema.SOURCE_COLUMNS)} FROM documents"
_PASSAGES = (
    f"SELECT p.key, d.id, {', '.join(f'p.{name}' for name in schema.PASSAGE_COLUMNS)} "
    "FROM passages p JOIN documents d ON d.key = p.document"
)


class _Tables:
    """A few connections, all opened at once: the file may be pruned while this generation is still being read."""

    def __init__(self, path: Path) -> None:
        self._opened = [schema.connect_read_only(path) for _ in range(CONNECTIONS)]
        self._free: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        for connection in self._opened:
            connection.execute("SELECT count(*) FROM files").fetchone()  # SQLite opens a file at its first use
            self._free.put(connection)

    def all(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._borrowed() as connection:
            return connection.execute(statement, tuple(values)).fetchall()

    def first(self, statement: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
        with self._borrowed() as connection:
            row: tuple[Any, ...] | None = connection.execute(statement, tuple(values)).fetchone()
        return row

    def one(self, statement: str, values: Sequence[Any]) -> tuple[Any, ...]:
        row = self.first(statement, values)
        if row is None:
            raise ValueError("a statement that always has a row gave none")
        return row

    def column(self, statement: str) -> list[Any]:
        return [row[0] for row in self.all(statement, [])]

    @contextlib.contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        connection = self._free.get()
        try:
            yield connection
        finally:
            self._free.put(connection)

    def close(self) -> None:
        for connection in self._opened:
            connection.close()

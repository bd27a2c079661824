"""One published generation, open for reading from any thread."""

from __future__ import annotations

import contextlib
import datetime
import errno
import os
import sqlite3
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from retrieval.errors import IndexDamaged
from retrieval.filters import NAMED_FIELDS, Filter
from retrieval.line_table import LineTable
from retrieval.records import Document, Passage, Retired, Source
from retrieval.store.local import retired, schema
from retrieval.store.local.columns import UNDATED, UNNAMED, Mask
from retrieval.store.local.layer import Layer
from retrieval.store.local.layout import Layout, check_files, read_manifest
from retrieval.store.local.line_files import read_lines
from retrieval.store.local.open_files import are_too_many
from retrieval.store.local.tables import Tables
from retrieval.store.local.words import WordIndex
from retrieval.store.protocol import Coverage, Directions, FileRecord, Vectors, WordQuery
from retrieval.store.terms import terms_of

_AT_ONCE = 500
"""Values in one SQL statement: below SQLite's oldest limit of 999 parameters."""
_MISSING = {None, errno.ENOENT, errno.ENOTDIR, errno.EISDIR}
CHECKED_AT_ONCE = 64 * 1024 * 1024
"""Bytes of a file whose content is checked whenever it is opened, in 40 ms; `check` takes the larger ones."""


class LocalSnapshot:
    """Raises IndexDamaged from the constructor where any of the generation's files can't be opened, or is not the one
    that was published.
    """

    def __init__(self, layout: Layout) -> None:
        number = layout.folder.name
        self._layout = layout
        try:
            if layout.damaged.exists():
                said = layout.damaged.read_text(encoding="utf-8").strip()
                raise IndexDamaged(said or f"generation {number} is damaged")  # a full disk takes a file and no words
            self.manifest, self._files = read_manifest(layout.manifest)
            check_files(layout, self._files, lambda _, file: file.size <= CHECKED_AT_ONCE)
            self._tables = Tables(layout)
            removed = [row[0] for row in self._tables.all("SELECT document FROM main.removed")]
            self.layers = [Layer(layout.own, self.manifest.dimensions, ())]
            if layout.has_base:
                self.layers.append(Layer(layout.base, self.manifest.dimensions, removed))
            self._words = WordIndex.open(layout.words)
            counted = self._everything = self._covered(Filter())
            self._languages = tuple(self._spoken()) or (None,)
        except OSError as error:
            if error.errno not in _MISSING:
                raise  # too many open files, no permission: a failure of the moment, not of the index
            raise IndexDamaged(f"generation {number} can't be opened: {error}") from error
        except (ValueError, TypeError, LookupError, AttributeError, RuntimeError, sqlite3.Error) as error:
            if are_too_many(error):
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE)) from error
            reason = str(error).strip().splitlines() or [type(error).__name__]
            raise IndexDamaged(f"generation {number} can't be opened: {reason[0]}") from error
        held = (self.manifest.passages, counted.passages, len(self._words))
        if len(set(held)) != 1:
            raise IndexDamaged(f"generation {number} contradicts itself: {held} passages")
        if (self.manifest.generation, self.manifest.documents) != (int(number), counted.documents):
            raise IndexDamaged(f"generation {number} contradicts itself: its manifest is of another index")

    @property
    def is_checked(self) -> bool:
        return all(file.size <= CHECKED_AT_ONCE for file in self._files.values())

    def check(self) -> None:
        try:
            check_files(self._layout, self._files, lambda _, file: file.size > CHECKED_AT_ONCE)
        except IndexDamaged as error:
            if not self._layout.manifest.exists():  # pruned meanwhile
                return
            with contextlib.suppress(OSError):  # where nothing may be written, who asked knows it alone
                self._layout.damaged.write_text(f"{error}\n", encoding="utf-8")
            raise

    def _spoken(self) -> Iterator[str | None]:
        """The languages that its documents are in; None where one has none."""
        yield from dict.fromkeys(
            row[0] for row in self._tables.all("SELECT name FROM {layer}.names WHERE field = 'language'")
        )
        if any((layer.columns.named["language"][layer.seen] == UNNAMED).any() for layer in self.layers):
            yield None

    def coverage(self, where: Filter) -> Coverage:
        return self._everything if where.is_empty else self._covered(where)

    def _covered(self, where: Filter) -> Coverage:
        documents = passages = 0
        days: list[int] = []
        for layer, mask in zip(self.layers, self.matching(where), strict=True):
            found = mask & layer.seen
            documents += int(found.sum())
            passages += int(layer.columns.passages[found].sum())
            dated = layer.columns.published[found & (layer.columns.published != UNDATED)]
            if len(dated):
                days += [int(dated.min()), int(dated.max())]
        first, last = (datetime.date.fromordinal(end(days)) if days else None for end in (min, max))
        return Coverage(documents, passages, first, last)

    def matching(self, where: Filter) -> list[Mask]:
        """Over each layer's documents."""
        return [
            layer.columns.matching(where, partial(self._tables.number_of, number))
            for number, layer in enumerate(self.layers)
        ]

    def by_words(self, query: WordQuery, where: Filter, limit: int, skip: int = 0) -> list[tuple[int, float]]:
        return self._words.search(query, where, limit, skip, self._languages)

    def terms(self, text: str, language: str | None) -> list[str]:
        return terms_of(text, language)

    def rarity(self, terms: Iterable[str]) -> dict[str, float]:
        return self._words.rarity(terms)

    def by_vector(self, vector: Vectors, where: Filter, limit: int) -> list[tuple[int, float]]:
        self._check_dimensions(vector)
        masks = [None] * len(self.layers) if where.is_empty else self.matching(where)
        found = (layer.nearest(vector, limit, mask) for layer, mask in zip(self.layers, masks, strict=True))
        return sorted((hit for hits in found for hit in hits), key=lambda hit: (-hit[1], hit[0]))[:limit]

    def cosines(self, vector: Vectors, keys: Sequence[int]) -> dict[int, float]:
        self._check_dimensions(vector)
        found = {key: cosine for layer in self.layers for key, cosine in layer.cosines(vector, keys).items()}
        return {key: found[key] for key in keys}

    def _check_dimensions(self, vector: Vectors) -> None:
        if vector.shape != (self.manifest.dimensions,):
            raise IndexDamaged(
                f"generation {self._layout.folder.name} has vectors of {self.manifest.dimensions} dimensions and the "
                f"question one of {vector.size}: it was made with another model; archivist index makes the index anew"
            )

    def vector(self, key: int) -> Vectors:
        """(dimensions,): that of a passage. Raises KeyError for one that is not there."""
        for layer in self.layers:
            if (row := layer.vector(key)) is not None:
                return row
        raise KeyError(key)

    def directions(self, keys: Sequence[int]) -> dict[int, Directions]:
        rows = self._with_any(f"{_DIRECTIONS} AND p.key", keys)
        return {key: np.frombuffer(blob, np.int8).reshape(-1, self.manifest.dimensions) for key, blob in rows}

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        return {row[0]: schema.passage_of(row[1], row[2:]) for row in self._with_any(f"{_PASSAGES} AND p.key", keys)}

    def _with_any(self, statement: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        """The statement ends with a column, which has one of these values."""
        for start in range(0, len(values), _AT_ONCE):
            some = values[start : start + _AT_ONCE]
            marks = ", ".join("?" for _ in some)
            yield from self._tables.all(f"{statement} IN ({marks})", some)

    def with_code(self, code: str) -> list[Passage]:
        rows = sorted(self._tables.all(f"{_PASSAGES} AND p.code = ?", [code]))
        return [schema.passage_of(row[1], row[2:]) for row in rows]

    def retired(self, code: str) -> list[Retired]:
        return retired.retired_of(self._tables.all(retired.SELECT, [code]))

    def source(self, document_id: str) -> Source | None:
        row = self._tables.first(f"{_SOURCES} AND d.id = ?", [document_id])
        return schema.source_of(row) if row else None

    def document(self, document_id: str) -> Document | None:
        row = self._tables.first(f"{_DOCUMENTS} AND d.id = ?", [document_id])
        return schema.document_of(schema.source_of(row[:-2]), row[-2], row[-1]) if row else None

    def text(self, document_id: str) -> str | None:
        row = self._tables.first(f"SELECT text, text_sha256 {_THERE} AND d.id = ?", [document_id])
        return schema.checked(*row) if row else None

    def read(self, document_ids: Sequence[str]) -> dict[str, tuple[Source, str]]:
        found: dict[str, tuple[Source, str]] = {}
        for row in self._with_any(f"{_READ} AND d.id", document_ids):
            source = schema.source_of(row[:-1])
            found[source.id] = source, schema.checked(row[-1], source.text_sha256)
        return found

    def sources(self) -> Iterator[Source]:
        found = (schema.source_of(row) for row in self._tables.all(_SOURCES))
        yield from sorted(found, key=lambda source: source.path.encode("utf-8", "surrogatepass"))

    def names(self, field: str) -> list[str]:
        if field not in NAMED_FIELDS:
            raise ValueError(f"{field} is no name of a source")
        rows = self._tables.all(f"SELECT DISTINCT d.{field} {_THERE} AND d.{field} IS NOT NULL")
        return list(dict.fromkeys(row[0] for row in rows))

    def glances(self) -> dict[str, str]:
        return dict(self._tables.all(schema.SELECT_GLANCES))

    def identities(self) -> set[str]:
        return {row[0] for row in self._tables.all("SELECT identity FROM main.files")}

    def files(self, paths: Collection[str] | None = None) -> dict[str, FileRecord]:
        if paths is None:
            rows = self._tables.all(schema.SELECT_FILES)
        else:
            rows = list(self._with_any(f"{schema.SELECT_FILES} WHERE path", list(paths)))
        return {row[0]: schema.file_of(row) for row in rows}

    def told_of(self) -> list[FileRecord]:
        return [schema.file_of(row) for row in self._tables.all(schema.SELECT_TOLD_OF)]

    def short_lines(self) -> LineTable:
        files = (self._layout.own, self._layout.base)
        try:
            tables = [read_lines(of.lines).kept(layer.seen) for of, layer in zip(files, self.layers, strict=False)]
        except (ValueError, KeyError, IndexError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            self.check()  # which marks it, so that the next run makes the index anew
            raise IndexDamaged(f"the index is damaged: {error}") from error
        return tables[0] if len(tables) == 1 else tables[0].beside(tables[1])

    def close(self) -> None:
        self._tables.close()
        for layer in self.layers:
            layer.close()


_THERE = "FROM {layer}.documents d WHERE {there}"
_SOURCES = f"SELECT {', '.join(f'd.{name}' for name in schema.SOURCE_COLUMNS)} {_THERE}"
_READ = f"SELECT {', '.join(f'd.{name}' for name in (*schema.SOURCE_COLUMNS, 'text'))} {_THERE}"
_DOCUMENTS = f"SELECT {', '.join(f'd.{name}' for name in (*schema.SOURCE_COLUMNS, 'structure', 'text'))} {_THERE}"
_PASSAGES_THERE = "FROM {layer}.passages p JOIN {layer}.documents d ON d.key = p.document WHERE {there}"
_PASSAGES = f"SELECT p.key, d.id, {', '.join(f'p.{name}' for name in schema.PASSAGE_COLUMNS)} {_PASSAGES_THERE}"
_DIRECTIONS = f"SELECT p.key, p.directions {_PASSAGES_THERE}"

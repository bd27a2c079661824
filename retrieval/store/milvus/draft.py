"""A generation in the making: two collections that nobody knows of until the alias moves."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from retrieval.errors import IndexDamaged, StoreUnavailable
from retrieval.records import Document, Passage, Retired
from retrieval.store.drafting import DraftModel, check_slices
from retrieval.store.milvus import retired, rows
from retrieval.store.milvus.conditions import one_of
from retrieval.store.milvus.engine import Row
from retrieval.store.milvus.leases import WriterLease
from retrieval.store.milvus.opened import Opened
from retrieval.store.milvus.records import COPIED, placeholder, record_rows
from retrieval.store.milvus.schema import RECORD_COLUMNS, WORD_FIELDS, passage_columns
from retrieval.store.milvus.standing import MANIFEST, Standing, Tally
from retrieval.store.protocol import FileRecord, Manifest, PassageVectors

_WRITTEN_AT_ONCE = 500
"""Rows that wait to be written together."""


@dataclass(frozen=True, slots=True)
class Before:
    """The published generation that a draft begins with, or that a fresh one follows."""

    opened: Opened
    standing: Standing | None
    """None where nothing of it is copied."""


class MilvusDraft:
    """Holds the write lease from its making until it is published or discarded.

    What the published generation holds is copied at the end, but for the documents that were removed meanwhile: a
    collection can't be copied as a whole, and rows that leave again need not be written.
    """

    def __init__(self, opened: Opened, before: Before | None, model: DraftModel, lease: WriterLease) -> None:
        self.opened = opened
        self.lease = lease
        self._engine = opened.engine
        self._before = before
        self._model = model
        self._removed: set[str] = set()
        self._added: set[str] = set()
        self._files: dict[str, FileRecord] = {}
        """Those that differ from those before."""
        self._gone: set[str] = set()
        self._next_key = (before.standing.last_key if before and before.standing else 0) + 1
        self._waiting: dict[str, list[Row]] = {opened.generation.passages: [], opened.generation.records: []}
        self._over = False
        self._engine.create(opened.generation.passages, passage_columns(model.dimensions))
        self._engine.create(opened.generation.records, RECORD_COLUMNS)

    def remove(self, document_ids: Iterable[str]) -> None:
        wanted = set(document_ids)
        self._removed |= wanted
        if own := sorted(wanted & self._added):
            self._write_all()
            for collection in self._waiting:
                self._engine.delete(collection, one_of("document", own))
            self._added -= wanted

    def add(self, document: Document, passages: Sequence[Passage], vectors: PassageVectors) -> None:
        if [len(passage.sentences) for passage in passages] != [len(each) for each in vectors.sentences]:
            raise ValueError(f"{document.source.path}: its passages and their vectors differ in number")
        check_slices(document, passages)
        source = document.source
        if source.id in self._added:
            raise ValueError(f"{source.path} is in the draft already")
        self._added.add(source.id)
        self._write(self.opened.generation.records, rows.document_records(document, len(passages)))
        for passage, vector, directions in zip(passages, vectors.whole, vectors.sentences, strict=True):
            words = passage.span.of(document.text)
            row = rows.passage_row(self._next_key, passage, words, source, vector)
            self._next_key += 1
            self._write(self.opened.generation.passages, [row])
            self._write(self.opened.generation.records, rows.passage_records(row, words, source, directions))

    def set_files(self, files: Iterable[FileRecord], gone: Iterable[str] = ()) -> None:
        self._gone |= set(gone)
        self._files |= {file.path: file for file in files}

    def finish(self) -> Manifest:
        """Writes everything; checks that both collections hold what they should. Raises IndexDamaged, IndexBusy."""
        self._copy()
        files = {path: file for path, file in self._files_before().items() if path not in self._gone} | self._files
        for file in files.values():
            self._write(self.opened.generation.records, rows.file_records(file))
        self._write_all()
        identities = {file.identity for file in files.values()}
        for old in retired.settled(self._retired(), self.opened, identities):
            self._write(self.opened.generation.records, rows.retired_records(old))
        tally = self._tally()
        manifest = Manifest(
            self.opened.generation.number,
            datetime.datetime.now(datetime.UTC).replace(microsecond=0),
            self._model.name,
            self._model.fingerprint,
            self._model.dimensions,
            tally.documents,
            tally.passages,
        )
        standing = Standing.of(tally, manifest, self._next_key - 1)
        self._write(self.opened.generation.records, record_rows(MANIFEST, MANIFEST, standing.said()))
        self._write_all()
        for collection in self._waiting:
            self._engine.settle(collection)
        if self.opened.standing() != standing:
            raise IndexDamaged("the new generation is not what was written and was not published")
        self.lease.check()
        return manifest

    def _copy(self) -> None:
        if self._before is None or self._before.standing is None:
            return
        own, past = self.opened.generation, self._before.opened.generation
        columns = [column.name for column in passage_columns(self._model.dimensions)]
        for page in self._engine.walk(past.passages, "", columns):
            self._write(own.passages, (row for row in page if row["document"] not in self._removed))
        kinds = ", ".join(f'"{kind}"' for kind in rows.OF_DOCUMENTS)
        for page in self._engine.walk(past.records, f"kind in [{kinds}]", COPIED):
            kept = (row | placeholder() for row in page if row["document"] not in self._removed)
            self._write(own.records, kept)

    def _files_before(self) -> dict[str, FileRecord]:
        if self._before is None or self._before.standing is None:
            return {}
        found = (rows.file_of(said) for _, said in self._before.opened.records.all(rows.FILE))
        return {file.path: file for file in found}

    def _retired(self) -> Iterator[Retired]:
        if self._before is None:
            return
        past = self._before.opened
        if self._before.standing is None:
            yield from retired.not_held(past, self.opened)
        else:
            yield from retired.of_before(past)
            yield from retired.of_documents(past, sorted(self._removed))

    def _tally(self) -> Tally:
        """Of what the store holds, not of what was sent there."""
        self._write_all()
        tally = Tally()
        for source in self.opened.all_sources():
            tally.document(source)
        fields = ("key", "document", "overlong", *(f"{name}_length" for name in WORD_FIELDS))
        for page in self._engine.walk(self.opened.generation.passages, "", fields):
            for row in page:
                tally.passage(row)
        return tally

    def _write(self, collection: str, some: Iterable[Row]) -> None:
        waiting = self._waiting[collection]
        waiting += some
        if len(waiting) >= _WRITTEN_AT_ONCE:
            self._engine.insert(collection, waiting)
            waiting.clear()

    def _write_all(self) -> None:
        for collection, waiting in self._waiting.items():
            self._engine.insert(collection, waiting)
            waiting.clear()

    def discard(self) -> None:
        """Does nothing to a draft that was published or discarded."""
        if not self._over:
            self._over = True
            with contextlib.suppress(StoreUnavailable, IndexDamaged):  # the next writer clears it away
                for collection in self._waiting:
                    self._engine.drop(collection)
            self._let_go()

    def release(self) -> None:
        self._over = True
        self._let_go()

    def _let_go(self) -> None:
        with contextlib.suppress(StoreUnavailable, IndexDamaged):  # it runs out by itself
            self.lease.release()

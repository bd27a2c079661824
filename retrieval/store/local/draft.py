"""A generation in the making: a copy of the published one, changed aside."""

from __future__ import annotations

import datetime
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import IndexDamaged
from retrieval.records import Document, Passage
from retrieval.store.checks import check_slices
from retrieval.store.local import retired, schema
from retrieval.store.local.layout import Layout, sync_tree, write_manifest
from retrieval.store.local.vectors import VectorIndex
from retrieval.store.local.words import WordIndex
from retrieval.store.protocol import FileRecord, Manifest, PassageVectors


@dataclass(frozen=True, slots=True)
class DraftModel:
    """The model that a draft's vectors come from."""

    name: str
    fingerprint: str
    dimensions: int


class LocalDraft:
    """Holds the write lock from its making until it is published or discarded."""

    def __init__(
        self, layout: Layout, published: Layout | None, model: DraftModel, release: Callable[[], None], fresh: bool
    ) -> None:
        base = None if fresh else published
        self.layout = layout
        self._before = int(published.folder.name) if published else 0
        self._past = published if fresh else None
        self._model = model
        self._release = release
        self._over = False
        layout.folder.mkdir(parents=True)
        if base is None:
            self._vectors = VectorIndex.empty(model.dimensions)
            words = WordIndex.create(layout.words)
        else:
            _copy_words(base.words, layout.words)
            shutil.copyfile(base.tables, layout.tables)
            self._vectors = VectorIndex.read(base.vectors)
            words = WordIndex.open(layout.words)
        self._tables = sqlite3.connect(layout.tables, isolation_level=None)
        # Nobody reads a draft and a crash throws it away, so a journal would protect nothing; `finish` syncs the file.
        self._tables.execute("PRAGMA journal_mode = OFF")
        self._tables.execute("PRAGMA synchronous = OFF")
        # What leaves the archive leaves the file: SQLite would keep it in pages that it means to use again.
        self._tables.execute("PRAGMA secure_delete = ON")
        if base is None:
            self._tables.executescript(schema.DDL + retired.DDL)
        self._tables.execute("BEGIN")
        self._words = words.writer()

    def remove(self, document_ids: Iterable[str]) -> None:
        keys: list[int] = []
        for identity in document_ids:
            document = self._tables.execute("SELECT key FROM documents WHERE id = ?", (identity,)).fetchone()
            if document is None:
                continue
            retired.retire(self._tables, document[0], self._before, self._tables)
            keys += (row[0] for row in self._tables.execute("SELECT key FROM passages WHERE document = ?", document))
            self._tables.execute("DELETE FROM passages WHERE document = ?", document)
            self._tables.execute("DELETE FROM documents WHERE key = ?", document)
        if keys:  # all at once: FAISS walks its whole index for each removal
            self._vectors.remove(keys)
            self._words.remove(keys)

    def add(self, document: Document, passages: Sequence[Passage], vectors: PassageVectors) -> None:
        if [len(passage.sentences) for passage in passages] != [len(rows) for rows in vectors.sentences]:
            raise ValueError(f"{document.source.path}: its passages and their vectors differ in number")
        check_slices(document, passages)
        key = self._tables.execute(schema.INSERT_DOCUMENT, schema.document_row(document, len(passages))).lastrowid
        keys: list[int] = []
        for passage, directions in zip(passages, vectors.sentences, strict=True):
            row = self._tables.execute(schema.INSERT_PASSAGE, (key, directions.tobytes(), *schema.passage_row(passage)))
            keys.append(int(row.lastrowid or 0))
            self._words.add(keys[-1], passage, passage.span.of(document.text), document.source)
        if keys:
            self._vectors.add(keys, vectors.whole)

    def set_files(self, files: Mapping[str, FileRecord]) -> None:
        self._tables.execute("DELETE FROM files")
        self._tables.executemany(schema.INSERT_FILE, map(schema.file_row, files.values()))

    def finish(self, generation: int) -> Manifest:
        """Writes everything to the disk; checks that the three engines hold the same passages. Raises IndexDamaged."""
        if self._past is not None:
            retired.carry_over(self._past.tables, self._before, self._tables)
        retired.settle(self._tables)
        documents, passages = self._tables.execute(
            "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages)"
        ).fetchone()
        self._tables.execute("COMMIT")
        self._tables.close()
        self._words.commit()
        self._vectors.write(self.layout.vectors)
        made = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        manifest = Manifest(
            generation,
            made,
            self._model.name,
            self._model.fingerprint,
            self._model.dimensions,
            documents,
            passages,
        )
        write_manifest(self.layout.manifest, manifest)
        held = {"tables": passages, "vectors": len(self._vectors), "words": len(WordIndex.open(self.layout.words))}
        if len(set(held.values())) != 1:
            raise IndexDamaged(f"the new generation contradicts itself and was not published: {held}")
        sync_tree(self.layout.folder)
        return manifest

    def settle(self, layout: Layout) -> None:
        """Moves the finished files to where the generation will live."""
        self.layout.folder.rename(layout.folder)
        self.layout = layout

    def discard(self) -> None:
        """Does nothing to a draft that was published or discarded: its place may hold another by now."""
        if not self._over:
            self._tables.close()
            self._words.abandon()
            shutil.rmtree(self.layout.folder, ignore_errors=True)
            self.release()

    def release(self) -> None:
        self._over = True
        self._release()


def _copy_words(base: Path, copy: Path) -> None:
    """tantivy never writes to a segment file again, so links are enough; what it does rewrite is copied."""
    copy.mkdir()
    for file in base.iterdir():
        if file.name.endswith(".lock"):
            continue
        if file.suffix == ".json":
            shutil.copyfile(file, copy / file.name)
        else:
            os.link(file, copy / file.name)

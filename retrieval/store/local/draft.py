"""A generation in the making: a copy of the published one's own layer, changed aside."""

from __future__ import annotations

import contextlib
import datetime
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from retrieval.records import Document, Passage
from retrieval.store.drafting import DraftModel, check_slices
from retrieval.store.local import forgetting, layering, retired, schema
from retrieval.store.local.columns import Columns
from retrieval.store.local.layering import Sizes
from retrieval.store.local.layout import (
    Layout,
    Written,
    check_files,
    files_of,
    link,
    link_or_copy,
    read_manifest,
    sync_tree,
    write_manifest,
    written,
)
from retrieval.store.local.other_generations import keep_first_seen
from retrieval.store.local.tables import in_each, layers_of
from retrieval.store.local.vector_rows import as_bytes, keep_rows
from retrieval.store.local.words import WordIndex
from retrieval.store.protocol import FileRecord, Manifest, PassageVectors


class LocalDraft:
    """Holds the write lock from its making until it is published or discarded."""

    def __init__(
        self,
        layout: Layout,
        base: Layout | None,
        undone: Sequence[Layout],
        older: Sequence[Layout],
        model: DraftModel,
        release: Callable[[], None],
        sizes: Sizes,
        telling: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """`undone`: the generations that were rolled back from; what nothing else knows is carried over from them, and,
        for a draft that begins with nothing, the codes of the `older` ones; both newest first. `telling` is around what
        writes: it tells of a disk that is full.
        """
        self.layout = layout
        self.begins_anew = base is None
        self._before = int(base.folder.name) if base else 0
        self._undone, self._older = undone, older
        self._model, self._sizes = model, sizes
        self._release, self._telling = release, telling
        self._over = False
        self._kept_files: dict[str, Written] = {}
        layout.folder.mkdir(parents=True)
        if base is None:
            words = WordIndex.create(layout.words)
            self._keys: list[int] = []
        else:
            self._kept_files = read_manifest(base.manifest)[1]
            check_files(base, self._kept_files, lambda name, _: "/" not in name)  # it is copied, with whatever is in it
            self._keys = Columns.read(base.own.columns).keys.tolist()
            _copy_words(base.words, layout.words)
            shutil.copyfile(base.own.tables, layout.own.tables)
            shutil.copyfile(base.own.rows, layout.own.rows)
            if base.has_base:
                link(base.base, layout.base)
            words = WordIndex.open(layout.words)
        self._rows = layout.own.rows.open("ab")
        self._tables = layering.connect_to_write(layout)
        if base is None:
            self._tables.executescript(schema.ddl("main", schema.LAYER, schema.INDEXES, schema.OWN))
        self._layers = layers_of(layout)
        self._next_document, self._next_passage = self._after("documents"), self._after("passages")
        self._tables.execute("BEGIN")
        self._words = words.writer()

    def _after(self, table: str) -> int:
        """A key that no row of any layer has, removed ones included: the words of a removed one may still be there."""
        keys = (self._tables.execute(f"SELECT max(key) FROM {layer}.{table}").fetchone()[0] for layer in self._layers)
        return max((key or 0 for key in keys), default=0) + 1

    def remove(self, document_ids: Iterable[str]) -> None:
        with self._telling():
            keys = [key for identity in document_ids for key in self._removed(identity)]
            if keys:
                self._words.remove(keys)

    def _removed(self, identity: str) -> list[int]:
        """The keys of the document's passages; the tables no longer have it."""
        looked_for = in_each("SELECT d.key FROM {layer}.documents d WHERE d.id = ? AND {there}", self._layers)
        for layer, statement in zip(self._layers, looked_for, strict=True):
            document = self._tables.execute(statement, (identity,)).fetchone()
            if document is None:
                continue
            retired.retire(self._tables, layer, document[0], self._before, self._tables)
            passages = self._tables.execute(f"SELECT key FROM {layer}.passages WHERE document = ?", document)
            keys = [row[0] for row in passages]
            if layer == "main":
                self._tables.execute("DELETE FROM main.passages WHERE document = ?", document)
                self._tables.execute("DELETE FROM main.documents WHERE key = ?", document)
            else:
                self._tables.execute("INSERT INTO main.removed VALUES (?)", document)
            return keys
        return []

    def add(self, document: Document, passages: Sequence[Passage], vectors: PassageVectors) -> None:
        if [len(passage.sentences) for passage in passages] != [len(rows) for rows in vectors.sentences]:
            raise ValueError(f"{document.source.path}: its passages and their vectors differ in number")
        check_slices(document, passages)
        with self._telling():
            self._add(document, passages, vectors)

    def _add(self, document: Document, passages: Sequence[Passage], vectors: PassageVectors) -> None:
        for statement in in_each("SELECT 1 FROM {layer}.documents d WHERE d.id = ? AND {there}", self._layers):
            if self._tables.execute(statement, (document.source.id,)).fetchone():
                raise ValueError(f"{document.source.path}: a document with its id is in the index already")
        first = self._next_passage
        keys = range(first, first + len(passages))
        row = schema.document_row(document, len(passages))
        self._tables.execute(schema.INSERT_DOCUMENT, (self._next_document, first, *row))
        for key, passage, directions in zip(keys, passages, vectors.sentences, strict=True):
            written_row = (key, self._next_document, directions.tobytes(), *schema.passage_row(passage))
            self._tables.execute(schema.INSERT_PASSAGE, written_row)
            self._words.add(key, passage.span.of(document.text), document.source)
        self._rows.write(as_bytes(vectors.whole))
        self._keys += keys
        self._next_document, self._next_passage = self._next_document + 1, keys.stop

    def set_files(self, files: Iterable[FileRecord], gone: Iterable[str] = ()) -> None:
        with self._telling():
            self._tables.executemany("DELETE FROM main.files WHERE path = ?", ((path,) for path in gone))
            self._tables.executemany(schema.INSERT_FILE, map(schema.file_row, files))

    def finish(self, generation: int) -> Manifest:
        """Writes everything to the disk."""
        for past in (*self._undone, *self._older):
            retired.carry_over(past, self.layout, self._tables)
        for past in self._undone:
            keep_first_seen(past, self.layout, self._tables)
        words_went = retired.settle(self._tables, self._layers, self._before)
        held = np.fromiter((row[0] for row in self._tables.execute("SELECT key FROM main.passages")), np.int64)
        self._tables.execute("COMMIT")
        self._rows.close()
        keep_rows(self.layout.own.rows, self._model.dimensions, np.isin(np.array(self._keys, np.int64), held))
        self._words.commit()
        base_is_new = layering.settle(self.layout, self._tables, self._model.dimensions, self._sizes, self._kept_files)
        forgetting.settle(self.layout, self._tables, words_went=words_went, base_is_new=base_is_new)
        counts = [self._counts(layer) for layer in layers_of(self.layout)]
        self._tables.close()
        manifest = Manifest(
            generation,
            datetime.datetime.now(datetime.UTC).replace(microsecond=0),
            self._model.name,
            self._model.fingerprint,
            self._model.dimensions,
            sum(documents for documents, _ in counts),
            sum(passages for _, passages in counts),
        )
        write_manifest(self.layout.manifest, manifest, self._files())
        sync_tree(self.layout.folder)
        return manifest

    def _counts(self, layer: str) -> tuple[int, int]:
        """Of its documents and passages. Rows are counted in an index: in the table they lie between the texts."""
        documents, passages = (self._count(f"FROM {layer}.{table}") for table in ("documents", "passages"))
        if layer == "main":
            return documents, passages
        hidden = self._count(f"FROM main.removed r JOIN {layer}.passages p ON p.document = r.document")
        return documents - self._count("FROM main.removed"), passages - hidden

    def _count(self, rows: str) -> int:
        return int(self._tables.execute(f"SELECT count(*) {rows}").fetchone()[0])

    def _files(self) -> dict[str, Written]:
        """A file of another generation is not read again: it has a second name, and was not written to."""
        return {
            name: known if (known := self._kept_files.get(name)) and path.stat().st_nlink > 1 else written(path)
            for name, path in files_of(self.layout)
        }

    def settle(self, layout: Layout) -> None:
        """Moves the finished files to where the generation will live."""
        self.layout.folder.rename(layout.folder)
        self.layout = layout

    def discard(self) -> None:
        """Does nothing to a draft that was published or discarded: its place may hold another by now."""
        if not self._over:
            with contextlib.suppress(OSError):  # of what is still to be written and will be thrown away
                self._rows.close()
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
            link_or_copy(file, copy / file.name)

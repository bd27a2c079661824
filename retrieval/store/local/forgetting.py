"""How the words of documents that are gone leave the word index.

tantivy marks a passage as removed; its terms, with their places, stay in the files of its segment until that is merged
with others of its size, which nobody can ask for and may never come. So what is left of such a segment is written once
more, to a new one, and tantivy drops the old. That takes as long as adding those passages did, and is done only when
words have to go, for old words of a document that is still there are kept beside its code, too; and when a base is laid
down, which takes as long.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

import numpy as np

from retrieval.errors import IndexDamaged
from retrieval.store.local import schema
from retrieval.store.local.layout import Layout
from retrieval.store.local.tables import in_each, layers_of
from retrieval.store.local.words import WordIndex, WordWriter

_DOCUMENTS = "SELECT d.key, d.first_passage, d.passages FROM {layer}.documents d WHERE {there} ORDER BY d.key"


def settle(layout: Layout, tables: sqlite3.Connection, *, words_went: bool, base_is_new: bool) -> None:
    """Once layers and words are written. `words_went`: of documents that are gone.

    Segments that hold nothing but passages of the base are left alone for as long as that is: whatever of it was
    removed since is there in other words, or there would be a new base. Raises IndexDamaged.
    """
    if base_is_new:
        _rewrite(layout, tables, spared=())
        layout.base.segments.write_text(json.dumps(list(WordIndex.open(layout.words).segments())), encoding="utf-8")
    elif words_went:
        _rewrite(layout, tables, spared=_of_the_base(layout))


def _of_the_base(layout: Layout) -> list[str]:
    return json.loads(layout.base.segments.read_text(encoding="utf-8")) if layout.has_base else []


def _rewrite(layout: Layout, tables: sqlite3.Connection, spared: Collection[str]) -> None:
    words = WordIndex.open(layout.words)
    stale = {name for name, removed in words.segments().items() if removed}.difference(spared)
    if not stale:
        return
    keys = np.array(words.keys_in(stale), np.int64)
    writer = words.writer()
    try:
        writer.remove(keys.tolist())
        for layer, documents in zip(layers_of(layout), in_each(_DOCUMENTS, layers_of(layout)), strict=True):
            for document, first, passages in tables.execute(documents).fetchall():
                there = keys[slice(*np.searchsorted(keys, [first, first + passages]))]
                if len(there):
                    _add(writer, tables, layer, document, set(there.tolist()))
        writer.commit()
    finally:
        writer.abandon()
    if stale & words.segments().keys():
        raise IndexDamaged("the new generation was not published: its words are still those of documents that are gone")


def _add(writer: WordWriter, tables: sqlite3.Connection, layer: str, document: int, keys: Collection[int]) -> None:
    """Those of the document's passages."""
    columns = ", ".join((*schema.SOURCE_COLUMNS, "text"))
    *said, stored = tables.execute(f"SELECT {columns} FROM {layer}.documents WHERE key = ?", (document,)).fetchone()
    source = schema.source_of(said)
    text = schema.checked(stored, source.text_sha256)
    passages = tables.execute(
        f'SELECT key, start, "end" FROM {layer}.passages WHERE document = ? ORDER BY key', (document,)
    )
    for key, start, end in passages:
        if key in keys:
            writer.add(key, text[start:end], source)

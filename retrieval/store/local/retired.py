"""Passages that were once in the index and whose words are no longer: what a code that was written down stands for.

A document that is gone was taken out of the archive, so its words go, too; that its passage was there is kept. One
whose file is there and can't be read is not gone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from retrieval.records import Retired
from retrieval.spans import Span
from retrieval.store.local.layout import Layout
from retrieval.store.local.other_generations import layers_of_its_own, whatever_can_be_read
from retrieval.store.local.tables import connect_read_only, in_each, layers_of

_COLUMNS = "code, document_id, path, title, generation, sentences, text"
_KEEP_NEWER = f"INSERT OR IGNORE INTO main.retired ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
_KEEP = f"INSERT OR REPLACE INTO main.retired ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
_IS_RETIRED = "SELECT 1 FROM main.retired WHERE code = ?1"
SELECT = f"SELECT {_COLUMNS} FROM main.retired WHERE code = ? ORDER BY document_id"


def retire(
    tables: sqlite3.Connection, layer: str, document_key: int, generation: int, into: sqlite3.Connection
) -> None:
    """Keeps the passages of a document in that layer of `tables`, last held by that generation."""
    identity, path, title, content, digest = tables.execute(
        f"SELECT id, path, title, text, text_sha256 FROM {layer}.documents WHERE key = ?", (document_key,)
    ).fetchone()
    # Words that are not those that were indexed are nobody's: the code is kept without.
    text = content.decode("utf-8", "surrogatepass") if hashlib.sha256(content).hexdigest() == digest else None
    passages = tables.execute(
        f'SELECT code, start, "end", sentences FROM {layer}.passages WHERE document = ?', (document_key,)
    )
    into.executemany(
        _KEEP,
        (
            (
                code,
                identity,
                path,
                title,
                generation,
                json.dumps([[first - start, last - start] for first, last in json.loads(sentences)]),
                None if text is None else text[start:end].encode("utf-8", "surrogatepass"),
            )
            for code, start, end, sentences in passages
        ),
    )


def carry_over(past: Layout, draft: Layout, into: sqlite3.Connection) -> None:
    """For a draft that did not begin as a copy of `past`: what that generation retired, and what `into`, the draft's
    tables, holds no more, unless a newer one told that already.

    Of tables that can't be read comes over what was read before: they are why the index was made anew.
    """
    generation = int(past.folder.name)
    with whatever_can_be_read(), contextlib.closing(connect_read_only(past, own_alone=True)) as tables:
        into.executemany(_KEEP_NEWER, tables.execute(f"SELECT {_COLUMNS} FROM main.retired"))
    known = " UNION ALL ".join(
        (*in_each("SELECT 1 FROM {layer}.passages WHERE code = ?1", layers_of(draft)), _IS_RETIRED)
    )
    with whatever_can_be_read(), contextlib.closing(connect_read_only(past)) as tables:
        layers = layers_of_its_own(past, draft)
        every = in_each("SELECT d.key FROM {layer}.documents d WHERE {there}", layers)
        for layer, statement in zip(layers, every, strict=True):
            for (key,) in tables.execute(statement).fetchall():
                with whatever_can_be_read():
                    codes = tables.execute(f"SELECT code FROM {layer}.passages WHERE document = ?", (key,))
                    if any(into.execute(known, code).fetchone() is None for code in codes):
                        retire(tables, layer, key, generation, into)


def settle(tables: sqlite3.Connection, layers: Sequence[str], before: int) -> bool:
    """Once a generation is complete: what it holds is not retired, and of documents that are gone no words stay.

    Gives whether words went: of a document that the generation `before` held, or kept old words of.
    """
    held = (
        "SELECT 1 FROM {layer}.passages p JOIN {layer}.documents d ON d.key = p.document "
        "WHERE p.code = retired.code AND {there}"
    )
    there = "SELECT 1 FROM {layer}.documents d WHERE d.id = retired.document_id AND {there}"
    for statement in in_each(f"DELETE FROM main.retired WHERE EXISTS ({held})", layers):
        tables.execute(statement)
    absent = " AND ".join(f"NOT EXISTS ({each})" for each in in_each(there, layers))
    went = tables.execute(
        f"UPDATE main.retired SET text = NULL WHERE (text IS NOT NULL OR generation = ?) AND {absent} "
        "AND NOT EXISTS (SELECT 1 FROM main.files f WHERE f.identity = retired.document_id)",
        (before,),
    )
    return went.rowcount > 0


def retired_of(rows: Iterable[tuple[Any, ...]]) -> list[Retired]:
    """From rows of SELECT."""
    return [
        Retired(
            code,
            document_id,
            path,
            title,
            generation,
            tuple(Span(start, end) for start, end in json.loads(sentences)),
            None if text is None else text.decode("utf-8", "surrogatepass"),
        )
        for code, document_id, path, title, generation, sentences, text in rows
    ]

"""Passages that were once in the index and whose words are no longer: what a code that was written down stands for.

A document that is gone was taken out of the archive, so its words go, too; that its passage was there is kept. One
whose file is there and can't be read is not gone.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from retrieval.records import Retired
from retrieval.spans import Span
from retrieval.store.local.schema import connect_read_only

DDL = """
CREATE TABLE retired (
    code TEXT NOT NULL,
    document_id TEXT NOT NULL,
    path TEXT NOT NULL,
    title TEXT NOT NULL,
    generation INTEGER NOT NULL,
    sentences TEXT NOT NULL,
    text BLOB,
    PRIMARY KEY (code, document_id)
) STRICT, WITHOUT ROWID;
"""
_COLUMNS = "code, document_id, path, title, generation, sentences, text"
_KEEP = f"INSERT OR REPLACE INTO retired ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
SELECT = f"SELECT {_COLUMNS} FROM retired WHERE code = ? ORDER BY document_id"


def retire(tables: sqlite3.Connection, document_key: int, generation: int, into: sqlite3.Connection) -> None:
    """Keeps the passages of one of `tables`' documents, last held by that generation."""
    identity, path, title, content = tables.execute(
        "SELECT id, path, title, text FROM documents WHERE key = ?", (document_key,)
    ).fetchone()
    text = content.decode("utf-8", "surrogatepass")
    passages = tables.execute('SELECT code, start, "end", sentences FROM passages WHERE document = ?', (document_key,))
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
                text[start:end].encode("utf-8", "surrogatepass"),
            )
            for code, start, end, sentences in passages
        ),
    )


def carry_over(past: Path, generation: int, into: sqlite3.Connection) -> None:
    """For an index that was made anew: what the generation in `past` retired, and what `into` holds no more.

    Of tables that can't be read comes over what was read before: they are why the index was made anew.
    """
    with contextlib.suppress(sqlite3.Error, ValueError), contextlib.closing(connect_read_only(past)) as tables:
        into.executemany(_KEEP, tables.execute(f"SELECT {_COLUMNS} FROM retired"))
        for (key,) in tables.execute("SELECT key FROM documents").fetchall():
            codes = tables.execute("SELECT code FROM passages WHERE document = ?", (key,))
            if any(not _holds(into, code) for (code,) in codes):
                retire(tables, key, generation, into)


def _holds(tables: sqlite3.Connection, code: str) -> bool:
    return tables.execute("SELECT 1 FROM passages WHERE code = ?", (code,)).fetchone() is not None


def settle(tables: sqlite3.Connection) -> None:
    """Once a generation is complete: what it holds is not retired, and of documents that are gone no words stay."""
    tables.execute("DELETE FROM retired WHERE code IN (SELECT code FROM passages)")
    there = "SELECT id FROM documents UNION ALL SELECT identity FROM files"
    tables.execute(f"UPDATE retired SET text = NULL WHERE document_id NOT IN ({there})")


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

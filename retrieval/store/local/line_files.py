"""The short lines of a layer's documents in a file of their own: made from the tables, with which they must agree, so
that those of a hundred thousand documents are read in a moment.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.line_table import LineTable, Origin
from retrieval.store.local.schema import LINES


def lines_in(tables: sqlite3.Connection) -> LineTable:
    """Of the documents in these tables, in the order of their keys."""
    rows = tables.execute(
        "SELECT id, publisher, collection, path, member, lines, marked FROM documents ORDER BY key"
    ).fetchall()
    numbers: dict[Origin, int] = {}
    origin = [
        numbers.setdefault(Origin.of(publisher, collection, path, member), len(numbers))
        for _, publisher, collection, path, member, _, _ in rows
    ]
    counts = np.array([len(row[6]) for row in rows], np.int64)
    hashes = np.frombuffer(b"".join(row[5] for row in rows), LINES).astype(np.uint64)
    is_story = np.zeros(len(hashes), np.bool_)
    is_story[np.cumsum(counts + 1) - counts - 1] = True
    return LineTable(
        [row[0] for row in rows],
        list(numbers),
        np.array(origin, np.int64),
        hashes[is_story],
        counts,
        hashes[~is_story],
        np.frombuffer(b"".join(row[6] for row in rows), np.bool_),
    )


def write_lines(table: LineTable, path: Path) -> None:
    np.savez(
        path,
        documents=_packed(table.documents),
        origins=_packed(table.origins),
        origin=table.origin,
        stories=table.stories,
        counts=table.counts,
        lines=table.lines,
        marked=table.marked,
    )


def read_lines(path: Path) -> LineTable:
    """Raises OSError, ValueError or KeyError."""
    with np.load(path, allow_pickle=False) as stored:
        return LineTable(
            _unpacked(stored["documents"]),
            [Origin(*each) for each in _unpacked(stored["origins"])],
            stored["origin"],
            stored["stories"],
            stored["counts"],
            stored["lines"],
            stored["marked"],
        )


def _packed(values: Any) -> Any:
    return np.frombuffer(json.dumps(values).encode("ascii"), np.uint8)


def _unpacked(packed: Any) -> Any:
    return json.loads(packed.tobytes())

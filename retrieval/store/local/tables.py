"""The tables of a generation, open for reading: one file for each of its layers."""

from __future__ import annotations

import contextlib
import queue
import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from retrieval.store.local.layout import Layout

CONNECTIONS = 4
"""Readers of the tables at one time; a fifth thread waits for a free one, for well under a millisecond."""
LAYERS = {"main": "1", "base": "d.key NOT IN (SELECT document FROM main.removed)"}
"""Each layer's name in a statement, and the condition under which a document `d` of it is part of the generation."""


def connect_read_only(layout: Layout, *, own_alone: bool = False) -> sqlite3.Connection:
    """A published file never changes, which `immutable` tells SQLite: no locks, and no write permission needed."""
    connection = sqlite3.connect(_read_only(layout.own.tables), uri=True, check_same_thread=False)
    if layout.has_base and not own_alone:
        connection.execute("ATTACH ? AS base", (_read_only(layout.base.tables),))
    return connection


def _read_only(path: Path) -> str:
    return f"{path.resolve().as_uri()}?mode=ro&immutable=1"


def layers_of(layout: Layout) -> tuple[str, ...]:
    return tuple(LAYERS) if layout.has_base else ("main",)


def in_each(statement: str, layers: Sequence[str]) -> list[str]:
    """The statement for each layer: `{layer}` in it is the name, `{there}` the condition on a document `d`."""
    return [statement.format(layer=layer, there=LAYERS[layer]) for layer in layers]


_known = lru_cache(maxsize=200)(in_each)
"""Remembered, since every question asks with the same few."""


class Tables:
    """A few connections, all opened at once: the files may be pruned while this generation is still being read."""

    def __init__(self, layout: Layout) -> None:
        self._layers = layers_of(layout)
        self._opened = [connect_read_only(layout) for _ in range(CONNECTIONS)]
        self._free: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()  # the last used has its pages at hand
        for connection in self._opened:
            for layer in self._layers:
                connection.execute(f"SELECT 1 FROM {layer}.names").fetchone()  # SQLite opens a file at its first use
            self._free.put(connection)

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """From all layers, where the statement names `{layer}` and `{there}`, as `in_each` says."""
        with self._borrowed() as connection:
            return [
                row
                for each in _known(statement, self._layers if "{layer}" in statement else self._layers[:1])
                for row in connection.execute(each, tuple(values))
            ]

    def first(self, statement: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
        return next(iter(self.all(statement, values)), None)

    def number_of(self, layer: int, field: str, name: str) -> int | None:
        """As `Columns.matching` asks for it."""
        [statement] = in_each("SELECT number FROM {layer}.names WHERE field = ? AND name = ?", [self._layers[layer]])
        with self._borrowed() as connection:
            row = connection.execute(statement, (field, name)).fetchone()
        return None if row is None else int(row[0])

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

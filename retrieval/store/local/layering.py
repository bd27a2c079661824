"""When a generation's own layer is laid down as the base, and how.

The own layer is copied for every generation, so it must stay small. Once it is large, a new base is written of both.
That is also done when a document that lies in the base is gone: it was taken out of the archive, so its words must not
stay.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retrieval.store.local import schema
from retrieval.store.local.columns import Columns
from retrieval.store.local.layout import LayerFiles, Layout, Written, check_files
from retrieval.store.local.line_files import lines_in, write_lines
from retrieval.store.local.vector_rows import Rows, copy_rows
from retrieval.store.local.vectors import EXACT_UP_TO, build_approximate


@dataclass(frozen=True, slots=True)
class Sizes:
    """From where on a store works in another way."""

    own_bytes: int = 128 * 1024 * 1024
    """Of the own layer's tables and vectors: copied in a fifth of a second."""
    own_share: float = 0.1
    """Of the base: so large the own layer may always be."""
    exact_up_to: int = EXACT_UP_TO
    """Vectors of a layer that are searched one by one."""


def connect_to_write(layout: Layout) -> sqlite3.Connection:
    """The own layer's tables as `main`, with the base's, which nothing is written to, as `base`."""
    tables = sqlite3.connect(f"{layout.own.tables.resolve().as_uri()}?mode=rwc", uri=True, isolation_level=None)
    # Nobody reads a draft and a crash throws it away, so a journal would protect nothing; `finish` syncs the file.
    tables.execute("PRAGMA journal_mode = OFF")
    tables.execute("PRAGMA synchronous = OFF")
    # What leaves the archive leaves the file: SQLite would keep it in pages that it means to use again.
    tables.execute("PRAGMA secure_delete = ON")
    tables.execute(f"PRAGMA cache_size = -{64 * 1024}")
    if layout.has_base:
        tables.execute("ATTACH ? AS base", (f"{layout.base.tables.resolve().as_uri()}?mode=ro&immutable=1",))
    return tables


def settle(
    layout: Layout, tables: sqlite3.Connection, dimensions: int, sizes: Sizes, known: Mapping[str, Written]
) -> bool:
    """Lays down what has to be, and completes the layers that are new; gives whether a base is.

    `tables` are those of `connect_to_write`, with no transaction open; they stay so. `known`: the files that are
    shared, as they were published; a base that is no longer what it was raises IndexDamaged before another is written
    of it.
    """
    own = layout.own.tables.stat().st_size + layout.own.rows.stat().st_size
    is_due = own > sizes.own_bytes
    if layout.has_base:
        base = layout.base.tables.stat().st_size + layout.base.rows.stat().st_size
        is_due = own > max(sizes.own_bytes, sizes.own_share * base) or _something_is_gone(tables)
    if is_due:
        of_the_base = {name: file for name, file in known.items() if name.startswith(layout.base.folder.name + "/")}
        check_files(layout, of_the_base)
        _lay_down(layout, tables, dimensions, sizes)
    _describe(tables, layout.own)
    return is_due


def _something_is_gone(tables: sqlite3.Connection) -> bool:
    """Of the base's documents that were removed, one is not there in other words."""
    return bool(
        tables.execute(
            "SELECT 1 FROM main.removed r JOIN base.documents d ON d.key = r.document "
            "WHERE NOT EXISTS (SELECT 1 FROM main.documents n WHERE n.id = d.id) LIMIT 1"
        ).fetchone()
    )


def _lay_down(layout: Layout, tables: sqlite3.Connection, dimensions: int, sizes: Sizes) -> None:
    """Writes a new base of both layers, and leaves an own one with no documents."""
    new = LayerFiles(layout.folder / "laid down")
    new.folder.mkdir()
    had_base = layout.has_base
    tables.execute("ATTACH ? AS new", (new.tables.resolve().as_uri(),))
    tables.execute("PRAGMA new.journal_mode = OFF")
    tables.execute("PRAGMA new.synchronous = OFF")
    tables.executescript(schema.ddl("new", schema.LAYER))
    tables.execute("BEGIN")
    for table, key in (("documents", "key"), ("passages", "document")):
        if had_base:
            there = f"{key} NOT IN (SELECT document FROM main.removed)"
            tables.execute(f"INSERT INTO new.{table} SELECT * FROM base.{table} WHERE {there} ORDER BY key")
        tables.execute(f"INSERT INTO new.{table} SELECT * FROM main.{table} ORDER BY key")
        tables.execute(f"DELETE FROM main.{table}")
    hidden = np.fromiter((row[0] for row in tables.execute("SELECT document FROM main.removed")), np.int64)
    tables.execute("DELETE FROM main.removed")
    tables.execute("COMMIT")
    tables.execute("DETACH new")
    with new.rows.open("wb") as file:
        if had_base:
            columns = Columns.read(layout.base.columns)
            copy_rows(layout.base.rows, dimensions, file, columns.rows_of(~np.isin(columns.documents, hidden)))
        copy_rows(layout.own.rows, dimensions, file)
    layout.own.rows.write_bytes(b"")
    tables.execute("VACUUM main")
    _complete(new, dimensions, sizes)
    if had_base:
        tables.execute("DETACH base")
        shutil.rmtree(layout.base.folder)
    new.folder.rename(layout.base.folder)
    tables.execute("ATTACH ? AS base", (f"{layout.base.tables.resolve().as_uri()}?mode=ro&immutable=1",))


def _complete(layer: LayerFiles, dimensions: int, sizes: Sizes) -> None:
    with contextlib.closing(sqlite3.connect(layer.tables, isolation_level=None)) as tables:
        tables.executescript(schema.ddl("main", schema.INDEXES))
        columns = _describe(tables, layer)
    if len(columns.keys) > sizes.exact_up_to:
        with contextlib.closing(Rows(layer.rows, dimensions)) as rows:
            build_approximate(rows, dimensions, layer.approximate)


def _describe(tables: sqlite3.Connection, layer: LayerFiles) -> Columns:
    """Writes the files that are made of the layer's tables, and gives the columns."""
    tables.execute("BEGIN")
    columns = Columns.of(tables)
    tables.execute("COMMIT")
    columns.write(layer.columns)
    write_lines(lines_in(tables), layer.lines)
    return columns

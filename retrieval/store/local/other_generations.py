"""What a draft takes from generations that it did not begin as a copy of: from those that were rolled back from, and,
where the index is made anew, from all before.
"""

from __future__ import annotations

import contextlib
import sqlite3

from retrieval.store.local.layout import Layout
from retrieval.store.local.tables import connect_read_only, in_each, layers_of


def whatever_can_be_read() -> contextlib.suppress:
    return contextlib.suppress(sqlite3.Error, ValueError, TypeError)


def layers_of_its_own(past: Layout, draft: Layout) -> tuple[str, ...]:
    """Those that the draft does not share, so that what is in them may be news to it."""
    shared = past.has_base and draft.has_base and past.base.tables.samefile(draft.base.tables)
    return ("main",) if shared else layers_of(past)


def keep_first_seen(past: Layout, draft: Layout, into: sqlite3.Connection) -> None:
    """Into the draft's tables: a document that `past` saw first was first seen then."""
    with whatever_can_be_read(), contextlib.closing(connect_read_only(past)) as tables:
        for statement in in_each(_DOCUMENTS, layers_of_its_own(past, draft)):
            into.executemany(_EARLIER_DOCUMENT, tables.execute(statement))
        into.executemany(_EARLIER_FILE, tables.execute(_FILES))


_DOCUMENTS = "SELECT d.id, d.first_seen FROM {layer}.documents d WHERE {there}"
_FILES = "SELECT identity, first_seen FROM main.files WHERE first_seen IS NOT NULL"
_EARLIER_DOCUMENT = "UPDATE main.documents SET first_seen = ?2 WHERE id = ?1 AND first_seen > ?2"
_EARLIER_FILE = "UPDATE main.files SET first_seen = ?2 WHERE identity = ?1 AND first_seen > ?2"

"""The documents of the published generation that are not read again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from retrieval.indexing.repetition import Repetition
from retrieval.line_table import LineTable
from retrieval.records import Document
from retrieval.repeated_lines import marked
from retrieval.store.protocol import Snapshot

Marks = Mapping[str, frozenset[int]]
"""The repeated lines of documents, by id."""


class Staying:
    """`outdated`: ids of those that do not stay."""

    def __init__(self, before: Snapshot | None, outdated: Collection[str]) -> None:
        self._before = before
        lines = before.short_lines() if before else LineTable.of(())
        leave = frozenset(outdated)
        self.lines = lines.kept(np.array([identity not in leave for identity in lines.documents], np.bool_))

    def ids(self) -> set[str]:
        return set(self.lines.documents)

    def to_add(self, repetition: Repetition, everything: bool) -> Marks:
        """What has to be added again: those of which other lines repeat in the archive than before, or `everything`."""
        table, now = self.lines, repetition.of_staying
        after = np.cumsum(table.counts)
        if everything:
            again = np.arange(len(table))
        else:
            again = np.unique(np.searchsorted(after, np.flatnonzero(now != table.marked), "right"))
        spans = ((place, slice(after[place] - table.counts[place], after[place])) for place in again.tolist())
        return {table.documents[place]: frozenset(table.lines[span][now[span]].tolist()) for place, span in spans}

    def documents(self, marks: Marks) -> Iterator[Document]:
        """Those that have marks, marked so."""
        for identity, lines in marks.items():
            document = self._before.document(identity) if self._before else None
            if document is not None:
                yield marked(document, lines)

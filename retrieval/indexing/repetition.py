"""Which short lines repeat in the archive: counted over all of it, so that the order of runs makes no difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from retrieval.store.protocol import ShortLines

FEWEST = 5
"""Stories of one publisher, or without one of one collection, that have a line alike."""
SHARE = 0.05
"""Of the group's stories."""


class Repetition:
    """The repeated lines of every group of documents."""

    def __init__(self, documents: Iterable[ShortLines]) -> None:
        held: dict[str, dict[int, np.ndarray]] = defaultdict(dict)
        for document in documents:
            # Of the versions of a story the one with the lowest lines: any will do that is the same in every order.
            lines = np.sort(np.asarray(document.lines, dtype=np.uint64))
            other = held[document.group].setdefault(document.story, lines)
            if other.tolist() > lines.tolist():
                held[document.group][document.story] = lines
        self._of: Mapping[str, frozenset[int]] = {
            group: found for group, stories in held.items() if (found := _repeated(list(stories.values())))
        }

    def among(self, lines: ShortLines) -> frozenset[int]:
        """Those of a document's lines that repeat."""
        return self._of.get(lines.group, frozenset()).intersection(lines.lines)


def _repeated(stories: list[np.ndarray]) -> frozenset[int]:
    least = max(FEWEST, SHARE * len(stories))
    if len(stories) < least:
        return frozenset()
    lines, counts = np.unique(np.concatenate(stories), return_counts=True)
    return frozenset(int(line) for line in lines[counts >= least])

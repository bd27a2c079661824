"""Which short lines repeat in the archive: counted over all of it, so that the order of runs makes no difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from retrieval.store.protocol import ShortLines

FEWEST = 5
"""Documents of one publisher, or without one of one collection, that have a line alike."""
SHARE = 0.05
"""Of the group's documents."""


class Repetition:
    """The repeated lines of every group of documents."""

    def __init__(self, documents: Iterable[ShortLines]) -> None:
        held: dict[str, list[np.ndarray]] = defaultdict(list)
        for document in documents:
            held[document.group].append(np.asarray(document.lines, dtype=np.uint64))
        self._of: Mapping[str, frozenset[int]] = {
            group: found for group, lines in held.items() if (found := _repeated(lines))
        }

    def among(self, lines: ShortLines) -> frozenset[int]:
        """Those of a document's lines that repeat."""
        return self._of.get(lines.group, frozenset()).intersection(lines.lines)


def _repeated(documents: list[np.ndarray]) -> frozenset[int]:
    least = max(FEWEST, SHARE * len(documents))
    if len(documents) < least:
        return frozenset()
    lines, counts = np.unique(np.concatenate(documents), return_counts=True)
    return frozenset(int(line) for line in lines[counts >= least])

"""Which short lines repeat in the archive: counted over all of it, so that the order of runs makes no difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

FEWEST = 5
"""Stories of one group that have a line alike."""
SHARE = 0.05
"""Of the group's stories."""


@dataclass(frozen=True, slots=True)
class Group:
    """Documents whose lines are counted together: of one publisher, else of one collection, else of neither.

    Documents of a file that holds many are counted within that file alone. Rows say themselves whose they are: five
    rows that claim a publisher and have a line alike would else take that line out of the publisher's own stories.
    """

    publisher: str | None
    collection: str | None
    file: str | None = None

    @classmethod
    def of(cls, publisher: str | None, collection: str | None) -> Group:
        """Of a document that is a file of its own, however that is packed."""
        return cls(publisher or None, None if publisher else collection)

    def within(self, file: str) -> Group:
        return replace(self, file=file)


@dataclass(frozen=True, slots=True)
class LinesIn:
    """A document's lines that may repeat, as `repeated_lines` numbers them, and what they are counted in."""

    group: Group
    lines: tuple[int, ...]
    story: int


class Repetition:
    """The repeated lines of every group of documents."""

    def __init__(self, documents: Iterable[LinesIn]) -> None:
        held: dict[Group, dict[int, np.ndarray]] = defaultdict(dict)
        for document in documents:
            # Of the versions of a story the one with the lowest lines: any will do that is the same in every order.
            lines = np.sort(np.asarray(document.lines, dtype=np.uint64))
            other = held[document.group].setdefault(document.story, lines)
            if other.tolist() > lines.tolist():
                held[document.group][document.story] = lines
        self._of: Mapping[Group, frozenset[int]] = {
            group: found for group, stories in held.items() if (found := _repeated(list(stories.values())))
        }

    def among(self, lines: LinesIn) -> frozenset[int]:
        """Those of a document's lines that repeat."""
        return self._of.get(lines.group, frozenset()).intersection(lines.lines)


def _repeated(stories: list[np.ndarray]) -> frozenset[int]:
    least = max(FEWEST, SHARE * len(stories))
    if len(stories) < least:
        return frozenset()
    lines, counts = np.unique(np.concatenate(stories), return_counts=True)
    return frozenset(int(line) for line in lines[counts >= least])

"""The short lines of many documents as a few arrays, so that those of a large archive are counted in a moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from retrieval.records import file_at

Mask = npt.NDArray[np.bool_]


class Origin(NamedTuple):
    """Whose a document is, as far as its lines are concerned."""

    publisher: str | None
    collection: str | None
    file: str | None
    """The file that it is a part of, relative to the archive folder; None for a document that is a whole file."""

    @classmethod
    def of(cls, publisher: str | None, collection: str | None, path: str, member: str | None) -> Self:
        """As the document's source has them."""
        return cls(publisher, collection, None if member is None else file_at(path, member))


@dataclass(frozen=True, slots=True)
class ShortLines:
    """The lines of a document that may repeat in others, as `repeated_lines.short_lines` numbers them."""

    document_id: str
    origin: Origin
    lines: tuple[int, ...]
    """Each from 0 to 2^64 - 1."""
    story: int
    """Documents with the same are copies or versions of one another."""
    marked: tuple[int, ...]
    """Those that are marked in it as repeated."""


@dataclass(frozen=True, slots=True, eq=False)
class LineTable:
    """The short lines of documents, in their order."""

    documents: Sequence[str]
    """Their ids."""
    origins: Sequence[Origin]
    """One may be there twice, or be no document's."""
    origin: npt.NDArray[np.int64]
    """Of each document, its place in `origins`."""
    stories: npt.NDArray[np.uint64]
    """Of each document."""
    counts: npt.NDArray[np.int64]
    """Lines of each document."""
    lines: npt.NDArray[np.uint64]
    """Those of one document follow those of the one before."""
    marked: Mask
    """Over the lines."""

    def __post_init__(self) -> None:
        each = {len(self.documents), len(self.origin), len(self.stories), len(self.counts)}
        if len(each) != 1 or {len(self.lines), len(self.marked)} != {int(self.counts.sum())}:
            raise ValueError("the columns of a table of lines differ in length")

    @classmethod
    def of(cls, documents: Iterable[ShortLines]) -> Self:
        held, numbers = list(documents), dict[Origin, int]()
        origin = [numbers.setdefault(each.origin, len(numbers)) for each in held]
        return cls(
            [each.document_id for each in held],
            list(numbers),
            np.array(origin, np.int64),
            np.array([each.story for each in held], np.uint64),
            np.array([len(each.lines) for each in held], np.int64),
            np.array([line for each in held for line in each.lines], np.uint64),
            np.array([line in each.marked for each in held for line in each.lines], np.bool_),
        )

    def __len__(self) -> int:
        return len(self.documents)

    def __iter__(self) -> Iterator[ShortLines]:
        end = 0
        for place, identity in enumerate(self.documents):
            start, end = end, end + int(self.counts[place])
            lines, marked = self.lines[start:end], self.marked[start:end]
            yield ShortLines(
                identity,
                self.origins[self.origin[place]],
                tuple(lines.tolist()),
                int(self.stories[place]),
                tuple(lines[marked].tolist()),
            )

    def kept(self, documents: Mask) -> LineTable:
        """Those of these documents."""
        if documents.all():
            return self
        of_line = np.repeat(documents, self.counts)
        return LineTable(
            [identity for identity, kept in zip(self.documents, documents.tolist(), strict=True) if kept],
            self.origins,
            self.origin[documents],
            self.stories[documents],
            self.counts[documents],
            self.lines[of_line],
            self.marked[of_line],
        )

    def beside(self, other: LineTable) -> LineTable:
        """Both, this one first."""
        if not len(self) or not len(other):
            return other if len(other) else self
        return LineTable(
            [*self.documents, *other.documents],
            [*self.origins, *other.origins],
            np.concatenate((self.origin, other.origin + len(self.origins))),
            np.concatenate((self.stories, other.stories)),
            np.concatenate((self.counts, other.counts)),
            np.concatenate((self.lines, other.lines)),
            np.concatenate((self.marked, other.marked)),
        )

"""Which short lines repeat in the archive: counted over all of it, so that the order of runs makes no difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from retrieval.line_table import LineTable, Mask

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

    def __init__(self, staying: LineTable, added: Iterable[LinesIn]) -> None:
        held = list(added)
        numbers: dict[Group, int] = {}
        of_origin = [numbers.setdefault(group, len(numbers)) for group in groups_of(staying)]
        of_added = [numbers.setdefault(each.group, len(numbers)) for each in held]
        documents = _Documents(
            np.concatenate((np.array(of_origin, np.int64)[staying.origin], np.array(of_added, np.int64))),
            np.concatenate((staying.stories, np.array([each.story for each in held], np.uint64))),
            np.concatenate((staying.counts, np.array([len(each.lines) for each in held], np.int64))),
            np.concatenate((staying.lines, np.array([line for each in held for line in each.lines], np.uint64))),
        )
        repeated, found = _repeated(documents)
        names = list(numbers)
        self._of = {names[number]: lines for number, lines in found.items()}
        self.of_staying: Mask = repeated[: len(staying.lines)]
        """Over the lines of those that stay: which repeat."""

    def among(self, lines: LinesIn) -> frozenset[int]:
        """Those of a document's lines that repeat."""
        return self._of.get(lines.group, frozenset()).intersection(lines.lines)


def groups_of(table: LineTable) -> list[Group]:
    """Of each of its origins."""
    documents = Counter[str]()
    for origin, count in zip(table.origins, np.bincount(table.origin, minlength=len(table.origins)), strict=True):
        if origin.file is not None:
            documents[origin.file] += int(count)
    groups = (Group.of(origin.publisher, origin.collection) for origin in table.origins)
    return [
        group.within(origin.file) if origin.file is not None and documents[origin.file] > 1 else group
        for group, origin in zip(groups, table.origins, strict=True)
    ]


class _Documents(NamedTuple):
    groups: npt.NDArray[np.int64]
    """Numbers of them."""
    stories: npt.NDArray[np.uint64]
    counts: npt.NDArray[np.int64]
    """Lines of each."""
    lines: npt.NDArray[np.uint64]


def _repeated(documents: _Documents) -> tuple[Mask, Mapping[int, frozenset[int]]]:
    """Over all lines, which repeat in their group, and those lines by the group's number."""
    repeated, found = np.zeros(len(documents.lines), np.bool_), dict[int, frozenset[int]]()
    one_each = _one_of_each_story(documents)
    stories = np.bincount(documents.groups[one_each])
    least = np.maximum(FEWEST, SHARE * stories)
    groups, counted = (np.repeat(each, documents.counts) for each in (documents.groups, one_each))
    order = np.argsort(groups, kind="stable")
    in_order = groups[order]
    for group in np.flatnonzero(stories >= least).tolist():
        places = order[np.searchsorted(in_order, group) : np.searchsorted(in_order, group, "right")]
        lines = documents.lines[places]
        once = np.sort(lines[counted[places]])
        starts = np.flatnonzero(np.diff(once, prepend=once[:1] ^ _ONE, append=once[-1:] ^ _ONE))
        many = once[starts[:-1]][np.diff(starts) >= least[group]]
        if len(many):
            repeated[places] = np.isin(lines, many)
            found[group] = frozenset(many.tolist())
    return repeated, found


_ONE = np.uint64(1)


def _one_of_each_story(documents: _Documents) -> Mask:
    """Of the versions of a story in one group the one with the lowest lines: any will do that is the same in every
    order.
    """
    order = np.lexsort((documents.stories, documents.groups))
    groups, stories = documents.groups[order], documents.stories[order]
    begins = np.flatnonzero(np.concatenate(([True], (np.diff(groups) != 0) | (np.diff(stories) != 0)))[: len(order)])
    ends = np.append(begins[1:], len(order))
    several = ends - begins > 1
    chosen = np.ones(len(order), np.bool_)
    after = np.cumsum(documents.counts)

    def lines_of(document: int) -> list[int]:
        end = after[document]
        lines: list[int] = np.sort(documents.lines[end - documents.counts[document] : end]).tolist()
        return lines

    for begin, end in zip(begins[several].tolist(), ends[several].tolist(), strict=True):
        versions = order[begin:end]
        chosen[versions] = False
        chosen[min(versions.tolist(), key=lines_of)] = True
    return chosen

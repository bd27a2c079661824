"""How much a filter leaves. Milvus counts and has no least or greatest, so the days are found by counting."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Callable

from retrieval.filters import Filter
from retrieval.store.milvus.conditions import all_of, matching
from retrieval.store.milvus.opened import Opened
from retrieval.store.milvus.rows import SOURCE
from retrieval.store.protocol import Coverage


def covered(opened: Opened, where: Filter, everything: Coverage) -> Coverage:
    """`everything` is what there is without a filter."""
    conditions = matching(where)
    passages = opened.engine.count(opened.generation.passages, all_of(conditions))
    documents = _count(opened, conditions)
    if everything.first is None or everything.last is None:
        return Coverage(documents, passages, None, None)
    first, last = everything.first.toordinal(), everything.last.toordinal()
    dated = _count(opened, [*conditions, f"published >= {first}"]) if documents else 0
    if not dated:
        return Coverage(documents, passages, None, None)
    dates = [*conditions, f"published >= {first}"]
    earliest = _least(first, last, lambda day: _count(opened, [*dates, f"published <= {day}"]) > 0)
    latest = _least(earliest, last, lambda day: _count(opened, [*conditions, f"published > {day}"]) == 0)
    return Coverage(documents, passages, datetime.date.fromordinal(earliest), datetime.date.fromordinal(latest))


def _count(opened: Opened, conditions: list[str]) -> int:
    return opened.engine.count(opened.generation.records, all_of((f'kind == "{SOURCE}"', "part == 0", *conditions)))


def _least(first: int, last: int, holds: Callable[[int], bool]) -> int:
    """The first day for which it holds, which is so for all later ones and for the last."""
    return first + bisect_left(range(last - first), True, key=lambda day: holds(first + day))

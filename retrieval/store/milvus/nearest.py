"""Vectors by cosine: Milvus finds the nearest, and their cosines are reckoned again from the vectors as stored.

So a score is exact whatever index found the passage, and the same with a filter as without.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrieval.store.milvus.engine import MOST_HITS, Row
from retrieval.store.milvus.opened import Opened
from retrieval.store.protocol import Vectors

_MORE = 16
"""Asked for beside those that are wanted: 32-bit sums may swap neighbours that are this near."""


def nearest(opened: Opened, vector: Vectors, condition: str, limit: int) -> list[tuple[int, float]]:
    """(key, cosine), best first, ties by key. At most MOST_HITS."""
    if limit <= 0:
        return []
    many = min(limit + _MORE, MOST_HITS)
    found = opened.engine.nearest(
        opened.generation.passages, "vector", vector.tolist(), condition, many, ("key", "vector")
    )
    cosines = exact_cosines(vector, [row for row, _ in found])
    return sorted(cosines.items(), key=lambda hit: (-hit[1], hit[0]))[:limit]


def exact_cosines(vector: Vectors, found: Sequence[Row]) -> dict[int, float]:
    """By key. Each row's sum is its own, so that it does not depend on which others were found."""
    wanted = vector.astype(np.float64)
    return {int(row["key"]): float(np.float32((np.asarray(row["vector"]) * wanted).sum())) for row in found}

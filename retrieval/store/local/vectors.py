"""Vectors by exact inner product. The only file that knows FAISS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from retrieval.store.protocol import Vectors


class VectorIndex:
    """Rows of unit length under integer keys, so the inner product is the cosine."""

    def __init__(self, index: faiss.IndexIDMap2) -> None:
        self._index = index

    @classmethod
    def empty(cls, dimensions: int) -> VectorIndex:
        return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(dimensions)))

    @classmethod
    def read(cls, path: Path) -> VectorIndex:
        """Raises RuntimeError for a file that FAISS can't read."""
        return cls(faiss.read_index(str(path)))  # of its own class already; a downcast copy would not own its memory

    def write(self, path: Path) -> None:
        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        return int(self._index.d)

    def add(self, keys: Sequence[int], vectors: Vectors) -> None:
        self._index.add_with_ids(np.ascontiguousarray(vectors), np.asarray(keys, np.int64))

    def remove(self, keys: Sequence[int]) -> None:
        self._index.remove_ids(np.asarray(keys, np.int64))

    def nearest(self, vector: Vectors, limit: int, among: npt.NDArray[np.int64] | None) -> list[tuple[int, float]]:
        """(key, cosine), best first. `among` limits the search to those keys before it begins; empty finds nothing."""
        limit = min(limit, len(self) if among is None else len(among))
        if limit <= 0:
            return []
        parameters = None
        if among is not None:
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(among))
        scores, keys = self._index.search(vector.reshape(1, -1), limit, params=parameters)
        return [(int(key), float(score)) for key, score in zip(keys[0], scores[0], strict=True) if key >= 0]

    def cosines(self, vector: Vectors, keys: Sequence[int]) -> dict[int, float]:
        """The cosine of `vector` with each key's row. Raises RuntimeError for a key that is not in the index."""
        if not keys:
            return {}
        rows = np.stack([self._index.reconstruct(int(key)) for key in keys])
        return {key: float(score) for key, score in zip(keys, rows @ vector, strict=True)}

"""One layer of a generation, open for reading: its documents' columns and its passages' vectors."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from retrieval.errors import IndexDamaged
from retrieval.store.local.columns import Columns, Mask
from retrieval.store.local.layout import LayerFiles
from retrieval.store.local.vector_rows import Rows
from retrieval.store.local.vectors import open_nearest
from retrieval.store.protocol import Vectors


class Layer:
    """Safe to use from several threads."""

    def __init__(self, files: LayerFiles, dimensions: int, hidden: Collection[int]) -> None:
        """`hidden`: keys of documents that were removed from it. Raises what opening its files may."""
        self.columns = Columns.read(files.columns)
        self.rows = Rows(files.rows, dimensions)
        if len(self.rows) != len(self.columns.keys):
            raise IndexDamaged(f"{len(self.rows)} vectors of {len(self.columns.keys)} passages")
        self._nearest = open_nearest(files.approximate, self.rows, dimensions)
        self.seen: Mask = ~np.isin(self.columns.documents, np.fromiter(hidden, np.int64, len(hidden)))
        """Over its documents: those that are still part of the generation."""
        self._all_seen = bool(self.seen.all())

    @property
    def passages(self) -> int:
        """That can be found."""
        return int(self.columns.passages[self.seen].sum())

    def nearest(self, vector: Vectors, limit: int, documents: Mask | None) -> list[tuple[int, float]]:
        """(key, cosine), best first; `documents`: those that may be found, or None for all that are there."""
        among = None if documents is None and self._all_seen else self._passages_of(documents)
        places, cosines = self._nearest.nearest(vector, limit, among)
        return list(zip(self.columns.keys[places].tolist(), cosines.tolist(), strict=True))

    def _passages_of(self, documents: Mask | None) -> Mask:
        return self.columns.rows_of(self.seen if documents is None else self.seen & documents)

    def cosines(self, vector: Vectors, keys: Sequence[int]) -> dict[int, float]:
        """Of those of the keys that it holds."""
        asked = np.asarray(keys, np.int64)
        places, there = self._places(asked)
        found = self._nearest.rows(places[there]) @ vector
        return dict(zip(asked[there].tolist(), found.tolist(), strict=True))

    def vector(self, key: int) -> Vectors | None:
        """(dimensions,) of a passage; None for one that it does not hold."""
        places, there = self._places(np.array([key], np.int64))
        return self.rows.at(places)[0] if there[0] else None

    def _places(self, keys: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], Mask]:
        """The row of each, and whether there is one."""
        places = np.searchsorted(self.columns.keys, keys)
        there = places < len(self.columns.keys)
        there[there] = self.columns.keys[places[there]] == keys[there]
        return places, there

    def close(self) -> None:
        self.rows.close()

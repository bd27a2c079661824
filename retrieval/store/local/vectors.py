"""The rows that are nearest to a vector: by looking at every one while that is cheap, else at those of the nearest
clusters. The only file that knows FAISS.

*Exact*: all rows in memory.

*Approximate*: an inverted file of about 4·sqrt(n) clusters, its vectors in 8 bits a number, mapped from the disk. What
it finds are candidates, several times as many as are asked for, which are ordered by their rows. Under a filter it
looks into more clusters the fewer rows the filter leaves; of few it reads them all.

One question is one thread's work: with two, each waits for the other, and where another process wants the cores that
made 2 ms 48 (20,000 rows). OpenMP keeps the number for each thread that asks, so it is set at every search.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Protocol

import faiss
import numpy as np
import numpy.typing as npt

from retrieval.store.local.columns import Mask
from retrieval.store.local.vector_rows import Rows
from retrieval.store.protocol import Vectors

EXACT_UP_TO = 50_000
"""Passages in a layer: about 5 ms for an exact search of so many."""
CANDIDATES = 2
"""Times the rows that are asked for, and at least FEWEST_CANDIDATES, are ordered by their exact cosine."""
FEWEST_CANDIDATES = 100
_TRAINED_ON = 50
"""Rows for each cluster: FAISS takes at most 256."""
_FEWEST_IN_A_CLUSTER = 39
"""On average: FAISS warns of fewer to be trained on."""
_LOOKED_INTO, _LARGE = 16, 400_000
"""One cluster of so many in a large archive; in a smaller one, where that costs little, two. Of a million passages a
quarter of that found 0.980 of the ten nearest, this 0.993, eight times this all; of 100,000 this found 0.986
(`archivist bench`).
"""
_READ_ONE_BY_ONE = 10_000
"""Rows: where there are so few, or a filter leaves so few, reading them all is quicker than looking for them, and
nothing can be missed.
"""
_ROOM = 4
"""Times the candidates that are wanted: so many rows at least are in the clusters that are looked into."""


class Nearest(Protocol):
    """Rows by their places. Safe to use from several threads."""

    def nearest(self, vector: Vectors, limit: int, among: Mask | None) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Places and cosines, best first: at most `limit`. `among` limits the search before it begins."""
        ...

    def rows(self, places: npt.NDArray[np.int64]) -> Vectors:
        """(places, dimensions): as they were given."""
        ...


class Exact:
    def __init__(self, rows: Rows, dimensions: int) -> None:
        self._index = faiss.IndexFlatIP(dimensions)
        for chunk in rows.all():
            self._index.add(chunk)

    def nearest(self, vector: Vectors, limit: int, among: Mask | None) -> tuple[npt.NDArray[np.int64], Vectors]:
        limit = min(limit, self._index.ntotal if among is None else int(among.sum()))
        if limit <= 0:
            return _NOTHING
        parameters = faiss.SearchParameters(sel=_selector(among)) if among is not None else None
        faiss.omp_set_num_threads(1)
        scores, places = self._index.search(vector.reshape(1, -1), limit, params=parameters)
        return places[0], scores[0]

    def rows(self, places: npt.NDArray[np.int64]) -> Vectors:
        return np.asarray(self._index.reconstruct_batch(places), np.float32)


class Approximate:
    def __init__(self, path: Path, rows: Rows) -> None:
        """Raises RuntimeError for a file that FAISS can't read, ValueError for one of other rows."""
        self._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
        self._rows = rows
        if self._index.d != rows.dimensions:
            raise ValueError(f"{path.name} is of {self._index.d} dimensions, the index of {rows.dimensions}")
        if self._index.ntotal != len(rows):
            raise ValueError(f"{path.name} is of other vectors")

    def nearest(self, vector: Vectors, limit: int, among: Mask | None) -> tuple[npt.NDArray[np.int64], Vectors]:
        count = len(self._rows) if among is None else int(among.sum())
        if min(limit, count) <= 0:
            return _NOTHING
        if count <= _READ_ONE_BY_ONE:
            return self._best(np.arange(count) if among is None else np.flatnonzero(among), vector, limit)
        wanted = min(count, max(CANDIDATES * limit, FEWEST_CANDIDATES))
        # Those that are left lie farther out: of a twentieth four times the clusters found as many of the nearest.
        usual = self._index.nprobe * math.sqrt(len(self._rows) / count)
        enough = self._index.nlist * _ROOM * wanted / count
        probes = min(self._index.nlist, math.ceil(max(usual, enough)))
        parameters = faiss.SearchParametersIVF(nprobe=probes)
        if among is not None:
            parameters.sel = _selector(among)
        faiss.omp_set_num_threads(1)
        _, found = self._index.search(vector.reshape(1, -1), wanted, params=parameters)
        return self._best(found[0][found[0] >= 0], vector, limit)

    def rows(self, places: npt.NDArray[np.int64]) -> Vectors:
        return self._rows.at(places)

    def _best(
        self, places: npt.NDArray[np.int64], vector: Vectors, limit: int
    ) -> tuple[npt.NDArray[np.int64], Vectors]:
        cosines = self._rows.at(places) @ vector
        best = np.lexsort((places, -cosines))[:limit]
        return places[best], cosines[best]


_NOTHING = np.zeros(0, np.int64), np.zeros(0, np.float32)


def open_nearest(path: Path, rows: Rows, dimensions: int) -> Nearest:
    return Approximate(path, rows) if path.is_file() else Exact(rows, dimensions)


def build_approximate(rows: Rows, dimensions: int, path: Path) -> None:
    """Of a million rows of 384 numbers in some minutes; `rows` stay on the disk."""
    clusters = max(1, min(2 ** round(math.log2(4 * math.sqrt(len(rows)))), len(rows) // _FEWEST_IN_A_CLUSTER))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimensions), dimensions, clusters, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter, index.cp.min_points_per_centroid = 10, 1
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    drawn = np.random.default_rng(0)  # the same clusters for the same rows
    count = min(len(rows), _TRAINED_ON * clusters)
    index.train(rows.at(np.sort(drawn.choice(len(rows), count, replace=False))))
    for chunk in rows.all():
        index.add(chunk)
    index.nprobe = max(1, clusters * (1 if len(rows) >= _LARGE else 2) // _LOOKED_INTO)
    faiss.write_index(index, str(path))


def _selector(among: Mask) -> faiss.IDSelectorBitmap:
    return faiss.IDSelectorBitmap(np.packbits(among, bitorder="little"))

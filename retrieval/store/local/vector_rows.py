"""Vectors as rows of a file, as they were given: what is nearest is ordered by these, however it was found."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from retrieval.store.local.columns import Mask
from retrieval.store.protocol import Vectors

AT_ONCE = 50_000
"""Rows that are held in memory together where all are gone through."""
_KIND = np.dtype("<f4")
_CAN_ADVISE = hasattr(os, "posix_fadvise")  # macOS has none


class Rows:
    """Open for reading from any thread. Read, not mapped: what is mapped counts as this process's memory."""

    def __init__(self, path: Path, dimensions: int) -> None:
        """Raises ValueError for a file that holds no whole number of rows."""
        self.path = path
        self._width = dimensions * _KIND.itemsize
        self.dimensions = dimensions
        self._file = path.open("rb", buffering=0)
        size = os.fstat(self._file.fileno()).st_size
        if size % self._width:
            self._file.close()
            raise ValueError(f"{path.name} holds no whole number of rows")
        self._count = size // self._width

    def __len__(self) -> int:
        return self._count

    def at(self, places: npt.NDArray[np.int64]) -> Vectors:
        """(places, dimensions). Raises IndexError for a place that is not there."""
        if len(places) and not 0 <= places.min() <= places.max() < self._count:
            raise IndexError("no such row")
        descriptor, width = self._file.fileno(), self._width
        after = np.flatnonzero(np.diff(places) != 1) + 1  # rows that follow one another are read together
        firsts, lasts = (places[[0, *after]], places[[*(after - 1), -1]]) if len(places) else (places, places)
        runs = list(zip((firsts * width).tolist(), ((lasts - firsts + 1) * width).tolist(), strict=True))
        if len(runs) > 1 and _CAN_ADVISE:  # a disk brings a hundred rows at once in little more time than one
            for start, size in runs:
                os.posix_fadvise(descriptor, start, size, os.POSIX_FADV_WILLNEED)
        read = b"".join(os.pread(descriptor, size, start) for start, size in runs)
        return np.frombuffer(read, _KIND).reshape(len(places), self.dimensions).astype(np.float32, copy=False)

    def all(self) -> Iterator[Vectors]:
        """In their order, many at a time."""
        for start in range(0, self._count, AT_ONCE):
            count = min(AT_ONCE, self._count - start)
            read = os.pread(self._file.fileno(), count * self._width, start * self._width)
            yield np.frombuffer(read, _KIND).reshape(count, self.dimensions).astype(np.float32, copy=False)

    def close(self) -> None:
        self._file.close()


def as_bytes(vectors: Vectors) -> bytes:
    return vectors.astype(_KIND).tobytes()


def copy_rows(path: Path, dimensions: int, to: BinaryIO, kept: Mask | None = None) -> None:
    """Those of a file's rows that are kept, or all."""
    with contextlib.closing(Rows(path, dimensions)) as rows:
        start = 0
        for chunk in rows.all():
            to.write(as_bytes(chunk if kept is None else chunk[kept[start : start + len(chunk)]]))
            start += len(chunk)


def keep_rows(path: Path, dimensions: int, kept: Mask) -> None:
    """Rewrites the file with those of its rows that are kept."""
    if not kept.all():
        aside = path.with_suffix(".new")
        with aside.open("wb") as file:
            copy_rows(path, dimensions, file, kept)
        aside.replace(path)

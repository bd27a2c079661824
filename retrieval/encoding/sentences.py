"""Sentences' vectors, a quarter of their size: what is kept of them is where they point."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from retrieval.store.protocol import Directions, Vectors

LARGEST = 127


def directions_of(vectors: Vectors) -> Directions:
    """In 8 bits a number: that changes a cosine by less than 0.01."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0.0)
    return np.rint(vectors / np.where(largest > 0, largest, 1.0) * LARGEST).astype(np.int8)


def cosines_with(vector: Vectors, directions: Directions) -> npt.NDArray[np.float32]:
    """(n,) of `vector`, which has unit length, with each row; 0 with a row of zeros."""
    return cosines_with_each(vector, [directions])[0]


def cosines_with_each(vector: Vectors, directions: Sequence[Directions]) -> list[npt.NDArray[np.float32]]:
    """`cosines_with` for each of several arrays: a question has twenty, and they are made ready together."""
    if not directions:
        return []
    rows = np.concatenate(directions).astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1)
    lengths[lengths == 0] = 1.0
    ends = np.cumsum([0, *map(len, directions)]).tolist()
    # Multiplied one by one: the last digits of a product depend on how many rows there are.
    return [rows[start:end] @ vector / lengths[start:end] for start, end in itertools.pairwise(ends)]

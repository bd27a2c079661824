"""Vectors that are found by clusters, beside the same vectors compared one by one."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.store.local import vectors
from retrieval.store.local.vector_rows import Rows, as_bytes
from retrieval.store.local.vectors import Approximate, Exact, build_approximate

DIMENSIONS = 32
COUNT = 6000


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """Around 200 centres, as texts lie around topics."""
    drawn = np.random.default_rng(1)
    centres = drawn.standard_normal((200, DIMENSIONS))
    found = centres[drawn.integers(200, size=COUNT)] + 0.7 * drawn.standard_normal((COUNT, DIMENSIONS))
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    path = tmp_path_factory.mktemp("rows") / "vectors.rows"
    path.write_bytes(as_bytes(found.astype(np.float32)))
    opened = Rows(path, DIMENSIONS)
    build_approximate(opened, DIMENSIONS, path.with_suffix(".faiss"))
    yield opened
    opened.close()


@pytest.fixture
def both(rows, tmp_path, monkeypatch):
    """By clusters also where there are few rows."""
    monkeypatch.setattr(vectors, "_READ_ONE_BY_ONE", 0)
    return Approximate(rows.path.with_suffix(".faiss"), rows), Exact(rows, DIMENSIONS)


def questions(rows, count=50):
    drawn = np.random.default_rng(2)
    asked = rows.at(drawn.choice(COUNT, count, replace=False)) + 0.1 * drawn.standard_normal((count, DIMENSIONS))
    return (asked / np.linalg.norm(asked, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("share", [None, 0.5, 0.05])
def test_nearly_all_of_the_nearest_are_found_with_their_exact_cosines(both, rows, share):
    approximate, exact = both
    among = None if share is None else np.random.default_rng(3).random(COUNT) < share
    hits = 0
    for vector in questions(rows):
        places, cosines = approximate.nearest(vector, 10, among)
        right, _ = exact.nearest(vector, 10, among)
        assert among is None or among[places].all()
        assert (np.diff(cosines) <= 0).all()
        for place, cosine in zip(places.tolist(), cosines.tolist(), strict=True):
            assert cosine == pytest.approx(float(rows.at(np.array([place]))[0] @ vector), abs=1e-5)
        hits += len(np.intersect1d(places, right))
    assert hits >= 0.97 * 10 * 50


def test_as_many_are_found_as_are_asked_for(both, rows):
    approximate, _ = both
    [vector] = questions(rows, 1)
    for limit in (1, 10, 1000, COUNT, 2 * COUNT):
        places, _ = approximate.nearest(vector, limit, None)
        assert len(set(places.tolist())) == min(limit, COUNT)


def test_a_filter_that_leaves_few_misses_nothing(rows):
    approximate, exact = Approximate(rows.path.with_suffix(".faiss"), rows), Exact(rows, DIMENSIONS)
    among = np.random.default_rng(4).random(COUNT) < 0.01
    for vector in questions(rows):
        assert approximate.nearest(vector, 10, among)[0].tolist() == exact.nearest(vector, 10, among)[0].tolist()
    assert len(approximate.nearest(vector, 10, np.zeros(COUNT, np.bool_))[0]) == 0


def test_an_index_of_other_dimensions_is_refused(rows, tmp_path):
    half = tmp_path / "vectors.rows"
    half.write_bytes(as_bytes(rows.at(np.arange(COUNT))[:, : DIMENSIONS // 2]))
    with pytest.raises(ValueError, match=f"is of {DIMENSIONS} dimensions, the index of {DIMENSIONS // 2}"):
        Approximate(rows.path.with_suffix(".faiss"), Rows(half, DIMENSIONS // 2))


def test_an_index_of_other_vectors_is_refused(rows, tmp_path):
    other = tmp_path / "vectors.rows"
    other.write_bytes(as_bytes(rows.at(np.arange(10))))
    with pytest.raises(ValueError, match="is of other vectors"):
        Approximate(rows.path.with_suffix(".faiss"), Rows(other, DIMENSIONS))

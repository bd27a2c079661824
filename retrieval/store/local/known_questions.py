"""Questions of which the answer is known, put to a generation before it is published: a few of its own passages."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np

from retrieval.errors import IndexDamaged
from retrieval.filters import EVERYTHING
from retrieval.store.local.layout import Layout
from retrieval.store.local.snapshot import LocalSnapshot
from retrieval.store.protocol import WordQuery

ASKED = 8
"""Passages, from all over each layer."""
_NEAR = 1e-5
"""Another passage may have the same vector, and sums of floats depend on their order."""
_WORDS = 12


def check(layout: Layout) -> None:
    """Raises IndexDamaged where the generation contradicts itself, or does not find what it holds."""
    snapshot = LocalSnapshot(layout)
    with contextlib.closing(snapshot):
        for key in _some(snapshot):
            _ask(snapshot, key)


def _some(snapshot: LocalSnapshot) -> Iterator[int]:
    for layer in snapshot.layers:
        keys = layer.columns.keys[layer.columns.rows_of(layer.seen)]
        if len(keys):
            yield from keys[np.unique(np.linspace(0, len(keys) - 1, ASKED).astype(np.int64))].tolist()


def _ask(snapshot: LocalSnapshot, key: int) -> None:
    found = snapshot.passages([key])
    if key not in found:
        raise IndexDamaged(f"the new generation was not published: its passage {key} has no text")
    passage = found[key]
    if passage not in snapshot.with_code(passage.code):
        raise IndexDamaged(
            f"the new generation was not published: the code {passage.code} does not lead to its passage"
        )
    text = snapshot.text(passage.document_id)
    if text is None or passage.span.end > len(text):
        raise IndexDamaged(f"the new generation was not published: {passage.code} lies beyond its document")
    vector = snapshot.vector(key)
    nearest = snapshot.by_vector(vector, EVERYTHING, 1)
    if not nearest or nearest[0][1] < float(vector @ vector) - _NEAR:
        raise IndexDamaged(f"the new generation was not published: its vectors do not find {passage.code}")
    words = WordQuery(" ".join(passage.span.of(text).split()[:_WORDS]), every_word=True)
    if snapshot.terms(words.words, None) and not snapshot.by_words(words, EVERYTHING, 1):
        raise IndexDamaged(f"the new generation was not published: its words do not find {passage.code}")

"""Documents into a draft: split, encode many passages at a time, add."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from retrieval.encoding import Encoder, VectorCache
from retrieval.records import Document, Passage
from retrieval.spans import Span
from retrieval.splitting import cut_passages
from retrieval.store.protocol import Directions, Draft, PassageVectors

BATCH = 256
"""Passages encoded together: enough for the model to sort them by length, few enough to hold their documents."""
AT_ONCE = 4 * BATCH
"""Passages encoded together at most, where one document has more. A text of 64 MiB, the largest that is read, brings a
run to 1.8 GB all the same: 0.9 are the model's, and its passages and their vectors are added to the draft at once.
"""


@dataclass(frozen=True, slots=True)
class Added:
    """What one batch brought in."""

    documents: int
    passages: int


RECIPE = (
    "passages/1 repeated-lines/2 context/1 sentence-vectors/1 words/2 "
    f"sentencex/{importlib.metadata.version('sentencex')}"
)
"""What decides, beside the model, what an index holds of a document: raise a number where that changes."""


def index_fingerprint(model_fingerprint: str) -> str:
    """Equal for indexes in which the same files have the same passages, words and vectors."""
    return hashlib.sha256(f"{RECIPE}\0{model_fingerprint}".encode()).hexdigest()[:32]


def indexed_text(document: Document, passage: Passage) -> tuple[str, tuple[Span, ...]]:
    """What a passage's vector is made of, its document's context line and then its words; and its sentences in that."""
    context = f"{document.source.context}\n"
    moved = len(context) - passage.span.start
    sentences = tuple(Span(span.start + moved, span.end + moved) for span in passage.sentences)
    return context + passage.span.of(document.text), sentences


def add_documents(draft: Draft, documents: Iterable[Document], encoder: Encoder, cache: VectorCache) -> Iterable[Added]:
    """Adds them all, yielding after each batch. Documents are taken from the iterable as they are needed."""
    held: list[tuple[Document, tuple[Passage, ...]]] = []
    count = 0
    for document in documents:
        held.append((document, cut_passages(document)))
        count += len(held[-1][1])
        if count >= BATCH:
            yield _add(draft, held, encoder, cache)
            held, count = [], 0
    if held:
        yield _add(draft, held, encoder, cache)


def _add(draft: Draft, held: list[tuple[Document, tuple[Passage, ...]]], encoder: Encoder, cache: VectorCache) -> Added:
    """Encodes AT_ONCE passages at a time: of one long document, what is indexed is never all in memory beside it."""
    flat = [(document, passage) for document, passages in held for passage in passages]
    whole = np.empty((len(flat), encoder.dimensions), np.float32)
    directions: list[Directions] = []
    for start in range(0, len(flat), AT_ONCE):
        indexed = [indexed_text(document, passage) for document, passage in flat[start : start + AT_ONCE]]
        vectors = cache.encode([text for text, _ in indexed], [sentences for _, sentences in indexed], encoder)
        whole[start : start + len(indexed)] = vectors.whole
        directions += vectors.sentences
    at = 0
    for document, passages in held:
        end = at + len(passages)
        draft.add(document, passages, PassageVectors(whole[at:end], tuple(directions[at:end])))
        at = end
    return Added(len(held), len(flat))

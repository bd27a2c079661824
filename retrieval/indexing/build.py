"""Documents into a draft: split, encode many passages at a time, add."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np

from retrieval.encoding import Encoder, VectorCache
from retrieval.indexing.ahead import ahead
from retrieval.records import Document, Passage
from retrieval.spans import Span
from retrieval.splitting import cut_passages
from retrieval.store.protocol import Directions, Draft, PassageVectors, Vectors

BATCH = 512
"""Passages in hand together: enough to put those of like length beside each other, few enough to hold their documents,
three times over: one batch is cut while another is encoded and a third is written."""
FIRST = 32
"""Of the first batch, so that the model begins at once."""
AT_ONCE = 2 * BATCH
"""Passages encoded together at most, where one document has more. A text of 64 MiB, the largest that is read, brings a
run to 1.8 GB all the same: 0.9 are the model's, and its passages and their vectors are added to the draft at once.
"""


@dataclass(frozen=True, slots=True)
class Added:
    """What came to the draft, or, with no document yet, was encoded for it; all together count everything once."""

    documents: int
    passages: int
    share: float
    """Of the passages that were cut so far, those that are encoded."""


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


def add_documents(
    draft: Draft, documents: Iterable[Document], encoder: Encoder, cache: VectorCache
) -> Generator[Added]:
    """Adds them all, in their order, and tells often how far it is. Documents are taken as they are needed.

    The draft is used in the caller's thread alone; `documents` and the cache each in another, so that cutting and
    writing are done while the model is busy. Close it before anything of that is used elsewhere. What was encoded
    before it was closed is in the cache.
    """
    count = _Count()
    encoded = 0
    with closing(ahead(_encoded(documents, count, encoder, cache), 1)) as steps:
        for step in steps:
            if isinstance(step, int):
                encoded += step
                yield Added(0, step, encoded / count.cut if count.cut else 1.0)
            else:
                _write(draft, step)
                yield Added(len(step.held), 0, encoded / count.cut if count.cut else 1.0)


@dataclass(slots=True)
class _Count:
    """Passages that were cut so far, told by one thread to another."""

    cut: int = 0


@dataclass(slots=True)
class _Batch:
    held: list[tuple[Document, tuple[Passage, ...]]] = field(default_factory=list)
    passages: int = 0
    whole: Vectors = field(default_factory=lambda: np.empty((0, 0), np.float32))
    directions: list[Directions] = field(default_factory=list)


def _batches(documents: Iterable[Document], count: _Count) -> Generator[_Batch]:
    batch, enough = _Batch(), min(FIRST, BATCH)
    for document in documents:
        passages = cut_passages(document)
        batch.held.append((document, passages))
        batch.passages += len(passages)
        count.cut += len(passages)
        if batch.passages >= enough:
            yield batch
            batch, enough = _Batch(), BATCH
    if batch.held:
        yield batch


def _encoded(
    documents: Iterable[Document], count: _Count, encoder: Encoder, cache: VectorCache
) -> Generator[int | _Batch]:
    """Numbers of passages, as they are encoded, and then the batch that they are of.

    AT_ONCE passages at a time: of one long document, what is indexed is never all in memory beside it.
    """
    with closing(ahead(_batches(documents, count), 1)) as batches:
        for batch in batches:
            flat = [(document, passage) for document, passages in batch.held for passage in passages]
            batch.whole = np.empty((len(flat), encoder.dimensions), np.float32)
            for start in range(0, len(flat), AT_ONCE):
                indexed = [indexed_text(document, passage) for document, passage in flat[start : start + AT_ONCE]]
                texts, sentences = [text for text, _ in indexed], [spans for _, spans in indexed]
                vectors = yield from cache.encoding(texts, sentences, encoder)
                batch.whole[start : start + len(indexed)] = vectors.whole
                batch.directions += vectors.sentences
            yield batch


def _write(draft: Draft, batch: _Batch) -> None:
    at = 0
    for document, passages in batch.held:
        end = at + len(passages)
        draft.add(document, passages, PassageVectors(batch.whole[at:end], tuple(batch.directions[at:end])))
        at = end

"""The best passages read sentence by sentence: where the answer most likely stands, and how well it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.encoding import Encoder
from retrieval.records import Document, Hit
from retrieval.searching.question import weights_of
from retrieval.spans import pieces
from retrieval.store.protocol import Snapshot, Vectors

WORDS_SHARE = 0.5
"""Weight of the words that a sentence shares with the question, beside its cosine with it."""
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Looked:
    """One passage with its sentences' scores, each (sentences,) in the order of `hit.passage.sentences`."""

    hit: Hit
    document: Document
    cosines: Numbers
    shared: Numbers
    """Share of the question's weight whose words are in the sentence."""
    covered: float
    """Share of the question's weight whose words are in the passage or its document's context line."""

    @property
    def scores(self) -> Numbers:
        return WORDS_SHARE * self.shared + (1 - WORDS_SHARE) * self.cosines

    @property
    def answer(self) -> int:
        """Index of the answering sentence."""
        return int(self.scores.argmax())


def look_closer(
    question: str, vector: Vectors, hits: Sequence[Hit], snapshot: Snapshot, encoder: Encoder
) -> list[Looked]:
    """`vector` is the question's, (dimensions,). All sentences are encoded in one call."""
    weights = weights_of(question, snapshot)
    documents = [_document(snapshot, hit) for hit in hits]
    sentences = [pieces(document.text, hit.passage.sentences) for document, hit in zip(documents, hits, strict=True)]
    cosines = encoder.encode([sentence for held in sentences for sentence in held]) @ vector
    looked: list[Looked] = []
    at = 0
    for hit, document, held in zip(hits, documents, sentences, strict=True):
        terms = [set(snapshot.terms(sentence)) for sentence in held]
        context = set(snapshot.terms(document.source.context))
        looked.append(
            Looked(
                hit,
                document,
                cosines[at : at + len(held)].astype(np.float64),
                np.array([_share(weights, found) for found in terms]),
                _share(weights, context.union(*terms)),
            )
        )
        at += len(held)
    return looked


def _share(weights: dict[str, float], found: set[str]) -> float:
    return sum(weight for term, weight in weights.items() if term in found)


def _document(snapshot: Snapshot, hit: Hit) -> Document:
    document = snapshot.document(hit.passage.document_id)
    if document is None:
        raise LookupError(f"passage {hit.passage.code} without its document")
    return document

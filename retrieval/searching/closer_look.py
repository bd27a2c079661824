"""The best passages read sentence by sentence: where the answer most likely stands, and how well it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.answers import Hit
from retrieval.encoding import Encoder
from retrieval.records import Document
from retrieval.searching.question import weights_of
from retrieval.spans import pieces
from retrieval.store.protocol import Snapshot, Vectors

WORDS_SHARE = 0.5
"""Weight of the words that a sentence shares with the question, beside its cosine with it."""
ENCODED = 3
"""Sentences of a passage whose cosine is taken, those with most of the question's words: encoding them is most of the
time that a question takes."""
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Looked:
    """One passage with its sentences' scores, each (sentences,) in the order of `hit.passage.sentences`."""

    hit: Hit
    document: Document
    shared: Numbers
    """Share of the question's weight whose words are in the sentence."""
    cosines: Numbers
    """With the question; -inf for the sentences that were not encoded."""
    covered: float
    """Share of the question's weight whose words are in the passage or its document's context line."""

    @property
    def answer(self) -> int:
        """Index of the answering sentence."""
        return int((WORDS_SHARE * self.shared + (1 - WORDS_SHARE) * self.cosines).argmax())


def look_closer(
    question: str, vector: Vectors, hits: Sequence[Hit], snapshot: Snapshot, encoder: Encoder
) -> list[Looked]:
    """`vector` is the question's, (dimensions,). All sentences are encoded in one call."""
    weights = weights_of(question, snapshot)
    documents = [_document(snapshot, hit) for hit in hits]
    sentences = [pieces(document.text, hit.passage.sentences) for document, hit in zip(documents, hits, strict=True)]
    terms = [[set(snapshot.terms(sentence)) for sentence in held] for held in sentences]
    shared = [np.array([_share(weights, found) for found in held]) for held in terms]
    chosen = [np.argsort(-scores, kind="stable")[:ENCODED] for scores in shared]
    vectors = encoder.encode([held[at] for held, places in zip(sentences, chosen, strict=True) for at in places])
    cosines = iter((vectors @ vector).tolist())
    looked: list[Looked] = []
    for hit, document, scores, places, found in zip(hits, documents, shared, chosen, terms, strict=True):
        of_the_chosen = np.full(len(scores), -np.inf)
        of_the_chosen[places] = [next(cosines) for _ in places]
        context = set(snapshot.terms(document.source.context))
        covered = _share(weights, context.union(*found))
        looked.append(Looked(hit, document, scores, of_the_chosen, covered))
    return looked


def _share(weights: dict[str, float], found: set[str]) -> float:
    return sum(weight for term, weight in weights.items() if term in found)


def _document(snapshot: Snapshot, hit: Hit) -> Document:
    document = snapshot.document(hit.passage.document_id)
    if document is None:
        raise LookupError(f"passage {hit.passage.code} without its document")
    return document

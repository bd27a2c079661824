"""What the same index gives without our ranking: words alone, vectors alone, and their simplest fusion.

Measured in the run that measures ours, so that the two can be compared whatever machine and model they ran with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from retrieval.encoding import Encoder
from retrieval.evaluation.asked import DEPTH
from retrieval.evaluation.metrics import Ranking, ranking
from retrieval.evaluation.question_set import Question
from retrieval.filters import EVERYTHING
from retrieval.store.protocol import Snapshot, Vectors, WordQuery

DEEP = 100
"""Passages from each engine."""
RANK_CONSTANT = 60
"""Of reciprocal rank fusion, as its authors chose it (Cormack et al. 2009)."""


def baselines(questions: Sequence[Question], snapshot: Snapshot, encoder: Encoder) -> dict[str, Ranking]:
    """By name: `words`, `vectors`, `fusion`."""
    answerable = [question for question in questions if question.right]
    vectors = encoder.encode([question.text for question in answerable])
    placed: dict[str, list[tuple[Question, tuple[str, ...]]]] = defaultdict(list)
    for question, vector in zip(answerable, vectors, strict=True):
        for name, keys in _orders(question, vector, snapshot).items():
            passages = snapshot.passages(keys)
            documents = dict.fromkeys(passages[key].document_id for key in keys)
            placed[name].append((question, tuple(documents)[:DEPTH]))
    return {name: ranking(each) for name, each in placed.items()}


def _orders(question: Question, vector: Vectors, snapshot: Snapshot) -> dict[str, list[int]]:
    words = [key for key, _ in snapshot.by_words(WordQuery(question.text), EVERYTHING, DEEP)]
    vectors = [key for key, _ in snapshot.by_vector(vector, EVERYTHING, DEEP)]
    fused: dict[int, float] = defaultdict(float)
    for order in (words, vectors):
        for place, key in enumerate(order, start=1):
            fused[key] += 1 / (RANK_CONSTANT + place)
    return {"words": words, "vectors": vectors, "fusion": sorted(fused, key=lambda key: (-fused[key], key))}

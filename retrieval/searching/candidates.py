"""Candidates from words and from vectors, and their fusion into one order."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from retrieval.answers import Hit
from retrieval.filters import Filter, with_field
from retrieval.searching.understanding import Meaning, Period
from retrieval.store.protocol import Snapshot, Vectors, WordQuery

FROM_EACH = 100
"""Candidates that each engine gives."""
KEPT = 40
"""Of them all, after fusion."""
FROM_PREFERRED = 20
"""More of them from each, where the question prefers a time or a publisher and the best of all may be others."""
MEANT, LIKELY = 0.1, 0.04
"""What is added to the fused score of those: enough to be read closely, where the learned weights then decide. The
asker's own days are meant where the question says so, and likely where it does not."""
WORDS_SHARE = 0.4
"""Weight of BM25 divided by its best beside 0.6 for the cosine: on nine public sets this had the highest MRR@10 of
words alone, vectors alone, reciprocal rank fusion and itself on seven, and was within 0.006 on the other two."""


class Scored(NamedTuple):
    """One candidate's two scores: BM25 divided by the best of the search, and cosine."""

    words: float
    cosine: float
    advantage: float = 0.0
    """Of what the question prefers."""

    @property
    def fused(self) -> float:
        return WORDS_SHARE * self.words + (1 - WORDS_SHARE) * self.cosine

    @property
    def total(self) -> float:
        return WORDS_SHARE * self.words + (1 - WORDS_SHARE) * self.cosine + self.advantage


def candidates(meaning: Meaning, vector: Vectors, snapshot: Snapshot) -> dict[int, Hit]:
    """Key -> hit, best first. `vector` is the question's, (dimensions,)."""
    scored = _with_phrases(meaning, vector, snapshot) if meaning.phrases else _everywhere(meaning, vector, snapshot)
    best = sorted([(-each.total, key) for key, each in scored.items()])[:KEPT]
    passages = snapshot.passages([key for _, key in best])
    return {key: Hit(passages[key], -lowered, scored[key].words, scored[key].cosine) for lowered, key in best}


def _everywhere(meaning: Meaning, vector: Vectors, snapshot: Snapshot) -> dict[int, Scored]:
    by_words = dict(snapshot.by_words(WordQuery(meaning.topic), meaning.where, FROM_EACH))
    by_vector = dict(snapshot.by_vector(vector, meaning.where, FROM_EACH))
    preferred: dict[int, float] = {}
    for where, advantage in _preferred(meaning):
        words = dict(snapshot.by_words(WordQuery(meaning.topic), where, FROM_PREFERRED))
        near = dict(snapshot.by_vector(vector, where, FROM_PREFERRED))
        by_words, by_vector = words | by_words, near | by_vector
        preferred |= {key: max(advantage, preferred.get(key, 0.0)) for key in (*words, *near)}
    only_words = [key for key in by_words if key not in by_vector]
    scored = fuse(by_words, by_vector | snapshot.cosines(vector, only_words))
    return scored | {key: scored[key]._replace(advantage=most) for key, most in preferred.items()}


def _with_phrases(meaning: Meaning, vector: Vectors, snapshot: Snapshot) -> dict[int, Scored]:
    """Only passages that hold every phrase. The words of the question order them, together with the vector."""
    query = WordQuery(meaning.topic, phrases=meaning.phrases)
    by_words = dict(snapshot.by_words(query, meaning.where, FROM_EACH))
    return fuse(by_words, snapshot.cosines(vector, list(by_words)))


def fuse(by_words: Mapping[int, float], cosines: Mapping[int, float]) -> dict[int, Scored]:
    """Both scores of every key in either. A passage that is not among the best by words has 0 for them."""
    best = max(by_words.values(), default=0.0) or 1.0
    return {key: Scored(by_words.get(key, 0.0) / best, cosines.get(key, 0.0)) for key in {**by_words, **cosines}}


def _preferred(meaning: Meaning) -> Iterator[tuple[Filter, float]]:
    """The asker's filter, narrowed to what the question prefers, and how much that counts."""
    for period in meaning.periods:
        yield within(meaning.where, period), MEANT
    for field, value in meaning.names:
        if getattr(meaning.where, field) is None:  # never instead of what is required
            yield with_field(meaning.where, field, value), MEANT
    if meaning.lately is not None and not any(period.overlaps(meaning.lately) for period in meaning.periods):
        yield within(meaning.where, meaning.lately), MEANT if meaning.is_recent else LIKELY


def within(where: Filter, period: Period) -> Filter:
    """Both at once."""
    after = max(where.after or period.first, period.first)
    before = min(where.before or period.last, period.last)
    return dataclasses.replace(where, after=after, before=before)

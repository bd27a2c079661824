"""Words by BM25: Milvus finds and orders candidates under the filter, and what it found is scored exactly.

Milvus orders by a bound: no passage scores more than its inner product (`weights.py`). Passages are taken in that
order until no other one can come before those that were asked for, so the answer is the exact one.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from retrieval.filters import Filter
from retrieval.store.milvus.conditions import all_of, any_of, holds_any, matching, token
from retrieval.store.milvus.engine import MOST_HITS, Row
from retrieval.store.milvus.schema import WORD_FIELDS
from retrieval.store.milvus.weights import dimension, saturation, stretch
from retrieval.store.protocol import WordQuery
from retrieval.store.terms import terms_of, written

CONTEXT_WEIGHT = 0.5
"""As in the local store, where it is explained."""
_MOST_TERMS = 200
_MORE = 32
"""Asked for beside those that are wanted: most often they show at once that nothing else can come before."""
_ROUNDING = 1.001
"""Milvus adds 32-bit numbers up."""
CANDIDATE_FIELDS = ("key", "overlong", *WORD_FIELDS, *(f"{name}_length" for name in WORD_FIELDS))
_WEIGHTS = {"body": 1.0, "context": CONTEXT_WEIGHT}

Fetch = Callable[[dict[int, float], str, int], list[tuple[Row, float]]]
"""(weights, condition, limit) -> candidates with their inner products, best first."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What BM25 knows of a whole generation."""

    passages: int
    mean_length: Mapping[str, float]
    """By field."""
    holding: Callable[[str, str], int]
    """(field, token) -> passages that hold it there."""

    def rarity(self, name: str, term: str) -> float:
        """ln(1 + (N - n + 0.5) / (n + 0.5)), as Lucene and tantivy have it."""
        holding = self.holding(name, term)
        return math.log(1 + (max(self.passages - holding, 0) + 0.5) / (holding + 0.5))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query as terms. Empty where there is nothing to look for."""

    words: tuple[tuple[str, ...], ...] = ()
    """For each word its stems, one in each language."""
    every_word: bool = False
    phrases: tuple[tuple[str, ...], ...] = ()
    without: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, query: WordQuery, languages: Sequence[str | None]) -> Wanted:
        in_each = zip(*(terms_of(query.words, language) for language in languages), strict=True)
        stems = (tuple(dict.fromkeys(map(token, each))) for each in in_each)
        words = tuple(dict.fromkeys(stems))[:_MOST_TERMS]
        phrases = [_tokens(said) for said in query.phrases if any(map(str.isalnum, said))]
        if not all(phrases):  # words that the index can't hold, as they are too long, stand nowhere
            return cls()
        without = (_tokens(said) for said in query.without)
        return cls(words, query.every_word, tuple(phrases), tuple(each for each in without if each))

    @property
    def is_empty(self) -> bool:
        return not self.words and not self.phrases

    def condition(self, where: Filter, overlong: bool) -> str:
        """What Milvus can tell of a passage before it is looked at; `overlong`: some hold more than their row does."""
        each: list[str] = []
        if self.every_word:
            each += (any_of((holds_any("body", stems), holds_any("context", stems))) for stems in self.words)
        each += (holds_any("exact", [term]) for term in dict.fromkeys(term for said in self.phrases for term in said))
        each += (f"not {holds_any('exact', said)}" for said in self.without if len(said) == 1)
        if overlong and each:
            each = [any_of((all_of(each), "overlong == true"))]
        return all_of((*matching(where), *each))

    def asked(self, statistics: Statistics) -> dict[int, float]:
        """The sparse vector to ask with: what each term brings at most."""
        weights: defaultdict[int, float] = defaultdict(float)
        for stems in self.words:
            for stem in stems:
                for name, weight in _WEIGHTS.items():
                    stretched = weight * stretch(name, statistics.mean_length[name])
                    weights[dimension(name, stem)] += stretched * statistics.rarity(name, stem)
        for said in self.phrases:
            for term in said:
                stretched = stretch("exact", statistics.mean_length["exact"])
                weights[dimension("exact", term)] += stretched * statistics.rarity("exact", term)
        return dict(weights)


def _tokens(said: str) -> tuple[str, ...]:
    return tuple(map(token, written(said)))


@dataclass(slots=True)
class Scorer:
    """BM25 of one passage, or None where it is no hit."""

    wanted: Wanted
    statistics: Statistics
    _rarity: dict[tuple[str, str], float] = field(default_factory=dict)

    def score(self, terms: Mapping[str, Sequence[str]]) -> float | None:
        counts = {name: Counter(said) for name, said in terms.items()}
        lengths = {name: len(said) for name, said in terms.items()}
        phrases = [_occurrences(said, terms["exact"], counts["exact"]) for said in self.wanted.phrases]
        if not all(phrases) or any(_occurrences(said, terms["exact"], counts["exact"]) for said in self.wanted.without):
            return None
        words = [max(self._stem(stem, counts, lengths) for stem in stems) for stems in self.wanted.words]
        if words and not (all(words) if self.wanted.every_word else any(words)):
            return None
        said = zip(self.wanted.phrases, phrases, strict=True)
        return sum(words) + sum(self._phrase(each, count, lengths["exact"]) for each, count in said)

    def _stem(self, stem: str, counts: Mapping[str, Counter[str]], lengths: Mapping[str, int]) -> float:
        return sum(
            weight * self._rare(name, stem) * saturation(counts[name][stem], lengths[name], self._mean(name))
            for name, weight in _WEIGHTS.items()
            if counts[name][stem]
        )

    def _phrase(self, said: Sequence[str], count: int, length: int) -> float:
        """As one word that is as rare as all of its words together."""
        return sum(self._rare("exact", term) for term in said) * saturation(count, length, self._mean("exact"))

    def _rare(self, name: str, term: str) -> float:
        if (name, term) not in self._rarity:
            self._rarity[name, term] = self.statistics.rarity(name, term)
        return self._rarity[name, term]

    def _mean(self, name: str) -> float:
        return self.statistics.mean_length[name]


def _occurrences(phrase: Sequence[str], said: Sequence[str], counts: Mapping[str, int]) -> int:
    if len(phrase) == 1:
        return counts.get(phrase[0], 0)
    if any(term not in counts for term in phrase):
        return 0
    size = len(phrase)
    wanted = list(phrase)
    return sum(list(said[at : at + size]) == wanted for at in range(len(said) - size + 1))


def best(
    scorer: Scorer,
    condition: str,
    fetch: Fetch,
    terms_in: Callable[[Sequence[Row]], Sequence[Mapping[str, Sequence[str]]]],
    need: int,
) -> list[tuple[int, float]]:
    """(key, score) of the `need` best, and perhaps more; ties by key. At most MOST_HITS candidates are looked at."""
    asked = scorer.wanted.asked(scorer.statistics)
    limit = min(need + _MORE, MOST_HITS)
    while True:
        found = fetch(asked, condition, limit)
        scores = [scorer.score(terms) for terms in terms_in([row for row, _ in found])]
        scored = [(int(row["key"]), score) for (row, _), score in zip(found, scores, strict=True) if score is not None]
        scored.sort(key=lambda hit: (-hit[1], hit[0]))
        if len(found) < limit or limit == MOST_HITS:
            return scored
        if len(scored) >= need and scored[need - 1][1] > found[-1][1] * _ROUNDING:
            return scored
        limit = min(limit * 4, MOST_HITS)

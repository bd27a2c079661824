"""English words that the search knows beside an archive's own, as the terms of its index; made once for a generation.

Function words, which say nothing of what a question is about; words that deny; and words with an opposite.
"""

from __future__ import annotations

import tomllib
import weakref
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

from retrieval.store.protocol import Snapshot

LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    common: frozenset[str]
    denying: frozenset[str]
    opposites: Mapping[str, frozenset[str]]
    """Term -> the terms of its opposites."""

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        def terms(word: str) -> list[str]:
            return snapshot.terms(word, LANGUAGE)

        opposites: dict[str, set[str]] = defaultdict(set)
        for one, other in word_pairs():
            for a, b in zip(terms(one), terms(other), strict=False):
                opposites[a].add(b)
                opposites[b].add(a)
        return cls(
            frozenset(term for word in function_words() for term in terms(word)),
            frozenset(term for word in _turning()["negations"] for term in terms(word)),
            {term: frozenset(others) for term, others in opposites.items()},
        )


_made: weakref.WeakKeyDictionary[Snapshot, Vocabulary] = weakref.WeakKeyDictionary()


def vocabulary(snapshot: Snapshot) -> Vocabulary:
    known = _made.get(snapshot)
    if known is None:
        known = _made[snapshot] = Vocabulary.of(snapshot)
    return known


def word_pairs() -> tuple[tuple[str, str], ...]:
    """Every pair of opposites once, as words."""
    return tuple((one, other) for one, _, other in (pair.partition("/") for pair in _turning()["pairs"].split()))


@cache
def _turning() -> Mapping[str, str]:
    said: Mapping[str, str] = tomllib.loads(_text("opposites_en.toml"))
    return said


@cache
def function_words() -> frozenset[str]:
    lines = _text("common_words_en.txt").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")

"""What a question is about: its words with their weights, its names and numbers, and what kind of answer it wants."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from retrieval.searching.vocabulary import Vocabulary, vocabulary
from retrieval.searching.wording import NUMBER, WORD, YEAR, english
from retrieval.store.protocol import Snapshot

_CONTRACTED = re.compile(r"n[’']t\b", re.IGNORECASE)  # didn't, won’t
_ALPHANUMERIC = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Question:
    """As one language's documents are compared with it; only the terms and their weights depend on the language."""

    weights: Mapping[str, float]
    """Term -> its share of the question's weight, by rarity in the index; together 1. Empty for no word at all."""
    pairs: tuple[tuple[str, str], ...]
    """Telling terms that stand next to each other."""
    words: frozenset[str]
    """All of its words, in small letters."""
    names: frozenset[str]
    """Capitalised words, in small letters; the first word of the question is none."""
    numbers: frozenset[str]
    years: frozenset[int]
    wants: str | None
    """`number`, `date` or `name`, where the question says so."""
    is_negated: bool
    opposites: Mapping[str, frozenset[str]]
    """One of its terms -> the terms of its opposites."""

    def share(self, found: frozenset[str]) -> float:
        """Of the question's weight, that of the terms that were found."""
        return sum([weight for term, weight in self.weights.items() if term in found]) if found else 0.0


def is_chatter(text: str) -> bool:
    """Whether there is nothing in it to look for: no word or number at all, or only what people say in passing."""
    said = _ALPHANUMERIC.findall(text.lower())
    return all(word in english().chatter for word in said)


def small(word: str) -> str:
    """As words are compared: "Ukraine’s" and "Ukraine's" are the name Ukraine."""
    return word.lower().replace("’", "'").removesuffix("'s")


def is_negated(text: str, terms: Iterable[str], known: Vocabulary) -> bool:
    """Whether there is a word in it that denies. `terms` are the text's."""
    return not known.denying.isdisjoint(terms) or _CONTRACTED.search(text) is not None


def read_question(text: str, snapshot: Snapshot, language: str | None) -> Question:
    terms = snapshot.terms(text, language)
    known = vocabulary(snapshot)
    telling = set(terms) - known.common or set(terms)
    rarity = snapshot.rarity(telling)
    total = sum(rarity.values()) or 1.0
    in_order = [term for term in terms if term in telling]
    first = WORD.search(text)
    later = text[first.end() :] if first else ""
    said = english()
    return Question(
        weights={term: weight / total for term, weight in rarity.items()},
        pairs=tuple(pair for pair in itertools.pairwise(in_order) if pair[0] != pair[1]),
        words=frozenset(small(word) for word in WORD.findall(text)),
        names=frozenset(small(word) for word in WORD.findall(later) if word[0].isupper() and len(word) > 1),
        numbers=frozenset(NUMBER.findall(text)),
        years=frozenset(int(year) for year in YEAR.findall(text)),
        wants=next((kind for kind, way in said.wants.items() if way.search(text)), None),
        is_negated=is_negated(text, terms, known),
        opposites={term: known.opposites[term] for term in terms if term in known.opposites},
    )

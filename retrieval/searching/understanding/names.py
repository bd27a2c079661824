"""Publishers, authors and collections that a question calls by name. The only file that knows the string matcher.

pyahocorasick (BSD) finds all of any number of names in one pass over the question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import ahocorasick

from retrieval.filters import filter_key
from retrieval.store.protocol import Snapshot

FIELDS = ("publisher", "author", "collection")
_ARTICLE = re.compile(r"^the\s+", re.IGNORECASE)  # people say both "The Guardian" and "the Guardian"
SHORTEST = 3
"""Characters of a name: one of two letters is a word of too many questions."""


@dataclass(frozen=True, slots=True)
class Named:
    field: str
    name: str
    """As the archive has it."""
    start: int
    end: int
    """In the question."""


class KnownNames:
    """Every name of an archive, ready to be found. Made once for a generation."""

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        return cls({field: snapshot.names(field) for field in FIELDS})

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        """`names`: for each of FIELDS the archive's own."""
        self._automaton = ahocorasick.Automaton()
        held: dict[str, list[tuple[str, str]]] = {}
        for field in FIELDS:
            for name in names.get(field, ()):
                held.setdefault(_ARTICLE.sub("", filter_key(name)), []).append((field, name))
        for key, meant in held.items():
            if len(key) >= SHORTEST:
                self._automaton.add_word(key, (key, tuple(meant)))
        if len(self._automaton):
            self._automaton.make_automaton()

    def find(self, question: str) -> list[Named]:
        """The longest at each place, in the question's order; whole words only. A name with a capital needs it."""
        key, places = _folded(question)
        if not len(self._automaton):
            return []
        found: list[Named] = []
        for last, (name_key, meant) in self._automaton.iter(key):
            first = last + 1 - len(name_key)
            if _is_whole(key, first, last + 1):
                start, end = places[first], places[last] + 1
                found += (
                    Named(field, name, start, end) for field, name in meant if _has_its_capital(question, start, name)
                )
        return list(_longest(sorted(found, key=lambda named: (named.start, -named.end))))


def _folded(text: str) -> tuple[str, list[int]]:
    """As `filter_key` folds names, and where in the text each of its characters comes from."""
    key: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for folded in unicodedata.normalize("NFKC", character).casefold():
            if folded.isspace() and (not key or key[-1] == " "):
                continue
            key.append(" " if folded.isspace() else folded)
            places.append(place)
    return "".join(key), places


def _is_whole(text: str, start: int, end: int) -> bool:
    before, behind = text[max(start - 1, 0) : start], text[end : end + 1]
    return not before.isalnum() and not behind.isalnum()


def _has_its_capital(question: str, start: int, name: str) -> bool:
    return not _ARTICLE.sub("", name)[:1].isupper() or question[start].isupper()


def _longest(found: Iterable[Named]) -> Iterator[Named]:
    """One name can be that of a publisher and of a collection: both stay."""
    end, start = -1, -1
    for named in found:
        if named.start >= end or (named.start, named.end) == (start, end):
            start, end = named.start, named.end
            yield named

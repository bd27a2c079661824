"""Publishers, authors and collections that a question calls by name. The only file that knows the string matcher.

pyahocorasick (BSD) finds all of any number of names in one pass over the question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import ahocorasick

from retrieval.filters import filter_key

FIELDS = ("publisher", "author", "collection")
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

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        """`names`: for each of FIELDS the archive's own."""
        self._automaton = ahocorasick.Automaton()
        held: dict[str, list[tuple[str, str]]] = {}
        for field in FIELDS:
            for name in names.get(field, ()):
                held.setdefault(filter_key(name), []).append((field, name))
        for key, meant in held.items():
            if len(key) >= SHORTEST:
                self._automaton.add_word(key, (key, tuple(meant)))
        if len(self._automaton):
            self._automaton.make_automaton()

    def find(self, question: str) -> list[Named]:
        """The longest at each place, in the question's order; whole words only. A name with a capital needs it."""
        key = question.casefold()
        if not len(self._automaton) or len(key) != len(question):  # places would not be the question's
            return []
        found: list[Named] = []
        for last, (name_key, meant) in self._automaton.iter(key):
            start, end = last + 1 - len(name_key), last + 1
            if _is_whole(key, start, end):
                found += (
                    Named(field, name, start, end) for field, name in meant if _has_its_capital(question, start, name)
                )
        return list(_longest(sorted(found, key=lambda named: (named.start, -named.end))))


def _is_whole(text: str, start: int, end: int) -> bool:
    before, behind = text[max(start - 1, 0) : start], text[end : end + 1]
    return not before.isalnum() and not behind.isalnum()


def _has_its_capital(question: str, start: int, name: str) -> bool:
    return not name[:1].isupper() or question[start].isupper()


def _longest(found: Iterable[Named]) -> Iterator[Named]:
    """One name can be that of a publisher and of a collection: both stay."""
    end, start = -1, -1
    for named in found:
        if named.start >= end or (named.start, named.end) == (start, end):
            start, end = named.start, named.end
            yield named

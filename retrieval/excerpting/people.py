"""Who is named in a sentence, and whether "he" or "she" can mean them.

Gender is told by a title, an office or a first name (`first_names_en.toml`), here or where the surname stood earlier.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from retrieval.excerpting.cues import english
from retrieval.excerpting.surroundings import Surroundings, Word

EARLIER = 20_000
"""Characters before a name in which its other mentions are looked for."""
_BEFORE_SURNAME = 30
"""Characters before a surname that hold a title and a first name."""


class Name(NamedTuple):
    surname: str
    place: int
    """Index of its last word in the sentence."""
    is_full: bool
    """Of several words."""
    opens: bool
    """Nothing stands before it in the sentence."""
    speaks: bool
    """Beside a verb that tells a claim."""
    is_person: bool
    """So far as a verb of saying beside it or an office before it tells."""
    gender: str | None
    is_quoted: bool


class People:
    """Of the sentences in `around`; read when they are asked for."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._names: dict[int, tuple[Name, ...]] = {}
        self._genders: dict[str, str | None] = {}
        self._mentions: dict[str, int] = {}
        self._inside: dict[str, bool] = {}

    def named(self, at: int) -> tuple[Name, ...]:
        """In sentence `at`, in order."""
        if at not in self._names:
            self._names[at] = tuple(self._read(at))
        return self._names[at]

    def mentions(self, surname: str) -> int:
        """In the `EARLIER` characters to the end of the passage."""
        if surname not in self._mentions:
            end = self._around.spans[-1].end
            self._mentions[surname] = self._around.text.count(surname, max(end - EARLIER, 0), end)
        return self._mentions[surname]

    def _stands_inside(self, surname: str) -> bool:
        """Whether it is written so within a sentence too."""
        if surname not in self._inside:
            text, end = self._around.text, self._around.spans[-1].end
            within = re.compile(rf"[a-z,] {re.escape(surname)}\b")
            self._inside[surname] = within.search(text, max(end - EARLIER, 0), end) is not None
        return self._inside[surname]

    def _read(self, at: int) -> Iterator[Name]:
        words, text = self._around.sentences[at].words, self._around.text
        for start, place in _runs_of_capitals(words):
            surname = words[place].span.of(text).removesuffix("’s").removesuffix("'s")
            gender = _gender_beside(words, start, place)
            if gender is None:
                if surname not in self._genders:
                    self._genders[surname] = _gender_elsewhere(text, surname, self._around.spans[-1].end)
                gender = self._genders[surname]
            if start == place == 0 and gender is None and not self._stands_inside(surname):
                continue  # “Rope lay about”: a word that opens a sentence
            verbs, offices = english().verbs, english().offices
            before = [word.small for word in words[max(start - 2, 0) : start]]
            inside = {word.small for word in words[start:place]}
            behind = words[place + 1].small if place + 1 < len(words) else ""
            speaks = behind in verbs or (bool(before) and before[-1] in verbs)
            person = speaks or not offices.isdisjoint({*before, *inside})
            yield Name(surname, place, place > start, start == 0, speaks, person, gender, words[place].is_quoted)


@lru_cache(maxsize=4)
def people(around: Surroundings) -> People:
    """One for all that is asked about the same surroundings."""
    return People(around)


def _runs_of_capitals(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """First and last word of each name; what only opens a sentence and is no name is left out."""
    cues = english()
    start = None
    for place, word in enumerate(words):
        if not word.is_capital or word.bare in cues.pronouns:
            start = start if word.small == "." else None
            continue
        start = place if start is None else start
        behind = words[place + 1] if place + 1 < len(words) else None
        goes_on = behind is not None and behind.is_capital and behind.bare not in cues.pronouns
        shortened = (
            behind is not None and behind.small == "." and place + 2 < len(words) and words[place + 2].is_capital
        )
        if goes_on or (shortened and (len(word.small) == 1 or word.small in cues.offices or word.small in cues.titles)):
            continue
        if start < place or word.small not in cues.no_names:
            yield start, place
        start = None


def _gender_beside(words: Sequence[Word], start: int, place: int) -> str | None:
    """By what is written before the name, "Mrs", or by its first name."""
    cues = english()
    begin = start
    while begin > 0 and (words[begin - 1].is_capital or words[begin - 1].small == "."):
        begin -= 1
    for word in words[begin : place + 1]:
        told = cues.titles.get(word.small) or first_names().get(word.bare)
        if told:
            return told
    return cues.titles.get(words[begin - 1].small) if begin else None


def _gender_elsewhere(text: str, surname: str, end: int) -> str | None:
    """By the first mention with a title or a first name, among the last `EARLIER` characters."""
    if len(surname) < 3:
        return None
    at = max(end - EARLIER, 0)
    while (at := text.find(surname, at, end)) >= 0:
        for word in re.findall(r"\w+", text[max(at - _BEFORE_SURNAME, 0) : at])[:-3:-1]:
            told = english().titles.get(word.lower()) or (
                first_names().get(word.lower()) if word[0].isupper() else None
            )
            if told:
                return told
        at += len(surname)
    return None


def has_first_name(name: str) -> bool:
    """Whether any of its words is a known first name, or a title of somebody."""
    words = re.findall(r"\w+", name.lower())
    return any(word in first_names() or word in english().titles for word in words)


@cache
def first_names() -> dict[str, str]:
    said = tomllib.loads(files(__package__).joinpath("first_names_en.toml").read_text(encoding="utf-8"))
    return {name.lower(): gender for gender, names in said.items() for name in names}

"""Words that name nobody by themselves: function words, pronouns, and the titles and offices that stand before a name.

Excerpts need them to find who speaks, and verifying to compare that with whoever is claimed to. Neither room may
import the other, and both must take the same words for names; so the words stand here, below the rooms.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_NAMED_BEFORE = ("he", "she", "they", "it")


@dataclass(frozen=True, slots=True)
class Grammar:
    """Of one language. All words are in small letters, with straight apostrophes and without dots."""

    function: frozenset[str]
    """Those of any sentence; most pronouns are among them."""
    determiners: frozenset[str]
    pronouns: frozenset[str]
    """Demonstrative ones too."""
    subjects: frozenset[str]
    """Pronouns that can do something: "he", but not "him" or "this"."""
    stand_ins: Mapping[str, str | None]
    """A pronoun of somebody or something named before -> "he", "she", or None where it tells neither."""
    offices: frozenset[str]
    """Titles, offices and ranks."""
    titles: frozenset[str]
    """The same, and what stands between the words of an office."""
    gender_of: Mapping[str, str]
    """A title -> "he" or "she", where it tells that."""
    days: frozenset[str]
    abbreviated: frozenset[str]
    """Titles that are written with a dot."""

    @property
    def nameless(self) -> frozenset[str]:
        """Words that are nobody's name with a capital either."""
        return self.function | self.pronouns | self.titles | self.days


@cache
def english() -> Grammar:
    """That of `grammar_en.toml`."""
    said = tomllib.loads(files(__package__).joinpath("grammar_en.toml").read_text(encoding="utf-8"))
    pronouns = {kind: words.split() for kind, words in said["pronouns"].items()}
    offices = {word: kind for kind, words in said["titles"].items() for word in words.split()}
    return Grammar(
        function=frozenset(said["function"].split()),
        determiners=frozenset(said["determiners"].split()),
        pronouns=frozenset(said["demonstratives"].split()).union(*pronouns.values()),
        subjects=frozenset(words[0] for words in pronouns.values()),
        stand_ins={word: _gender(kind) for kind in _NAMED_BEFORE for word in pronouns[kind]},
        offices=frozenset(offices),
        titles=frozenset(offices).union(said["inside_offices"].split()),
        gender_of={word: kind for word, kind in offices.items() if _gender(kind)},
        days=frozenset(said["days"].split()),
        abbreviated=frozenset(said["abbreviated"].split()),
    )


def _gender(kind: str) -> str | None:
    return kind if kind in {"he", "she"} else None

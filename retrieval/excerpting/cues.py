"""The words of `cues_en.toml`, with those that any room knows, ready to be looked for."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from retrieval import grammar

Frames = Mapping[str, tuple[str, ...]]
"""A form in small letters -> the frames that it can stand for."""


@dataclass(frozen=True, slots=True)
class Cues:
    phrase: re.Pattern[str]
    verb: re.Pattern[str]
    """Forms of the verbs that mark a claim by themselves."""
    verbs: Frames
    nouns: Frames
    adjectives: frozenset[str]
    adverbs: frozenset[str]
    passive: frozenset[str]
    articles: frozenset[str]
    function_words: frozenset[str]
    telling_words: frozenset[str]
    """Those and others that are more or less often in a claim."""
    alone: frozenset[str]
    """Frames whose verbs tell a claim without a subject too."""
    signs: Mapping[str, str]
    """A word -> what it is a sign of, as `voice.toml` names it."""
    be: frozenset[str]
    clause: frozenset[str]
    of_something: frozenset[str]
    opens_object: frozenset[str]
    pronouns: frozenset[str]
    leaning: frozenset[str]
    stand_ins: Mapping[str, str | None]
    """As `Grammar` has them."""
    titles: Mapping[str, str]
    """A title or an office in small letters -> the gender that it tells."""
    offices: frozenset[str]
    abbreviated_titles: frozenset[str]
    empty: frozenset[str]
    """Words of any sentence, as `Grammar` has them."""
    nameless: frozenset[str]
    inside_offices: frozenset[str]
    standing_subjects: frozenset[str]
    """Pronouns that claim something, and leave it to what stands before who that is: no "you", and no "who"."""
    joining: frozenset[str]
    acts: frozenset[str]
    qualifier: re.Pattern[str]
    no_names: frozenset[str]
    """Words that are no name by themselves, whatever their capital."""


@cache
def english() -> Cues:
    known = grammar.english()
    said = tomllib.loads(files(__package__).joinpath("cues_en.toml").read_text(encoding="utf-8"))
    around, qualifiers = said["around"], said["qualifiers"]
    starts = rf"\A\W*(?:{_any(qualifiers['at_the_start'])})\b"
    holds = rf"\b(?:{_any(qualifiers['anywhere'])})\b"
    signs = {word: sign for sign, word in _each(said["signs"])}
    sure = set(said["sure"])
    entries = [entry.split() for entries in said["verbs"].values() for entry in entries]
    marking = {form for forms in entries if forms[0] in sure for form in forms}
    articles = known.determiners.difference(signs).union(around["before_a_noun"])
    function_words, leaning = frozenset(around["function_words"]), frozenset(around["leaning"])
    return Cues(
        phrase=re.compile(rf"\b(?:{_any(said['phrases'])})(?=\s)", re.IGNORECASE),
        verb=re.compile(rf"\b(?:{_any(marking)})\b"),
        verbs=_by_form(said["verbs"]),
        nouns=_by_form(said["nouns"]),
        adjectives=frozenset(word for words in said["adjectives"].values() for word in words),
        adverbs=frozenset(word for words in said["adverbs"].values() for word in words),
        passive=frozenset(around["passive"]),
        articles=articles,
        function_words=function_words,
        telling_words=frozenset([*around["function_words"], *around["telling_words"]]),
        alone=frozenset(said["alone"]),
        signs=signs,
        be=frozenset(around["be"]),
        clause=frozenset(around["clause"]),
        of_something=frozenset(around["of_something"]),
        opens_object=frozenset(around["opens_object"]),
        pronouns=known.subjects,
        leaning=leaning,
        stand_ins=known.stand_ins,
        titles=known.gender_of,
        offices=known.offices,
        abbreviated_titles=known.abbreviated,
        empty=known.function,
        nameless=known.nameless,
        inside_offices=known.titles - known.offices,
        standing_subjects=known.subjects & {*known.stand_ins, *said["signs"]["first person"]},
        joining=frozenset(around["joining"]),
        acts=frozenset(around["acts"]),
        qualifier=re.compile(f"{starts}|{holds}", re.IGNORECASE),
        no_names=known.subjects | known.stand_ins.keys() | function_words | articles | leaning,
    )


def _by_form(frames: Mapping[str, Sequence[str]]) -> Frames:
    found: dict[str, list[str]] = defaultdict(list)
    for frame, entries in frames.items():
        for form in {form for entry in entries for form in entry.split()}:
            found[form].append(frame)
    return {form: tuple(of) for form, of in found.items()}


def _each(listed: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    return ((kind, word) for kind, words in listed.items() for word in words)


def _any(words: Iterable[str]) -> str:
    """Longest first, so that no alternative hides a longer one; any run of white space between words will do."""
    return "|".join(r"\s+".join(map(re.escape, word.split())) for word in sorted(words, key=len, reverse=True))

"""The words of `words_en.toml`, with those that any room knows, ready to be looked for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from retrieval import grammar


@dataclass(frozen=True, slots=True)
class Wording:
    negations: frozenset[str]
    negation_ending: str
    opposite_prefixes: Mapping[str, int]
    """Each with the fewest letters of a word that it turns round."""
    no_opposites: frozenset[str]
    hedges: frozenset[str]
    hedges_of_numbers: frozenset[str]
    bounds: re.Pattern[str]
    numbers: frozenset[str]
    units: Mapping[str, str]
    """However it is written -> the first way."""
    function: frozenset[str]
    nameless: frozenset[str]
    titles: frozenset[str]
    pronouns: frozenset[str]
    articles: frozenset[str]
    """With all that can stand in their place: “his”, “those”."""
    organisations: frozenset[str]
    note: str
    """A regular expression for what an editor notes in brackets."""
    elided: str
    """A regular expression for what an apostrophe shortens that opens no quotation."""


@cache
def english() -> Wording:
    said = tomllib.loads(files(__package__).joinpath("words_en.toml").read_text(encoding="utf-8"))
    known = grammar.english()
    each_unit = [line.split() for line in said["units"].strip().splitlines()]
    return Wording(
        negations=frozenset(said["negations"].split()),
        negation_ending=said["negation_ending"],
        opposite_prefixes=said["opposite_prefixes"],
        no_opposites=frozenset(said["no_opposites"].split()),
        hedges=frozenset(said["hedges"].split()),
        hedges_of_numbers=frozenset(said["hedges_of_numbers"].split()),
        bounds=re.compile(rf"\b(?:{'|'.join(said['bounds'])})\b"),
        numbers=frozenset(said["numbers"].split()),
        units={way: ways[0] for ways in each_unit for way in ways},
        function=known.function,
        nameless=known.nameless,
        titles=known.titles,
        pronouns=known.pronouns,
        articles=known.determiners,
        organisations=frozenset(said["organisations"].split()),
        note="|".join(r"\s".join(note.split()) for note in said["notes"]),
        elided="|".join(said["elided"].split()),
    )

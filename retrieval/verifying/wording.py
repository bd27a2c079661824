"""The words of `words_en.toml`, ready to be looked for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Wording:
    negations: frozenset[str]
    opposite_prefixes: tuple[str, ...]
    hedges: frozenset[str]
    hedges_of_numbers: frozenset[str]
    bounds: re.Pattern[str]
    numbers: frozenset[str]
    units: Mapping[str, str]
    """However it is written -> the first way."""
    function: frozenset[str]
    titles: frozenset[str]
    pronouns: frozenset[str]
    articles: frozenset[str]
    organisations: frozenset[str]


@cache
def english() -> Wording:
    said = tomllib.loads(files(__package__).joinpath("words_en.toml").read_text(encoding="utf-8"))
    each_unit = [line.split() for line in said["units"].strip().splitlines()]
    return Wording(
        negations=frozenset(said["negations"].split()),
        opposite_prefixes=tuple(said["opposite_prefixes"].split()),
        hedges=frozenset(said["hedges"].split()),
        hedges_of_numbers=frozenset(said["hedges_of_numbers"].split()),
        bounds=re.compile(rf"\b(?:{'|'.join(said['bounds'])})\b"),
        numbers=frozenset(said["numbers"].split()),
        units={way: ways[0] for ways in each_unit for way in ways},
        function=frozenset(said["function"].split()),
        titles=frozenset(said["titles"].split()),
        pronouns=frozenset(said["pronouns"].split()),
        articles=frozenset(said["articles"].split()),
        organisations=frozenset(said["organisations"].split()),
    )

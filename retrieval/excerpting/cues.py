"""The words of `cues_en.toml`, ready to be looked for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Cues:
    phrase: re.Pattern[str]
    verb: re.Pattern[str]
    passive: frozenset[str]
    articles: frozenset[str]
    pronouns: frozenset[str]
    leaning: frozenset[str]
    qualifier: re.Pattern[str]


@cache
def english() -> Cues:
    said = tomllib.loads(files(__package__).joinpath("cues_en.toml").read_text(encoding="utf-8"))
    starts = rf"\A\W*(?:{_any(said['qualifiers_at_the_start'])})\b"
    holds = rf"\b(?:{_any(said['qualifiers'])})\b"
    return Cues(
        phrase=re.compile(rf"\b(?:{_any(said['phrases'])})(?=\s)", re.IGNORECASE),
        verb=re.compile(rf"\b(?:{_any(said['verbs'])})\b"),
        passive=frozenset(said["passive"]),
        articles=frozenset(said["articles"]),
        pronouns=frozenset(said["pronouns"]),
        leaning=frozenset(said["leaning"]),
        qualifier=re.compile(f"{starts}|{holds}", re.IGNORECASE),
    )


def _any(words: Iterable[str]) -> str:
    """Longest first, so that no alternative hides a longer one; any run of white space between words will do."""
    return "|".join(r"\s+".join(map(re.escape, word.split())) for word in sorted(words, key=len, reverse=True))

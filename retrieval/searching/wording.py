"""The words of `wording_en.toml`, ready to be looked for, and what words, numbers and years look like."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Pattern = re.Pattern[str]
WORD = re.compile(r"[^\W\d_][\w’'-]*")
NUMBER = re.compile(r"\d[\d,.]*\d|\d")
YEAR = re.compile(r"(?<!\d)(?:1\d{3}|20\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Wording:
    wants: Mapping[str, Pattern]
    """Kind of answer -> how a question asks for it; the first that is found counts."""
    chatter: frozenset[str]
    number_words: frozenset[str]
    months: frozenset[str]
    """With their capitals, as the weekdays."""
    weekdays: frozenset[str]
    relative: frozenset[str]
    before_a_month: Pattern
    recent: Pattern
    before_a_date: Pattern
    """At the end of what stands before it, as `before_a_name`."""
    before_a_name: Pattern
    earlier: Pattern
    after: Pattern
    since: Pattern


@cache
def english() -> Wording:
    said = tomllib.loads(files(__package__).joinpath("wording_en.toml").read_text(encoding="utf-8"))
    publication = said["publication"]
    return Wording(
        wants={kind: _any(ways) for kind, ways in said["wants"].items()},
        chatter=frozenset(said["chatter"]["words"]),
        number_words=frozenset(said["number_words"]["words"]),
        months=frozenset(said["calendar"]["months"]),
        weekdays=frozenset(said["calendar"]["weekdays"]),
        relative=frozenset(said["calendar"]["relative"]),
        before_a_month=_any(said["calendar"]["before_a_month"], end=r"[\s-]+(?:the\s+)?\Z"),
        recent=_any(said["recent"]["cues"]),
        before_a_date=_any(publication["before_a_date"], end=r"\s*\Z"),
        before_a_name=_any(publication["before_a_name"], end=r"\s+(?:the\s+)?\Z"),
        # The rest of the clause may stand between: "before the invasion began on 24 February".
        earlier=_any(publication["earlier"], end=r"\b[^,.;:?!]*\Z"),
        after=_any(publication["after"], end=r"\b[^,.;:?!]*\Z"),
        since=_any(publication["since"], end=r"\b[^,.;:?!]*\Z"),
    )


def _any(ways: Iterable[str], end: str = "") -> Pattern:
    return re.compile(rf"\b(?:{'|'.join(ways)}){end}", re.IGNORECASE)

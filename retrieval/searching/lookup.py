"""What the words of a lookup mean: phrases, words to leave out, and filters among them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass

from retrieval.errors import QuestionError
from retrieval.filters import EVERYTHING, Filter, with_field
from retrieval.store.protocol import WordQuery

_PART = re.compile(
    r"""
    (?P<without>-)?
    (?:(?P<field>[A-Za-z]+):)?
    (?: ["“”„«](?P<quoted>[^"“”„«»]*)["“”»] | (?P<bare>\S+) )
    """,
    re.VERBOSE,
)
_FIELDS = ("after", "before", "publisher", "author", "collection", "language", "status")


@dataclass(frozen=True, slots=True)
class Lookup:
    query: WordQuery
    where: Filter


def parse_lookup(text: str, where: Filter = EVERYTHING) -> Lookup:
    """Every word must be found; `"exact phrase"` word for word; `-word` and `-"a phrase"` must not be found;
    `publisher:"x y" after:2022-05-01` add to `where`.

    Raises QuestionError for a bad date, a filter without a value, or nothing to look for.
    """
    words: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    for part in _PART.finditer(text):
        name = (part["field"] or "").lower()
        value = part["quoted"] if part["quoted"] is not None else part["bare"]
        if part["bare"] and value.endswith(":") and value[:-1].lower() in _FIELDS:
            name, value = value[:-1].lower(), ""
        if name in _FIELDS and not part["without"]:
            where = narrowed(where, name, value)
        elif not any(character.isalnum() for character in value):
            continue
        elif part["without"]:
            without.append(_rejoined(part, value))
        elif part["quoted"] is not None and not name:
            phrases.append(value)
        else:
            words.append(_rejoined(part, value))
    if not words and not phrases:
        raise QuestionError("there is no word to look for")
    return Lookup(WordQuery(" ".join(words), every_word=True, phrases=tuple(phrases), without=tuple(without)), where)


def narrowed(where: Filter, name: str, value: str) -> Filter:
    """`where` with one more field, from text. Raises QuestionError."""
    given = value.strip()
    if not given:
        raise QuestionError(f"{name}: what should it be?")
    if any("\ud800" <= character <= "\udfff" for character in given):
        raise QuestionError(f"{name}: that is not text")
    return with_field(where, name, parse_date(given, name) if name in ("after", "before") else given)


def filter_of(given: Mapping[str, str | None]) -> Filter:
    """Of what was given by name; None for what was not. Raises QuestionError."""
    where = EVERYTHING
    for name, value in given.items():
        where = narrowed(where, name, value) if value is not None else where
    return where


def parse_date(text: str, name: str) -> datetime.date:
    """Raises QuestionError that names the filter."""
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        shown = text.strip()[:40]
        raise QuestionError(f"{name}: “{shown}” is not a date like 2022-05-31") from None


def _rejoined(part: re.Match[str], value: str) -> str:
    """`http://x` is no filter: a name that is not one stays part of the word."""
    return f"{part['field']}:{value}" if part["field"] else value

"""The article that a page's JSON-LD is about, in schema.org's words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from retrieval.reading.metadata import STATUSES
from retrieval.reading.sizes import MIB

MOST_CHARACTERS = MIB
"""Of all scripts of a page; they come to a few thousand."""
_ARTICLES = re.compile(
    r"(?:https?://schema\.org/)?(?:(?:[A-Z][A-Za-z]*)?(?:Article|BlogPosting)|LiveBlogPosting|Report)"
)
_WRAPPED = re.compile(r"\A\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?://\s*)?(?:-->|\]\]>)\s*\Z")


@dataclass(frozen=True, slots=True)
class Article:
    """As it stands there, not yet checked; None for what is not said."""

    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    published: Any = None
    url: str | None = None
    language: str | None = None
    status: str | None = None
    status_note: str | None = None


def articles_in(scripts: Iterable[str]) -> list[Article]:
    """Those at the top of each script or of its `@graph`; those inside lists are other pages'. Raises nothing."""
    left = MOST_CHARACTERS
    things: list[dict[str, Any]] = []
    for script in scripts:
        left -= len(script)
        if left < 0:
            break
        things += _things(_parsed(script))
    by_id = {thing["@id"]: thing for thing in things if isinstance(thing.get("@id"), str)}
    return [_article(thing, by_id) for thing in things if _is_article(thing)]


def _parsed(script: str) -> Any:
    try:  # line ends inside strings are common
        return json.loads(_WRAPPED.sub("", script), strict=False, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None


def _things(parsed: Any) -> Iterator[dict[str, Any]]:
    for thing in _listed(parsed):
        if isinstance(thing, dict):
            yield thing
            yield from (inner for inner in _listed(thing.get("@graph")) if isinstance(inner, dict))


def _is_article(thing: dict[str, Any]) -> bool:
    return any(isinstance(name, str) and _ARTICLES.fullmatch(name) for name in _listed(thing.get("@type")))


def _article(thing: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> Article:
    page = _resolved(thing.get("mainEntityOfPage"), by_id)
    status, note = _status(thing)
    return Article(
        title=_text(thing.get("headline")) or _text(thing.get("name")),
        author=", ".join(_names(thing.get("author"), by_id)) or None,
        publisher=next(iter(_names(thing.get("publisher"), by_id)), None),
        published=thing.get("datePublished"),
        url=_text(thing.get("url")) or _text(page.get("@id") if isinstance(page, dict) else page),
        language=_text(thing.get("inLanguage")),
        status=status,
        status_note=note,
    )


def _names(said: Any, by_id: dict[str, dict[str, Any]]) -> list[str]:
    """Of people or organisations: as mere texts, as things with a name, or as the ids of such."""
    found = (_resolved(one, by_id) for one in _listed(said))
    names = (_text(one.get("name") if isinstance(one, dict) else one) for one in found)
    return list(dict.fromkeys(name for name in names if name and not name.startswith(("http://", "https://"))))


def _resolved(said: Any, by_id: dict[str, dict[str, Any]]) -> Any:
    if isinstance(said, dict) and "name" not in said and isinstance(said.get("@id"), str):
        return by_id.get(said["@id"], said)
    return said


def _status(thing: dict[str, Any]) -> tuple[str | None, str | None]:
    """schema.org: a `creativeWorkStatus` that is one of ours, else a `correction`, in words or as a comment."""
    stated = (_text(thing.get("creativeWorkStatus")) or "").lower()
    for correction in _listed(thing.get("correction")):
        words = _text(correction.get("text") if isinstance(correction, dict) else correction)
        if words:
            note = None if words.startswith(("http://", "https://")) else words
            return (stated if stated in STATUSES else "corrected"), note
    return (stated, None) if stated in STATUSES else (None, None)


def _listed(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [] if said is None else [said]


def _text(said: Any) -> str | None:
    """Of a list the first; a language may be a thing with a name."""
    if isinstance(said, list):
        said = said[0] if said else None
    return said.strip() or None if isinstance(said, str) else None

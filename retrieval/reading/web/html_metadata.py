"""What a page says of itself: `meta`, `link` and the language of `html` first, then JSON-LD. Nothing is guessed.

Only fields that are defined as the date of publication give one (Open Graph's article:published_time, Highwire's
citation_publication_date, Dublin Core's issued, schema.org's datePublished). Dublin Core's plain `date` is that of any
event, so it is left alone.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from urllib.parse import urlsplit

from retrieval.reading.field_text import LANGUAGE, field_text
from retrieval.reading.metadata import Metadata, date_of
from retrieval.reading.web.json_ld import Article, articles_in
from retrieval.reading.web.page import Said

WHERE = "the page's head"
_TITLES = ("citation_title", "dc.title", "dcterms.title", "og:title", "twitter:title")
_AUTHORS = ("citation_author", "author", "article:author", "dc.creator", "dcterms.creator", "parsely-author")
_PUBLISHERS = ("citation_publisher", "og:site_name", "dc.publisher", "dcterms.publisher")
_PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "citation_publication_date",
    "citation_online_date", "dcterms.issued", "dc.date.issued", "dc.issued", "parsely-pub-date", "publication_date",
    "publication-date", "publish-date", "publish_date", "pubdate",
)  # fmt: skip
_LANGUAGES = ("content-language", "dc.language", "dcterms.language", "citation_language", "og:locale")
_SLASHED = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})")
"""How Highwire's tags write a day: 2022/5/31."""
_SEPARATOR = re.compile(r"\s+[-–—|·•:»]+\s+|\s*[|»]\s*|:\s+")
_MOST_AUTHORS = 20


def said_by(said: Said, headline: str | None) -> Metadata:
    """`headline` is the page's first `h1`. Raises nothing: what can't be a value is passed over, a date with a note."""
    named = _by_name(said.meta)
    canonical = _first_url(
        link.get("href") for link in said.links if "canonical" in link.get("rel", "").lower().split()
    )
    page_title = field_text(said.title)
    of_meta = next(_values(named, _TITLES), None)
    url = canonical or _first_url(_values(named, ("og:url",)))
    article = _article(said.scripts, url, {of_meta, headline, page_title} - {None})
    title = of_meta or article.title or headline or page_title
    if title and headline and title.startswith(headline) and _SEPARATOR.match(title, len(headline)):
        title = headline  # the rest is the site's name
    published, notes = _published(named, said.meta, article)
    languages = chain((said.language,), _values(named, _LANGUAGES), (article.language,))
    return Metadata(
        title=title,
        author=_together(_authors(named)) or article.author,
        publisher=next(_values(named, _PUBLISHERS), None) or article.publisher,
        published=published,
        url=url or _first_url((article.url,)),
        language=next((each.replace("_", "-") for each in languages if each and LANGUAGE.fullmatch(each)), None),
        status=article.status,
        status_note=article.status_note,
        notes=notes,
    )


def _by_name(meta: Iterable[Mapping[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for said in meta:
        name = said.get("property") or said.get("name") or said.get("http-equiv") or ""
        value = field_text(said.get("content"))
        if name and value:
            found.setdefault(name.strip().lower(), []).append(value)
    return found


def _values(named: Mapping[str, list[str]], names: Iterable[str]) -> Iterator[str]:
    return (value for name in names for value in named.get(name, ()))


def _authors(named: Mapping[str, list[str]]) -> list[str]:
    """All that the first field names which names any; a profile's address is no name."""
    for name in _AUTHORS:
        held = [value for value in named.get(name, ()) if not value.lower().startswith(("http://", "https://", "/"))]
        if held:
            return held
    return []


def _together(authors: Iterable[str]) -> str | None:
    return field_text(", ".join(list(dict.fromkeys(authors))[:_MOST_AUTHORS]))


def _published(
    named: Mapping[str, list[str]], meta: Iterable[Mapping[str, str]], article: Article
) -> tuple[datetime.date | None, tuple[str, ...]]:
    """The first that is a day, and a note for each before it that can't be one."""
    marked = {
        said.get("content") or said.get("datetime") or "" for said in meta if said.get("itemprop") == "datePublished"
    }
    # More than one belong to other things on the page too, as comments.
    stated = chain(_values(named, _PUBLISHED), marked if len(marked) == 1 else (), (article.published,))
    notes: list[str] = []
    for value in stated:
        slashed = _SLASHED.fullmatch(value.strip()) if isinstance(value, str) else None
        day, wrong = date_of("-".join((slashed[1], slashed[2].zfill(2), slashed[3].zfill(2))) if slashed else value)
        if day is not None:
            return day, tuple(notes)
        if wrong:
            notes.append(f"{WHERE}: published is {wrong}")
    return None, tuple(dict.fromkeys(notes))[:3]


def _article(scripts: list[str], url: str | None, titles: set[str | None]) -> Article:
    """The one that the page is: the only one, else that of the page's address or title."""
    found = articles_in(scripts)
    if len(found) > 1:
        found = [each for each in found if each.url == url] or [each for each in found if each.title in titles]
    if not found:
        return Article()
    first = found[0]
    return replace(
        first,
        title=field_text(first.title),
        author=field_text(first.author),
        publisher=field_text(first.publisher),
        status_note=field_text(first.status_note),
    )


def _first_url(urls: Iterable[str | None]) -> str | None:
    """With a scheme and a host that a link can go to."""
    for written in urls:
        url = field_text(written)
        with suppress(ValueError):  # as urlsplit calls a bracket without its other half
            if url and " " not in url and urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname:
                return url
    return None

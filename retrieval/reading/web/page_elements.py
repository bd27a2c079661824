"""What HTML's elements are to a reader: which part blocks, which are hidden, which are no body text by their tag."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from retrieval.reading.web.text_flow import Region


def _named(names: str) -> frozenset[str]:
    return frozenset(names.split())


HEADINGS = _named("h1 h2 h3 h4 h5 h6")
VOID = _named("area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr")
BLOCKS = HEADINGS | _named(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form frameset header hgroup hr html legend li listing main menu nav ol optgroup option p plaintext pre "
    "search section select summary table tbody textarea tfoot thead title tr ul xmp"
)
HIDDEN = _named(
    # Fallbacks of what a browser shows instead are not seen; `rt` is how a word is read, written above it.
    "script style template noscript title iframe noembed noframes object audio video canvas datalist rp rt rtc svg "
    "annotation annotation-xml"
)
SCOPES = _named("table td th caption template svg math object")
"""What is open around one of these is not closed by an end tag inside it."""
CLOSED_BY: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    # An element that begins: those that it ends, and those beyond which it does not look.
    "li": (_named("li"), _named("ul ol menu dir")),
    "dt": (_named("dt dd"), _named("dl")),
    "dd": (_named("dt dd"), _named("dl")),
    "option": (_named("option"), _named("select")),
    "optgroup": (_named("option optgroup"), _named("select")),
    "td": (_named("td th caption"), _named("table")),
    "th": (_named("td th caption"), _named("table")),
    "tr": (_named("td th tr caption"), _named("table")),
    "tbody": (_named("td th tr tbody thead tfoot caption"), _named("table")),
    "thead": (_named("td th tr tbody thead tfoot caption"), _named("table")),
    "tfoot": (_named("td th tr tbody thead tfoot caption"), _named("table")),
}
ENDS_A_PARAGRAPH = BLOCKS - _named("option optgroup caption legend tbody td tfoot th thead title tr")
ENDS_A_HEADING = HEADINGS | _named("article blockquote dl footer main nav ol p pre section table ul")
"""None of these stands in a heading, so one that was left open is over."""
TABLE_PARTS = _named("table caption tbody thead tfoot tr td th")
TRACKED = HIDDEN | SCOPES | _named("button label") | (BLOCKS - VOID)
"""Others matter to nothing here, unless an attribute hides them."""

_BY_TAG = {
    "nav": Region("menu", plain=True),
    "menu": Region("menu", plain=False),
    "aside": Region("beside the article", plain=True),
    "button": Region("form", plain=True),
    "dialog": Region("dialog", plain=True),
    "fieldset": Region("form", plain=True),
    "figcaption": Region("caption", plain=False),
    "form": Region("form", plain=False),  # some sites put the whole page into one
    "label": Region("form", plain=True),
    "search": Region("form", plain=True),
    "select": Region("form", plain=True),
    "textarea": Region("form", plain=True),
}
_BY_ROLE = {
    "navigation": Region("menu", plain=True),
    "banner": Region("page header", plain=True),
    "contentinfo": Region("page footer", plain=True),
    "complementary": Region("beside the article", plain=True),
    "search": Region("form", plain=True),
    "dialog": Region("dialog", plain=True),
    "alertdialog": Region("dialog", plain=True),
}
_BY_CLASS = (
    # At the start of a word of a class or an id, as sites everywhere name them; they only say what furniture to call.
    ("cookie notice", "cookie|consent|gdpr"),
    ("share links", "shar(?:e|ing)|social|addtoany"),
    ("newsletter", "newsletter|subscri|signup|sign-up|paywall"),
    ("comments", "comments|disqus|respond"),
    ("related links", "related|recommend|read-?more|more-(?:stories|news|from)|trending|most-(?:read|popular)|teaser"),
    ("breadcrumbs", "breadcrumb"),
    ("advertisement", "ads?(?![a-z])|advert|sponsor|promo|banner"),
    ("byline", "byline|author|dateline"),
    ("caption", "caption|wp-caption|credit"),
    ("tags", "tags|topics|categories"),
    ("menu", "menu|nav(?![a-z])|navbar|navigation|pagination|toolbar"),
    ("page header", "masthead|site-header"),
    ("page footer", "footer|copyright|legal"),
    ("beside the article", "sidebar|widget"),
)
_CLASS = re.compile("(?<![a-z])(?:" + "|".join(f"({pattern})" for _, pattern in _BY_CLASS) + ")")
_MOST_OF_A_CLASS = 300
_NOT_SHOWN = re.compile(r"display\s*+:\s*+none|visibility\s*+:\s*+hidden", re.IGNORECASE)


def is_hidden(name: str, said: Mapping[str, str]) -> bool:
    """By its tag or its own attributes; style sheets are not read."""
    if name in HIDDEN or (name == "dialog" and "open" not in said):
        return True
    if not said:
        return False
    if said.get("hidden", "until-found").lower() != "until-found":
        return True
    return _NOT_SHOWN.search(said.get("style", "")) is not None


def region_of(name: str, said: Mapping[str, str], in_article: bool) -> Region | None:
    """What its tag, role or class says; None where it says nothing."""
    role = _BY_ROLE.get(said.get("role", "").lower())
    if role is not None:
        return role
    if name in {"header", "footer"}:  # inside an article they may be its own headline and notes
        return Region(f"page {name}", plain=not in_article)
    if "toc" in said.get("epub:type", "").split():
        return Region("contents", plain=True)
    by_tag = _BY_TAG.get(name)
    if by_tag is not None and by_tag.plain:
        return by_tag
    words = f"{said.get('class', '')[:_MOST_OF_A_CLASS]} {said.get('id', '')[:_MOST_OF_A_CLASS]}"
    return (_by_class(words) if len(words) > 1 else None) or by_tag


@lru_cache(maxsize=4096)
def _by_class(words: str) -> Region | None:
    found = _CLASS.search(words.lower())
    return Region(_BY_CLASS[(found.lastindex or 1) - 1][0], plain=False) if found else None

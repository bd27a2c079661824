"""What a page, a book or an office file writes in a field, as words that a field of ours can hold."""

from __future__ import annotations

import re

from retrieval.reading.metadata import LONGEST_FIELD

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
"""A language tag, `pt-BR`; some are written with the low line of locales."""
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
"""Control characters and marks of direction: a field is one line that is read in one way."""
_HALF = re.compile(r"[\ud800-\udfff]")


def drawn_together(value: str) -> str:
    """One line, without control characters and with single spaces."""
    return " ".join(_HIDDEN.sub(" ", value).split())


def field_text(value: str | None) -> str | None:
    """The same; None for nothing, and for what no field of ours can hold."""
    text = drawn_together(value) if value else ""
    # JSON can write half a character, which no store can hold.
    return text if 0 < len(text) <= LONGEST_FIELD and not _HALF.search(text) else None

"""What of a message is to be checked: what it quotes, and each of its sentences that quotes nothing."""

from __future__ import annotations

import re
from functools import cache

from retrieval.spans import Span
from retrieval.splitting import split_text
from retrieval.verifying.fitness import FEWEST_WORDS
from retrieval.verifying.tokens import tokenise
from retrieval.verifying.wording import english

MOST_CHECKED = 10
"""Quotations and sentences of one message."""
_LINE = re.compile(r"[^\n]+")
_MARKER = re.compile(r"\s*(?:>{1,3}\s+|[-*•]\s+|\#{1,3}\s+|\d{1,2}[.)]\s+)?")
"""What Markdown puts before a quotation, an item or a heading."""


def checkable(message: str) -> tuple[tuple[Span, ...], int]:
    """Spans of the message, in order, at most MOST_CHECKED; those of quotations are without their marks. And how many
    more there are.
    """
    matches = [match for match in _quoted().finditer(message) if _has_enough(match[0])]
    quoted = [Span(*match.span(match.lastindex or 0)) for match in matches]
    sentences = _sentences(message)
    if matches:
        marked = [Span(*match.span()) for match in matches]
        apart = (each for each in sentences if not any(each.overlaps(mark) for mark in marked))
        sentences = [each for each in apart if _has_enough(each.of(message))]  # “he said” is left of many a quotation
    found = sorted([*quoted, *sentences])
    return tuple(found[:MOST_CHECKED]), max(len(found) - MOST_CHECKED, 0)


@cache
def _quoted() -> re.Pattern[str]:
    """Straight single ones stand at the ends of words; those inside, and behind an s before more words, are
    apostrophes.
    """
    return re.compile(
        rf"""“([^“”]+)[”"] | „([^„“”"]+)[“”"] | «([^«»]+)» | "([^"“”]+)["”] | (?<!\w)‘([^‘]+?)’(?!\w)
        | (?<![\w’'])'(?!(?i:{english().elided})\b|\d)(?=\w)
          ((?:[^'\n]|(?<=\w)'(?=\w)|(?<=s)'(?=\ \w[^'\n]{{0,300}}(?<!\ )'(?!\w)))+?)
          '(?!\w)(?!(?<=s')\ \w[^'\n]{{0,300}}(?<!\ )'(?!\w))
        """,
        re.VERBOSE,
    )


def _has_enough(text: str) -> bool:
    return sum(token.is_word for token in tokenise(text)) >= FEWEST_WORDS


def _sentences(message: str) -> list[Span]:
    found: list[Span] = []
    for line in _LINE.finditer(message):
        marker = _MARKER.match(line[0])
        start = line.start() + (marker.end() if marker else 0)
        parts = split_text(message[start : line.end()])
        trimmed = (part.shifted(start).trimmed(message) for part in parts)
        found += [part for part in trimmed if part is not None]
    return found

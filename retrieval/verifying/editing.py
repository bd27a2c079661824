"""A quote with its editor's marks understood: “…” leaves words out, “[he]” puts some in, “[sic]” is nobody's words.

The marks are those of The Chicago Manual of Style (17th ed., 13.50 to 13.62). “[T]he” is a capital changed and stays a
word, and so does “[un]safe”, which is compared as “unsafe”. What stands between the marks are fragments, and each of
them must stand in the source.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache

from retrieval.normal_form import QUOTE_MARKS
from retrieval.spans import Span
from retrieval.verifying.tokens import Token, tokenise
from retrieval.verifying.wording import english

_ELLIPSIS = r"(?:…|\.(?:\s?\.){2,3})"
_LETTERS = r"[^\W\d_]{1,30}"
_PART_OF_A_WORD = re.compile(rf"\[(?!sic\])(?:(?<=[^\W\d_]\[)({_LETTERS})\]|({_LETTERS})\](?=[^\W\d_]))", re.IGNORECASE)
"""“[T]he” and “[un]safe” are words as they stand without the brackets."""
_UNSEEN = "\u200b"
"""In the place of a bracket: no offset moves, and the normal form leaves it out."""


class Edit(Enum):
    """What the editor's mark between two fragments allows."""

    GAP = "words of the source are left out"
    PUT = "words are put in, or stand for some of the source"
    NOTE = "nothing: a note that is no part of the quote"


@dataclass(frozen=True, slots=True)
class Joint:
    """An editor's mark, before the fragment that follows it."""

    edit: Edit
    span: Span
    """Of the quote."""
    inner: tuple[Token, ...] = ()
    """What is put in."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A quote as it is compared. `joints[i]` is what stands between fragments i and i + 1; a note or none is empty."""

    text: str
    """The quote without white space, quote marks and ellipses around it; spans are of this."""
    fragments: tuple[tuple[Token, ...], ...]
    joints: tuple[tuple[Joint, ...], ...]
    outer: tuple[Joint, ...] = ()
    """Words put in before the first fragment or behind the last."""

    @property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(itertools.chain.from_iterable(self.fragments))

    @property
    def word_count(self) -> int:
        return sum(token.is_word for token in self.tokens)


def read_quote(quote: str) -> Claim:
    """Never fails; a quote without a word has no fragments."""
    text = bare(quote)
    parts = list(_PART_OF_A_WORD.finditer(text))
    plain = _PART_OF_A_WORD.sub(lambda match: f"{_UNSEEN}{match[0][1:-1]}{_UNSEEN}", text)
    starts = {match.start() + 1: match.start() for match in parts}
    ends = {match.end() - 1: match.end() for match in parts}
    fragments: list[tuple[Token, ...]] = []
    between: list[tuple[Joint, ...]] = []
    waiting: list[Joint] = []
    outer: tuple[Joint, ...] = ()
    for part in _parts(plain):
        if isinstance(part, Joint):
            waiting.append(part)
        elif tokens := tokenise(plain, [part]):
            if fragments:
                between.append(tuple(waiting))
            else:
                outer = tuple(joint for joint in waiting if joint.edit is not Edit.GAP)
            fragments.append(
                tuple(
                    replace(each, start=starts.get(each.start, each.start), end=ends.get(each.end, each.end))
                    for each in tokens
                )
            )
            waiting = []
    outer += tuple(joint for joint in waiting if joint.edit is not Edit.GAP)
    return Claim(text, tuple(fragments), tuple(between), outer)


def bare(quote: str) -> str:
    """Without white space, its own quote marks and ellipses at either end."""
    text = quote.strip()
    while True:
        shorter = text.removeprefix("[…]").removeprefix("[...]").removeprefix("…").removeprefix("...")
        shorter = shorter.removesuffix("[…]").removesuffix("[...]").removesuffix("…").removesuffix("...")
        shorter = _without_quote_marks(shorter.strip())
        if shorter == text:
            return text
        text = shorter


def _without_quote_marks(text: str) -> str:
    """An apostrophe at the end may be the last word's own: it goes only with a mark at the beginning."""
    shorter = text.lstrip(QUOTE_MARKS)
    marks = QUOTE_MARKS if shorter != text else QUOTE_MARKS.replace("'", "").replace("’", "")
    return shorter.rstrip(marks).strip()


@cache
def _mark() -> re.Pattern[str]:
    return re.compile(
        rf"""
          (?P<gap>  \[\s*{_ELLIPSIS}\s*\] | \(\s*{_ELLIPSIS}\s*\) | {_ELLIPSIS} )
        | (?P<note> [\[(]\s*(?:{english().note})\s*[!.]?\s*[\])] )
        | (?P<put>  \[[^\[\]]{{1,100}}\] )
        """,
        re.VERBOSE | re.IGNORECASE,
    )


def _parts(text: str) -> Iterator[Span | Joint]:
    at = 0
    for mark in _mark().finditer(text):
        if mark.start() > at:
            yield Span(at, mark.start())
        span = Span(*mark.span())
        match mark.lastgroup:
            case "gap":
                yield Joint(Edit.GAP, span)
            case "note":
                yield Joint(Edit.NOTE, span)
            case _:
                inner = tokenise(text, [Span(span.start + 1, span.end - 1)]) if len(span) > 2 else []
                yield Joint(Edit.PUT, span, tuple(replace(each, opens=False) for each in inner))
        at = mark.end()
    if at < len(text):
        yield Span(at, len(text))

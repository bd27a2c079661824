"""The parts of documents that a quote is compared with: what stands around the candidates, without furniture."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from retrieval.records import Document, Passage
from retrieval.spans import Span, subtract
from retrieval.verifying.editing import Claim, Edit
from retrieval.verifying.tokens import Token, rejoined, tokenise

ELLIPSIS_REACH = 200
"""Words that “…” may leave out."""
_MARGIN = 300
"""Characters on either side beyond what the quote is long: words that it leaves out, and the sentence around."""
_OF_A_WORD = 6
"""Characters, with the space behind it."""
_LONGEST_WORD = 100
_MARKDOWN_TARGET = re.compile(
    r"""
      (?<=\]) \( [ ]* (?: <[^<>\n]{0,2000}> | (?:[^\s()<>] | \([^\s()]{0,200}\)){0,2000} )
              (?: \s+ (?:"[^"\n]{0,200}" | '[^'\n]{0,200}') )? [ ]* \)
    | (?<=\]) \[ [^\[\]\n]{0,100} \]
    | ^[ ]{0,3} \[ (?!\^) [^\[\]\n]{1,100} \]: [ ]+ \S.*$
    """,
    re.VERBOSE | re.MULTILINE,
)
"""Where a link or an image leads, which nobody reads: behind its text, by a label, and where the label is explained."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of one document in a row."""

    document: Document
    passages: tuple[Passage, ...]
    """The candidates in it."""
    tokens: tuple[Token, ...]

    @property
    def breaks(self) -> list[int]:
        """For each token what begins with it: 2 a sentence, 1 a clause, 0 neither."""
        return [2 if token.opens else int(token.opens_a_clause) for token in self.tokens]

    def place(self, start: int, end: int) -> Span | None:
        """As `span`; None for no tokens."""
        return self.span(start, end) if start < end else None

    def span(self, start: int, end: int) -> Span:
        """Of the document's text, from the first to the last of these tokens."""
        return Span(self.tokens[start].start, self.tokens[end - 1].end)


def stretches(claim: Claim, passages: Iterable[Passage], document_of: Callable[[str], Document]) -> list[Stretch]:
    """One for each place, in the order of the passages; candidates near one another share one."""
    near: dict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        near[passage.document_id].append(passage)
    margin = len(claim.text) + _MARGIN + _OF_A_WORD * ELLIPSIS_REACH * _has_gap(claim)
    known = frozenset(token.key for token in claim.tokens)
    found: list[Stretch] = []
    for document_id, held in near.items():
        document = document_of(document_id)
        for window, inside in _windows(held, margin, document.text):
            body = subtract(window, sorted((*(mark.span for mark in document.furniture), *_unread(document, window))))
            tokens = tuple(rejoined(tokenise(document.text, body), known))
            if tokens:  # a page of asterisks has none
                found.append(Stretch(document, inside, tokens))
    return found


def _windows(passages: list[Passage], margin: int, text: str) -> list[tuple[Span, tuple[Passage, ...]]]:
    merged: list[tuple[Span, tuple[Passage, ...]]] = []
    for passage in sorted(passages, key=lambda each: each.span):
        window = _whole_words(passage.span.start - margin, passage.span.end + margin, text)
        if merged and merged[-1][0].end >= window.start:
            last, inside = merged[-1]
            merged[-1] = Span(last.start, max(last.end, window.end)), (*inside, passage)
        else:
            merged.append((window, (passage,)))
    return merged


def _whole_words(start: int, end: int, text: str) -> Span:
    """Wider, so that no word is cut: “1,200” cut in two would be another number."""
    start, end = max(start, 0), min(end, len(text))
    first, last = max(start - _LONGEST_WORD, 0), min(end + _LONGEST_WORD, len(text))
    while start > first and not text[start - 1].isspace():
        start -= 1
    while end < last and not text[end].isspace():
        end += 1
    return Span(start, end)


def _unread(document: Document, window: Span) -> Iterator[Span]:
    """Of a window of a Markdown document, what is no word of it."""
    if document.source.reader.startswith("markdown"):
        start = document.text.rfind("\n", 0, window.start) + 1
        for match in _MARKDOWN_TARGET.finditer(document.text, start, window.end):
            if match.end() > window.start:
                yield Span(*match.span())


def _has_gap(claim: Claim) -> bool:
    return any(joint.edit is Edit.GAP for joints in claim.joints for joint in joints)

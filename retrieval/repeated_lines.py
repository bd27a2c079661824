"""Lines that many documents of one publisher have alike: "Read more about this story", "All rights reserved".

Which they are `indexing/repetition.py` tells by counting, over the whole archive, the short lines at the top and the
bottom of each document; what repeats is marked as furniture.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Protocol

from retrieval.records import Block, BlockKind, Document, Furniture
from retrieval.spans import Span

REASON = "repeated line"
LONGEST = 120
"""Characters. What is longer is told as prose, and would be a loss if it were left out by mistake."""
AT_EITHER_END = 12
"""Short lines that are looked at from the top of a document and from its bottom, where sites put theirs."""
MOST_LOOKED_AT = 60
REACH = 4000
"""Characters of a paragraph that are looked at from either end."""
_LINE = re.compile(r"[^\r\n]+")


def short_lines(document: HasLines) -> dict[int, list[Span]]:
    """Lines of the paragraphs that may repeat: the hash of the words, and where each stands. What is furniture for
    another reason is none of them, nor is the document's main paragraph.
    """
    text, found = document.text, dict[int, list[Span]]()
    other = sorted(mark.span for mark in document.furniture if mark.reason != REASON)
    main = _main_paragraph(document)
    for span in _at_the_ends(text, document.blocks):
        if not _is_within(span, other) and (main is None or not main.contains(span)):
            found.setdefault(_hash(span.of(text)), []).append(span)
    return found


def story_of(document: HasLines) -> int:
    """The hash of its main paragraph. Copies and later versions of one story have it alike, and count as one: what they
    repeat of each other is the story.
    """
    main = _main_paragraph(document)
    return _hash(main.of(document.text)) if main is not None else 0


def _main_paragraph(document: HasLines) -> Span | None:
    paragraphs = (block.span for block in document.blocks if block.kind is BlockKind.PARAGRAPH)
    return max(paragraphs, key=len, default=None)


def _hash(text: str) -> int:
    """Of the words, whatever white space is between them: 64 bits."""
    words = " ".join(text.split()).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(words, digest_size=8).digest(), "big")


class HasLines(Protocol):
    """A document, or what will be one."""

    @property
    def text(self) -> str: ...
    @property
    def blocks(self) -> Sequence[Block]: ...
    @property
    def furniture(self) -> Sequence[Furniture]: ...


def marked(document: Document, lines: Collection[int]) -> Document:
    """The document with those of its short lines that are among `lines` as furniture, and no other for that reason."""
    others = tuple(mark for mark in document.furniture if mark.reason != REASON)
    if not lines and len(others) == len(document.furniture):
        return document
    repeated = (
        Furniture(span, REASON) for line, spans in short_lines(document).items() if line in lines for span in spans
    )
    return replace(document, furniture=tuple(sorted((*others, *repeated), key=lambda mark: mark.span)))


def _is_within(span: Span, marks: Sequence[Span]) -> bool:
    """Whether it meets any of the marks, which are in order and may lie in one another."""
    return any(mark.overlaps(span) for mark in marks[: bisect_left(marks, span.end, key=lambda mark: mark.start)])


def _at_the_ends(text: str, blocks: Sequence[Block]) -> dict[Span, None]:
    paragraphs = [block.span for block in blocks if block.kind is BlockKind.PARAGRAPH]
    top = (line for paragraph in paragraphs for line in _lines(text, paragraph.start, paragraph.end))
    bottom = (line for paragraph in paragraphs[::-1] for line in _lines(text, paragraph.start, paragraph.end)[::-1])
    return dict.fromkeys((*_short(top), *_short(bottom)))


def _short(lines: Iterator[Span]) -> Iterator[Span]:
    return islice((line for line in islice(lines, MOST_LOOKED_AT) if len(line) <= LONGEST), AT_EITHER_END)


def _lines(text: str, start: int, end: int) -> list[Span]:
    """Those of a paragraph, of a long one at its ends only, without white space around each."""
    parts = [(start, end)] if end - start <= 2 * REACH else [(start, start + REACH), (end - REACH, end)]
    found = (Span(*match.span()).trimmed(text) for part in parts for match in _LINE.finditer(text, *part))
    return [line for line in found if line is not None]

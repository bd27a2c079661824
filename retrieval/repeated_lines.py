"""Lines that many documents of one publisher have alike: "Read more about this story", "All rights reserved".

Which they are is told by counting, over the whole archive, the short lines at the top and the bottom of each document;
what repeats is marked as furniture. The result depends on what the archive holds alone, never on the order of runs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
import numpy.typing as npt

from retrieval.records import Block, BlockKind, Document, Furniture, Source
from retrieval.spans import Span

REASON = "repeated line"
LONGEST = 120
"""Characters. What is longer is told as prose, and would be a loss if it were left out by mistake."""
AT_EITHER_END = 12
"""Short lines that are looked at from the top of a document and from its bottom, where sites put theirs."""
FEWEST = 5
"""Documents that have it alike."""
SHARE = 0.05
"""Of the publisher's documents."""
MOST_LOOKED_AT = 60
REACH = 4000
"""Characters of a paragraph that are looked at from either end."""
_LINE = re.compile(r"[^\r\n]+")

Lines = npt.NDArray[np.uint64]


def short_lines(text: str, blocks: Sequence[Block]) -> dict[int, Span]:
    """Lines of the paragraphs that may repeat: the hash of the words, and where each first stands."""
    found: dict[int, Span] = {}
    for span in _at_the_ends(text, blocks):
        words = " ".join(span.of(text).split())
        digest = hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        found.setdefault(int.from_bytes(digest, "big"), span)
    return found


def group_of(publisher: str | None, collection: str | None) -> str:
    """Documents whose lines are counted together: of one publisher, else of one collection."""
    return publisher or collection or ""


def repeated(groups: Mapping[str, Sequence[Lines]]) -> dict[str, frozenset[int]]:
    """`groups`: for each the short lines of every document in it, each once a document."""
    found = {}
    for group, documents in groups.items():
        least = max(FEWEST, SHARE * len(documents))
        if len(documents) >= least and any(len(lines) for lines in documents):
            lines, counts = np.unique(np.concatenate(documents), return_counts=True)
            found[group] = frozenset(int(line) for line in lines[counts >= least])
    return found


def marked(document: Document, lines: Collection[int]) -> Document:
    """The document with those of its short lines that are among `lines` as furniture, and no other for that reason."""
    others = tuple(mark for mark in document.furniture if mark.reason != REASON)
    held = short_lines(document.text, document.blocks)
    places = (span for line, span in held.items() if line in lines)
    free = (span for span in places if not any(span.overlaps(mark.span) for mark in others))
    marks = sorted((*others, *(Furniture(span, REASON) for span in free)), key=lambda mark: mark.span)
    return replace(document, furniture=tuple(marks))


def group_of_source(source: Source) -> str:
    return group_of(source.publisher, source.collection)


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

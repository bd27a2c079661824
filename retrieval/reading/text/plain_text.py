"""Plain text: paragraphs between blank lines, a title line at the top, and the counters under it."""

from __future__ import annotations

import re
from itertools import takewhile

from retrieval.reading.decoding import decode
from retrieval.reading.extracted import Extracted
from retrieval.reading.metadata import Metadata
from retrieval.reading.structure import Structure, lines
from retrieval.records import Block, BlockKind, Furniture
from retrieval.spans import Span, cover

_COUNTER = re.compile(r"\d[\d.,\u00a0 ]{0,30}[KkMm]?")
_ENDS_A_SENTENCE = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
LONGEST_TITLE = 200
"""Characters. Headlines end well before; a first line beyond it is a paragraph."""


def read(content: bytes, declared: str | None) -> Extracted:
    """The file's text as it stands. Raises UnreadableFile where it is not text."""
    decoded = decode(content, declared)
    notes = (decoded.note,) if decoded.note else ()
    return Extracted(decoded.text, structure(decoded.text), decoded, notes=notes)


def structure(text: str) -> Structure:
    """Paragraphs are runs of lines that are not blank. Raises nothing: any text has a structure.

    The first paragraph is the title where it is one short line that does not end as a sentence does. Paragraphs
    below it that are bare numbers are share counts or the like: furniture, up to the first that is not.
    """
    found = paragraphs(text)
    furniture: list[Furniture] = []
    title: str | None = None
    if len(found) > 1 and _is_title(found[0].of(text)):
        title = found[0].of(text)
        furniture.append(Furniture(found[0], "title"))
        counters = list(takewhile(lambda span: _is_counter(span.of(text)), found[1:]))
        if len(counters) + 1 < len(found):  # a page of nothing but numbers is its own content
            furniture += [Furniture(span, "counter") for span in counters]
    body = found[len(furniture) :]
    blocks = [Block(mark.span, BlockKind.HEADING) for mark in furniture]
    blocks += [Block(span, BlockKind.PARAGRAPH) for span in body]
    return Structure(tuple(blocks), tuple(furniture), Metadata(title=title))


def _is_title(paragraph: str) -> bool:
    return (
        len(paragraph) <= LONGEST_TITLE
        and len(paragraph.splitlines()) == 1
        and _ENDS_A_SENTENCE.search(paragraph) is None
        and not _is_counter(paragraph)
    )


def _is_counter(paragraph: str) -> bool:
    return all(_COUNTER.fullmatch(line.strip()) for line in paragraph.splitlines())


def paragraphs(text: str) -> list[Span]:
    """Runs of lines that are not blank, without the white space around them."""
    found: list[Span] = []
    together: list[Span] = []
    for line in lines(text):
        trimmed = line.trimmed(text)
        if trimmed is not None:
            together.append(trimmed)
        elif together:
            found.append(cover(together))
            together = []
    if together:
        found.append(cover(together))
    return found

"""The plain text of a message: paragraphs, and what in it is quoted mail or a signature."""

from __future__ import annotations

from itertools import groupby

from retrieval.reading.structure import Structure, lines
from retrieval.reading.text.plain_text import paragraphs
from retrieval.records import Block, BlockKind, Furniture
from retrieval.spans import Span, cover

_SIGNATURE = "-- "
"""The line above a signature (RFC 3676, 4.3); senders that trim their lines leave two dashes, which part texts too."""
MOST_SIGNATURE = 30
"""Lines. A longer one is text below a line of dashes."""


def plain_structure(text: str) -> Structure:
    """Paragraphs end at blank lines, and where quoting begins or ends. Raises nothing: any text has a structure."""
    blocks: list[Block] = []
    furniture: list[Furniture] = []
    for reason, stretch in _stretches(text):
        for span in (each.shifted(stretch.start) for each in paragraphs(stretch.of(text))):
            blocks.append(Block(span, BlockKind.PARAGRAPH))
            if reason:
                furniture.append(Furniture(span, reason))
    return Structure(tuple(blocks), tuple(furniture))


def _stretches(text: str) -> list[tuple[str, Span]]:
    """Lines of one kind together: why they are not body text, or nothing; and where."""
    rows = list(lines(text))
    signed = _signature(text, rows)

    def reason(numbered: tuple[int, Span]) -> str:
        at, row = numbered
        if text.startswith(">", row.start):
            return "quoted mail"
        return "signature" if at >= signed else ""

    return [(why, cover(row for _, row in group)) for why, group in groupby(enumerate(rows), key=reason)]


def _signature(text: str, rows: list[Span]) -> int:
    """The row that it begins in, or the number of rows. The last mark counts: one further up parts pieces of text."""
    own = 0
    for at in range(len(rows) - 1, -1, -1):
        row = rows[at].of(text).rstrip("\r\n")
        if row == _SIGNATURE:
            return at
        own += bool(row.strip()) and not row.startswith(">")
        if own > MOST_SIGNATURE:
            break
    return len(rows)

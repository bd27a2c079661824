"""Lines with their places on a page, put together as paragraphs; and what of them is the page's and not the text's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from retrieval.reading.extracted import Extracted
from retrieval.reading.metadata import Metadata
from retrieval.reading.pdf.page_margins import margins
from retrieval.reading.structure import Structure
from retrieval.records import Block, BlockKind, Furniture, Landmark, LandmarkKind
from retrieval.spans import Span

LONGEST_HEADING = 200
_LARGER = 1.15
"""Type this much larger than the body's is a heading's, and a change by it begins another paragraph."""
_GAP = 1.35
"""Of the usual distance between the page's lines: a larger one stands between paragraphs."""
_USUAL = 1.2
"""Of the type's size: the distance between lines where a page has too few to tell."""
_ENDS_A_SENTENCE = re.compile(r"[.!?…:。！？][\"'”’»)\]]*\d{0,3}\Z")
"""Also with the number of a footnote behind it."""
_BULLET = re.compile(r"[•‣◦▪●○■□–—*·]\s|[•‣◦▪●○■□]\Z")
_COLUMN = 36.0
"""Points. Lines that begin within this of one another, or the next, are taken to be of one column."""


class Line(NamedTuple):
    """One line of a page. Places in points from the page's lower left corner, as if the line were upright."""

    text: str
    """Without line breaks, and without white space at its ends."""
    left: float
    right: float
    baseline: float
    size: float
    """Of the type."""
    first_word: float
    """Width of its first word."""
    angle: int = 0
    """Degrees that the line is turned by."""


class _Part(NamedTuple):
    """A paragraph before it is known what the document's type looks like."""

    span: Span
    size: float
    page: int
    reason: str | None
    """Why it is no body text; None where it is."""


def laid_out(pages: Sequence[Sequence[Line]], unread: Sequence[int], said: Metadata) -> Extracted:
    """The document of these lines, a page after the other. `unread` are numbers of pages that could not be read.

    A paragraph ends where the gap to the next line is larger than usual, the type changes, or a column ends; and
    behind the end of a sentence where the next line is indented, or its first word would have had room. Line ends
    stay, and so does a hyphen there. What goes on behind a page's end is a paragraph of its own.
    """
    reasons = margins(pages)
    pieces: list[str] = []
    parts: list[_Part] = []
    landmarks: list[Landmark] = []
    at = 0
    waiting: list[int] = []
    for number, page in enumerate(pages, start=1):
        waiting.append(number)
        for paragraph, reason in _paragraphs(page, reasons.get(number, {})):
            if parts:
                pieces.append("\n\n")
                at += 2
            landmarks += [Landmark(at, LandmarkKind.PAGE, each) for each in waiting]
            waiting.clear()
            written = "\n".join(line.text for line in paragraph)
            pieces.append(written)
            parts.append(_Part(Span(at, at + len(written)), paragraph[0].size, number, reason))
            at += len(written)
    landmarks += [Landmark(at, LandmarkKind.PAGE, each) for each in waiting]
    text = "".join(pieces)
    blocks = _blocks(parts, text)
    furniture = [Furniture(part.span, part.reason) for part in parts if part.reason is not None]
    said, title = _title(said, parts, blocks, text)
    if title is not None:
        furniture = sorted([*furniture, Furniture(title, "title")], key=lambda mark: mark.span)
    structure = Structure(tuple(blocks), tuple(furniture), said, tuple(landmarks))
    empty = [number for number, page in enumerate(pages, start=1) if not page and number not in set(unread)]
    notes = [_note(empty, "no text", "has", "have"), _note(unread, "be read", "can't", "can't")]
    return Extracted(text, structure, notes=tuple(note for note in notes if note))


def _paragraphs(page: Sequence[Line], reasons: dict[int, str]) -> Iterator[tuple[list[Line], str | None]]:
    """The page's lines in paragraphs, each with the reason why it is none of the text."""
    leading, edges = _leading(page), _right_edges(page)
    together: list[Line] = []
    for index, line in enumerate(page):
        after = page[index + 1] if index + 1 < len(page) else None
        if together and (
            reasons.get(index) != reasons.get(index - 1) or _parts(together, line, after, leading, _edge(edges, line))
        ):
            yield together, reasons.get(index - 1)
            together = []
        together.append(line)
    if together:
        yield together, reasons.get(len(page) - 1)


def _parts(together: list[Line], line: Line, after: Line | None, leading: float, edge: float) -> bool:
    """Whether `line` begins another paragraph than the lines before it."""
    before = together[-1]
    size = max(line.size, before.size)
    down = before.baseline - line.baseline
    if line.angle != before.angle:
        return True
    if abs(down) < size / 2:
        return False  # on the same row, as the cells of a table
    if down < 0 or down > _GAP * leading * size or size > _LARGER * min(line.size, before.size):
        return True
    if _BULLET.match(line.text):
        return True
    if not _ENDS_A_SENTENCE.search(before.text[-12:]):
        return False
    indent = line.left - before.left
    if indent > 0.8 * size:
        return after is None or after.left < line.left - size / 2  # else a list's own lines hang behind its number
    if indent < -0.8 * size and len(together) > 1:
        return True
    return before.right + line.first_word + 1.5 * size < edge


def _leading(page: Sequence[Line]) -> float:
    """Usual distance of the page's lines, in sizes of their type: that of the closest quarter."""
    found = sorted(
        (before.baseline - line.baseline) / line.size
        for before, line in pairwise(page)
        if before.angle == line.angle and 0.8 < (before.baseline - line.baseline) / line.size < 2.5
    )
    return found[len(found) // 4] if len(found) > 3 else _USUAL


def _right_edges(page: Sequence[Line]) -> dict[int, float]:
    """How far lines go that begin near one another."""
    edges: dict[int, float] = {}
    for line in page:
        column = _column(line)
        edges[column] = max(edges.get(column, line.right), line.right)
    return edges


def _edge(edges: dict[int, float], line: Line) -> float:
    column = _column(line)
    return max(edges.get(near, line.right) for near in (column - 1, column, column + 1))


def _column(line: Line) -> int:
    return int(line.left // _COLUMN)


def _blocks(parts: Sequence[_Part], text: str) -> list[Block]:
    body = _body_size(parts)
    return [
        Block(part.span, BlockKind.HEADING if _is_heading(part, body, text) else BlockKind.PARAGRAPH) for part in parts
    ]


def _body_size(parts: Iterable[_Part]) -> float:
    """The size, to half a point, that most characters have."""
    counted: Counter[float] = Counter()
    for part in parts:
        if part.reason is None:
            counted[round(part.size * 2) / 2] += len(part.span)
    return counted.most_common(1)[0][0] if counted else 0.0


def _is_heading(part: _Part, body: float, text: str) -> bool:
    if part.reason is not None or len(part.span) > LONGEST_HEADING or part.size < _LARGER * body:
        return False
    return any(character.isalpha() for character in part.span.of(text))


def _title(said: Metadata, parts: Sequence[_Part], blocks: Sequence[Block], text: str) -> tuple[Metadata, Span | None]:
    """With the heading of the largest type on the first page that has text, where the file names no title; and where
    the title stands there.
    """
    first = [
        (part, block)
        for part, block in zip(parts, blocks, strict=True)
        if part.page == parts[0].page and block.kind is BlockKind.HEADING
    ]
    if said.title is not None:
        same = [part.span for part, _ in first if _folded(part.span.of(text)) == _folded(said.title)]
        return said, same[0] if same else None
    if not first or len(blocks) == 1:
        return said, None
    largest = max(part.size for part, _ in first)
    span = next(part.span for part, _ in first if part.size == largest)
    return replace(said, title=" ".join(span.of(text).split())), span


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())


def _note(numbers: Sequence[int], what: str, one: str, several: str) -> str | None:
    """ "pages 2, 5–9 have no text"."""
    if not numbers:
        return None
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs[:20])
    more = " and others" if len(runs) > 20 else ""
    return f"page {shown} {one} {what}" if len(numbers) == 1 else f"pages {shown}{more} {several} {what}"

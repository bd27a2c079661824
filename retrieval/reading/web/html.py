"""HTML: the visible text of a page, with a way back to its source; what is not its article is furniture."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.reading.decoding import decode
from retrieval.reading.extracted import Extracted
from retrieval.reading.field_text import field_text
from retrieval.reading.structure import Structure
from retrieval.reading.web.html_metadata import said_by
from retrieval.reading.web.main_text import in_article, is_within_limits
from retrieval.reading.web.page import Page, read_page
from retrieval.reading.web.page_encoding import said_encoding
from retrieval.reading.web.text_flow import Piece
from retrieval.records import BlockKind, Furniture

OUTSIDE = "outside the article"
_NEVER_ARTICLE = frozenset({"menu", "form", "page header", "page footer", "contents", "dialog"})
"""Where the tag or the role itself says so, and not only a class."""
_FEW = 3
"""Blocks between two of the article that trafilatura may have left out for being short."""


def read(content: bytes, declared: str | None) -> Extracted:
    """A page as browsers read it. Raises UnreadableFile where it is not text, or larger than any page."""
    return _read(content, declared, xml=False)


def read_xhtml(content: bytes, declared: str | None) -> Extracted:
    """The same for a file that is XML, in which `<p/>` is a whole paragraph."""
    return _read(content, declared, xml=True)


def _read(content: bytes, declared: str | None, *, xml: bool) -> Extracted:
    decoded = decode(content, declared or said_encoding(content))
    page = read_page(decoded.text, xml)
    headline = _headline(page)
    metadata = said_by(page.said, headline)
    furniture, note = _furniture(decoded.text, page, metadata.title)
    structure = Structure(tuple(piece.block for piece in page.pieces), furniture, metadata)
    notes = tuple(each for each in (decoded.note, note) if each)
    if page.origin is None:
        return Extracted(
            page.text, structure, notes=(*notes, "in too many pieces for each to be found in the file again")
        )
    return Extracted(page.text, structure, decoded, page.origin, notes)


def _headline(page: Page) -> str | None:
    """The first heading, where it is of the highest rank."""
    if page.headline is None:
        return None
    return field_text(page.headline.of(page.text))


def _furniture(source: str, page: Page, title: str | None) -> tuple[tuple[Furniture, ...], str | None]:
    """What is not body text, and how that was told where it was not by trafilatura."""
    kept, note = _by_tags(page.pieces), None
    if is_within_limits(source, page):
        judged = in_article(source, [piece.block.span.of(page.text) for piece in page.pieces])
        kept = _bridged(_without_menus(judged, page.pieces), page.pieces) if judged is not None else kept
    else:
        note = "larger or deeper than most pages: its article is told by its tags alone"
    if not any(keep and piece.block.kind is BlockKind.PARAGRAPH for keep, piece in zip(kept, page.pieces, strict=True)):
        kept = [True] * len(kept)  # rather a menu in the index than a page of which nothing is
    found: list[Furniture] = []
    untitled = True
    for keep, piece in zip(kept, page.pieces, strict=True):
        span = piece.block.span
        if untitled and piece.block.kind is BlockKind.HEADING and field_text(span.of(page.text)) == title:
            found.append(Furniture(span, "title"))
            untitled = False
        elif not keep:
            found.append(Furniture(span, piece.region.reason if piece.region else OUTSIDE))
    return tuple(found), note


def _by_tags(pieces: Sequence[Piece]) -> list[bool]:
    return [piece.region is None or not piece.region.plain for piece in pieces]


def _without_menus(judged: list[bool], pieces: Sequence[Piece]) -> list[bool]:
    """Of a short page trafilatura takes all there is."""
    return [
        keep and not (piece.region is not None and piece.region.plain and piece.region.reason in _NEVER_ARTICLE)
        for keep, piece in zip(judged, pieces, strict=True)
    ]


def _bridged(judged: list[bool], pieces: Sequence[Piece]) -> list[bool]:
    """With a few blocks between two of the article, of which no tag says that they are anything else: trafilatura
    leaves out short lines and what it has seen before.
    """
    kept = list(judged)
    last: int | None = None
    for n, keep in enumerate(judged):
        if not keep:
            continue
        if last is not None and 1 < n - last <= _FEW + 1 and not any(piece.region for piece in pieces[last + 1 : n]):
            kept[last + 1 : n] = [True] * (n - last - 1)
        last = n
    return kept

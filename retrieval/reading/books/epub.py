"""EPUB: a book's chapters in reading order, each read as a page is; the table of contents is furniture."""

from __future__ import annotations

from collections.abc import Iterable

from retrieval.errors import UnreadableFile
from retrieval.reading.books.epub_package import Chapter, Package, Parts, read_package
from retrieval.reading.books.flat_xml import Element
from retrieval.reading.decoding import decode
from retrieval.reading.extracted import Extracted
from retrieval.reading.field_text import LANGUAGE, field_text
from retrieval.reading.metadata import Metadata, date_of
from retrieval.reading.sizes import MIB
from retrieval.reading.structure import Structure
from retrieval.reading.web.page import Page, read_page
from retrieval.reading.web.page_encoding import said_encoding
from retrieval.records import Block, BlockKind, Furniture, Landmark, LandmarkKind

MOST_UNPACKED = 256 * MIB
"""Of what is read; pictures are not."""
MOST_OF_A_CHAPTER = 16 * MIB
"""Of markup. The longest novels come to four or so in one chapter."""
WHERE = "the book's package file"
_BETWEEN = "\n\n"
_UNDATED = "0101-01-01"
"""What calibre writes where it knows no date."""


def read(content: bytes, declared: str | None) -> Extracted:
    """The whole book as one text. Raises UnreadableFile where it is no book, is encrypted, or none of it can be read.

    Each chapter says its own encoding, so `declared` counts for nothing.
    """
    parts = Parts(content, MOST_UNPACKED)
    package = read_package(parts)
    said = said_by(package)
    book = _Book(said.title)
    unread: list[str] = []
    for chapter in package.chapters:
        try:
            book.add(chapter, _page(parts, chapter))
        except UnreadableFile as error:
            unread.append(f"chapter {chapter.number} {error}")
    if unread and not book.blocks:
        raise UnreadableFile(unread[0])
    notes = package.notes
    if unread:
        more = f", and {len(unread) - 1} more can't be read" if len(unread) > 1 else ""
        notes = (*notes, f"{unread[0]}{more}")
    return Extracted(book.text(), book.structure(said), notes=notes)


def _page(parts: Parts, chapter: Chapter) -> Page:
    content = parts.read(chapter.name, MOST_OF_A_CHAPTER)
    return read_page(decode(content, said_encoding(content)).text, xml=chapter.is_xml)


class _Book:
    """Grows chapter by chapter."""

    def __init__(self, title: str | None) -> None:
        self.blocks: list[Block] = []
        self._title = title
        self._texts: list[str] = []
        self._length = 0
        self._furniture: list[Furniture] = []
        self._landmarks: list[Landmark] = []

    def add(self, chapter: Chapter, page: Page) -> None:
        if not page.text:
            return
        at = self._length + len(_BETWEEN) if self._texts else 0
        self._texts.append(page.text)
        self._length = at + len(page.text)
        self._landmarks.append(Landmark(at, LandmarkKind.CHAPTER, chapter.number))
        for piece in page.pieces:
            block = Block(piece.block.span.shifted(at), piece.block.kind)
            self.blocks.append(block)
            is_heading = block.kind is BlockKind.HEADING
            if chapter.is_contents:
                self._furniture.append(Furniture(block.span, "contents"))
            elif piece.region is not None and piece.region.reason in {"contents", "menu"} and piece.region.plain:
                self._furniture.append(Furniture(block.span, piece.region.reason))
            elif is_heading and self._title and field_text(piece.block.span.of(page.text)) == self._title:
                self._furniture.append(Furniture(block.span, "title"))
                self._title = None  # what is called so further on is a chapter

    def text(self) -> str:
        return _BETWEEN.join(self._texts)

    def structure(self, said: Metadata) -> Structure:
        """In a book of furniture alone nothing is."""
        marked = {mark.span for mark in self._furniture if mark.reason != "title"}
        is_body = (block.kind is BlockKind.PARAGRAPH and block.span not in marked for block in self.blocks)
        furniture = tuple(self._furniture) if any(is_body) else ()
        return Structure(tuple(self.blocks), furniture, said, tuple(self._landmarks))


def said_by(package: Package) -> Metadata:
    """Dublin Core of the package file. Raises nothing: what can't be a value is passed over, a date with a note."""
    named = package.metadata
    refined = {
        (each.attributes.get("refines", "").removeprefix("#"), each.attributes.get("property")): each.text.strip()
        for each in named
        if each.name == "meta"
    }
    titles = [each for each in named if each.name == "title"]
    main = [each for each in titles if refined.get((each.attributes.get("id", ""), "title-type")) == "main"]
    creators = [each for each in named if each.name == "creator"]
    roles = [each.attributes.get("role") or refined.get((each.attributes.get("id", ""), "role")) for each in creators]
    wrote = [each for each, role in zip(creators, roles, strict=True) if role == "aut"] or creators
    published, wrong = date_of(_publication_date(package))
    language = _first(named, "language")
    return Metadata(
        title=next(filter(None, (field_text(each.text) for each in (*main, *titles))), None),
        author=field_text(", ".join(dict.fromkeys(filter(None, (field_text(each.text) for each in wrote[:20]))))),
        publisher=_first(named, "publisher"),
        published=published,
        language=language if language and LANGUAGE.fullmatch(language) else None,
        notes=(f"{WHERE}: published is {wrong}",) if wrong else (),
    )


def _publication_date(package: Package) -> str | None:
    """EPUB 3: `dc:date` is that of publication, and there is one. EPUB 2 has dates of several events."""
    dates = [each for each in package.metadata if each.name == "date"]
    if any(each.attributes.get("event") for each in dates) or not package.version.startswith("3"):
        dates = [each for each in dates if each.attributes.get("event", "").lower() == "publication"]
    written = dates[0].text.strip() if dates else ""
    return None if written.startswith(_UNDATED) else written


def _first(named: Iterable[Element], name: str) -> str | None:
    return next(filter(None, (field_text(each.text) for each in named if each.name == name)), None)

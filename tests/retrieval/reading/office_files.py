"""Makes the office and PDF files of the tests, small ones, all of words that were made up here."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from docx import Document
from docx.oxml import parse_xml
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Extracted

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "style", "draw", "meta")
)
Drawn = tuple[float, float, float, str]
"""x and y in points from the lower left, size of the type, words."""


def pdf(pages: Sequence[Sequence[Drawn]], encrypt: str | None = None, **said: str) -> bytes:
    held = io.BytesIO()
    canvas = Canvas(held, pagesize=A4, encrypt=encrypt, invariant=1, lang=said.get("language"))
    canvas.setTitle(said.get("title", ""))
    canvas.setAuthor(said.get("author", ""))
    for page in pages:
        for x, y, size, words in page:
            canvas.setFont("Helvetica", size)
            canvas.drawString(x, y, words)
        canvas.showPage()
    canvas.save()
    return held.getvalue()


def column(top: float, lines: Sequence[str], left: float = 72, size: float = 11, step: float = 14) -> list[Drawn]:
    return [(left, top - step * row, size, line) for row, line in enumerate(lines)]


def docx(body: str = "", **said: str) -> bytes:
    """A document of python-docx's with `body`, WordprocessingML, in the place of its own."""
    document = Document()
    for name, value in said.items():
        setattr(document.core_properties, name, value)
    element = document.element.body
    for child in list(element):
        element.remove(child)
    for child in list(parse_xml(f"<w:body {W}>{body}</w:body>")):
        element.append(child)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def odt(body: str, meta: str = "", styles: str = "") -> bytes:
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {ODF}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    said = f"<office:document-meta {ODF} {dc}><office:meta>{meta}</office:meta></office:document-meta>"
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "content.xml": content.encode(),
            "meta.xml": said.encode(),
        }
    )


def zipped(parts: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return held.getvalue()


def with_part(package: bytes, name: str, content: bytes) -> bytes:
    """The same package, but for one part."""
    with zipfile.ZipFile(io.BytesIO(package)) as old:
        return zipped({member: old.read(member) for member in old.namelist()} | {name: content})


def blocks(extracted: Extracted) -> list[str]:
    return [block.span.of(extracted.text) for block in extracted.structure.blocks]


def furniture(extracted: Extracted) -> list[tuple[str, str]]:
    return [(mark.span.of(extracted.text), mark.reason) for mark in extracted.structure.furniture]


def landmarks(extracted: Extracted) -> list[tuple[int, str]]:
    """Number of each, and how the text goes on there."""
    return [(mark.number, extracted.text[mark.at : mark.at + 12]) for mark in extracted.structure.landmarks]


def assert_sound(extracted: Extracted) -> None:
    """What every document must be: blocks in order inside the text, trimmed, and a text that a store can hold."""
    last = 0
    for block in extracted.structure.blocks:
        assert last <= block.span.start
        words = block.span.of(extracted.text)
        assert words == words.strip() != ""
        last = block.span.end
    assert all(mark.span.end <= len(extracted.text) for mark in extracted.structure.furniture)
    assert all(
        sooner.at <= later.at <= len(extracted.text) for sooner, later in pairwise(extracted.structure.landmarks)
    )
    extracted.text.encode()
    between = "".join(extracted.text[a.span.end : b.span.start] for a, b in pairwise(extracted.structure.blocks))
    assert not between.strip()


def damaged(seed: bytes, most: int = 6) -> st.SearchStrategy[bytes]:
    """The file with some of its bytes others, or cut off."""

    def changed(changes: list[tuple[int, int]], cut: int) -> bytes:
        content = bytearray(seed)
        for at, value in changes:
            content[at] = value
        return bytes(content[:cut])

    places = st.tuples(st.integers(0, len(seed) - 1), st.integers(0, 255))
    ends = st.just(len(seed)) | st.integers(0, len(seed))
    return st.builds(changed, st.lists(places, max_size=most), ends)


def assert_read_or_refused(read: Callable[[bytes, str | None], Extracted], content: bytes) -> None:
    try:
        assert_sound(read(content, None))
    except UnreadableFile as error:
        assert str(error)

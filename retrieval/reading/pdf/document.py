"""PDF: the lines of each page with their places on it, as pdfium finds them, and what the file says of itself.

What is a paragraph, a running head or a page number is told by `page_layout`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from ctypes import byref, c_double, c_ushort
from typing import Any

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Extracted
from retrieval.reading.pdf.page_layout import Line, laid_out
from retrieval.reading.properties import said_by

MOST_CHARACTERS = 50_000_000
"""Of text. The Bible has 4 million; beyond this a file is a bomb, or no document."""
_HYPHEN = (0x02, 0xFFFE)
"""What pdfium puts for a hyphen, hard or soft, at a line's end; it leaves the line's end itself out."""
_NOT_SEEN = frozenset({0x00, 0xFFFF})
_WHITE = frozenset({0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0xA0})


def read(content: bytes, declared: str | None) -> Extracted:
    """The text page by page. Raises UnreadableFile where it is encrypted, damaged, or holds pictures of pages alone.

    `declared` is not used: a PDF's characters have their meaning in the file.
    """
    import pypdfium2  # noqa: PLC0415 - it takes 100 ms to import, and most archives have no PDF

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise UnreadableFile("encrypted") from None
        raise UnreadableFile("not a PDF, or damaged") from None
    try:
        pages, unread = _pages(document, pypdfium2.PdfiumError)
        properties = _properties(document)
    finally:
        document.close()
    if not any(pages):
        if unread:
            raise UnreadableFile("damaged: none of its pages can be read")
        raise UnreadableFile("holds no text, only pictures of pages" if pages else "holds no pages")
    return laid_out(pages, unread, said_by(properties, "the PDF's properties"))


def _pages(document: Any, failure: type[Exception]) -> tuple[list[list[Line]], list[int]]:
    """Lines by page, and the numbers of pages that can't be read. Each page is released before the next is loaded."""
    pages: list[list[Line]] = []
    unread: list[int] = []
    left = MOST_CHARACTERS
    for index in range(len(document)):
        lines: list[Line] = []
        try:
            page = document[index]
            try:
                text_page = page.get_textpage()
                count = max(0, text_page.count_chars())
                left -= count
                if left < 0:
                    raise UnreadableFile(f"holds more than {MOST_CHARACTERS // 1_000_000} million characters")
                lines = list(_lines(text_page.raw, count))
            finally:
                page.close()
        except failure:
            unread.append(index + 1)
        pages.append(lines)
    return pages, unread


def _lines(page: Any, count: int) -> Iterator[Line]:
    """Lines with something on them. One ends at pdfium's line break, or at its mark for a hyphen at a line's end."""
    from pypdfium2 import raw  # noqa: PLC0415 - as above

    unicode_of = raw.FPDFText_GetUnicode
    characters = [unicode_of(page, at) for at in range(count)]
    start = 0
    for at, character in enumerate([*characters, 0x0A]):
        hyphen = character in _HYPHEN
        if not hyphen and character not in (0x0A, 0x0D):
            continue
        end = min(at + hyphen, count)
        while end > start and characters[end - 1] in _WHITE | _NOT_SEEN:
            end -= 1
        while start < end and characters[start] in _WHITE | _NOT_SEEN:
            start += 1
        if start < end:
            yield _line(raw, page, characters, start, end)
        start = at + 1


def _line(raw: Any, page: Any, characters: list[int], start: int, end: int) -> Line:
    """`[start, end)` of the page's characters, its places as read upright: rotated text is turned back."""
    word = start
    while word < end and characters[word] not in _WHITE:
        word += 1
    angle = raw.FPDFText_GetCharAngle(page, start)
    angle = angle if math.isfinite(angle) and angle > 0 else 0.0  # -1 where it can't be told
    turned = math.cos(angle), math.sin(angle)
    middle = (start + end) // 2  # a large first letter and a raised number at the end say little of the line
    while characters[middle] in _WHITE | _NOT_SEEN:
        middle -= 1
    left = _turned(_origin(raw, page, start), turned)[0]
    return Line(
        text=_text(characters[start:end]),
        left=left,
        right=max(left, _turned(_far_end(raw, page, end - 1), turned)[0]),
        baseline=_turned(_origin(raw, page, middle), turned)[1],
        size=_size(raw, page, middle),
        first_word=max(0.0, _turned(_far_end(raw, page, word - 1), turned)[0] - left),
        angle=round(math.degrees(angle)) % 360,
    )


def _text(characters: list[int]) -> str:
    shown = (0x2D if character in _HYPHEN else character for character in characters if character not in _NOT_SEEN)
    text = "".join(map(chr, shown))
    # pdfium gives what lies beyond the first plane in two halves; a half alone is no character.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _origin(raw: Any, page: Any, at: int) -> tuple[float, float]:
    x, y = c_double(), c_double()
    raw.FPDFText_GetCharOrigin(page, at, byref(x), byref(y))
    return x.value, y.value


def _far_end(raw: Any, page: Any, at: int) -> tuple[float, float]:
    """The right edge of text that runs to the right; elsewhere where the character begins."""
    left, right, bottom, top = c_double(), c_double(), c_double(), c_double()
    x, y = _origin(raw, page, at)
    raw.FPDFText_GetCharBox(page, at, byref(left), byref(right), byref(bottom), byref(top))
    return max(x, right.value), y


def _turned(place: tuple[float, float], by: tuple[float, float]) -> tuple[float, float]:
    (x, y), (cosine, sine) = place, by
    return x * cosine + y * sine, y * cosine - x * sine


def _size(raw: Any, page: Any, at: int) -> float:
    """In points on the page: many files set type of size 1 and enlarge it."""
    matrix = raw.FS_MATRIX()
    size = raw.FPDFText_GetFontSize(page, at)
    if raw.FPDFText_GetMatrix(page, at, byref(matrix)):
        size *= math.hypot(matrix.c, matrix.d)
    return size if math.isfinite(size) and size > 0 else 1.0


def _properties(document: Any) -> dict[str, str | None]:
    from pypdfium2 import raw  # noqa: PLC0415 - as above

    found: dict[str, str | None] = {}
    for name in ("Title", "Author"):
        try:
            found[name.lower()] = document.get_metadata_value(name)
        except UnicodeDecodeError:
            found[name.lower()] = None
    length = raw.FPDFCatalog_GetLanguage(document, None, 0)
    if 2 < length <= 200:
        units = (c_ushort * (length // 2))()
        raw.FPDFCatalog_GetLanguage(document, units, length)
        found["language"] = bytes(units).decode("utf-16-le", "replace").rstrip("\0")
    return found

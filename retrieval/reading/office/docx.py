"""DOCX: Word's paragraphs and table rows in their order, as python-docx opens them.

Insertions that are tracked are in the text, deletions are not. Headers and footers are no part of it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Extracted
from retrieval.reading.metadata import Metadata
from retrieval.reading.office.assembling import Assembly, Paragraph, counted
from retrieval.reading.office.office_package import open_package, part
from retrieval.reading.packed.zipped import UNPACKING
from retrieval.reading.properties import said_by
from retrieval.records import BlockKind

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_P, _TBL, _TR, _TC, _VAL = f"{_W}p", f"{_W}tbl", f"{_W}tr", f"{_W}tc", f"{_W}val"
_NOT_THERE = {f"{_W}del", f"{_W}moveFrom", f"{_MC}Fallback"}
"""What was deleted, and what a program older than 2010 should show in another's place."""
_AROUND = {f"{_W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo")}
"""What may stand around paragraphs and tables: forms, fields' content, insertions."""
_FRAME = f"{_W}txbxContent"
_CHARACTERS = {
    f"{_W}tab": "\t",
    f"{_W}ptab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "\u2011",
    f"{_W}softHyphen": "\u00ad",
}
_NOTES = {f"{_W}footnoteReference": "footnote", f"{_W}endnoteReference": "footnote"}
_FALSE = {"0", "false", "off"}


def read(content: bytes, declared: str | None) -> Extracted:
    """The body's text. Raises UnreadableFile where it is damaged, encrypted or holds no text."""
    from docx import Document  # noqa: PLC0415 - it takes 130 ms to import, and most archives have no Word files
    from docx.opc.exceptions import OpcError  # noqa: PLC0415

    with open_package(content) as package:
        for member in package.namelist():
            if member.lower().endswith((".xml", ".rels")):
                part(package, member)
    try:
        document: Any = Document(io.BytesIO(content))
        body = document.element.body
        said = _properties(document)
        styles = _Styles(document)
    except (OpcError, KeyError, ValueError, SyntaxError, AttributeError, TypeError, IndexError, RecursionError):
        raise UnreadableFile("not a Word document, or damaged") from None
    except UNPACKING:  # of python-docx, which unpacks by itself what was looked at above
        raise UnreadableFile("damaged: it can't be unpacked") from None
    if body is None:
        raise UnreadableFile("not a Word document, or damaged")
    reader = _Reader(styles)
    reader.blocks(body)
    return reader.extracted(said)


class _Styles:
    """What the names of styles mean, by the id that paragraphs and runs give."""

    def __init__(self, document: Any) -> None:
        self.kinds: dict[str, tuple[BlockKind, str | None]] = {}
        self.hidden: set[str] = set()
        named: dict[str, str] = {}
        for style in document.styles.element.iterchildren(f"{_W}style"):
            identity = style.get(f"{_W}styleId") or ""
            name = style.find(f"{_W}name")
            named[identity] = (name.get(_VAL) or "" if name is not None else "").lower()
            based = style.find(f"{_W}basedOn")
            if based is not None and not _is_known(named[identity]):  # one's own “Chapter”, made from Heading 1
                named[identity] = named.get(based.get(_VAL) or "", named[identity])
            if _is_on(style.find(f"{_W}rPr/{_W}vanish")):
                self.hidden.add(identity)
            level = style.find(f"{_W}pPr/{_W}outlineLvl")
            self.kinds[identity] = _kind(named[identity], level)

    def of(self, paragraph: Any) -> tuple[BlockKind, str | None]:
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        kind = self.kinds.get(style.get(_VAL) or "" if style is not None else "", (BlockKind.PARAGRAPH, None))
        level = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
        return _kind("", level) if level is not None and kind[0] is BlockKind.PARAGRAPH else kind


def _is_known(name: str) -> bool:
    return name == "title" or name.startswith(("heading ", "toc "))


def _kind(name: str, level: Any) -> tuple[BlockKind, str | None]:
    if name == "title":
        return BlockKind.HEADING, "title"
    if name.startswith("toc "):
        return BlockKind.PARAGRAPH, "contents"
    numbered = level is not None and (level.get(_VAL) or "") in set("012345678")  # 9 is body text
    return BlockKind.HEADING if name.startswith("heading ") or numbered else BlockKind.PARAGRAPH, None


def _is_on(switch: Any) -> bool:
    return switch is not None and (switch.get(_VAL) or "true").lower() not in _FALSE


class _Reader:
    """Walks the body once. lxml allows 256 elements inside one another, so no walk goes deeper."""

    def __init__(self, styles: _Styles) -> None:
        self._styles = styles
        self._assembly = Assembly()
        self._number = 0
        self._hidden = 0
        self._notes = 0

    def extracted(self, said: Metadata) -> Extracted:
        notes = counted(self._hidden, "run of hidden text is", "runs of hidden text are")
        notes += counted(self._notes, "footnote is", "footnotes are")
        return self._assembly.extracted(said, notes)

    def blocks(self, parent: Any) -> None:
        for element in parent.iterchildren():
            if element.tag in _AROUND:
                self.blocks(element)
            elif element.tag == _TBL:
                for row in element.iterdescendants(_TR):
                    if next(row.iterancestors(_TBL)) is element:
                        self._row(row)
            else:
                for paragraph in self._paragraphs(element):
                    self._assembly.add(paragraph)

    def _row(self, row: Any) -> None:
        if row.find(f"{_W}trPr/{_W}del") is not None:
            self._skip(row)
            return
        cells = [cell for cell in row.iterdescendants(_TC) if next(cell.iterancestors(_TR)) is row]
        self._assembly.add_row([list(self._paragraphs(cell)) for cell in cells])

    def _paragraphs(self, element: Any) -> Iterator[Paragraph]:
        """Those of the element and all inside it; what a text box in a paragraph holds stands behind it."""
        if element.tag in _NOT_THERE:
            self._skip(element)
        elif element.tag == _P:
            self._number += 1
            number = self._number
            written: list[str] = []
            boxes: list[Paragraph] = []
            self._run(element, written, boxes)
            kind, reason = self._styles.of(element)
            yield Paragraph(number, "".join(written), kind, reason)
            yield from boxes
        else:
            for child in element.iterchildren():
                yield from self._paragraphs(child)

    def _run(self, element: Any, written: list[str], boxes: list[Paragraph]) -> None:
        for child in element.iterchildren():
            tag = child.tag
            if tag in (f"{_W}t", f"{_M}t"):
                written.append(child.text or "")
            elif tag in _CHARACTERS:
                written.append(_CHARACTERS[tag])
            elif tag in _NOTES:
                self._notes += 1
            elif tag in _NOT_THERE:
                self._skip(child)
            elif tag == _FRAME:
                boxes += self._paragraphs(child)
            elif tag == f"{_W}r" and self._is_hidden(child):
                self._hidden += 1
            elif tag not in (f"{_W}pPr", f"{_W}rPr"):  # which have tab stops: also w:tab
                self._run(child, written, boxes)

    def _is_hidden(self, run: Any) -> bool:
        style = run.find(f"{_W}rPr/{_W}rStyle")
        own = run.find(f"{_W}rPr/{_W}vanish")
        if own is not None:
            return _is_on(own)
        return style is not None and style.get(_VAL) in self._styles.hidden

    def _skip(self, element: Any) -> None:
        """Paragraphs that are left out are counted, as Word counts them."""
        self._number += sum(1 for _ in element.iter(_P))


def _properties(document: Any) -> Metadata:
    from docx.opc.parts.coreprops import CorePropertiesPart  # noqa: PLC0415 - as above

    # Found by what it is: LibreOffice 7 calls the relationship by another name than the standard does, which is the
    # only one that python-docx knows; it then makes up properties of its own.
    parts = (part for part in document.part.package.iter_parts() if isinstance(part, CorePropertiesPart))
    core = next((part.core_properties for part in parts), None)
    if core is None:
        return Metadata()
    return said_by({"title": core.title, "author": core.author, "language": core.language}, "the document's properties")

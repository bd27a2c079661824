"""ODT: the paragraphs and table rows of a text document of LibreOffice and others, read as a stream.

Read with Python's own expat, element by element: odfdo's elements cost as much memory as a tree of all of them, and
its walk ends at the first comment inside the XML. Tracked deletions, comments and headers are no part of the text.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Extracted
from retrieval.reading.metadata import Metadata
from retrieval.reading.office.assembling import Assembly, Paragraph, counted
from retrieval.reading.office.office_package import open_package, part, stream
from retrieval.reading.properties import said_by
from retrieval.records import BlockKind

MOST_DEEP = 1000
"""Elements inside one another. LibreOffice's own come to thirty."""
MOST_SPACES = 1000
"""That one element may stand for."""
_NS = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _TABLE, _OFFICE, _STYLE = (f"{_NS}{name}:1.0 " for name in ("text", "table", "office", "style"))
_TEXT_PROPERTIES = f"{_STYLE}text-properties"
_DC, _META = "http://purl.org/dc/elements/1.1/ ", f"{_NS}meta:1.0 "
_PARAGRAPHS = {f"{_TEXT}p", f"{_TEXT}h"}
_SPACES = re.compile(r"[ \t\r\n]+")
_SKIPPED = {
    *(f"{_TEXT}{name}" for name in ("tracked-changes", "ruby-text", "note", "hidden-text", "hidden-paragraph")),
    f"{_OFFICE}annotation",
    f"{_OFFICE}forms",
    f"{_TABLE}shapes",
    f"{_NS}svg-compatible:1.0 title",
    f"{_NS}svg-compatible:1.0 desc",
}
_INDEXES = {f"{_TEXT}{name}" for name in ("table-of-content", "alphabetical-index", "illustration-index")}


def read(content: bytes, declared: str | None) -> Extracted:
    """The body's text. Raises UnreadableFile where it is damaged, encrypted or holds no text."""
    with open_package(content) as package:
        _refuse_encrypted(package)
        body, meta = part(package, "content.xml"), part(package, "meta.xml")
    if body is None:
        raise UnreadableFile("not an ODT document: it has no content")
    reader = _Content()
    stream(body, reader)
    said = _properties(meta) if meta is not None else Metadata()
    notes = counted(reader.hidden, "piece of hidden text is", "pieces of hidden text are")
    notes += counted(reader.notes, "footnote is", "footnotes are")
    return reader.assembly.extracted(said, notes)


def _refuse_encrypted(package: zipfile.ZipFile) -> None:
    manifest = part(package, "META-INF/manifest.xml")
    if manifest is not None and b"encryption-data" in manifest:
        raise UnreadableFile("encrypted")


@dataclass
class _Open:
    """A paragraph whose end has not come, with what it holds so far."""

    number: int
    kind: BlockKind
    reason: str | None
    written: list[str] = field(default_factory=list)
    boxes: list[Paragraph] = field(default_factory=list)
    """Paragraphs of text boxes inside it, which stand behind it."""
    after_space: bool = True
    """ODF draws spaces together, also from one element to the next, but for those that an element stands for."""


class _Content:
    """`content.xml`. `assembly` holds the text once it is parsed."""

    def __init__(self) -> None:
        self.assembly = Assembly()
        self.hidden = 0
        self.notes = 0
        self._number = 0
        self._deep = 0
        self._skip_at = self._index_at = 0
        self._apart = False
        self._in_body = False
        self._style = ""
        self._parents: dict[str, str] = {}
        self._hidden_styles: set[str] = set()
        self._open: list[_Open] = []
        self._rows: list[list[list[Paragraph]]] = []

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._deep += 1
        if self._deep > MOST_DEEP:
            raise UnreadableFile(f"holds more than {MOST_DEEP} elements inside one another")
        if not self._in_body:
            self._before_the_body(name, attributes)
            return
        if name in _PARAGRAPHS and not self._apart:
            self._number += 1
        if self._skip_at:
            return
        if name in _SKIPPED or self._is_hidden(name, attributes):
            self._skip_at = self._deep
            self._apart = name == f"{_TEXT}tracked-changes"  # deletions, kept before the text
            self.notes += name == f"{_TEXT}note"
            self.hidden += name in (f"{_TEXT}hidden-text", f"{_TEXT}hidden-paragraph") or name not in _SKIPPED
        elif name in _PARAGRAPHS:
            kind, reason = self._kind(name, attributes.get(f"{_TEXT}style-name", ""))
            self._open.append(_Open(self._number, kind, reason))
        elif name in _INDEXES:
            self._index_at = self._index_at or self._deep
        elif name == f"{_TABLE}table-row":
            self._rows.append([])
        elif name == f"{_TABLE}table-cell" and self._rows:
            self._rows[-1].append([])
        elif self._open and (stands_for := _stands_for(name, attributes)):
            self._open[-1].written.append(stands_for)
            self._open[-1].after_space = False

    def end(self, name: str) -> None:
        if self._skip_at == self._deep:
            self._skip_at, self._apart = 0, False
        elif self._index_at == self._deep:
            self._index_at = 0
        elif self._skip_at or not self._in_body:
            pass
        elif name in _PARAGRAPHS:
            self._close()
        elif name == f"{_TABLE}table-row":
            self._close_row()
        self._deep -= 1

    def characters(self, text: str) -> None:
        if not self._open or self._skip_at:
            return
        paragraph = self._open[-1]
        together = _SPACES.sub(" ", text)
        paragraph.written.append(together[1:] if paragraph.after_space and together[0] == " " else together)
        paragraph.after_space = together[-1] == " "

    def _before_the_body(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_OFFICE}text":
            self._in_body = True
        elif name == f"{_STYLE}style":
            self._style = attributes.get(f"{_STYLE}name", "")
            self._parents[self._style] = attributes.get(f"{_STYLE}parent-style-name", "")
        elif name == _TEXT_PROPERTIES and attributes.get(f"{_TEXT}display") == "none":
            self._hidden_styles.add(self._style)

    def _is_hidden(self, name: str, attributes: dict[str, str]) -> bool:
        if name == f"{_TEXT}section":
            return attributes.get(f"{_TEXT}display") == "none"
        is_styled = name in _PARAGRAPHS or name == f"{_TEXT}span"
        return is_styled and attributes.get(f"{_TEXT}style-name") in self._hidden_styles

    def _kind(self, name: str, style: str) -> tuple[BlockKind, str | None]:
        if self._index_at:
            return BlockKind.PARAGRAPH, "contents"
        if "Title" in (style, self._parents.get(style)):
            return BlockKind.HEADING, "title"
        return BlockKind.HEADING if name == f"{_TEXT}h" else BlockKind.PARAGRAPH, None

    def _close(self) -> None:
        done = self._open.pop()
        found = [Paragraph(done.number, "".join(done.written), done.kind, done.reason), *done.boxes]
        if self._open:
            self._open[-1].boxes += found
        elif self._rows and self._rows[-1]:
            self._rows[-1][-1] += found
        else:
            for paragraph in found:
                self.assembly.add(paragraph)

    def _close_row(self) -> None:
        row = self._rows.pop()
        inner = [paragraph for cell in row for paragraph in cell]
        if self._rows and self._rows[-1]:
            self._rows[-1][-1] += inner  # a table in a cell
        else:
            self.assembly.add_row(row)


def _stands_for(name: str, attributes: dict[str, str]) -> str:
    if name == f"{_TEXT}tab":
        return "\t"
    if name == f"{_TEXT}line-break":
        return "\n"
    if name == f"{_TEXT}s":
        count = attributes.get(f"{_TEXT}c", "1")
        return " " * (min(int(count), MOST_SPACES) if count.isascii() and count.isdigit() and len(count) < 9 else 1)
    return ""


class _Properties:
    """`meta.xml`: the text of the fields that are known, by their name."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._name: str | None = None

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._name = _FIELDS.get(name)

    def end(self, name: str) -> None:
        self._name = None

    def characters(self, text: str) -> None:
        if self._name is not None:
            self.found[self._name] = self.found.get(self._name, "") + text


_FIELDS = {
    f"{_DC}title": "title",
    f"{_DC}language": "language",
    f"{_META}initial-creator": "author",
    f"{_DC}creator": "last",
}


def _properties(content: bytes) -> Metadata:
    """dc:creator saved it last, and is taken for its author where nobody is said to have begun it."""
    handler = _Properties()
    stream(content, handler)
    found = handler.found
    return said_by({**found, "author": found.get("author") or found.get("last")}, "the document's properties")

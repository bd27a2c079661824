"""Tables with a header, as CSV (RFC 4180) or separated by tabs, semicolons or bars: one row is one document."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from retrieval.errors import UnreadableFile
from retrieval.reading.decoding import Decoded, decode
from retrieval.reading.extracted import Broken, Member
from retrieval.reading.rows.row import record, text_field
from retrieval.reading.sizes import MIB
from retrieval.visibility import one_line

MOST_ROW = 16 * MIB
"""Characters, of all lines of one row: a quote that is never closed would hold the rest of the file."""
_HEAD = MIB
"""Bytes by which the encoding is told."""
_DELIMITERS = (",", ";", "\t", "|")
_SHOWN_COLUMNS = 12
_WRONG_BYTE = re.compile("[\udc80-\udcff]")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)  # little UTF-32's begins with the first


def members(file: BinaryIO, name: str) -> Iterator[Member | Broken]:
    """Each row below the header. Raises UnreadableFile, also for a table without a column of texts."""
    head = file.read(_HEAD)
    decoded = _told(head, whole=len(head) < _HEAD)
    rows = _Rows(head[decoded.mark :], file, decoded.encoding, by_tabs=name.lower().endswith(".tsv"))
    notes = (decoded.note,) if decoded.note else ()
    number = 0
    for line, row in rows:
        number += 1
        if isinstance(row, str):
            yield Broken(f"line {line}", row)
            continue
        said = dict(zip(rows.header.columns, row, strict=False))
        text = said[rows.header.text]
        # Empty is what a table has for what is not said.
        yield record(text, {column: value for column, value in said.items() if value.strip()}, line, number, notes)
        if text.strip():
            notes = ()  # what is true of the file is told once, of the first row that is read


@dataclass(frozen=True, slots=True)
class _Header:
    delimiter: str
    columns: tuple[str, ...]
    """In lower case."""
    text: str
    """The column of the documents' texts."""


class _Rows:
    """The rows with the line that each begins at, from 1; in place of one that can't be read, the reason."""

    def __init__(self, head: bytes, file: BinaryIO, encoding: str, *, by_tabs: bool) -> None:
        # A wrong byte becomes half a character, which no encoding gives otherwise, and spoils its own row alone.
        whole = io.BufferedReader(_Joined(head, file), _HEAD)
        self._lines = _Lines(io.TextIOWrapper(whole, encoding, "surrogateescape", newline=""))
        self._encoding = encoding
        csv.field_size_limit(MOST_ROW)
        self.header = self._header(by_tabs=by_tabs)

    def _header(self, *, by_tabs: bool) -> _Header:
        """By the delimiter that makes most columns of it, one of which is a text's: as the rows themselves may hold any
        of them, nothing else of the table can tell so surely.
        """
        first = next((line for line in self._lines if line.strip()), None)
        if first is None:
            raise UnreadableFile("holds no text")
        found: list[_Header] = []
        most: tuple[str, ...] = ()
        for delimiter in sorted(_DELIMITERS, key=lambda each: (each == "\t") != by_tabs):
            columns = _columns(first, delimiter)
            text = text_field(columns)
            if text is not None:
                found.append(_Header(delimiter, columns, text))
            most = max(most, columns, key=len)
        if not found:
            raise UnreadableFile(f"has no column called text, body or content; {_told_columns(most)}")
        return max(found, key=lambda each: len(each.columns))

    def __iter__(self) -> Iterator[tuple[int, list[str] | str]]:
        reader = csv.reader(self._lines, delimiter=self.header.delimiter, strict=True)
        while True:
            self._lines.begin()
            line = self._lines.number + 1
            try:
                row = next(reader, None)
            except csv.Error as error:
                yield line, f"is no row of a table: {error}"
                continue
            if row is None:
                return
            if row:
                yield line, self._wrong(row) or row

    def _wrong(self, row: list[str]) -> str | None:
        expected = len(self.header.columns)
        if len(row) < expected or any(row[expected:]):  # a delimiter at the end of each line makes an empty one
            return f"has {len(row)} fields where the header has {expected}"
        if any(_WRONG_BYTE.search(cell) for cell in row):
            return f"not {self._encoding}"
        return None


class _Lines:
    """Lines with their endings, counted, and measured since the last `begin`. Raises UnreadableFile beyond MOST_ROW."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._since = 0
        self.number = 0

    def begin(self) -> None:
        self._since = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        try:
            line = self._text.readline(MOST_ROW + 1)
        except UnicodeError:  # of UTF-16, where half a character can't be told from a wrong byte
            raise UnreadableFile(f"not {self._text.encoding} from line {self.number + 1}") from None
        if not line:
            raise StopIteration
        self.number += 1
        self._since += len(line)
        if self._since > MOST_ROW:
            raise UnreadableFile(f"the row that line {self.number} is in is longer than {MOST_ROW:,} characters")
        return line


class _Joined(io.RawIOBase):
    """What was read already, and the rest of the file."""

    def __init__(self, head: bytes, file: BinaryIO) -> None:
        super().__init__()
        self._head, self._file = io.BytesIO(head), file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        got = self._head.read(len(buffer)) or self._file.read(len(buffer))
        buffer[: len(got)] = got
        return len(got)


def _told(head: bytes, *, whole: bool) -> Decoded:
    """As `decode`, of bytes that may end inside a character. Raises UnreadableFile."""
    if whole:
        return decode(head)
    if not head.startswith(_WIDE):
        return decode(
            head[: head.rfind(b"\n") + 1] or head
        )  # a line feed is one byte, and no part of another character
    try:
        return decode(head[: len(head) // 4 * 4])
    except UnreadableFile:  # between the halves of a pair
        return decode(head[: len(head) // 4 * 4 - 2])


def _columns(line: str, delimiter: str) -> tuple[str, ...]:
    """Nothing where it is no row by this delimiter, or its quotes go on in the next line."""
    try:
        row = next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return ()
    return tuple(" ".join(cell.split()).lower() for cell in row)


def _told_columns(columns: tuple[str, ...]) -> str:
    if not columns:
        return "its first line is no header"
    named = ", ".join(one_line(column)[:40] or "(no name)" for column in columns[:_SHOWN_COLUMNS])
    return f"its columns are {named}{', …' if len(columns) > _SHOWN_COLUMNS else ''}"

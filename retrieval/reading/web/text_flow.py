"""The visible text of a page as it grows: white space drawn together as browsers do, and the way back to the source."""

from __future__ import annotations

import re
from array import array
from typing import NamedTuple

from retrieval.reading.extracted import Origin, Run
from retrieval.reading.web.markup import REFERENCE, character
from retrieval.records import Block, BlockKind
from retrieval.spans import Span

MOST_RUNS = 1_000_000
"""Some 150 MB of them. Of a page with more the text is read, but not where it stands in the file."""
LONGEST_HEADING = 300
"""Characters. What goes on in a heading that was never closed is text."""
_HEADING, _PARAGRAPH = BlockKind.HEADING, BlockKind.PARAGRAPH
_WHITE = "\t\n\f\r "
_WORD = rf"(?:[^{_WHITE}&\0]|(?!{REFERENCE})&)++"
_PIECES = re.compile(rf"[{_WHITE}]++|{REFERENCE}|\0++|{_WORD}(?: {_WORD})*+")
"""White space; a reference, or what looks like one; NULs, which browsers drop; words with single spaces between."""
_PIECES_AS_SET = re.compile(rf"\r\n|[\n\r]|[\t\f ]++|{REFERENCE}|\0++|{_WORD}(?:[\t ]++{_WORD})*+")
"""The same where white space is kept: each line end by itself."""


class Region(NamedTuple):
    """Which part of a page something stands in, as its tags say."""

    reason: str
    """What to call it where it is furniture: `menu`."""
    plain: bool
    """The tag itself says that it is no body text; else only a class does, or a tag that has other uses too."""


class Piece(NamedTuple):
    """A block, and where on the page it stands."""

    block: Block
    region: Region | None
    rank: int
    """Of a heading, 1 to 6; 0 for a paragraph."""


class _White(NamedTuple):
    """White space that is not written yet: at the edge of a block it is none."""

    source: int
    end: int
    """Equal to `source` for what no white space of the source stands for: a line break's tag, a cell's edge."""
    written: str


class TextFlow:
    """Takes the text of a page in order, and is told where blocks end. In the text, blank lines part them."""

    def __init__(self, source: str) -> None:
        self.rank = 0
        """Of the heading that begins next, or 0 for a paragraph; `region` is where it stands."""
        self.region: Region | None = None
        self._source = source
        self._parts: list[str] = []
        self._length = 0
        self._gap: list[_White] = []
        self._open: tuple[int, int, Region | None] | None = None
        self._done: list[tuple[int, int, int, Region | None]] = []
        self._runs = (array("q"), array("q"), array("q"))  # at, source, length; three words a run, while it grows

    def add(self, start: int, end: int, as_set: bool, references: bool = True) -> None:
        """Text of the source; `as_set` keeps its white space, as `pre` does."""
        for match in (_PIECES_AS_SET if as_set else _PIECES).finditer(self._source, start, end):
            piece = match[0]
            if piece[0] in _WHITE:
                self._white(match.start(), match.end(), piece, as_set)
            elif piece[0] == "&" and references and len(piece) > 1:
                self._reference(match.start(), match.end(), piece, as_set)
            elif piece[0] != "\0":
                self._words(match.start(), match.end(), piece)

    def line_break(self, at: int, as_set: bool) -> None:
        """Of the tag at `at`. Two together are a blank line, which parts blocks."""
        if not as_set:
            if self._gap and self._gap[-1].written == "\n":
                self.end_block()
                return
            self._gap = []
        self._gap.append(_White(at, at, "\n"))

    def cell(self, at: int) -> None:
        """A cell of a row begins: behind others a tab, which is how browsers copy tables."""
        if self._open is not None:
            self._gap = [white for white in self._gap if white.written == "\t"]
            self._gap.append(_White(at, at, "\t"))

    def end_block(self) -> None:
        self._gap = []
        if self._open is not None:
            start, rank, region = self._open
            self._done.append((start, self._length, rank, region))
            self._open = None

    def text(self) -> str:
        """All of it; the flow is over."""
        self.end_block()
        return "".join(self._parts)

    def pieces(self, text: str) -> list[Piece]:
        """The blocks of that text, without the white space around them, be it only of no-break spaces."""
        trimmed = ((Span(start, end).trimmed(text), rank, region) for start, end, rank, region in self._done)
        return [
            Piece(Block(span, _HEADING if rank and len(span) <= LONGEST_HEADING else _PARAGRAPH), region, rank)
            for span, rank, region in trimmed
            if span is not None
        ]

    def origin(self) -> Origin | None:
        """None where there are more runs than MOST_RUNS. A run of no length says where what is written otherwise in
        the source begins or ends.
        """
        if len(self._runs[0]) > MOST_RUNS:
            return None
        return Origin(tuple(map(Run, *self._runs)))

    def _white(self, start: int, end: int, written: str, as_set: bool) -> None:
        if as_set:
            self._gap.append(_White(start, end, "\n" if written[0] in "\r\n" else written))
        elif not self._gap:
            self._gap.append(_White(start, end, " "))

    def _reference(self, start: int, end: int, reference: str, as_set: bool) -> None:
        meant = character(reference)
        if meant == reference:
            self._words(start, end, reference)
        elif meant and meant[0] in _WHITE:
            self._white(start, end, meant, as_set)
        elif meant:
            self._begin()
            self._otherwise(start, end, meant)

    def _words(self, start: int, end: int, words: str) -> None:
        self._begin()
        self._run(start)
        self._runs[2][-1] += end - start
        self._write(words)

    def _begin(self) -> None:
        """Writes the white space before the words that come now: nothing at the start of a block, but the indentation
        of a first line that is kept as it is set.
        """
        gap, self._gap = self._gap, []
        if self._open is None:
            if self._length:
                self._write("\n\n")
            self._open = (self._length, self.rank, self.region)
            behind = max((n for n, white in enumerate(gap, 1) if white.written == "\n"), default=0)
            gap = [white for white in gap[behind:] if white.end > white.source and white.written != " "]
        for white in gap:
            if white.written == self._source[white.source : white.end]:
                self._run(white.source)
                self._runs[2][-1] += len(white.written)
                self._write(white.written)
            else:
                self._otherwise(white.source, white.end, white.written)

    def _otherwise(self, start: int, end: int, written: str) -> None:
        """Characters that the source writes otherwise, between two runs that say where."""
        self._run(start)
        self._write(written)
        self._run(end)

    def _run(self, source: int) -> None:
        """What is written next stands at `source`: the last run goes on, or another begins."""
        at_, source_, length_ = self._runs
        if not at_ or at_[-1] + length_[-1] != self._length or source_[-1] + length_[-1] != source:
            at_.append(self._length)
            source_.append(source)
            length_.append(0)

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

"""Paragraphs and table rows, as an office file has them, put together as one text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Extracted
from retrieval.reading.metadata import Metadata
from retrieval.reading.structure import Structure
from retrieval.records import Block, BlockKind, Furniture, Landmark, LandmarkKind
from retrieval.spans import Span


class Paragraph(NamedTuple):
    number: int | None
    """Which of the file's paragraphs it is, from 1; None where its format does not count them."""
    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    reason: str | None = None
    """Why it is no body text; None where it is."""


class Assembly:
    """A text that grows by a paragraph or a row. White space at the ends of each is left out."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._blocks: list[Block] = []
        self._furniture: list[Furniture] = []
        self._landmarks: list[Landmark] = []
        self._at = 0
        self.title: str | None = None
        """What stands in it as the title."""

    def add(self, paragraph: Paragraph) -> None:
        """A block of its own; nothing for one without words. Two titles are one title and a heading."""
        kind, reason = paragraph.kind, paragraph.reason
        if reason == "title":
            if self.title is not None or not paragraph.text.strip():
                reason = None
            else:
                self.title = " ".join(paragraph.text.split())
        self._add([("", paragraph)], kind, reason)

    def add_row(self, cells: Sequence[Sequence[Paragraph]]) -> None:
        """One block, its cells apart by tabs and their paragraphs by line ends. Where a single cell has all the
        text, the table is there for the layout: its paragraphs are paragraphs.
        """
        filled = [cell for cell in cells if any(paragraph.text.strip() for paragraph in cell)]
        if len(filled) == 1:
            for paragraph in filled[0]:
                self.add(paragraph)
            return
        together: list[tuple[str, Paragraph]] = []
        for cell in cells:
            before = "\t"
            for paragraph in [each for each in cell if each.text.strip()] or [Paragraph(None, "")]:
                together.append((before, paragraph))
                before = "\n"
        self._add(together, BlockKind.PARAGRAPH, None)

    def extracted(self, said: Metadata, notes: Sequence[str]) -> Extracted:
        """Raises UnreadableFile where nothing was added."""
        if not self._blocks:
            raise UnreadableFile("holds no text")
        structure = Structure(
            tuple(self._blocks),
            tuple(self._furniture),
            said.filled_from(Metadata(title=self.title)),
            tuple(self._landmarks),
        )
        return Extracted("".join(self._pieces), structure, notes=tuple(notes))

    def _add(self, paragraphs: Sequence[tuple[str, Paragraph]], kind: BlockKind, reason: str | None) -> None:
        written: list[str] = []
        places: list[tuple[int, int]] = []
        length = 0
        for before, paragraph in paragraphs:
            text = paragraph.text.strip()
            separator = before if length else ""
            written += [separator, text]
            length += len(separator)
            if text and paragraph.number is not None:
                places.append((length, paragraph.number))
            length += len(text)
        block = "".join(written).rstrip()
        if not block:
            return
        if self._blocks:
            self._pieces.append("\n\n")
            self._at += 2
        span = Span(self._at, self._at + len(block))
        self._pieces.append(block)
        self._blocks.append(Block(span, kind))
        self._landmarks += [Landmark(self._at + at, LandmarkKind.PARAGRAPH, number) for at, number in places]
        if reason is not None:
            self._furniture.append(Furniture(span, reason))
        self._at = span.end


def counted(number: int, one: str, several: str) -> list[str]:
    """A note of how many there are, or none: `counted(2, "footnote is", "footnotes are")`."""
    return [f"{number} {one if number == 1 else several} not in the text"] if number else []

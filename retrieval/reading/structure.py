"""What a format's reader finds in a text: blocks, furniture, and what the text says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from retrieval.reading.metadata import Metadata
from retrieval.records import Block, Furniture, Landmark
from retrieval.spans import Span

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
"""A line with its ending. Form feeds and U+2028 are characters of a line, as every editor shows them."""


@dataclass(frozen=True, slots=True)
class Structure:
    blocks: tuple[Block, ...]
    furniture: tuple[Furniture, ...] = ()
    metadata: Metadata = field(default_factory=Metadata)
    landmarks: tuple[Landmark, ...] = ()


def lines(text: str) -> Iterator[Span]:
    """The text's lines with their endings; together they are the text."""
    for match in LINE.finditer(text):
        if match.end() > match.start():  # the pattern also matches nothing, at the very end
            yield Span(match.start(), match.end())

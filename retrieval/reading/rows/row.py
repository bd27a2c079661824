"""A document that is one record among others: a row of a table, or a line of JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from retrieval.reading.extracted import Extracted, Member
from retrieval.reading.member_names import identifier
from retrieval.reading.metadata import metadata_as_far
from retrieval.reading.structure import Structure
from retrieval.reading.text.plain_text import paragraphs
from retrieval.records import Block, BlockKind, Landmark, LandmarkKind

TEXT_FIELDS = ("text", "body", "content", "article", "full_text")
"""What the field with the document's text may be called; the first that is there counts."""
IDENTIFIERS = ("_id", "id")


def body(text: str) -> tuple[Block, ...]:
    """Paragraphs only: a record has its title in a field of its own, so no line of its text is taken for one."""
    return tuple(Block(span, BlockKind.PARAGRAPH) for span in paragraphs(text))


def text_field(names: Iterable[str]) -> str | None:
    held = set(names)
    return next((name for name in TEXT_FIELDS if name in held), None)


def record(
    text: str, said: Mapping[str, Any], line: int, number: int, notes: tuple[str, ...] = (), *, where: str | None = None
) -> Member:
    """The document of one record: named by its identifier, else by its `number`; `line` is where it begins, from 1."""
    named = (identifier(said[name]) for name in IDENTIFIERS if name in said)
    name = next((each for each in named if each is not None), str(number))
    metadata = metadata_as_far(said, where or f"line {line}")
    structure = Structure(body(text), metadata=metadata, landmarks=(Landmark(0, LandmarkKind.LINE, line),))
    return Member(name, Extracted(text, structure, notes=notes))

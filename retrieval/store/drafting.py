"""What every store's draft knows of its model, and makes sure of before it takes a document in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.codes import passage_code
from retrieval.errors import IndexDamaged
from retrieval.records import Document, Passage


@dataclass(frozen=True, slots=True)
class DraftModel:
    """The model that a draft's vectors come from."""

    name: str
    fingerprint: str
    dimensions: int


def check_slices(document: Document, passages: Sequence[Passage]) -> None:
    """A code is made from the words, so deriving it again proves that the offsets cut out what was meant.

    Raises IndexDamaged.
    """
    seen: dict[str, int] = {}
    for passage in passages:
        words = passage.span.of(document.text)
        seen[words] = seen.get(words, 0) + 1
        if passage_code(document.source.id, words, seen[words]) != passage.code:
            raise IndexDamaged(f"{document.source.path}: passage {passage.ordinal} does not have the code of its words")

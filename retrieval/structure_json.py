"""What stands where in a text, as JSON: one form for the process that reads and for the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from retrieval.records import Block, BlockKind, Furniture, Landmark, LandmarkKind
from retrieval.spans import Span


class Parts(NamedTuple):
    """A document's, in the order of its fields."""

    blocks: tuple[Block, ...]
    furniture: tuple[Furniture, ...]
    landmarks: tuple[Landmark, ...]


def structure_json(
    blocks: Sequence[Block], furniture: Sequence[Furniture], landmarks: Sequence[Landmark]
) -> dict[str, Any]:
    return {
        "blocks": [[block.span.start, block.span.end, block.kind.value] for block in blocks],
        "furniture": [[mark.span.start, mark.span.end, mark.reason] for mark in furniture],
        "landmarks": [[mark.at, mark.kind.value, mark.number] for mark in landmarks],
    }


def structure_of(said: dict[str, Any]) -> Parts:
    """From what `structure_json` gave; what else is said beside it is passed over."""
    return Parts(
        tuple(Block(Span(start, end), BlockKind(kind)) for start, end, kind in said["blocks"]),
        tuple(Furniture(Span(start, end), reason) for start, end, reason in said["furniture"]),
        tuple(Landmark(at, LandmarkKind(kind), number) for at, kind, number in said["landmarks"]),
    )

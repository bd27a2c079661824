"""The collections of a generation and the columns of each. What the engine needs to know to make them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from retrieval.filters import NAMED_FIELDS

LONGEST = 65_535
"""Bytes in one VARCHAR, which Milvus sets (https://milvus.io/docs/limitations.md)."""


class Kind(Enum):
    INTEGER = auto()
    FLAG = auto()
    TEXT = auto()
    WORDS = auto()
    """Terms with spaces between them, each of which `text_match` finds."""
    VECTOR = auto()
    WEIGHTS = auto()
    """A sparse vector, compared by inner product."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind
    size: int = 0
    """Bytes of a text, dimensions of a vector."""
    is_key: bool = False
    is_searched: bool = False
    """Has an index of its own, so that a condition on it is no walk."""


_FILTERED = (
    *(Column(name, Kind.TEXT, 64, is_searched=True) for name in NAMED_FIELDS),
    Column("published", Kind.INTEGER, is_searched=True),  # the day's ordinal, from 1; 0 where the source does not say
)
"""Fields that a filter compares by `filter_key`; a column holds its digest, empty where the source does not say."""
WORD_FIELDS = ("body", "context", "exact")
"""The passage's words stemmed, its document's context line stemmed, and its words as they are written."""
PLACEHOLDER = Column("nothing", Kind.VECTOR, 2)
"""Milvus makes no collection without a vector."""


def passage_columns(dimensions: int) -> tuple[Column, ...]:
    return (
        Column("key", Kind.INTEGER, is_key=True),
        Column("document", Kind.TEXT, 64, is_searched=True),
        Column("code", Kind.TEXT, 64, is_searched=True),
        Column("place", Kind.TEXT, LONGEST),
        *(Column(name, Kind.WORDS, LONGEST) for name in WORD_FIELDS),
        *(Column(f"{name}_length", Kind.INTEGER) for name in WORD_FIELDS),
        Column("overlong", Kind.FLAG),
        *_FILTERED,
        Column("weights", Kind.WEIGHTS),
        Column("vector", Kind.VECTOR, dimensions),
    )


RECORD_COLUMNS = (
    Column("id", Kind.TEXT, 256, is_key=True),
    Column("kind", Kind.TEXT, 32, is_searched=True),
    Column("owner", Kind.TEXT, 128, is_searched=True),
    Column("document", Kind.TEXT, 64),
    Column("part", Kind.INTEGER),
    Column("parts", Kind.INTEGER),
    Column("content", Kind.TEXT, LONGEST),
    *_FILTERED,
    PLACEHOLDER,
)
LEASE_COLUMNS = (
    Column("id", Kind.TEXT, 128, is_key=True),
    Column("generation", Kind.INTEGER),
    Column("until", Kind.INTEGER),
    PLACEHOLDER,
)

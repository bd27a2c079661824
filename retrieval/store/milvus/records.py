"""Everything of a generation that is fetched by name: JSON, packed, in as many rows as it takes.

Compressed, for a text is stored once and read seldom; as base64, for a VARCHAR holds characters and a text from JSON
can hold half ones.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from retrieval.errors import IndexDamaged
from retrieval.store.milvus.conditions import NOT_FILTERED, all_of, one_of
from retrieval.store.milvus.engine import Engine, Row
from retrieval.store.milvus.schema import LONGEST, PLACEHOLDER

_FIELDS = ("id", "owner", "document", "part", "parts", "content")
_OWNERS_AT_ONCE = 200
COPIED = ("kind", *_FIELDS, *NOT_FILTERED)
"""What a row is made of again, but for its placeholder."""
_PART = LONGEST - LONGEST % 4
"""Characters of base64, which are a byte each."""


def pack(value: object) -> str:
    content = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode("ascii")
    return base64.b64encode(zlib.compress(content, 6)).decode("ascii")


def unpacked(packed: str) -> bytes:
    """Raises IndexDamaged."""
    try:
        return zlib.decompress(base64.b64decode(packed, validate=True))
    except (binascii.Error, zlib.error) as error:
        raise IndexDamaged(f"a stored record can't be read: {error}") from error


def record_rows(
    kind: str, owner: str, value: object, document: str = "", filtered: Row = NOT_FILTERED
) -> Iterator[Row]:
    """`document`: with which it goes when that is removed. `value` is JSON, or bytes."""
    packed = pack(value)
    parts = range(0, len(packed), _PART)
    for part, start in enumerate(parts):
        yield {
            "id": f"{kind}/{owner}/{part}",
            "kind": kind,
            "owner": owner,
            "document": document,
            "part": part,
            "parts": len(parts),
            "content": packed[start : start + _PART],
            **filtered,
            **placeholder(),
        }


def placeholder() -> Row:
    return {PLACEHOLDER.name: [1.0, 0.0]}


class Records:
    """Of one generation, to read."""

    def __init__(self, engine: Engine, collection: str) -> None:
        self._engine = engine
        self._collection = collection

    def content(self, kind: str, owners: Sequence[str]) -> dict[str, bytes]:
        """Of those that there are. Raises IndexDamaged for one that lacks a part."""
        found: list[Row] = []
        for start in range(0, len(owners), _OWNERS_AT_ONCE):
            some = owners[start : start + _OWNERS_AT_ONCE]
            where = all_of((f'kind == "{kind}"', one_of("owner", some)))
            found += self._engine.rows(self._collection, where, _FIELDS)
        return {owner: unpacked(joined) for owner, joined in _joined(found)}

    def values(self, kind: str, owners: Sequence[str]) -> dict[str, Any]:
        return {owner: json.loads(content) for owner, content in self.content(kind, owners).items()}

    def all(self, kind: str) -> Iterator[tuple[str, Any]]:
        """(owner, value) of all of a kind; a page of them at a time."""
        waiting: dict[str, list[Row]] = {}
        for page in self._engine.walk(self._collection, f'kind == "{kind}"', _FIELDS):
            for row in page:
                rows = waiting.setdefault(row["owner"], [])
                rows.append(row)
                if len(rows) == row["parts"]:
                    [(owner, joined)] = _joined(waiting.pop(row["owner"]))
                    yield owner, json.loads(unpacked(joined))
        if waiting:
            raise IndexDamaged(f"parts of {len(waiting)} stored records are missing")


def _joined(rows: Iterable[Row]) -> Iterator[tuple[str, str]]:
    by_owner: dict[str, list[Row]] = {}
    for row in rows:
        by_owner.setdefault(row["owner"], []).append(row)
    for owner, parts in by_owner.items():
        if len(parts) != parts[0]["parts"]:
            raise IndexDamaged(f"a part of the stored {parts[0]['id'].partition('/')[0]} of {owner} is missing")
        yield owner, "".join(row["content"] for row in sorted(parts, key=lambda row: int(row["part"])))

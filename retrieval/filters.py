"""Which documents may be searched. `Filter.matches` is the reference meaning that every engine must agree with."""

from __future__ import annotations

import datetime
import unicodedata
from dataclasses import dataclass, fields, replace
from typing import Any

from retrieval.records import Source


def filter_key(value: str) -> str:
    """A name as filters compare it: case, width, what can't be seen and runs of white space don't count."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", value) if unicodedata.category(c) not in ("Cf", "Cs"))
    return " ".join(unicodedata.normalize("NFKC", seen.casefold()).split())


NAMED_FIELDS = ("author", "publisher", "language", "collection", "status")
"""Of a source and of a filter: compared by `filter_key`."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Every field that is given must match; a document that lacks the field never does.

    `after` and `before` both include the day they name.
    """

    after: datetime.date | None = None
    before: datetime.date | None = None
    publisher: str | None = None
    author: str | None = None
    collection: str | None = None
    language: str | None = None
    status: str | None = None

    @property
    def is_empty(self) -> bool:
        return not self.given()

    def given(self) -> dict[str, str]:
        """The fields in use, as text: what a reply and the JSON output echo."""
        values = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {name: str(value) for name, value in values if value is not None}

    def matches(self, source: Source) -> bool:
        if self.after is not None and (source.published is None or source.published < self.after):
            return False
        if self.before is not None and (source.published is None or source.published > self.before):
            return False
        named = (
            (self.publisher, source.publisher),
            (self.author, source.author),
            (self.collection, source.collection),
            (self.language, source.language),
            (self.status, source.status),
        )
        return all(
            wanted is None or (has is not None and filter_key(wanted) == filter_key(has)) for wanted, has in named
        )


def with_field(where: Filter, name: str, value: datetime.date | str) -> Filter:
    """`where` with one field more, or another value of it."""
    changed: dict[str, Any] = {name: value}
    return replace(where, **changed)


EVERYTHING = Filter()

"""How the collections of an archive are named: `archivist_000003_k2f9_passages`, and `_records` beside it."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Generation:
    number: int
    token: str
    """Of the writer that made it: one that was taken for dead and was not writes to no collection of another's."""
    archive: str

    @classmethod
    def new(cls, archive: str, number: int) -> Generation:
        return cls(number, secrets.token_hex(4), archive)

    @property
    def passages(self) -> str:
        return f"{self._stem}_passages"

    @property
    def records(self) -> str:
        return f"{self._stem}_records"

    @property
    def _stem(self) -> str:
        return f"{self.archive}_{self.number:06d}_{self.token}"

    @classmethod
    def named(cls, collection: str, archive: str) -> Generation | None:
        """That a collection is of; None for one that is of none of this archive's."""
        found = re.fullmatch(rf"{archive}_(\d{{6,12}})_([0-9a-f]{{8}})_(?:passages|records)", collection)
        return cls(int(found[1]), found[2], archive) if found else None


def alias_of(archive: str) -> str:
    """Stands for the passages of the published generation."""
    return f"{archive}_published"


def leases_of(archive: str) -> str:
    return f"{archive}_leases"

"""What filters look at: a number for each document of a layer, so that a filter over a million passages takes a
millisecond. Made from the tables, with which they must agree.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from retrieval.filters import NAMED_FIELDS, Filter, filter_key

Mask = npt.NDArray[np.bool_]
UNDATED = 0
UNNAMED = -1


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Arrays over a layer's documents, in the order of their keys, which is that of their passages' rows too."""

    documents: npt.NDArray[np.int64]
    """Their keys."""
    published: npt.NDArray[np.int32]
    """Days since the year 1."""
    first: npt.NDArray[np.int64]
    """The key of each one's first passage; those of one document follow one another."""
    passages: npt.NDArray[np.int32]
    named: Mapping[str, npt.NDArray[np.int32]]
    """For each of NAMED_FIELDS; each name has a number in the table `names`."""
    keys: npt.NDArray[np.int64] = field(init=False)
    """Of the passages."""

    def __post_init__(self) -> None:
        before = np.repeat(np.cumsum(self.passages, dtype=np.int64) - self.passages, self.passages)
        keys = np.repeat(self.first, self.passages) + np.arange(len(before)) - before
        object.__setattr__(self, "keys", keys)

    @classmethod
    def of(cls, tables: sqlite3.Connection) -> Self:
        """From the layer's tables; the numbers of the names are written there."""
        tables.execute("DELETE FROM names")
        numbers: dict[str, dict[str, int]] = {name: {} for name in NAMED_FIELDS}
        rows: list[tuple[int, ...]] = []
        columns = ", ".join(f"{name}_key" for name in NAMED_FIELDS)
        for key, day, first, passages, *names in tables.execute(
            f"SELECT key, published, first_passage, passages, {columns} FROM documents ORDER BY key"
        ):
            published = datetime.date.fromisoformat(day).toordinal() if day else UNDATED
            each = (
                UNNAMED if value is None else numbers[name].setdefault(value, len(numbers[name]))
                for name, value in zip(NAMED_FIELDS, names, strict=True)
            )
            rows.append((key, published, first, passages, *each))
        every = ((name, value, number) for name, of in numbers.items() for value, number in of.items())
        tables.executemany("INSERT INTO names VALUES (?, ?, ?)", every)
        table = np.array(rows, np.int64).reshape(len(rows), 4 + len(NAMED_FIELDS))
        small = table.astype(np.int32)
        named = {name: small[:, at] for at, name in enumerate(NAMED_FIELDS, start=4)}
        return cls(table[:, 0], small[:, 1], table[:, 2], small[:, 3], named)

    def write(self, path: Path) -> None:
        named: dict[str, Any] = {f"named_{name}": numbers for name, numbers in self.named.items()}
        np.savez(
            path,
            documents=self.documents,
            published=self.published,
            first=self.first,
            passages=self.passages,
            **named,
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises OSError, ValueError or KeyError."""
        with np.load(path, allow_pickle=False) as stored:
            named = {name: stored[f"named_{name}"] for name in NAMED_FIELDS}
            return cls(stored["documents"], stored["published"], stored["first"], stored["passages"], named)

    def matching(self, where: Filter, number_of: Callable[[str, str], int | None]) -> Mask:
        """Which documents a filter lets through, with the meaning of `Filter.matches`. `number_of`: of a field's name,
        as `filter_key` has it; None for one that no document has.
        """
        found = np.ones(len(self.documents), np.bool_)
        if where.after is not None:
            found &= self.published >= where.after.toordinal()
        if where.before is not None:
            found &= (self.published <= where.before.toordinal()) & (self.published != UNDATED)
        for name in NAMED_FIELDS:
            wanted = getattr(where, name)
            if wanted is not None:
                number = number_of(name, filter_key(wanted))
                found &= self.named[name] == (UNNAMED - 1 if number is None else number)
        return found

    def rows_of(self, documents: Mask) -> Mask:
        """Over the passages: those of these documents."""
        return np.repeat(documents, self.passages)

"""What a generation says of itself as a whole, reckoned once, when it is made: no reader has to walk it."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from retrieval.errors import IndexDamaged
from retrieval.filters import NAMED_FIELDS
from retrieval.records import Source
from retrieval.store.milvus.engine import Row
from retrieval.store.milvus.schema import WORD_FIELDS
from retrieval.store.protocol import Coverage, Manifest

FORMAT = 2
MANIFEST = "manifest"
"""Its kind of record, and its owner."""


@dataclass(slots=True)
class Tally:
    """Of documents and passages, one after another."""

    documents: int = 0
    passages: int = 0
    overlong: int = 0
    last_key: int = 0
    lengths: Counter[str] = field(default_factory=Counter)
    names: dict[str, dict[str | None, None]] = field(default_factory=lambda: {name: {} for name in NAMED_FIELDS})
    first: datetime.date | None = None
    last: datetime.date | None = None

    def document(self, source: Source) -> None:
        self.documents += 1
        for name, seen in self.names.items():
            seen[getattr(source, name)] = None
        if source.published is not None:
            self.first = min(self.first or source.published, source.published)
            self.last = max(self.last or source.published, source.published)

    def passage(self, row: Row) -> None:
        self.passages += 1
        self.overlong += bool(row["overlong"])
        self.last_key = max(self.last_key, int(row["key"]))
        for name in WORD_FIELDS:
            self.lengths[name] += int(row[f"{name}_length"])


@dataclass(frozen=True, slots=True)
class Standing:
    manifest: Manifest
    everything: Coverage
    overlong: int
    """Passages that hold more words than a row does."""
    last_key: int
    lengths: dict[str, int]
    """Terms in each field, of all passages."""
    names: dict[str, list[str | None]]

    @classmethod
    def of(cls, tally: Tally, manifest: Manifest, last_key: int) -> Standing:
        covered = Coverage(tally.documents, tally.passages, tally.first, tally.last)
        names = {name: list(seen) for name, seen in tally.names.items()}
        return cls(manifest, covered, tally.overlong, last_key, dict(tally.lengths), names)

    @property
    def mean_lengths(self) -> dict[str, float]:
        return {name: max(self.lengths.get(name, 0) / max(self.manifest.passages, 1), 1.0) for name in WORD_FIELDS}

    def said(self) -> dict[str, Any]:
        covered = self.everything
        dates = [day.isoformat() if day else None for day in (covered.first, covered.last)]
        return {
            "format": FORMAT,
            "manifest": asdict(self.manifest) | {"made": self.manifest.made.isoformat()},
            "dates": dates,
            "overlong": self.overlong,
            "last_key": self.last_key,
            "lengths": self.lengths,
            "names": self.names,
        }

    @classmethod
    def read(cls, said: dict[str, Any]) -> Standing:
        """Raises IndexDamaged."""
        try:
            if said["format"] != FORMAT:
                raise ValueError(f"its format is {said['format']}, this version reads {FORMAT}")
            made = datetime.datetime.fromisoformat(said["manifest"]["made"])
            manifest = Manifest(**(said["manifest"] | {"made": made}))
            first, last = (datetime.date.fromisoformat(day) if day else None for day in said["dates"])
            covered = Coverage(manifest.documents, manifest.passages, first, last)
            return cls(manifest, covered, said["overlong"], said["last_key"], said["lengths"], said["names"])
        except (KeyError, TypeError, ValueError) as error:
            raise IndexDamaged(f"the published generation can't be opened: {error}") from error

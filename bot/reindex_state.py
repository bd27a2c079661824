"""How far a reindex is, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Running:
    """How far it is; nothing is known before the first batch."""

    files: int = 0
    of_files: int = 0
    passages: int = 0
    seconds: float = 0.0
    share: float = 0.0
    """From 0 to 1: of the texts, that which is indexed. All files are read before the first text is."""
    pace: float = 0.0
    """Passages per second."""

    @property
    def seconds_left(self) -> float | None:
        """By the pace so far, or None while there is none."""
        return self.seconds / self.share * (1 - self.share) if self.share else None


@dataclass(frozen=True, slots=True)
class Done:
    report: Mapping[str, Any]
    """As `archivist index --json` prints it."""

    @property
    def counts(self) -> Mapping[str, str]:
        """Its figures by name, as they are said: of lists their length."""
        lists = ("added", "changed", "gone", "moved", "unreadable")
        said = {name: len(self.report[name]) for name in lists}
        said |= {name: self.report[name] for name in ("same", "generation")}
        return {name: str(value) for name, value in said.items()} | {"seconds": f"{self.report['seconds']:.1f}"}


@dataclass(frozen=True, slots=True)
class Stopped:
    reason: str
    """One line for a person."""


End = Done | Stopped
State = Running | End

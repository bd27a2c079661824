"""All that has to be read, read before any of it is indexed, and kept aside on the disk.

What a document's furniture is depends on all the others, so every document is looked at before the first is cut.
Reading is many times faster than the model, and runs while that is loaded.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from retrieval.reading import FileStamp, Limits, Reading, Workers, collection_of, message_of, reading_of
from retrieval.records import Unreadable
from retrieval.repeated_lines import group_of
from retrieval.store.protocol import ShortLines

MOST_TOLD = 20
"""Notes and broken parts of one file that are kept, one by one; more are counted."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where a document's reading lies in the file aside."""

    start: int
    length: int
    lines: ShortLines


@dataclass(slots=True)
class Gathered:
    """What became of one file."""

    reason: str | None = None
    notes: list[str] = field(default_factory=list)
    broken: list[Unreadable] = field(default_factory=list)
    documents: list[_Kept] = field(default_factory=list)
    left_out: int = 0
    """Notes and broken parts beyond those that are kept."""


class Gathering:
    """Readings aside, on the disk, under a name that nobody else can open; close it when done."""

    def __init__(self, aside: Path) -> None:
        aside.mkdir(parents=True, exist_ok=True)
        self._spool = tempfile.TemporaryFile(dir=aside)  # noqa: SIM115 - closed by close()
        self._size = 0
        self._of: dict[str, Gathered] = defaultdict(Gathered)

    def close(self) -> None:
        self._spool.close()

    @property
    def size(self) -> int:
        """Bytes of all readings; each says its own."""
        return self._size

    def read(self, folder: Path, files: Sequence[FileStamp], limits: Limits, report: Callable[[int], None]) -> None:
        """Reads them all, each in a process with these limits. `report` is told the number of files so far."""
        done = 0
        with Workers(folder, limits) as workers:
            for answer in workers.read(files):
                file, said = self._of[answer.path], answer.header
                if "end" in said:
                    file.reason = said["reason"]
                    done += 1
                    report(done)
                elif "broken" in said:
                    _keep(file, file.broken, Unreadable(f"{answer.path}/{said['broken']}", said["reason"]))
                else:
                    within = f"{said['member']}: " if said["member"] else ""
                    for note in said["notes"]:
                        _keep(file, file.notes, within + note)
                    lines = ShortLines(
                        group_of(said["publisher"], collection_of(said["collection"], answer.path)),
                        tuple(said["lines"]),
                        said["story"],
                    )
                    file.documents.append(_Kept(self._size, self._spool.write(answer.body), lines))
                    self._size += len(answer.body)

    def of(self, path: str) -> Gathered:
        return self._of[path]

    def lines(self) -> Iterator[ShortLines]:
        """Of every document that was read."""
        return (kept.lines for file in self._of.values() for kept in file.documents)

    def readings(self, path: str) -> Iterator[tuple[Reading, ShortLines, int]]:
        """The documents of one file, in its order; with how many bytes of `size` each is."""
        for kept in self._of[path].documents:
            self._spool.seek(kept.start)
            yield reading_of(message_of(self._spool.read(kept.length))), kept.lines, kept.length


def _keep(file: Gathered, told: list[Any], one: Any) -> None:
    if len(told) < MOST_TOLD:
        told.append(one)
    else:
        file.left_out += 1

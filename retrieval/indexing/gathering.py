"""All that has to be read, read before any of it is indexed, and kept aside on the disk.

What a document's furniture is depends on all the others, so every document is looked at before the first is cut.
Reading is many times faster than the model.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from retrieval.disk import make_private
from retrieval.errors import DiskError, UnreadableFile
from retrieval.indexing.repetition import Group, LinesIn
from retrieval.reading import FileStamp, Limits, Reading, Workers, collection_of, digest_of, message_of, reading_of
from retrieval.records import Unreadable

MOST_TOLD = 20
"""Notes and broken parts of one file that are kept, one by one; more are counted."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a document's reading lies aside, and its lines."""

    start: int
    length: int
    """In bytes."""
    lines: LinesIn


@dataclass(frozen=True, slots=True)
class GatheredFile:
    """What became of one file."""

    documents: tuple[Kept, ...] = ()
    """In the file's order."""
    reason: str | None = None
    """Why it can't be read, or not to its end."""
    digest: str | None = None
    """With a reason, of the file as it is by now: nothing for one that went away since it was looked at."""
    notes: tuple[str, ...] = ()
    broken: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True)
class Gathered:
    """All files that were read, by path; their readings lie in `aside` and can be had while that is open."""

    files: Mapping[str, GatheredFile]
    size: int
    """Bytes of all readings."""
    aside: Aside

    def lines(self) -> Iterator[LinesIn]:
        """Of every document that was read."""
        return (kept.lines for file in self.files.values() for kept in file.documents)

    def reading(self, kept: Kept) -> Reading:
        return reading_of(message_of(self.aside.read(kept.start, kept.length)))


class Aside:
    """A file in that folder without a name: nobody else can open it, and it is gone when closed, or this process is.

    Raises DiskError wherever the disk has no room for it, or fails.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        with self._telling():
            make_private(place)
            self._file = tempfile.TemporaryFile(dir=place)  # noqa: SIM115 - closed by close()
        self.size = 0

    def append(self, content: bytes) -> int:
        """Where it begins."""
        start = self.size
        with self._telling():
            self._file.write(content)
        self.size += len(content)
        return start

    def read(self, start: int, length: int) -> bytes:
        with self._telling():
            self._file.seek(start)
            return self._file.read(length)

    def close(self) -> None:
        with contextlib.suppress(OSError):  # of what could not be written, which nobody wants by now
            self._file.close()

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = f"what is read can't be kept in {self._place} until it is indexed: {error.strerror}"
            raise DiskError(f"{message}; the index is left as it was") from error


def gather(
    folder: Path, files: Sequence[FileStamp], limits: Limits, aside: Aside, report: Callable[[int], None]
) -> Gathered:
    """Reads them all, each in a process with these limits; one that can't be read is noted with its reason and the
    rest goes on. `report` is told the number of files so far.
    """
    so_far: dict[str, _SoFar] = defaultdict(_SoFar)
    gathered: dict[str, GatheredFile] = {}
    stamps = {file.path: file for file in files}
    with Workers(folder, limits) as workers:
        for path, said, body in workers.read(files):
            if "end" not in said:
                so_far[path].take(path, said, body, aside)
                continue
            reason = said["reason"]
            digest = _digest_now(folder, stamps[path]) if reason is not None else None
            gathered[path] = so_far.pop(path, _SoFar()).ended(path, reason, digest)
            report(len(gathered))
    return Gathered(gathered, aside.size, aside)


@dataclass(slots=True)
class _SoFar:
    """What has been told of a file that is being read."""

    documents: list[Kept] = field(default_factory=list)
    """Each in its group as if it were the only one."""
    notes: list[str] = field(default_factory=list)
    broken: list[Unreadable] = field(default_factory=list)
    left_out: int = 0

    def take(self, path: str, said: dict[str, Any], body: bytes, aside: Aside) -> None:
        if "broken" in said:
            self._keep(self.broken, Unreadable(f"{path}/{said['broken']}", said["reason"]))
            return
        within = f"{said['member']}: " if said["member"] else ""
        for note in said["notes"]:
            self._keep(self.notes, within + note)
        group = Group.of(said["publisher"], collection_of(said["collection"], path))
        lines = LinesIn(group, tuple(said["lines"]), said["story"])
        self.documents.append(Kept(aside.append(body), len(body), lines))

    def ended(self, path: str, reason: str | None, digest: str | None) -> GatheredFile:
        if self.left_out:
            self.notes.append(f"{self.left_out} more notes and parts that can't be read")
        documents = self.documents if len(self.documents) == 1 else (_within(path, kept) for kept in self.documents)
        return GatheredFile(tuple(documents), reason, digest, tuple(self.notes), tuple(self.broken))

    def _keep(self, told: list[Any], one: Any) -> None:
        if len(told) < MOST_TOLD:
            told.append(one)
        else:
            self.left_out += 1


def _within(path: str, kept: Kept) -> Kept:
    return replace(kept, lines=replace(kept.lines, group=kept.lines.group.within(path)))


def _digest_now(folder: Path, file: FileStamp) -> str:
    """Nothing for a file that went away since the walk, so that the next run that finds it tries again."""
    try:
        return digest_of(folder, file)
    except UnreadableFile:
        return ""

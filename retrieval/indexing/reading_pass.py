"""One pass over the files that have to be read, and what became of each."""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from retrieval.codes import document_code
from retrieval.errors import UnreadableFile
from retrieval.indexing.gathering import Gathering
from retrieval.indexing.look import Look
from retrieval.indexing.plan import Plan
from retrieval.indexing.repetition import Repetition
from retrieval.reading import FileOfIt, Limits, digest_of, document_of
from retrieval.records import Document, Unreadable
from retrieval.repeated_lines import marked
from retrieval.store.protocol import FileRecord, ShortLines, Snapshot

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. All files are read before the first passage is encoded."""

    files: int
    of_files: int
    passages: int
    seconds: float
    share: float
    """From 0 to 1: of the texts, that which is indexed."""


class ReadingPass:
    """Gives out documents, and keeps each file's identity and first-seen date, whether it can be read or not."""

    def __init__(self, folder: Path, seen: Look, plan: Plan, before: Snapshot | None) -> None:
        self._folder, self._stamps, self._plan, self._before = folder, seen.stamps, plan, before
        self._published: Mapping[str, FileRecord] = before.files() if before else {}
        self._today = datetime.datetime.now(datetime.UTC).date()
        self._taken = {file.identity for file in self._published.values()}
        self.to_read = sorted((*plan.added, *plan.changed, *plan.moved))
        self.files_done = 0
        self._bytes_done = 0
        self.records: dict[str, FileRecord] = {
            path: replace(self._published[path], stamp=seen.records[path].stamp, reason=seen.records[path].reason)
            for path in plan.same
        }
        self.records |= {path: self._identified(seen.records[path]) for path in self.to_read}
        self._stay = frozenset(identity for path in plan.same for identity in self.records[path].documents)
        self._ids = set(self._stay)

    def outdated(self) -> Iterator[str]:
        """Ids of the documents that leave the index before the files are read again."""
        for path in (*self._plan.changed, *self._plan.gone, *self._plan.moved.values()):
            yield from self._published[path].documents

    def gather(self, gathering: Gathering, limits: Limits, report: Callable[[], None]) -> None:
        """Reads what has to be read; one file that can't be read is noted with its reason and the rest goes on."""
        self._gathering = gathering
        readable = [path for path in self.to_read if self._is_readable(path)]

        def count(files: int) -> None:
            self.files_done = files + len(self.to_read) - len(readable)
            report()

        gathering.read(self._folder, [self._stamps[path] for path in readable], limits, count)
        self._repetition = Repetition(chain(self._lines_that_stay(), gathering.lines()))
        repeating = ((each, self._repetition.among(each)) for each in self._lines_that_stay())
        self._remarked = {each.document_id: now for each, now in repeating if now != frozenset(each.marked)}

    def remarked(self) -> Collection[str]:
        """Ids of documents that stay and of which other lines repeat in the archive than before."""
        return self._remarked.keys()

    def documents(self) -> Iterator[Document]:
        """Those that were gathered, then those that are `remarked`."""
        for path in self.to_read:
            if self._is_readable(path):
                yield from self._of_file(path)
        for identity, lines in self._remarked.items():
            document = self._before.document(identity) if self._before else None
            if document is not None:
                yield marked(document, lines)

    def progress(self, passages: int, started: float) -> Progress:
        """`started` by the monotonic clock."""
        share = self._bytes_done / max(self._gathering.size, 1)
        return Progress(self.files_done, len(self.to_read), passages, time.monotonic() - started, share)

    def _of_file(self, path: str) -> Iterator[Document]:
        file, told = self.records[path], self._gathering.of(path)
        place = FileOfIt(self._folder.resolve().name, path, file.identity, file.first_seen or self._today)
        ids: list[str] = []
        broken = list(told.broken)
        for reading, lines, size in self._gathering.readings(path):
            self._bytes_done += size
            try:
                document = marked(document_of(reading, place), self._repetition.among(lines))
            except Exception as error:  # a defect of a reader's: what it found contradicts itself
                log.exception("what was read of %r is no document", path)
                within = f"{path}/{reading.member}" if reading.member else path
                broken.append(Unreadable(within, f"its reader failed ({type(error).__name__})"))
                continue
            if document.source.id in self._ids:
                broken.append(Unreadable(document.source.path, "its code is that of another document"))
                continue
            self._ids.add(document.source.id)
            ids.append(document.source.id)
            yield document
        notes = list(told.notes)
        if told.left_out:
            notes.append(f"{told.left_out} more notes and parts that can't be read")
        digest = file.digest if told.reason is None else self._digest_now(path)
        self.records[path] = replace(
            file, digest=digest, documents=tuple(ids), reason=told.reason, notes=tuple(notes), broken=tuple(broken)
        )

    def _is_readable(self, path: str) -> bool:
        """As far as the look at the folder tells: it could be opened."""
        return bool(self.records[path].digest) and self._stamps[path].refused is None

    def _lines_that_stay(self) -> Iterator[ShortLines]:
        if self._before is not None:
            yield from (each for each in self._before.short_lines() if each.document_id in self._stay)

    def _identified(self, file: FileRecord) -> FileRecord:
        """The identity and date that it has; for a new file a code of its path, unless a moved document kept that."""
        bare = replace(file, documents=(), notes=(), broken=())
        known = self._published.get(self._plan.moved.get(file.path, file.path))
        if known is not None and known.identity:
            return replace(bare, identity=known.identity, first_seen=known.first_seen)
        identity, attempt = document_code(file.path), 1
        while identity in self._taken:
            attempt += 1
            identity = document_code(f"{file.path}\0{attempt}")
        self._taken.add(identity)
        return replace(bare, identity=identity, first_seen=self._today)

    def _digest_now(self, path: str) -> str:
        """Nothing for a file that went away since the walk, so that the next run that finds it tries again."""
        try:
            return digest_of(self._folder, self._stamps[path])
        except UnreadableFile:
            return ""

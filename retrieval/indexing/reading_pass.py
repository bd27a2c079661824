"""One pass over the files that have to be read, and what became of each."""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from retrieval.codes import document_code
from retrieval.errors import UnreadableFile
from retrieval.indexing.look import Look
from retrieval.indexing.plan import Plan
from retrieval.reading import digest_of, read_file
from retrieval.records import Document
from retrieval.store.protocol import FileRecord

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. Passages grow as files are read, so only files have a total."""

    files: int
    of_files: int
    passages: int
    seconds: float


class ReadingPass:
    """Gives out documents, and keeps each file's identity and first-seen date, whether it can be read or not."""

    def __init__(self, folder: Path, seen: Look, plan: Plan, published: Mapping[str, FileRecord]) -> None:
        self._folder, self._stamps, self._plan, self._published = folder, seen.stamps, plan, published
        self._today = datetime.datetime.now(datetime.UTC).date()
        self._taken = {file.identity for file in published.values()}
        self.to_read = sorted((*plan.added, *plan.changed, *plan.moved))
        self.files_done = 0
        self.records: dict[str, FileRecord] = {
            path: replace(published[path], stamp=seen.records[path].stamp, reason=seen.records[path].reason)
            for path in plan.same
        }
        self.records |= {path: self._identified(seen.records[path]) for path in self.to_read}

    def outdated(self) -> Iterator[str]:
        """Ids of the documents that leave the index before the files are read again."""
        for path in (*self._plan.changed, *self._plan.gone, *self._plan.moved.values()):
            yield from self._published[path].documents

    def documents(self) -> Iterator[Document]:
        """Reads file by file; one that can't be read is noted with its reason and the rest goes on."""
        for path in self.to_read:
            self.files_done += 1
            file = self.records[path]
            if not file.digest:  # it could not even be opened
                continue
            try:
                document = read_file(self._folder, self._stamps[path], file.identity, file.first_seen or self._today)
            except UnreadableFile as error:
                self.records[path] = replace(file, digest=self._digest_now(path), documents=(), reason=str(error))
                continue
            except Exception as error:  # a defect of the reader's: one file never stops the rest
                log.exception("reading %r failed", path)
                self.records[path] = replace(file, documents=(), reason=f"its reader failed ({type(error).__name__})")
                continue
            self.records[path] = replace(file, documents=(file.identity,), reason=None)
            yield document

    def progress(self, passages: int, started: float) -> Progress:
        """`started` by the monotonic clock."""
        return Progress(self.files_done, len(self.to_read), passages, time.monotonic() - started)

    def _identified(self, file: FileRecord) -> FileRecord:
        """The identity and date that it has; for a new file a code of its path, unless a moved document kept that."""
        known = self._published.get(self._plan.moved.get(file.path, file.path))
        if known is not None and known.identity:
            return replace(file, documents=(), identity=known.identity, first_seen=known.first_seen)
        identity, attempt = document_code(file.path), 1
        while identity in self._taken:
            attempt += 1
            identity = document_code(f"{file.path}\0{attempt}")
        self._taken.add(identity)
        return replace(file, documents=(), identity=identity, first_seen=self._today)

    def _digest_now(self, path: str) -> str:
        """Nothing for a file that went away since the walk, so that the next run that finds it tries again."""
        try:
            return digest_of(self._folder, self._stamps[path])
        except UnreadableFile:
            return ""

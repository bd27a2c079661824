"""Brings the index in step with the archive folder: look, plan, build aside, publish."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from retrieval.codes import document_code
from retrieval.encoding import Encoder, VectorCache
from retrieval.errors import ArchiveFolderError, IndexBusy, IndexDamaged, UnreadableFile
from retrieval.indexing.build import add_documents
from retrieval.indexing.plan import Plan, compare
from retrieval.reading import FORMATS, FileStamp, digest_of, read_file, walk
from retrieval.records import Document, Unreadable
from retrieval.store.protocol import Backend, FileRecord, Snapshot


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. Passages grow as files are read, so only files have a total."""

    files: int
    of_files: int
    passages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run did, or with `dry_run` would do. Numbers of files, but for documents and passages."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    moved: tuple[str, ...]
    same: int
    unreadable: tuple[Unreadable, ...]
    documents: int
    passages: int
    generation: int | None
    seconds: float
    dry_run: bool = False
    notes: tuple[str, ...] = field(default=())


def bring_in_step(
    folder: Path,
    backend: Backend,
    model: str,
    load: Callable[[], Encoder],
    cache_path: Path,
    *,
    full: bool = False,
    dry_run: bool = False,
    report: Callable[[Progress], None] = lambda _: None,
) -> IndexReport:
    """Publishes a new generation if anything changed; `load`, which loads `model`, is called only then.

    Raises ArchiveFolderError for a missing or empty folder, IndexBusy, ModelError or IndexDamaged; whatever is raised,
    the published generation still serves.
    """
    started = time.monotonic()
    notes: tuple[str, ...] = ()
    try:
        before = backend.snapshot()
    except IndexDamaged as error:
        if not full:
            raise IndexDamaged(f"{error}; archivist index --full builds it anew from the archive") from error
        before, notes = None, (str(error),)
    try:
        published = before.files() if before else {}
        found = walk(folder)
        notes += tuple(f"left alone, for its name is not UTF-8: {file.path!a}" for file in found if not _named(file))
        found = list(filter(_named, found))
        if not found:
            raise ArchiveFolderError(f"the archive folder {folder} holds no documents; the index is left as it was")
        on_disk = _records(folder, found, {} if full else published)
        plan = compare(on_disk, published, full)
        other_model = before is not None and before.manifest.model != model
        if dry_run or (plan.is_empty and before is not None and not other_model):
            return _unchanged(plan, before, time.monotonic() - started, dry_run, notes)
        encoder = load()
        fresh = full or before is None or before.manifest.fingerprint != encoder.fingerprint
        if fresh and not full:
            plan = compare(on_disk, published, full=True)
        run = _Run(folder, {file.path: file for file in found}, on_disk, plan, before)
        draft = backend.draft(encoder.name, encoder.fingerprint, encoder.dimensions, fresh)
        try:
            if not full and backend.published() != (before.manifest.generation if before else None):
                raise IndexBusy("another process has just brought this index in step; run it again")
            if not fresh:
                draft.remove(run.outdated())
            cache = VectorCache(cache_path)
            try:
                passages = 0
                for batch in add_documents(draft, run.documents(), encoder, cache):
                    passages += batch.passages
                    report(Progress(run.files_done, len(run.to_read), passages, time.monotonic() - started))
            finally:
                cache.close()
            draft.set_files(run.records)
        except BaseException:
            draft.discard()
            raise
        manifest = backend.publish(draft)
    finally:
        if before:
            before.close()
    unreadable = tuple(Unreadable(f.path, f.reason) for f in run.records.values() if f.reason is not None)
    return IndexReport(
        plan.added,
        plan.changed,
        plan.gone,
        tuple(plan.moved),
        len(plan.same),
        unreadable,
        manifest.documents,
        manifest.passages,
        manifest.generation,
        time.monotonic() - started,
        notes=notes,
    )


def _unchanged(
    plan: Plan, before: Snapshot | None, seconds: float, dry_run: bool, notes: tuple[str, ...]
) -> IndexReport:
    return IndexReport(
        plan.added,
        plan.changed,
        plan.gone,
        tuple(plan.moved),
        len(plan.same),
        tuple(before.unreadable()) if before else (),
        before.manifest.documents if before else 0,
        before.manifest.passages if before else 0,
        before.manifest.generation if before else None,
        seconds,
        dry_run,
        notes,
    )


def _named(file: FileStamp) -> bool:
    """Whether its name is text: others come from the file system as half characters, which no store can hold."""
    return not any("\ud800" <= character <= "\udfff" for character in file.path)


def _records(folder: Path, found: list[FileStamp], published: dict[str, FileRecord]) -> dict[str, FileRecord]:
    """The folder's files as records; a file with the stamp it had before keeps its digest and is not opened."""
    records: dict[str, FileRecord] = {}
    for file in found:
        known = published.get(file.path)
        chosen = FORMATS.get(PurePosixPath(file.path).suffix.lower())
        reader = chosen.reader if chosen else None
        if known is not None and known.stamp == file.stamp and known.digest:
            records[file.path] = FileRecord(file.path, file.stamp, known.digest, reader)
            continue
        try:
            records[file.path] = FileRecord(file.path, file.stamp, digest_of(folder, file), reader)
        except UnreadableFile as error:
            records[file.path] = FileRecord(file.path, file.stamp, "", reader, reason=str(error))
    return records


class _Run:
    """One pass over the files that have to be read, and what became of each."""

    def __init__(
        self,
        folder: Path,
        stamps: dict[str, FileStamp],
        on_disk: dict[str, FileRecord],
        plan: Plan,
        before: Snapshot | None,
    ) -> None:
        self._folder, self._stamps, self._plan = folder, stamps, plan
        self._published = before.files() if before else {}
        self._first_seen = {s.id: s.first_seen for s in before.sources()} if before else {}
        self._taken = {i for path in (*plan.same, *plan.changed) for i in self._published[path].documents}
        self._taken |= {i for path in plan.moved.values() for i in self._published[path].documents}
        self._today = datetime.datetime.now(datetime.UTC).date()
        self.to_read = sorted((*plan.added, *plan.changed, *plan.moved))
        self.files_done = 0
        reading = set(self.to_read)
        self.records = {
            path: file if path in reading else replace(self._published[path], stamp=file.stamp)
            for path, file in on_disk.items()
        }

    def outdated(self) -> Iterator[str]:
        """Ids of the documents that leave the index before the files are read again."""
        for path in (*self._plan.changed, *self._plan.gone, *self._plan.moved.values()):
            yield from self._published[path].documents

    def documents(self) -> Iterator[Document]:
        """Reads file by file; one that can't be read is noted with its reason and the rest goes on."""
        for path in self.to_read:
            self.files_done += 1
            file = self.records[path]
            if file.reason is not None:
                continue
            identity = self._identity(path)
            try:
                document = read_file(self._folder, self._stamps[path], identity, self._seen_first(identity))
            except UnreadableFile as error:
                self.records[path] = replace(file, digest=self._digest_now(path), documents=(), reason=str(error))
                continue
            self.records[path] = replace(file, documents=(identity,), reason=None)
            yield document

    def _digest_now(self, path: str) -> str:
        """Nothing for a file that went away since the walk, so that the next run that finds it tries again."""
        try:
            return digest_of(self._folder, self._stamps[path])
        except UnreadableFile:
            return ""

    def _identity(self, path: str) -> str:
        """The one it has; for a new file a code of its path, unless a moved document has kept that one."""
        known = self._published.get(self._plan.moved.get(path, path))
        if known is not None and known.documents and path not in self._plan.added:
            return known.documents[0]
        identity, attempt = document_code(path), 1
        while identity in self._taken:
            attempt += 1
            identity = document_code(f"{path}\0{attempt}")
        self._taken.add(identity)
        return identity

    def _seen_first(self, identity: str) -> datetime.date:
        return self._first_seen.get(identity, self._today)

"""Brings the index in step with the archive folder: look, plan, read all that is new, build aside, publish."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from retrieval.encoding import Encoder, VectorCache
from retrieval.errors import ArchiveFolderError, IndexBusy, IndexDamaged
from retrieval.indexing.build import add_documents, index_fingerprint
from retrieval.indexing.gathering import Gathering
from retrieval.indexing.look import look
from retrieval.indexing.plan import Plan, compare
from retrieval.indexing.reading_pass import Progress, ReadingPass
from retrieval.reading import Limits
from retrieval.records import Doubtful, Unreadable
from retrieval.store.protocol import Backend, Draft, FileRecord, Manifest, Snapshot


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run did, or with `dry_run` would do. Paths of files, but for documents and passages."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    moved: tuple[str, ...]
    same: int
    unreadable: tuple[Unreadable, ...]
    """Files, and parts of files."""
    doubtful: tuple[Doubtful, ...]
    documents: int
    passages: int
    generation: int | None
    seconds: float
    dry_run: bool
    notes: tuple[str, ...]


def bring_in_step(
    folder: Path,
    backend: Backend,
    model: str,
    load: Callable[[], Encoder],
    cache_path: Path,
    *,
    limits: Limits | None = None,
    fingerprint: Callable[[], str | None] = lambda: None,
    full: bool = False,
    dry_run: bool = False,
    report: Callable[[Progress], None] = lambda _: None,
) -> IndexReport:
    """Publishes a new generation if anything changed; `load`, which loads `model`, is called only then.

    `cache_path` is of the vectors; what is read is kept beside it meanwhile.

    `fingerprint` is the model's, as far as it can be told without loading it. Raises ArchiveFolderError for a missing
    or empty folder, IndexBusy, ModelError or IndexDamaged; whatever is raised, the published generation still serves.
    """
    started = time.monotonic()
    before, notes = _published(backend, full)
    try:
        published = before.files() if before else {}
        seen = look(folder, published, trust_stamps=not full)
        if all(file.refused for file in seen.stamps.values()):
            raise ArchiveFolderError(f"the archive folder {folder} holds no documents; the index is left as it was")
        anew = full or before is None or not _made_alike(before.manifest, model, fingerprint())
        plan = compare(seen.records, published, full=anew)
        told = _Told(plan, (*notes, *seen.notes), started, dry_run)
        if dry_run or (before is not None and plan.is_empty):
            return told.about(before.manifest if before else None, (*published.values(), *seen.records.values()))
        encoder = load()
        if before is not None and before.manifest.fingerprint != index_fingerprint(encoder.fingerprint):
            anew, plan = True, compare(seen.records, published, full=True)
        reading = ReadingPass(folder, seen, plan, before)
        draft = backend.draft(encoder.name, index_fingerprint(encoder.fingerprint), encoder.dimensions, anew)
        try:
            if not full and backend.published() != (before.manifest.generation if before else None):
                raise IndexBusy("another process has just brought this index in step; run it again")
            with contextlib.closing(Gathering(cache_path.parent)) as gathering:
                reading.gather(gathering, limits or Limits(), lambda: report(reading.progress(0, started)))
                if not anew:
                    draft.remove((*reading.outdated(), *reading.remarked()))
                _build(draft, reading, encoder, cache_path, lambda count: report(reading.progress(count, started)))
            draft.set_files(reading.records)
        except BaseException:
            draft.discard()
            raise
        manifest = backend.publish(draft)
        return _Told(plan, told.notes, started, dry_run).about(manifest, reading.records.values())
    finally:
        if before:
            before.close()


def _published(backend: Backend, full: bool) -> tuple[Snapshot | None, tuple[str, ...]]:
    """The published generation; a damaged one is as good as none where everything is read anew, which is noted."""
    try:
        return backend.snapshot(), ()
    except IndexDamaged as error:
        if not full:
            raise IndexDamaged(f"{error}; archivist index --full builds it anew from the archive") from error
        return None, (str(error),)


def _made_alike(manifest: Manifest, model: str, fingerprint: str | None) -> bool:
    """Whether this version, with this model, would make the same index of the same files."""
    if fingerprint is None:
        return manifest.model == model
    return manifest.fingerprint == index_fingerprint(fingerprint)


def _build(
    draft: Draft, reading: ReadingPass, encoder: Encoder, cache_path: Path, report: Callable[[int], None]
) -> None:
    """`report` is told the number of passages so far."""
    cache = VectorCache(cache_path)
    passages = 0
    try:
        for batch in add_documents(draft, reading.documents(), encoder, cache):
            passages += batch.passages
            report(passages)
    finally:
        cache.close()


@dataclass(frozen=True, slots=True)
class _Told:
    plan: Plan
    notes: tuple[str, ...]
    started: float
    dry_run: bool

    def about(self, manifest: Manifest | None, files: Iterable[FileRecord]) -> IndexReport:
        """The report; of two records of one file the later counts."""
        plan = self.plan
        present = {*plan.added, *plan.changed, *plan.moved, *plan.same}
        known = {file.path: file for file in files if file.path in present}
        whole = (Unreadable(path, file.reason) for path, file in known.items() if file.reason)
        parts = (part for file in known.values() for part in file.broken)
        doubtful = (Doubtful(path, note) for path, file in known.items() for note in file.notes)
        return IndexReport(
            added=plan.added,
            changed=plan.changed,
            gone=plan.gone,
            moved=tuple(plan.moved),
            same=len(plan.same),
            unreadable=tuple(sorted((*whole, *parts), key=_path)),
            doubtful=tuple(sorted(doubtful, key=_path)),
            documents=manifest.documents if manifest else 0,
            passages=manifest.passages if manifest else 0,
            generation=manifest.generation if manifest else None,
            seconds=time.monotonic() - self.started,
            dry_run=self.dry_run,
            notes=self.notes,
        )


def _path(told: Unreadable | Doubtful) -> str:
    return told.path

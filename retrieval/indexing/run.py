"""Brings the index in step with the archive folder: look, plan, read all that is new, build aside, publish."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from retrieval.encoding import Encoder, VectorCache
from retrieval.errors import ArchiveFolderError, IndexBusy, IndexDamaged
from retrieval.indexing.build import add_documents, index_fingerprint
from retrieval.indexing.gathering import Aside, gather
from retrieval.indexing.known_files import KnownFiles
from retrieval.indexing.look import look
from retrieval.indexing.making import Making
from retrieval.indexing.plan import Plan, compare
from retrieval.indexing.register import Register, registered
from retrieval.indexing.repetition import Repetition
from retrieval.indexing.staying import Staying
from retrieval.reading import Limits
from retrieval.records import Doubtful, Unreadable
from retrieval.store.lookups import doubtful, unreadable
from retrieval.store.protocol import Backend, Draft, FileRecord, Manifest, Snapshot


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. All files are read before the first passage is encoded."""

    files: int
    of_files: int
    passages: int
    seconds: float
    share: float
    """From 0 to 1: of the texts, that which is indexed."""
    pace: float
    """Passages per second since the last file was read."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run did, or with `dry_run` would do. Paths of files, but for documents and passages."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    moved: tuple[str, ...]
    same: int
    reread: int
    """Of the same, those that were read again all the same."""
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
    A published one that is damaged is made anew, and the report says so.
    """
    started = time.monotonic()
    number = _number(backend)
    before, known, notes = _published(backend)
    generation = before.manifest.generation if before else number
    try:
        anew = full or before is None or not _made_alike(before.manifest, model, fingerprint())
        seen = look(folder, known, trust_stamps=not anew)  # what is to be read again must be within reach
        if all(file.refused for file in seen.stamps.values()) and not seen.out_of_reach:
            raise ArchiveFolderError(f"the archive folder {folder} holds no documents; the index is left as it was")
        # What can't be reached stays; of a damaged generation nothing can.
        stays = seen.out_of_reach if before else frozenset()
        published = known.records(known.glances.keys() - seen.unchanged)
        plan = compare(seen.records, published, anew, stays, seen.unchanged)
        told = _Told(plan, (*notes, *seen.notes), started, dry_run)
        if dry_run or (before is not None and plan.is_empty):
            return told.about(before.manifest if before else None, (*known.told_of(), *seen.records.values()))
        encoder = load()
        if before is not None and before.manifest.fingerprint != index_fingerprint(encoder.fingerprint):
            anew, plan = True, compare(seen.records, published, True, stays, seen.unchanged)
        register = registered(seen, plan, known, anew=anew)
        draft = backend.draft(encoder.name, index_fingerprint(encoder.fingerprint), encoder.dimensions, anew)
        try:
            if not full and _number(backend) != generation:
                raise IndexBusy("another process has just brought this index in step; run it again")
            stay = Staying(before, register.outdated)
            telling = _Telling(register, started, report)
            records = _fill(draft, folder, register, stay, anew, encoder, cache_path, limits or Limits(), telling)
            draft.set_files(records.values(), (*plan.gone, *plan.moved.values()))
        except BaseException:
            draft.discard()
            raise
        manifest = backend.publish(draft)
        return _Told(plan, told.notes, started, dry_run).about(manifest, (*known.told_of(), *records.values()))
    finally:
        if before:
            before.close()


def _published(backend: Backend) -> tuple[Snapshot | None, KnownFiles, Sequence[str]]:
    """The published generation, and what is known of the files. In the place of a damaged one the index is made anew;
    what can still be read of it, or of the one before, keeps the documents' identities and dates.
    """
    try:
        before = backend.snapshot()
    except IndexDamaged as error:
        return None, KnownFiles(None, backend.remembered()), (f"{error}; the index is made anew from the archive",)
    return before, KnownFiles(before, {}), ()


def _number(backend: Backend) -> int | None:
    """Of the published generation; None also where that can't be told."""
    try:
        return backend.published()
    except IndexDamaged:
        return None


def _made_alike(manifest: Manifest, model: str, fingerprint: str | None) -> bool:
    """Whether this version, with this model, would make the same index of the same files."""
    if fingerprint is None:
        return manifest.model == model
    return manifest.fingerprint == index_fingerprint(fingerprint)


def _fill(
    draft: Draft,
    folder: Path,
    register: Register,
    stay: Staying,
    anew: bool,
    encoder: Encoder,
    cache_path: Path,
    limits: Limits,
    telling: _Telling,
) -> Mapping[str, FileRecord]:
    """Takes out what is outdated, adds what is new; gives the records of the files that it is about."""
    with contextlib.closing(Aside(cache_path.parent)) as aside:
        gathered = gather(folder, register.readable, limits, aside, telling.read)
        repetition = Repetition(stay.lines, gathered.lines())
        again = stay.to_add(repetition, everything=anew)
        if not anew:
            draft.remove((*register.outdated, *again))
        making = Making(folder.resolve().name, register.to_read, gathered, repetition, stay.ids())
        documents = chain(making.documents(), stay.documents(again))
        passages = 0
        with (
            contextlib.closing(VectorCache(cache_path)) as cache,
            contextlib.closing(add_documents(draft, documents, encoder, cache)) as steps,
        ):
            for step in steps:
                passages += step.passages
                telling.added(passages, making.share * step.share)
    return {**register.stay, **making.records}


class _Telling:
    """Makes the progress of a run out of what its steps say."""

    def __init__(self, register: Register, started: float, report: Callable[[Progress], None]) -> None:
        self._of_files = len(register.to_read)
        self._files = self._of_files - len(register.readable)
        self._started, self._report = started, report
        self._began = time.monotonic()

    def read(self, files: int) -> None:
        """Of those that are readable."""
        self._began = time.monotonic()
        self._tell(self._files + files, 0, 0.0)

    def added(self, passages: int, share: float) -> None:
        self._tell(self._of_files, passages, share)

    def _tell(self, files: int, passages: int, share: float) -> None:
        now = time.monotonic()
        pace = passages / max(now - self._began, 0.001)
        self._report(Progress(files, self._of_files, passages, now - self._started, share, pace))


@dataclass(frozen=True, slots=True)
class _Told:
    plan: Plan
    notes: tuple[str, ...]
    started: float
    dry_run: bool

    def about(self, manifest: Manifest | None, files: Iterable[FileRecord]) -> IndexReport:
        """The report; of two records of one file the later counts."""
        plan = self.plan
        present = {*plan.to_read, *plan.same}
        known = {file.path: file for file in files if file.path in present}
        return IndexReport(
            added=plan.added,
            changed=plan.changed,
            gone=plan.gone,
            moved=tuple(plan.moved),
            same=len(plan.same) + len(plan.reread),
            reread=len(plan.reread),
            unreadable=tuple(unreadable(known.values())),
            doubtful=tuple(doubtful(known.values())),
            documents=manifest.documents if manifest else 0,
            passages=manifest.passages if manifest else 0,
            generation=manifest.generation if manifest else None,
            seconds=time.monotonic() - self.started,
            dry_run=self.dry_run,
            notes=self.notes,
        )

"""Which record each file goes into the run with: as it was published, or to be read under the identity that it has."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace

from retrieval.codes import document_code
from retrieval.indexing.known_files import KnownFiles
from retrieval.indexing.look import Look
from retrieval.indexing.plan import Plan
from retrieval.reading import FileStamp
from retrieval.store.protocol import FileRecord


@dataclass(frozen=True, slots=True)
class Register:
    """The files of the folder whose records are to be written, in one of two groups, by path."""

    stay: Mapping[str, FileRecord]
    """As they were published, with the stamps that they have now; of an index that is added to, only those with other
    stamps."""
    to_read: Mapping[str, FileRecord]
    """In order of path, each with its identity and first-seen date, whether it can be read or not."""
    readable: tuple[FileStamp, ...]
    """Of those to read, the files that could be opened, as far as the look at the folder tells."""
    outdated: tuple[str, ...]
    """Ids of the documents that leave the index before anything is added."""


def registered(seen: Look, plan: Plan, known: KnownFiles, *, anew: bool) -> Register:
    """A file keeps its identity and its first-seen date; a new one has a code of its path, unless a moved document
    kept that, and today. `anew`: the records of all files are to be written.
    """
    staying = plan.same if anew else tuple(path for path in plan.same if path not in seen.unchanged)
    published = known.records((*staying, *plan.outdated))
    stay = {path: _restamped(published[path], seen.records.get(path)) for path in staying}
    today = datetime.datetime.now(datetime.UTC).date()
    taken = known.identities() if plan.added else set()
    to_read = {}
    for path in plan.to_read:
        before = published.get(plan.moved.get(path, path))
        bare = replace(_now(path, seen, published), documents=(), notes=(), broken=())
        if before is not None and before.identity:
            to_read[path] = replace(bare, identity=before.identity, first_seen=before.first_seen or today)
        else:
            to_read[path] = replace(bare, identity=_new_identity(path, taken), first_seen=today)
            taken.add(to_read[path].identity)
    readable = tuple(
        seen.stamps[path] for path, file in to_read.items() if file.digest and seen.stamps[path].refused is None
    )
    outdated = tuple(identity for path in plan.outdated for identity in published[path].documents)
    return Register(stay, to_read, readable, outdated)


def _restamped(before: FileRecord, now: FileRecord | None) -> FileRecord:
    return before if now is None else replace(before, stamp=now.stamp, reason=now.reason)


def _now(path: str, seen: Look, published: Mapping[str, FileRecord]) -> FileRecord:
    if path in seen.records:
        return seen.records[path]
    # Below a folder that is closed now, and no longer in the index either: to be read as soon as it can be.
    return published[path] if path in seen.stamps else replace(published[path], digest="")


def _new_identity(path: str, taken: set[str]) -> str:
    identity, attempt = document_code(path), 1
    while identity in taken:
        attempt += 1
        identity = document_code(f"{path}\0{attempt}")
    return identity

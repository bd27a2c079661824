"""Which record each file goes into the run with: as it was published, or to be read under the identity that it has."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace

from retrieval.codes import document_code
from retrieval.indexing.look import Look
from retrieval.indexing.plan import Plan
from retrieval.reading import FileStamp
from retrieval.store.protocol import FileRecord


@dataclass(frozen=True, slots=True)
class Register:
    """Every file of the folder, in one of two groups, by path."""

    stay: Mapping[str, FileRecord]
    """As they were published, with the stamps that they have now."""
    to_read: Mapping[str, FileRecord]
    """In order of path, each with its identity and first-seen date, whether it can be read or not."""
    readable: tuple[FileStamp, ...]
    """Of those to read, the files that could be opened, as far as the look at the folder tells."""
    outdated: tuple[str, ...]
    """Ids of the documents that leave the index before anything is added."""


def registered(seen: Look, plan: Plan, published: Mapping[str, FileRecord]) -> Register:
    """A file keeps its identity and its first-seen date; a new one has a code of its path, unless a moved document
    kept that, and today.
    """
    stay = {
        path: replace(published[path], stamp=seen.records[path].stamp, reason=seen.records[path].reason)
        for path in plan.same
    }
    today = datetime.datetime.now(datetime.UTC).date()
    taken = {file.identity for file in published.values()}
    to_read = {}
    for path in plan.to_read:
        bare = replace(seen.records[path], documents=(), notes=(), broken=())
        known = published.get(plan.moved.get(path, path))
        if known is not None and known.identity:
            to_read[path] = replace(bare, identity=known.identity, first_seen=known.first_seen or today)
        else:
            to_read[path] = replace(bare, identity=_new_identity(path, taken), first_seen=today)
            taken.add(to_read[path].identity)
    readable = tuple(
        seen.stamps[path] for path, file in to_read.items() if file.digest and seen.stamps[path].refused is None
    )
    outdated = tuple(identity for path in plan.outdated for identity in published[path].documents)
    return Register(stay, to_read, readable, outdated)


def _new_identity(path: str, taken: set[str]) -> str:
    identity, attempt = document_code(path), 1
    while identity in taken:
        attempt += 1
        identity = document_code(f"{path}\0{attempt}")
    return identity

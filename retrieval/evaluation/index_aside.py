"""The index of a question set's corpus, made aside from the archive's own and kept for the next run."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import importlib.metadata
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from retrieval.encoding import Encoder, VectorCache
from retrieval.errors import IndexDamaged
from retrieval.indexing import add_documents, index_fingerprint
from retrieval.reading import read_corpus
from retrieval.store.local import LocalBackend
from retrieval.store.protocol import Backend, Manifest, Snapshot

_MAKERS = ("codes.py", "records.py", "repeated_lines.py", "spans.py", "indexing", "reading", "splitting", "store")
"""The code that a corpus goes through on its way into an index: with other code it is another index."""
_SPLITTER = "sentencex"


@dataclass(frozen=True, slots=True)
class IndexAside:
    backend: Backend
    manifest: Manifest
    seconds: float
    """That its making took. Vectors come from the cache where they were made before."""
    reused: bool

    def opened(self) -> Snapshot:
        """Close it when done."""
        snapshot = self.backend.snapshot()
        if snapshot is None:
            raise IndexDamaged("the index that was made aside is gone")
        return snapshot


def index_aside(
    name: str, corpus: Path, data: Path, encoder: Encoder, report: Callable[[int], None] = lambda _: None
) -> IndexAside:
    """The index of `corpus` below `data`/evaluate, made now unless it is there for these bytes, model and code.

    `report` gets the number of documents that each step brought in. Raises QuestionSetError, IndexBusy, IndexDamaged.
    """
    folder = data / "evaluate" / f"{_plain(name)}-{_digest(corpus, encoder)}"
    backend = LocalBackend(folder)
    notes = folder / "made.json"
    made_by = _made_by()
    kept = _kept(backend, notes, made_by)
    if kept is not None:
        return kept
    started = time.perf_counter()
    draft = backend.draft(encoder.name, index_fingerprint(encoder.fingerprint), encoder.dimensions, fresh=True)
    try:
        notes.unlink(missing_ok=True)  # of an index made by other code: it says nothing about this one
        cache = VectorCache(data / "cache" / "vectors.sqlite")
        try:
            today = datetime.datetime.now(datetime.UTC).date()
            with contextlib.closing(add_documents(draft, read_corpus(corpus, today), encoder, cache)) as steps:
                for step in steps:
                    report(step.documents)
        finally:
            cache.close()
    except BaseException:
        draft.discard()
        raise
    manifest = backend.publish(draft)
    seconds = time.perf_counter() - started
    notes.write_text(json.dumps({"made_by": made_by, "seconds": seconds}) + "\n", encoding="utf-8")
    return IndexAside(backend, manifest, seconds, reused=False)


def _kept(backend: Backend, notes: Path, made_by: str) -> IndexAside | None:
    """What an earlier run left; None where that is nothing, not whole, or made by other code."""
    try:
        said = json.loads(notes.read_text(encoding="utf-8"))
        seconds = float(said["seconds"])
        snapshot = backend.snapshot() if said["made_by"] == made_by else None
    except (OSError, ValueError, KeyError, TypeError, IndexDamaged):
        return None
    if snapshot is None:
        return None
    snapshot.close()
    return IndexAside(backend, snapshot.manifest, seconds, reused=True)


def _plain(name: str) -> str:
    """A folder's name from another's, for people to recognise; the digest is what tells sets apart."""
    return re.sub(r"[^\w-]+", "-", name)[:40].strip("-") or "set"


def _digest(corpus: Path, encoder: Encoder) -> str:
    with corpus.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(encoder.fingerprint.encode())
    return digest.hexdigest()[:16]


def _made_by() -> str:
    """Changes when the code that makes passages and rows does: whoever works on it must not measure its older self."""
    digest = hashlib.sha256(importlib.metadata.version(_SPLITTER).encode())
    package = files("retrieval")
    for name in _MAKERS:
        for source in _sources(package / name):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _sources(place: Traversable) -> Iterator[Traversable]:
    if place.is_dir():
        for inside in sorted(place.iterdir(), key=lambda entry: entry.name):
            yield from _sources(inside)
    elif place.name.endswith(".py"):
        yield place

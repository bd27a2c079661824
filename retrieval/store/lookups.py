"""What every corridor asks of a snapshot: a passage's document, how much a filter leaves to be searched, what is wrong
with files.
"""

from __future__ import annotations

from collections.abc import Iterable

from retrieval.answers import Searched
from retrieval.filters import Filter
from retrieval.records import Document, Doubtful, Unreadable
from retrieval.store.protocol import FileRecord, Snapshot


def searched_in(snapshot: Snapshot | None, where: Filter) -> Searched:
    if snapshot is None:
        return Searched(0, 0, 0, filters=where.given())
    covered, manifest = snapshot.coverage(where), snapshot.manifest
    return Searched(
        manifest.generation,
        covered.documents,
        covered.passages,
        covered.first,
        covered.last,
        where.given(),
        manifest.passages,
    )


def document_of(snapshot: Snapshot, document_id: str) -> Document:
    document = snapshot.document(document_id)
    if document is None:
        raise LookupError(f"passages of {document_id} without their document")
    return document


def unreadable(files: Iterable[FileRecord]) -> list[Unreadable]:
    """Files and parts of files, by path."""
    held = list(files)
    whole = (Unreadable(file.path, file.reason) for file in held if file.reason is not None)
    parts = (part for file in held for part in file.broken)
    return sorted((*whole, *parts), key=lambda each: each.path)


def doubtful(files: Iterable[FileRecord]) -> list[Doubtful]:
    """What is doubtful in files that were read, by path."""
    found = (Doubtful(file.path, note) for file in files for note in file.notes)
    return sorted(found, key=lambda each: each.path)

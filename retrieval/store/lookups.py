"""What every corridor asks of a snapshot: a passage's document, and how much a filter leaves to be searched."""

from __future__ import annotations

from retrieval.answers import Searched
from retrieval.filters import Filter
from retrieval.records import Document
from retrieval.store.protocol import Snapshot


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

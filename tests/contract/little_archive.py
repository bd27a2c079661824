"""A few pages of our own invention, cut and given vectors the same way in every test."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from retrieval.codes import document_code
from retrieval.encoding import directions_of
from retrieval.reading.text.plain_text import structure
from retrieval.records import Document, Passage, Source
from retrieval.spans import Span
from retrieval.splitting import cut_passages
from retrieval.store.protocol import Backend, Draft, Manifest, PassageVectors, Snapshot, Vectors

DIMENSIONS = 16
MODEL = ("little", "fingerprint of little", DIMENSIONS)

FERRY = (
    "The ferry of Ostrell\n\nThe ferry left the harbour at noon. Three ships waited outside the harbour.\n\n"
    "The captain, Pell Ardin, said the ferry would not sail again before spring."
)
BAKERY = (
    "Bread on Quill Street\n\nThe bakery on Quill Street sells rye bread. Its owner had sailed on a ferry as a girl."
)
COUNCIL = "The council meets\n\nThe council voted for a new harbour wall. No ship was mentioned in the vote."


def page(path: str, text: str, **said: Any) -> Document:
    """As if read from a file; `said` is metadata."""
    found = structure(text)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    title = said.pop("title", None) or found.metadata.title or path
    first_seen = said.pop("first_seen", datetime.date(2024, 1, 1))
    source = Source(
        document_code(path), f"archive/{path}", title, digest, digest, "text/1", first_seen=first_seen, **said
    )
    return Document(source, text, found.blocks, found.furniture)


def three_pages() -> tuple[Document, Document, Document]:
    return (
        page("ferry.txt", FERRY, publisher="Ostrell Courier", published=datetime.date(2022, 5, 1), author="A. Brandt"),
        page("bakery.txt", BAKERY, publisher="The Quill", published=datetime.date(2023, 1, 31), language="en"),
        page("council.txt", COUNCIL, collection="minutes"),
    )


def vector_of(words: str) -> Vectors:
    """(dimensions,) of unit length: the same for the same words, unrelated for others."""
    digest = hashlib.sha256(words.encode("utf-8", "surrogatepass")).digest()
    row = np.random.default_rng(int.from_bytes(digest[:8])).standard_normal(DIMENSIONS)
    return (row / np.linalg.norm(row)).astype(np.float32)


def vectors_of(document: Document, passages: tuple[Passage, ...]) -> PassageVectors:
    whole = _rows(passage.span.of(document.text) for passage in passages)
    sentences = (_rows(sentence.of(document.text) for sentence in passage.sentences) for passage in passages)
    return PassageVectors(whole, tuple(directions_of(rows) for rows in sentences))


def _rows(texts: Iterable[str]) -> Vectors:
    rows = [vector_of(text) for text in texts]
    return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), np.float32)


def add(draft: Draft, *documents: Document) -> None:
    for document in documents:
        passages = cut_passages(document)
        draft.add(document, passages, vectors_of(document, passages))


def publish(backend: Backend, *documents: Document, fresh: bool = False) -> Manifest:
    draft = backend.draft(*MODEL, fresh=fresh)
    add(draft, *documents)
    return backend.publish(draft)


def opened(backend: Backend) -> Snapshot:
    snapshot = backend.snapshot()
    assert snapshot is not None
    return snapshot


def cut(snapshot: Snapshot, document_id: str, span: Span) -> str | None:
    """The slice of the stored text; None where the store has no such place."""
    text = snapshot.text(document_id)
    return span.of(text) if text is not None and span.end <= len(text) else None


def words_of(snapshot: Snapshot, keys: list[int]) -> list[str]:
    """What each of the passages says, in the order of the keys."""
    passages = snapshot.passages(keys)
    found = [cut(snapshot, passages[key].document_id, passages[key].span) for key in keys]
    return [words for words in found if words is not None]


def everything_of(snapshot: Snapshot) -> list[tuple[str, str, str, list[tuple[int, int]]]]:
    """All documents with their passages and words, by way of each document's own sentences."""
    said = []
    for source in snapshot.sources():
        document = snapshot.document(source.id)
        assert document is not None
        for passage in cut_passages(document):
            stored = snapshot.with_code(passage.code)
            assert stored == [passage]
            words = cut(snapshot, source.id, passage.span)
            said.append((source.path, passage.code, words or "", [(s.start, s.end) for s in passage.sentences]))
    return said

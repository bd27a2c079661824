"""A reading into the document that is indexed: its identity, its source, its language."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from retrieval.codes import document_code
from retrieval.reading.extracted import Reading
from retrieval.reading.language import detect_language
from retrieval.records import Document, Source


@dataclass(frozen=True, slots=True)
class FileOfIt:
    """The file that a reading is of, as the archive knows it."""

    folder: str
    """The archive folder's own name."""
    path: str
    """Relative to the archive folder."""
    identity: str
    """The file's, which its only document has; those of several are made from it."""
    first_seen: datetime.date


def document_of(reading: Reading, file: FileOfIt) -> Document:
    """The language is detected here and not where files are read: its model is large and has nothing to fear."""
    said, extracted = reading.metadata, reading.extracted
    within = f"{file.path}/{reading.member}" if reading.member is not None else file.path
    source = Source(
        id=identity_of(file.identity, reading.member),
        path=f"{file.folder}/{within}",
        title=said.title or PurePosixPath(within).stem,
        sha256=reading.sha256,
        text_sha256=hashlib.sha256(extracted.text.encode("utf-8", "surrogatepass")).hexdigest(),
        reader=reading.reader,
        first_seen=file.first_seen,
        author=said.author,
        publisher=said.publisher,
        published=said.published,
        url=said.url,
        language=said.language or detect_language(extracted.text),
        language_is_detected=said.language is None,
        collection=collection_of(said.collection, file.path),
        status=said.status,
        status_note=said.status_note,
        member=reading.member,
    )
    structure = extracted.structure
    return Document(source, extracted.text, structure.blocks, structure.furniture, structure.landmarks)


def collection_of(said: str | None, path: str) -> str | None:
    """The one that is said, else the first folder that the file lies in."""
    parts = PurePosixPath(path).parts
    return said or (parts[0] if len(parts) > 1 else None)


def identity_of(file: str, member: str | None) -> str:
    """A part keeps its identity when its file moves, and has the same in every archive with the same file."""
    return file if member is None else document_code(f"{file}\0{member}")

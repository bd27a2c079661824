"""Which reader a file name belongs to, and the steps that every format shares."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from retrieval.errors import UnreadableFile
from retrieval.reading import markdown, plain_text
from retrieval.reading.decoding import decode
from retrieval.reading.folder import FileStamp, opened, read_bytes
from retrieval.reading.language import detect_language
from retrieval.reading.metadata import Metadata, read_sidecar
from retrieval.reading.structure import Structure
from retrieval.records import Document, Source

MOST_BYTES = 64 * 1024 * 1024
"""A larger text file is reported as unreadable rather than held in memory several times over."""
MOST_SIDECAR_BYTES = 1024 * 1024
"""Metadata takes up a few hundred; the rest is room for sidecars that hold more than the fields we know."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file: what reads its structure, and the name and version that receipts will cite."""

    reader: str
    structure: Callable[[str], Structure]


_TEXT = Format("text/1", plain_text.structure)
_MARKDOWN = Format("markdown/1", markdown.structure)
FORMATS: Mapping[str, Format] = {
    ".txt": _TEXT,
    ".text": _TEXT,
    ".md": _MARKDOWN,
    ".markdown": _MARKDOWN,
}


def digest_of(folder: Path, file: FileStamp) -> str:
    """sha256 over the file's bytes and its sidecar's. Raises UnreadableFile.

    A file that no reader is for is not opened: its digest is made of its stamp, so it says nothing of the content.
    """
    if _format_of(file.path) is None:
        return hashlib.sha256(f"stamp\0{file.stamp}".encode()).hexdigest()
    with opened(folder, file.path, MOST_BYTES) as content:
        digest = hashlib.file_digest(content, "sha256")
    if file.sidecar is not None:
        digest.update(b"\0sidecar\0")
        digest.update(_sidecar_bytes(folder, file.sidecar))
    return digest.hexdigest()


def read_file(folder: Path, file: FileStamp, document_id: str, first_seen: datetime.date) -> Document:
    """The file as a document. Raises UnreadableFile with the reason."""
    chosen = _format_of(file.path)
    if chosen is None:
        suffix = PurePosixPath(file.path).suffix.lower()
        raise UnreadableFile(f"no reader for “{suffix or 'files without an ending'}”")
    content = read_bytes(folder, file.path, MOST_BYTES)
    text = decode(content).text
    if not text.strip():
        raise UnreadableFile("holds no text")
    structure = chosen.structure(text)
    said = Metadata()
    if file.sidecar is not None:
        said = read_sidecar(file.sidecar, _sidecar_bytes(folder, file.sidecar))
    said = said.filled_from(structure.metadata)
    path = PurePosixPath(file.path)
    source = Source(
        id=document_id,
        path=f"{folder.resolve().name}/{file.path}",
        title=said.title or path.stem,
        sha256=hashlib.sha256(content).hexdigest(),
        text_sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        reader=chosen.reader,
        first_seen=first_seen,
        author=said.author,
        publisher=said.publisher,
        published=said.published,
        url=said.url,
        language=said.language or detect_language(text),
        language_is_detected=said.language is None,
        collection=said.collection or (path.parts[0] if len(path.parts) > 1 else None),
        status=said.status,
        status_note=said.status_note,
    )
    return Document(source, text, structure.blocks, structure.furniture)


def _format_of(path: str) -> Format | None:
    return FORMATS.get(PurePosixPath(path).suffix.lower())


def _sidecar_bytes(folder: Path, name: str) -> bytes:
    try:
        return read_bytes(folder, name, MOST_SIDECAR_BYTES)
    except UnreadableFile as error:
        raise UnreadableFile(f"its metadata file {name}: {error}") from None

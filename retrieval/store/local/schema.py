"""The tables of one generation, and how records become rows. SQLite only; a row's meaning is the record's."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from retrieval.errors import IndexDamaged
from retrieval.filters import NAMED_FIELDS, filter_key
from retrieval.records import Document, Passage, Source, Unreadable
from retrieval.repeated_lines import REASON, short_lines, story_of
from retrieval.spans import Span
from retrieval.store.protocol import FileRecord
from retrieval.structure_json import structure_json, structure_of

LAYER = """
CREATE TABLE {layer}.documents (
    key INTEGER PRIMARY KEY,
    first_passage INTEGER NOT NULL,
    id TEXT NOT NULL,
    path TEXT NOT NULL,
    title TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    reader TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    author TEXT, publisher TEXT, published TEXT, url TEXT, language TEXT,
    language_is_detected INTEGER NOT NULL, collection TEXT,
    status TEXT, status_note TEXT, member TEXT,
    author_key TEXT, publisher_key TEXT, language_key TEXT, collection_key TEXT, status_key TEXT,
    passages INTEGER NOT NULL,
    structure TEXT NOT NULL,
    lines BLOB NOT NULL,
    marked BLOB NOT NULL,
    text BLOB NOT NULL
) STRICT;
CREATE TABLE {layer}.passages (
    key INTEGER PRIMARY KEY,
    document INTEGER NOT NULL,
    code TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    sentences TEXT NOT NULL,
    paragraph INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    directions BLOB NOT NULL
) STRICT;
CREATE TABLE {layer}.names (
    field TEXT NOT NULL,
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (field, name)
) STRICT, WITHOUT ROWID;
"""
"""What every layer has. `names` gives numbers to what filters compare, as `columns.py` says."""
INDEXES = """
CREATE UNIQUE INDEX {layer}.documents_by_id ON documents (id);
CREATE INDEX {layer}.documents_by_author ON documents (author);
CREATE INDEX {layer}.documents_by_publisher ON documents (publisher);
CREATE INDEX {layer}.documents_by_collection ON documents (collection);
CREATE INDEX {layer}.passages_by_code ON passages (code);
CREATE INDEX {layer}.passages_by_document ON passages (document);
"""
OWN = """
CREATE TABLE removed (document INTEGER PRIMARY KEY) STRICT;
CREATE TABLE files (
    path TEXT PRIMARY KEY,
    stamp TEXT NOT NULL,
    digest TEXT NOT NULL,
    reader TEXT,
    documents TEXT NOT NULL,
    reason TEXT,
    identity TEXT NOT NULL,
    first_seen TEXT,
    notes TEXT NOT NULL,
    broken TEXT NOT NULL
) STRICT;
CREATE INDEX files_by_identity ON files (identity);
CREATE TABLE retired (
    code TEXT NOT NULL,
    document_id TEXT NOT NULL,
    path TEXT NOT NULL,
    title TEXT NOT NULL,
    generation INTEGER NOT NULL,
    sentences TEXT NOT NULL,
    text BLOB,
    PRIMARY KEY (code, document_id)
) STRICT, WITHOUT ROWID;
"""
"""What only a generation's own layer has. `removed`: documents of the base that are part of it no more."""


def ddl(layer: str, *parts: str) -> str:
    """The statements that make these tables in that layer."""
    return "".join(part.replace("{layer}", layer) for part in parts)


_SAID = (
    "author",
    "publisher",
    "url",
    "language",
    "language_is_detected",
    "collection",
    "status",
    "status_note",
    "member",
)
SOURCE_COLUMNS = ("id", "path", "title", "sha256", "text_sha256", "reader", "first_seen", "published", *_SAID)
_STORED_COLUMNS = (
    *SOURCE_COLUMNS,
    *(f"{name}_key" for name in NAMED_FIELDS),
    "passages",
    "structure",
    "lines",
    "marked",
    "text",
)
PASSAGE_COLUMNS = ("code", "start", '"end"', "sentences", "paragraph", "ordinal")

INSERT_DOCUMENT = (
    f"INSERT INTO main.documents (key, first_passage, {', '.join(_STORED_COLUMNS)}) "
    f"VALUES (?, ?, {', '.join('?' for _ in _STORED_COLUMNS)})"
)
INSERT_PASSAGE = (
    f"INSERT INTO main.passages (key, document, directions, {', '.join(PASSAGE_COLUMNS)}) "
    f"VALUES (?, ?, ?, {', '.join('?' for _ in PASSAGE_COLUMNS)})"
)

LINES = "<u8"
"""In the column `lines`: the hash of the document's story, then those of its short lines. `marked` has a byte for each
of those lines."""

_FILE_COLUMNS = "path, stamp, digest, reader, documents, reason, identity, first_seen, notes, broken"
INSERT_FILE = f"INSERT OR REPLACE INTO main.files ({_FILE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
SELECT_FILES = f"SELECT {_FILE_COLUMNS} FROM main.files"
SELECT_TOLD_OF = f"{SELECT_FILES} WHERE reason IS NOT NULL OR notes <> '[]' OR broken <> '[]'"
SELECT_GLANCES = (
    "SELECT path, CASE digest WHEN '' THEN '' ELSE stamp || ' ' || coalesce(reader, '') END FROM main.files"
)


def source_row(source: Source) -> tuple[Any, ...]:
    published = source.published.isoformat() if source.published else None
    first = (source.id, source.path, source.title, source.sha256, source.text_sha256, source.reader)
    return (*first, source.first_seen.isoformat(), published, *(getattr(source, name) for name in _SAID))


def document_row(document: Document, passages: int) -> tuple[Any, ...]:
    source = document.source
    keys = (None if (value := getattr(source, name)) is None else filter_key(value) for name in NAMED_FIELDS)
    structure = structure_json(document.blocks, document.furniture, document.landmarks)
    short = short_lines(document)
    repeated = {mark.span for mark in document.furniture if mark.reason == REASON}
    lines = np.array([story_of(document), *short], LINES).tobytes()
    marked = bytes(repeated.issuperset(spans) for spans in short.values())
    # A blob, because text from JSON can hold lone surrogates, which SQLite's TEXT can't.
    text = document.text.encode("utf-8", "surrogatepass")
    return (*source_row(source), *keys, passages, json.dumps(structure, ensure_ascii=False), lines, marked, text)


def passage_row(passage: Passage) -> tuple[Any, ...]:
    sentences = json.dumps([[s.start, s.end] for s in passage.sentences])
    return (passage.code, passage.span.start, passage.span.end, sentences, passage.paragraph, passage.ordinal)


def file_row(file: FileRecord) -> tuple[Any, ...]:
    seen = file.first_seen.isoformat() if file.first_seen else None
    documents = json.dumps(file.documents)
    notes, broken = json.dumps(file.notes), json.dumps([[part.path, part.reason] for part in file.broken])
    return (file.path, file.stamp, file.digest, file.reader, documents, file.reason, file.identity, seen, notes, broken)


_NOTHING = "[]"


def file_of(row: Sequence[Any]) -> FileRecord:
    """From a row of SELECT_FILES."""
    path, stamp, digest, reader, documents, reason, identity, seen, notes, broken = row
    first_seen = datetime.date.fromisoformat(seen) if seen else None
    parts = () if broken == _NOTHING else tuple(Unreadable(*part) for part in json.loads(broken))
    told = () if notes == _NOTHING else tuple(json.loads(notes))
    held = tuple(json.loads(documents))
    return FileRecord(path, stamp, digest, reader, held, reason, identity, first_seen, told, parts)


def source_of(row: Sequence[Any]) -> Source:
    """From a row of SOURCE_COLUMNS."""
    named = dict(zip(SOURCE_COLUMNS, row, strict=True))
    named["first_seen"] = datetime.date.fromisoformat(named["first_seen"])
    named["published"] = datetime.date.fromisoformat(named["published"]) if named["published"] else None
    named["language_is_detected"] = bool(named["language_is_detected"])
    return Source(**named)


def document_of(source: Source, structure: str, text: bytes) -> Document:
    return Document(source, checked(text, source.text_sha256), *structure_of(json.loads(structure)))


def checked(text: bytes, text_sha256: str) -> str:
    """The text as it was indexed. Raises IndexDamaged where it is another, which nobody must be shown."""
    if hashlib.sha256(text).hexdigest() != text_sha256:
        raise IndexDamaged("a stored text is not the one that was indexed; archivist index --full makes the index anew")
    return text.decode("utf-8", "surrogatepass")


def passage_of(document_id: str, row: Sequence[Any]) -> Passage:
    """From a row of PASSAGE_COLUMNS."""
    code, start, end, sentences, paragraph, ordinal = row
    spans = tuple(Span(first, last) for first, last in json.loads(sentences))
    return Passage(code, document_id, Span(start, end), spans, paragraph, ordinal)

"""How documents and passages become rows and records, and are made from them again."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from retrieval.errors import IndexDamaged
from retrieval.line_table import Origin, ShortLines
from retrieval.records import Document, Passage, Retired, Source, Unreadable
from retrieval.repeated_lines import REASON, short_lines, story_of
from retrieval.spans import Span
from retrieval.store.milvus.conditions import filtered_columns, token
from retrieval.store.milvus.engine import Row
from retrieval.store.milvus.records import record_rows
from retrieval.store.milvus.schema import LONGEST, WORD_FIELDS
from retrieval.store.milvus.weights import weights_of
from retrieval.store.protocol import Directions, FileRecord, Vectors
from retrieval.store.terms import terms_of, written
from retrieval.structure_json import structure_json, structure_of

SOURCE, TEXT, STRUCTURE, LINES, DIRECTIONS, WORDS, FILE, RETIRED = (
    "source", "text", "structure", "lines", "directions", "words", "file", "retired",
)  # fmt: skip
"""Kinds of records."""
OF_DOCUMENTS = (SOURCE, TEXT, STRUCTURE, LINES, DIRECTIONS, WORDS)
PLACE_FIELDS = ("key", "document", "code", "place")


def document_records(document: Document, passages: int) -> Iterator[Row]:
    source, identity = document.source, document.source.id
    short = short_lines(document)
    repeated = {mark.span for mark in document.furniture if mark.reason == REASON}
    marked = [line for line, spans in short.items() if repeated.issuperset(spans)]
    structure = structure_json(document.blocks, document.furniture, document.landmarks)
    origin = Origin.of(source.publisher, source.collection, source.path, source.member)
    lines = [origin, list(short), story_of(document), marked]
    said = asdict(source) | {
        "first_seen": source.first_seen.isoformat(),
        "published": source.published.isoformat() if source.published else None,
    }
    yield from record_rows(SOURCE, identity, [said, passages], identity, filtered_columns(source))
    yield from record_rows(TEXT, identity, document.text.encode("utf-8", "surrogatepass"), identity)
    yield from record_rows(STRUCTURE, identity, structure, identity)
    yield from record_rows(LINES, identity, lines, identity)


def source_of(value: Sequence[Any]) -> Source:
    said = dict(value[0])
    said["first_seen"] = datetime.date.fromisoformat(said["first_seen"])
    said["published"] = datetime.date.fromisoformat(said["published"]) if said["published"] else None
    return Source(**said)


def text_of(content: bytes, source: Source) -> str:
    """Raises IndexDamaged where it is not the one that was indexed, which nobody must be shown."""
    if hashlib.sha256(content).hexdigest() != source.text_sha256:
        raise IndexDamaged("a stored text is not the one that was indexed; archivist index --full makes the index anew")
    return content.decode("utf-8", "surrogatepass")


def document_of(source: Source, content: bytes, marks: dict[str, Any]) -> Document:
    return Document(source, text_of(content, source), *structure_of(marks))


def short_lines_of(identity: str, value: Sequence[Any]) -> ShortLines:
    origin, short, story, marked = value
    return ShortLines(identity, Origin(*origin), tuple(short), story, tuple(marked))


def passage_row(key: int, passage: Passage, words: str, source: Source, vector: Vectors) -> Row:
    place = [passage.span.start, passage.span.end, passage.paragraph, passage.ordinal]
    terms = words_of(words, source)
    told = {name: " ".join(terms[name]) for name in WORD_FIELDS}
    overlong = any(len(each) > LONGEST for each in told.values())
    return {
        "key": key,
        "document": source.id,
        "code": passage.code,
        "place": json.dumps([*place, [[s.start, s.end] for s in passage.sentences]], separators=(",", ":")),
        **(dict.fromkeys(WORD_FIELDS, "") if overlong else told),
        **{f"{name}_length": len(terms[name]) for name in WORD_FIELDS},
        "overlong": overlong,
        **filtered_columns(source),
        "weights": weights_of(terms),
        "vector": vector.tolist(),
    }


def words_of(words: str, source: Source) -> dict[str, list[str]]:
    """By WORD_FIELDS, each term as its `token`."""
    terms = (terms_of(words, source.language), terms_of(source.context, source.language), written(words))
    return {name: [token(term) for term in said] for name, said in zip(WORD_FIELDS, terms, strict=True)}


def passage_records(row: Row, words: str, source: Source, directions: Directions) -> Iterator[Row]:
    yield from record_rows(DIRECTIONS, str(row["key"]), directions.tobytes(), source.id)
    if row["overlong"]:
        yield from record_rows(WORDS, str(row["key"]), words_of(words, source), source.id)


def passage_of(row: Row) -> Passage:
    """From PLACE_FIELDS."""
    start, end, paragraph, ordinal, sentences = json.loads(row["place"])
    spans = tuple(Span(first, last) for first, last in sentences)
    return Passage(row["code"], row["document"], Span(start, end), spans, paragraph, ordinal)


def file_records(file: FileRecord) -> Iterator[Row]:
    said = asdict(file) | {"first_seen": file.first_seen.isoformat() if file.first_seen else None}
    yield from record_rows(FILE, hashlib.sha256(file.path.encode("utf-8", "surrogatepass")).hexdigest(), said)


def file_of(said: dict[str, Any]) -> FileRecord:
    seen = said["first_seen"]
    return FileRecord(
        **said
        | {
            "documents": tuple(said["documents"]),
            "notes": tuple(said["notes"]),
            "broken": tuple(Unreadable(**part) for part in said["broken"]),
            "first_seen": datetime.date.fromisoformat(seen) if seen else None,
        }
    )


def retired_records(old: Retired) -> Iterator[Row]:
    sentences = [[span.start, span.end] for span in old.sentences]
    said = [old.code, old.document_id, old.path, old.title, old.generation, sentences, old.text]
    # By its code, which is what is asked for; no document has such an id, so it goes with none.
    yield from record_rows(RETIRED, f"{old.code}.{old.document_id}", said, old.code)


def retired_of(said: Sequence[Any]) -> Retired:
    code, document, path, title, generation, sentences, text = said
    return Retired(code, document, path, title, generation, tuple(Span(*each) for each in sentences), text)

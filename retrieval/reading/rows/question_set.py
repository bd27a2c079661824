"""The corpus of a question set in BEIR layout (Thakur et al. 2021): one JSON line is one document."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from retrieval.errors import QuestionSetError, UnreadableFile
from retrieval.reading.language import detect_language
from retrieval.reading.metadata import metadata_from
from retrieval.reading.rows.json_lines import json_object
from retrieval.reading.rows.row import body
from retrieval.records import Document, Source

READER = "jsonl/1"


def read_corpus(path: Path, first_seen: datetime.date) -> Iterator[Document]:
    """Documents with the corpus's own ids, whose text is the line's `text` as it stands: offsets of labels hold.

    Raises QuestionSetError that names the line. Documents without text are left out, as they can't be found.
    """
    for number, line in read_json_lines(path):
        try:
            identity, text, said = line["_id"], line["text"], line.get("metadata") or {}
            if not isinstance(said, dict):
                raise UnreadableFile("metadata does not hold named fields")
            metadata = metadata_from({**said, "title": line.get("title")}, "its metadata")
            if metadata.notes:  # labels are made with care: what is wrong in a corpus is a slip of its maker's
                raise UnreadableFile(metadata.notes[0])
        except KeyError as error:
            raise QuestionSetError(f"{path}, line {number}: {error} is missing") from None
        except UnreadableFile as error:
            raise QuestionSetError(f"{path}, line {number}: {error}") from None
        if not isinstance(identity, str) or not isinstance(text, str):
            raise QuestionSetError(f"{path}, line {number}: _id and text must be strings")
        if not text.strip():
            continue
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        source = Source(
            id=identity,
            path=f"{path.name}/{identity}",
            title=metadata.title or identity,
            sha256=digest,
            text_sha256=digest,
            reader=READER,
            first_seen=first_seen,
            author=metadata.author,
            publisher=metadata.publisher,
            published=metadata.published,
            url=metadata.url,
            language=metadata.language or detect_language(text),
            language_is_detected=metadata.language is None,
            collection=metadata.collection,
        )
        yield Document(source, text, body(text))


def open_unzipped(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked where its name ends with `.gz`. Reading may raise OSError, EOFError, zlib.error."""
    return cast(IO[bytes], gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def read_json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) of a JSONL file, gzipped or not. Raises QuestionSetError that names the line."""
    number = 0
    try:
        with open_unzipped(path) as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, json_object(line)
    except (UnreadableFile, OSError, EOFError, zlib.error) as error:
        raise QuestionSetError(f"{path}, line {number or 1}: {error}") from None

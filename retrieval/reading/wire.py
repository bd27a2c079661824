"""Readings as lines between the process that reads files and the one that indexes them. JSON: nothing in it can run."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from retrieval.reading.extracted import Broken, Extracted, Reading
from retrieval.reading.folder import FileStamp
from retrieval.reading.members import At, Course
from retrieval.reading.metadata import Metadata
from retrieval.reading.structure import Structure
from retrieval.repeated_lines import short_lines, story_of
from retrieval.spans import Span
from retrieval.structure_json import structure_json, structure_of

Json = dict[str, Any]


def line_of(header: Json, body: Json | None = None) -> bytes:
    """One line, its two parts with a tab between, which JSON never has inside: whoever wants no more than the header
    need not read what may be megabytes of text. Lone surrogates, which UTF-8 has not, stay as they are.
    """
    return b"\t".join(_bytes(part) for part in (header, body) if part is not None) + b"\n"


def _bytes(part: Json) -> bytes:
    return json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def message_of(part: bytes) -> Json:
    """A header or a body. Raises ValueError for what is neither."""
    said = json.loads(part.decode("utf-8", "surrogatepass"))
    if not isinstance(said, dict):
        raise ValueError("not a message")  # noqa: TRY004 - the line is wrong, not the code
    return said


def request_json(folder: str, file: FileStamp, course: Course) -> Json:
    so_far = {"after": course.after, "documents": course.documents, "unpacked": course.unpacked}
    return {"folder": folder, **file._asdict(), **so_far}


def request_of(said: Json, tell: Callable[[At], None]) -> tuple[str, FileStamp, Course]:
    file = FileStamp(said["path"], said["stamp"], tuple(said["sidecars"]))
    course = Course(tuple(said["after"]), said["documents"], said["unpacked"], said.get("member"), tell)
    return said["folder"], file, course


def at_json(at: At) -> Json:
    return {"at": at.place, "names": at.names, "holds": at.holds, "unpacked": at.unpacked}


def header_json(found: Reading | Broken) -> Json:
    """What is asked of every document before any is indexed."""
    if isinstance(found, Broken):
        return {"broken": found.name, "reason": found.reason} | ({"trace": found.trace} if found.trace else {})
    notes = [*found.extracted.notes, *found.metadata.notes]
    said = found.metadata
    lines = short_lines(found.extracted)
    return {
        "member": found.member,
        "notes": notes,
        "publisher": said.publisher,
        "collection": said.collection,
        "lines": list(lines),
        "story": story_of(found.extracted),
    }


def reading_json(found: Reading) -> Json:
    extracted, structure = found.extracted, found.extracted.structure
    return {
        "member": found.member,
        "reader": found.reader,
        "sha256": found.sha256,
        "text": extracted.text,
        "metadata": _said(found.metadata),
        **structure_json(structure.blocks, structure.furniture, structure.landmarks),
    }


def again_json(found: Reading, places: Sequence[Span] | None) -> Json:
    """With where in the file's bytes the slices stand that were asked for."""
    decoded = found.extracted.decoded
    if decoded is None or places is None:
        return reading_json(found) | {"bytes": None}
    pieces = [[place.start, place.end] for place in places]
    return reading_json(found) | {
        "bytes": {
            "encoding": decoded.encoding,
            "mark": decoded.mark,
            "pieces": pieces,
            "marked_up": found.extracted.origin is not None,
        }
    }


def reading_of(said: Json) -> Reading:
    """Without notes, which the header has, and without the way back to the bytes, which only a receipt asks for."""
    parts = structure_of(said)
    extracted = Extracted(said["text"], Structure(parts.blocks, parts.furniture, landmarks=parts.landmarks))
    return Reading(said["member"], said["reader"], said["sha256"], extracted, _metadata(said["metadata"]))


def _said(metadata: Metadata) -> Json:
    said = ((each.name, getattr(metadata, each.name)) for each in fields(metadata) if each.name != "notes")
    told = {name: value for name, value in said if value is not None}
    if metadata.published is not None:
        told["published"] = metadata.published.isoformat()
    return told


def _metadata(said: Json) -> Metadata:
    published = said.get("published")
    day = datetime.date.fromisoformat(published) if published else None
    return Metadata(**{**said, "published": day})

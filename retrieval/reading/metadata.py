"""What a source says of itself. A field that is not said stays None: it is never guessed, and never a file's time."""

from __future__ import annotations

import datetime
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from retrieval.errors import UnreadableFile

STATUSES = ("corrected", "retracted", "disputed")


@dataclass(frozen=True, slots=True)
class Metadata:
    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    published: datetime.date | None = None
    url: str | None = None
    language: str | None = None
    collection: str | None = None
    status: str | None = None
    status_note: str | None = None

    def filled_from(self, other: Metadata) -> Self:
        """This metadata, with what it lacks taken from the less trusted `other`."""
        both = {f.name: getattr(self, f.name) or getattr(other, f.name) for f in fields(self)}
        return type(self)(**both)


def read_sidecar(name: str, content: bytes) -> Metadata:
    """Metadata from a TOML or JSON file beside the document. Raises UnreadableFile that names the sidecar."""
    try:
        said: Any = tomllib.loads(content.decode()) if name.endswith(".toml") else json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"its metadata file {name} can't be read: {str(error).splitlines()[0]}") from None
    if not isinstance(said, dict):
        raise UnreadableFile(f"its metadata file {name} does not hold named fields")
    return metadata_from(said, f"its metadata file {name}")


def metadata_from(said: Mapping[str, Any], where: str) -> Metadata:
    """The fields that Archivist knows; others are left alone. Raises UnreadableFile for a value that can't be one."""
    texts = {name: _text(said, name, where) for name in _TEXT_FIELDS}
    status = texts.pop("status")
    if status is not None and status not in STATUSES:
        raise UnreadableFile(f"{where}: status is “{status}”, not one of {', '.join(STATUSES)}")
    return Metadata(published=_date(said.get("published", said.get("date")), where), status=status, **texts)


_TEXT_FIELDS = ("title", "author", "publisher", "url", "language", "collection", "status", "status_note")


def _text(said: Mapping[str, Any], name: str, where: str) -> str | None:
    value = said.get(name)
    if value is None:
        return None
    if not isinstance(value, str | int | float):
        raise UnreadableFile(f"{where}: {name} is not text")
    text = " ".join(str(value).split())
    if any("\ud800" <= character <= "\udfff" for character in text):  # JSON can say so; no store can hold it
        raise UnreadableFile(f"{where}: {name} holds half a character")
    return text or None


def _date(value: Any, where: str) -> datetime.date | None:
    match value:
        case None | "":
            return None
        case datetime.datetime():
            return value.date()
        case datetime.date():
            return value
        case str():
            try:
                return datetime.datetime.fromisoformat(value.strip()).date()
            except ValueError:
                pass
    raise UnreadableFile(f"{where}: published is “{value}”, not a date like 2022-05-31")

"""What a source says of itself. A field that is not said stays None: it is never guessed, and never a file's time."""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from retrieval.errors import UnreadableFile
from retrieval.reading.sizes import MIB
from retrieval.visibility import one_line

STATUSES = ("corrected", "retracted", "disputed")
LONGEST_FIELD = 2000
"""Characters. Title and publisher are indexed beside every passage of their document."""
MOST_SIDECAR_BYTES = MIB
"""Metadata takes up a few hundred; the rest is room for sidecars that hold more than the fields we know."""
LONGEST_NOTE = 900
"""Characters. A note to the status is shown with every excerpt, whole, so it must fit a message."""
MOST_TOML_BYTES = 16 * 1024
"""tomllib takes the square of a dotted key's length: two seconds for one of this length, 36 for one of 64 KiB."""


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
    encoding: str | None = None
    """Of the file's text, where something beside the file says it."""
    notes: tuple[str, ...] = ()
    """What was said and can't be true, a sentence each: the field stays None."""

    def filled_from(self, other: Metadata) -> Self:
        """This metadata, with what it lacks taken from the less trusted `other`. A note to no status is not taken."""
        both = {f.name: getattr(self, f.name) or getattr(other, f.name) for f in fields(self)}
        if self.status is not None:
            both["status_note"] = self.status_note
        return type(self)(**both | {"notes": (*self.notes, *other.notes)})


def unreadable_sidecar(name: str, reason: str) -> UnreadableFile:
    """Of a document whose sidecar can't be read: it may say that the document is retracted, so neither is."""
    return UnreadableFile(f"{_sidecar(name)} can't be read: {reason}")


def _sidecar(name: str) -> str:
    return f"its metadata file {one_line(name)}"


def read_sidecar(name: str, content: bytes) -> Metadata:
    """Metadata from a TOML or JSON file beside the document. Raises UnreadableFile that names the sidecar.

    TOML is written for Archivist, and whatever is wrong in it is an error. JSON may be another program's: what could be
    read of it and is no metadata is a note, and the document is read. But nothing that may be a retraction is lost so:
    what can't be read at all, and a status that is none of ours, are errors there, too.
    """
    is_toml = name.lower().endswith(".toml")
    try:
        said = _toml(content) if is_toml else _json(content)
    except (ValueError, RecursionError) as error:
        what = " ".join(str(error).split())
        raise unreadable_sidecar(name, _clipped(what, 120)) from None
    if is_toml:
        return metadata_from(said, _sidecar(name))
    return _from_json(said, _sidecar(name))


def _from_json(said: Any, where: str) -> Metadata:
    if not isinstance(said, dict):
        if isinstance(said, list) and any(isinstance(each, dict) and "status" in each for each in said):
            raise UnreadableFile(f"{where}: a status stands in a list")
        return Metadata(notes=(f"{where} does not hold named fields, and is left alone",))
    if said and not said.keys() & _FIELDS:
        return Metadata(notes=(f"{where} has none of the fields that say something here, and is left alone",))
    told = {name: said[name] for name in ("status", "status_note") if name in said}
    return metadata_from(told, where).filled_from(metadata_as_far({**said, **dict.fromkeys(told)}, where))


def _toml(content: bytes) -> Any:
    if len(content) > MOST_TOML_BYTES:
        raise ValueError(f"larger than {MOST_TOML_BYTES // 1024} KiB")
    return tomllib.loads(content.decode(), parse_float=str)


def _json(content: bytes) -> Any:
    """Numbers stay as written: 1.10 is not 1.1, and one of ten thousand digits is no trouble."""
    return json.loads(content, parse_float=str, parse_int=str, parse_constant=str)


def metadata_from(said: Mapping[str, Any], where: str) -> Metadata:
    """The fields that Archivist knows; others are left alone. Raises UnreadableFile for a value that can't be one."""
    texts = {name: _text(said, name, where) for name in _TEXT_FIELDS}
    status = texts.pop("status")
    if status is not None and status.lower() not in STATUSES:
        raise UnreadableFile(f"{where}: status is “{_clipped(status)}”, not one of {', '.join(STATUSES)}")
    published, wrong = date_of(said.get("published", said.get("date")))
    notes = (f"{where}: published is {wrong}",) if wrong else ()
    status = status.lower() if status is not None else None  # tables say “Retracted”
    return Metadata(published=published, status=status, notes=notes, **texts)


def metadata_as_far(said: Mapping[str, Any], where: str) -> Metadata:
    """As `metadata_from`, for rows and headers that no person wrote for Archivist: a value that can't be one is told in
    a note, and its field stays None.
    """
    wrong: list[str] = []
    right: dict[str, Any] = {}
    for name in _FIELDS & said.keys():
        try:
            metadata_from({name: said[name]}, where)
        except UnreadableFile as error:
            wrong.append(str(error))
        else:
            right[name] = said[name]
    found = metadata_from(right, where)
    return replace(found, notes=(*found.notes, *sorted(wrong)))


_TEXT_FIELDS = ("title", "author", "publisher", "url", "language", "collection", "status", "status_note", "encoding")
_FIELDS = {*_TEXT_FIELDS, "published", "date"}
_YEAR_OR_MONTH = re.compile(r"(?!0000)[0-9]{4}(?:-(?:0[1-9]|1[0-2]))?")
_DATE = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}|[0-9]{4}-?W[0-9]{2}-?[0-9])(?:[Tt ].+)?")
"""fromisoformat judges the rest; by itself it takes 20220531000 for midnight, with a nought between day and hour."""
_BEYOND = 10**15
"""A larger number is not a title or a date, and Python refuses to write out one of more than 4,300 digits."""


def _text(said: Mapping[str, Any], name: str, where: str) -> str | None:
    value = _number_as_text(said.get(name))
    if value is None:
        return None
    if not isinstance(value, str):
        raise UnreadableFile(f"{where}: {name} is not text")
    text = " ".join(value.split())
    most = LONGEST_NOTE if name == "status_note" else LONGEST_FIELD
    if len(text) > most:
        raise UnreadableFile(f"{where}: {name} is longer than {most} characters")
    if any("\ud800" <= character <= "\udfff" for character in text):  # JSON can say so; no store can hold it
        raise UnreadableFile(f"{where}: {name} holds half a character")
    return text or None


def date_of(value: Any) -> tuple[datetime.date | None, str | None]:
    """The day that is said, and what is wrong with what is said. Neither for nothing, and for a year or a month alone:
    that is true, but no date that a filter could use.
    """
    match _number_as_text(value):
        case None:
            return None, None
        case datetime.datetime() as moment:
            return moment.date(), None
        case datetime.date() as day:
            return day, None
        case str() as written:
            given = written.strip()
            if not given or _YEAR_OR_MONTH.fullmatch(given):
                return None, None
            with suppress(ValueError):
                if _DATE.fullmatch(given):
                    return datetime.datetime.fromisoformat(given).date(), None
            return None, f"“{_clipped(given)}”, not a date like 2022-05-31"
    return None, "not a date like 2022-05-31"


def _number_as_text(value: Any) -> Any:
    """A year that stands alone as a title is a number in TOML; true, NaN and endless numbers stay what they are."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _BEYOND:
        return str(value)
    return value


def _clipped(quoted: str, longest: int = 40) -> str:
    """What a reason quotes, short enough to be read, and without half characters, which no store can hold."""
    shown = " ".join(quoted[: longest + 1].encode("utf-8", "replace").decode().split())
    return shown if len(quoted) <= longest else f"{shown[:longest]}…"

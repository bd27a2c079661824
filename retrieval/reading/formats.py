"""Which reader a file name belongs to. One format a file; a library that is slow to import waits for its first file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from retrieval.reading.books import epub
from retrieval.reading.extracted import Broken, Extracted, Member
from retrieval.reading.mail import mailboxes
from retrieval.reading.mail import message as mail
from retrieval.reading.office import docx, odt, rtf
from retrieval.reading.packed import compressed, tar_files, zip_files
from retrieval.reading.pdf import document as pdf
from retrieval.reading.rows import json_lines, tables
from retrieval.reading.sizes import MIB
from retrieval.reading.text import markdown, plain_text
from retrieval.reading.web import html

MOST_BYTES = 64 * MIB
"""A larger text is reported as unreadable rather than held in memory several times over."""
MOST_BYTES_OF_A_SCAN = 512 * MIB
"""PDF and office files are large for their pictures, which are not read."""
MOST_BYTES_OF_A_CONTAINER = 8 * 1024 * MIB
"""It is read as a stream, a member at a time."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file that is one document."""

    reader: str
    """Name and version, which receipts cite: raise it where the same file would give another text."""
    read: Callable[[bytes, str | None], Extracted]
    """Of the file's bytes, and the encoding that something beside the file says. Raises UnreadableFile."""
    most_bytes: int = MOST_BYTES


@dataclass(frozen=True, slots=True)
class Container:
    """One kind of file that holds others, or that is a row of documents."""

    reader: str
    members: Callable[[BinaryIO, str], Iterator[Member | Broken]]
    """Of the file, and its name. Raises UnreadableFile where it can't go on."""
    most_bytes: int = MOST_BYTES_OF_A_CONTAINER
    packs: bool = False
    """What is in it may take more bytes than it does, or hold what does."""


_TEXT = Format("text/1", plain_text.read)
_MARKDOWN = Format("markdown/1", markdown.read)
_TABLE = Container("csv/1", tables.members)
_JSON_LINES = Container("jsonl/1", json_lines.members)
_TAR = Container("tar/1", tar_files.members, packs=True)
_HTML = Format("html/1", html.read)
FORMATS: Mapping[str, Format | Container] = {
    ".txt": _TEXT,
    ".text": _TEXT,
    ".md": _MARKDOWN,
    ".markdown": _MARKDOWN,
    ".eml": Format("eml/1", mail.read),
    ".mbox": Container("mbox/1", mailboxes.members),
    ".csv": _TABLE,
    ".tsv": _TABLE,
    ".jsonl": _JSON_LINES,
    ".ndjson": _JSON_LINES,
    ".zip": Container("zip/1", zip_files.members, packs=True),
    ".tar": _TAR,
    ".tgz": _TAR,
    ".tar.gz": _TAR,
    ".tar.bz2": _TAR,
    ".tar.xz": _TAR,
    ".gz": Container("gz/1", compressed.of_gzip, packs=True),
    ".bz2": Container("bz2/1", compressed.of_bzip2, packs=True),
    ".xz": Container("xz/1", compressed.of_xz, packs=True),
    ".pdf": Format("pdf/1", pdf.read, MOST_BYTES_OF_A_SCAN),
    ".docx": Format("docx/1", docx.read, MOST_BYTES_OF_A_SCAN),
    ".odt": Format("odt/1", odt.read, MOST_BYTES_OF_A_SCAN),
    ".rtf": Format("rtf/1", rtf.read, MOST_BYTES_OF_A_SCAN),
    ".html": _HTML,
    ".htm": _HTML,
    ".xhtml": Format("xhtml/1", html.read_xhtml),
    ".epub": Format("epub/1", epub.read, MOST_BYTES_OF_A_SCAN),
}


def format_of(path: str) -> Format | Container | None:
    """By the last two endings of its name, as `.tar.gz`, else the last; case does not count."""
    name = path[path.rfind("/") + 1 :].lstrip(".")  # as PurePosixPath has it, which takes many times as long
    endings = [] if name.endswith(".") else [f".{part}".lower() for part in name.split(".")[1:]]
    return FORMATS.get("".join(endings[-2:])) or FORMATS.get("".join(endings[-1:]))


def reader_of(path: str) -> str | None:
    """Name and version of what reads the file: of a container, of all that may read what is in it."""
    chosen = format_of(path)
    if chosen is None or isinstance(chosen, Format):
        return chosen.reader if chosen else None
    every = "\0".join(sorted({each.reader for each in FORMATS.values()}))
    return f"{chosen.reader} of {hashlib.sha256(every.encode()).hexdigest()[:8]}"

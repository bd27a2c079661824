"""A document's file, read once more: whether it still is what was indexed, and where in its bytes a slice stands."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.reading.folder import stamp_of
from retrieval.reading.processes import Limits
from retrieval.reading.wire import reading_of
from retrieval.reading.workers import ask_again
from retrieval.receipts import BytePlaces
from retrieval.records import Source
from retrieval.spans import Span


@dataclass(frozen=True, slots=True)
class Reread:
    sha256: str
    """Of the file's bytes, in hexadecimal."""
    text_sha256: str
    reader: str
    text: str
    bytes: BytePlaces | None
    """Of the slices that were asked for; None for a format that is not text, and where a slice is no text by itself."""


def reread(folder: Path, source: Source, places: Sequence[Span], limits: Limits) -> Reread:
    """The file that the document was made of, as it is now, read in a process of its own. Raises UnreadableFile.

    `places`: of the text as it was indexed; where they don't fit the text as it is now, `bytes` is None.
    """
    said = ask_again(folder, stamp_of(folder, source.file), source.member, places, limits)
    reading = reading_of(said)
    text = reading.extracted.text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    found = said["bytes"]
    stands = None
    if found is not None:
        pieces = tuple(Span(*pair) for pair in found["pieces"])
        stands = BytePlaces(found["encoding"], found["mark"], pieces, found["marked_up"])
    return Reread(reading.sha256, digest, reading.reader, text, stands)

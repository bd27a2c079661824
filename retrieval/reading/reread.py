"""A document's file, read once more: whether it still is what was indexed, and where in its bytes a slice stands."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from retrieval.errors import UnreadableFile
from retrieval.reading.decoding import Decoded, decode
from retrieval.reading.folder import read_bytes
from retrieval.reading.formats import FORMATS, MOST_BYTES
from retrieval.receipts import BytePlaces
from retrieval.records import Source
from retrieval.spans import Span


@dataclass(frozen=True, slots=True)
class Reread:
    sha256: str
    """Of the file's bytes, in hexadecimal."""
    reader: str
    content: bytes
    decoded: Decoded

    @property
    def text(self) -> str:
        return self.decoded.text

    def byte_places(self, places: Sequence[Span]) -> BytePlaces | None:
        """Of characters of the text, in bytes of the file. None for an encoding in which a slice is encoded otherwise
        by itself than in its place, as where a shift between two alphabets goes on over its start.
        """
        encoding, mark, text = self.decoded.encoding, self.decoded.mark, self.text

        def moved(place: Span) -> Span:
            start = mark + len(text[: place.start].encode(encoding))
            return Span(start, start + len(place.of(text).encode(encoding)))

        found = tuple(moved(place) for place in places)
        stands = (
            self.content[a.start : a.end] == b.of(text).encode(encoding) for a, b in zip(found, places, strict=True)
        )
        return BytePlaces(encoding, mark, found) if all(stands) else None


def reread(folder: Path, source: Source) -> Reread:
    """The file that the document was made of, as it is now. Raises UnreadableFile."""
    path = PurePosixPath(*PurePosixPath(source.path).parts[1:])  # the first is the archive folder's own name
    chosen = FORMATS.get(path.suffix.lower())
    if chosen is None:
        raise UnreadableFile(f"no reader for “{path.suffix}”")
    content = read_bytes(folder, path.as_posix(), MOST_BYTES)
    return Reread(hashlib.sha256(content).hexdigest(), chosen.reader, content, decode(content))

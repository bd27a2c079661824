"""Passages' vectors that were made before, by the model's fingerprint and the hash of what was encoded."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from retrieval.disk import disk_errors, make_private
from retrieval.encoding.encoder import Encoder
from retrieval.spans import Span
from retrieval.store.protocol import Directions, PassageVectors, Vectors

_AT_ONCE = 500
_STEP = 256
"""Passages encoded before they are kept: what a stopped run can lose, seconds of work. At its end cores wait."""

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_CHECK_BYTES = 4


class VectorCache:
    """A SQLite file. Losing it costs time only, so a damaged one is begun anew, whenever the damage is met.

    SQLite notices damage to its pages' structure; a CRC-32 beside each vector tells damage to the numbers, and such a
    vector is made again. A file that is locked or can't be written is no damage: that error is raised.
    For any thread, but for one at a time.
    """

    def __init__(self, path: Path) -> None:
        make_private(path.parent)
        self._path = path
        self._tables = _connected(path)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._begin_anew_after(error)

    def _prepare(self) -> None:
        self._tables.execute("PRAGMA journal_mode = WAL")
        self._tables.execute("PRAGMA synchronous = NORMAL")
        self._tables.execute(
            "CREATE TABLE IF NOT EXISTS passages (fingerprint TEXT, key BLOB, vectors BLOB NOT NULL, "
            "PRIMARY KEY (fingerprint, key)) STRICT, WITHOUT ROWID"
        )

    def _begin_anew_after(self, error: sqlite3.DatabaseError) -> None:
        """An empty file in the place of the damaged one; raises `error` again where it tells of anything else."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGE:  # the low byte is the kind, the rest details
            raise error
        self._tables.close()
        for ending in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        self._tables = _connected(self._path)
        self._prepare()

    def encode(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]], encoder: Encoder) -> PassageVectors:
        """As `encoder.encode_passages`, for the passages not seen before; what was made is kept at once."""
        steps = self.encoding(texts, sentences, encoder)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                vectors: PassageVectors = end.value
                return vectors

    def encoding(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]], encoder: Encoder
    ) -> Generator[int, None, PassageVectors]:
        """As `encode`, and yields how many passages are done, after each step that is kept; the longest come first."""
        passages = [_Passage.of(text, spans) for text, spans in zip(texts, sentences, strict=True)]
        try:
            known = self._known(passages, encoder)
        except sqlite3.DatabaseError as error:
            self._begin_anew_after(error)
            known = {}
        missing = list({passage.key: passage for passage in passages if passage.key not in known}.values())
        missing.sort(key=lambda passage: -len(passage.text))
        yield len(passages) - len(missing)
        for start in range(0, len(missing), _STEP):
            step = missing[start : start + _STEP]
            vectors = encoder.encode_passages([p.text for p in step], [p.sentences for p in step])
            pairs = zip(vectors.whole, vectors.sentences, strict=True)
            made = {passage.key: pair for passage, pair in zip(step, pairs, strict=True)}
            try:
                self._keep(made, encoder)
            except sqlite3.DatabaseError as error:
                self._begin_anew_after(error)
                self._keep(made, encoder)
            known.update(made)
            yield len(step)
        whole = [known[passage.key][0] for passage in passages]
        rows = np.stack(whole) if whole else np.zeros((0, encoder.dimensions), np.float32)
        return PassageVectors(rows, tuple(known[passage.key][1] for passage in passages))

    def _keep(self, made: Mapping[bytes, tuple[Vectors, Directions]], encoder: Encoder) -> None:
        rows = [
            (encoder.fingerprint, key, _checked(key, whole.tobytes() + sentences.tobytes()))
            for key, (whole, sentences) in made.items()
        ]
        with disk_errors(f"vectors can't be kept in {self._path}"), self._tables:
            self._tables.executemany("INSERT OR REPLACE INTO passages VALUES (?, ?, ?)", rows)

    def _known(self, passages: Sequence[_Passage], encoder: Encoder) -> dict[bytes, tuple[Vectors, Directions]]:
        found: dict[bytes, tuple[Vectors, Directions]] = {}
        counts = {passage.key: len(passage.sentences) for passage in passages}
        keys = list(counts)
        dimensions = encoder.dimensions
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            marks = ", ".join("?" for _ in some)
            rows = self._tables.execute(
                f"SELECT key, vectors FROM passages WHERE fingerprint = ? AND key IN ({marks})",
                (encoder.fingerprint, *some),
            )
            for key, blob in rows:
                vectors = blob[:-_CHECK_BYTES]
                if len(vectors) == dimensions * (4 + counts[key]) and blob == _checked(key, vectors):
                    whole = np.frombuffer(vectors, np.float32, dimensions)
                    found[key] = whole, np.frombuffer(vectors, np.int8, offset=dimensions * 4).reshape(-1, dimensions)
        return found

    def close(self) -> None:
        self._tables.close()


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=30, check_same_thread=False)


@dataclass(frozen=True, slots=True)
class _Passage:
    text: str
    sentences: Sequence[Span]
    key: bytes
    """sha256 over the text and where its sentences are."""

    @classmethod
    def of(cls, text: str, sentences: Sequence[Span]) -> Self:
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
        digest.update(b"\0" + ",".join(f"{span.start}-{span.end}" for span in sentences).encode())
        return cls(text, sentences, digest.digest())


def _checked(key: bytes, vectors: bytes) -> bytes:
    return vectors + zlib.crc32(key + vectors).to_bytes(_CHECK_BYTES, "big")

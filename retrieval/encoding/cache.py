"""Vectors that were made before, by the model's fingerprint and the hash of the text."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from retrieval.encoding.encoder import Encoder
from retrieval.store.protocol import Vectors

_AT_ONCE = 500


_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_CHECK_BYTES = 4


class VectorCache:
    """A SQLite file. Losing it costs time only, so a damaged one is begun anew, whenever the damage is met.

    SQLite notices damage to its pages' structure; a CRC-32 beside each vector tells damage to the numbers, and such a
    vector is made again. A file that is locked or can't be written is no damage: that error is raised.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = path
        self._tables = sqlite3.connect(path, timeout=30)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._begin_anew_after(error)

    def _prepare(self) -> None:
        self._tables.execute("PRAGMA journal_mode = WAL")
        self._tables.execute("PRAGMA synchronous = NORMAL")
        self._tables.execute(
            "CREATE TABLE IF NOT EXISTS vectors (fingerprint TEXT, text_hash BLOB, vector BLOB NOT NULL, "
            "PRIMARY KEY (fingerprint, text_hash)) STRICT, WITHOUT ROWID"
        )

    def _begin_anew_after(self, error: sqlite3.DatabaseError) -> None:
        """An empty file in the place of the damaged one; raises `error` again where it tells of anything else."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGE:  # the low byte is the kind, the rest details
            raise error
        self._tables.close()
        for ending in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        self._tables = sqlite3.connect(self._path, timeout=30)
        self._prepare()

    def encode(self, texts: Sequence[str], encoder: Encoder) -> Vectors:
        """As `encoder.encode`, for the texts not seen before; what was made is kept at once."""
        hashes = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        try:
            known = self._known(hashes, encoder)
        except sqlite3.DatabaseError as error:
            self._begin_anew_after(error)
            known = {}
        missing = {key: text for key, text in zip(hashes, texts, strict=True) if key not in known}
        if missing:
            made = dict(zip(missing, encoder.encode(list(missing.values())), strict=True))
            try:
                self._keep(made, encoder)
            except sqlite3.DatabaseError as error:
                self._begin_anew_after(error)
                self._keep(made, encoder)
            known.update(made)
        if not texts:
            return np.zeros((0, encoder.dimensions), np.float32)
        return np.stack([known[key] for key in hashes])

    def _keep(self, made: Mapping[bytes, Vectors], encoder: Encoder) -> None:
        rows = [(encoder.fingerprint, key, _checked(key, vector.tobytes())) for key, vector in made.items()]
        with self._tables:
            self._tables.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    def _known(self, hashes: Sequence[bytes], encoder: Encoder) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        for start in range(0, len(hashes), _AT_ONCE):
            some = hashes[start : start + _AT_ONCE]
            marks = ", ".join("?" for _ in some)
            rows = self._tables.execute(
                f"SELECT text_hash, vector FROM vectors WHERE fingerprint = ? AND text_hash IN ({marks})",
                (encoder.fingerprint, *some),
            )
            for key, blob in rows:
                vector = blob[:-_CHECK_BYTES]
                if len(vector) == encoder.dimensions * 4 and blob == _checked(key, vector):
                    found[key] = np.frombuffer(vector, np.float32)
        return found

    def close(self) -> None:
        self._tables.close()


def _checked(key: bytes, vector: bytes) -> bytes:
    return vector + zlib.crc32(key + vector).to_bytes(_CHECK_BYTES, "big")

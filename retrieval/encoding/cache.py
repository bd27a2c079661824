"""Vectors that were made before, by the model's fingerprint and the hash of the text."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retrieval.encoding.encoder import Encoder
from retrieval.store.protocol import Vectors

_AT_ONCE = 500


class VectorCache:
    """A SQLite file. Losing it costs time only, so a damaged one is begun anew."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._open(path)
        except sqlite3.OperationalError:  # another process holds it: that is no damage
            raise
        except sqlite3.DatabaseError:
            path.unlink()
            self._open(path)

    def _open(self, path: Path) -> None:
        self._tables = sqlite3.connect(path, timeout=30)
        self._tables.execute("PRAGMA journal_mode = WAL")
        self._tables.execute("PRAGMA synchronous = NORMAL")
        self._tables.execute(
            "CREATE TABLE IF NOT EXISTS vectors (fingerprint TEXT, text_hash BLOB, vector BLOB NOT NULL, "
            "PRIMARY KEY (fingerprint, text_hash)) STRICT, WITHOUT ROWID"
        )

    def encode(self, texts: Sequence[str], encoder: Encoder) -> Vectors:
        """As `encoder.encode`, for the texts not seen before; what was made is kept at once."""
        hashes = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        known = self._known(hashes, encoder)
        missing = {key: text for key, text in zip(hashes, texts, strict=True) if key not in known}
        if missing:
            made = encoder.encode(list(missing.values()))
            rows = [(encoder.fingerprint, key, row.tobytes()) for key, row in zip(missing, made, strict=True)]
            with self._tables:
                self._tables.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
            known.update(zip(missing, made, strict=True))
        if not texts:
            return np.zeros((0, encoder.dimensions), np.float32)
        return np.stack([known[key] for key in hashes])

    def _known(self, hashes: Sequence[bytes], encoder: Encoder) -> dict[bytes, Vectors]:
        found: dict[bytes, Vectors] = {}
        for start in range(0, len(hashes), _AT_ONCE):
            some = hashes[start : start + _AT_ONCE]
            marks = ", ".join("?" for _ in some)
            rows = self._tables.execute(
                f"SELECT text_hash, vector FROM vectors WHERE fingerprint = ? AND text_hash IN ({marks})",
                (encoder.fingerprint, *some),
            )
            found.update((key, np.frombuffer(blob, np.float32)) for key, blob in rows)
        return found

    def close(self) -> None:
        self._tables.close()

"""Keeps the published generation open between questions, and closes an old one when its last reader is done."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.store.protocol import Backend, Snapshot


@dataclass(slots=True)
class _Held:
    generation: int
    snapshot: Snapshot
    readers: int = 0


class SnapshotHolder:
    """Safe to use from several threads."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._lock = threading.Lock()
        self._held: _Held | None = None

    @contextlib.contextmanager
    def reading(self) -> Iterator[Snapshot | None]:
        """The generation published now, for as long as the block runs; None before the first. Raises IndexDamaged."""
        held = self._borrow()
        try:
            yield held.snapshot if held else None
        finally:
            if held is not None:
                self._give_back(held)

    def close(self) -> None:
        with self._lock:
            held, self._held = self._held, None
            if held is not None and not held.readers:
                held.snapshot.close()

    def _borrow(self) -> _Held | None:
        with self._lock:
            published = self._backend.published()
            if published is None:
                return None
            if self._held is None or self._held.generation != published:
                snapshot = self._backend.snapshot()
                if snapshot is None:
                    return None
                old, self._held = self._held, _Held(snapshot.manifest.generation, snapshot)
                if old is not None and not old.readers:
                    old.snapshot.close()
            self._held.readers += 1
            return self._held

    def _give_back(self, held: _Held) -> None:
        with self._lock:
            held.readers -= 1
            if not held.readers and held is not self._held:
                held.snapshot.close()

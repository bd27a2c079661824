"""Keeps the published generation open between questions, and closes an old one when its last reader is done."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.errors import IndexDamaged
from retrieval.store.protocol import Backend, Snapshot

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Held:
    generation: int
    snapshot: Snapshot
    readers: int = 0


class SnapshotHolder:
    """Safe to use from several threads. While one opens a new generation, the others go on with the old."""

    def __init__(self, backend: Backend, *, checks: bool = True) -> None:
        """Without `checks`, what opening leaves to be looked at beside the questions is left to another process."""
        self._backend, self._checks = backend, checks
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._held: _Held | None = None
        self._damaged: int | None = None
        self._refused: tuple[int, str] | None = None
        """A generation that a check found damaged, and how. It is not opened again, even where that can't be marked."""

    @contextlib.contextmanager
    def reading(self) -> Iterator[Snapshot | None]:
        """The generation published now, for as long as the block runs; None before the first.

        Where that one is damaged and an older one is open, the older one serves and the log says so; where none is
        open, raises IndexDamaged.
        """
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
        published = self._backend.published()
        with self._lock:
            held = self._held
        news = published is not None and (held is None or published not in (held.generation, self._damaged))
        # Whoever has nothing to read waits while another opens it; whoever has an older generation need not.
        if published is not None and news and self._opening.acquire(blocking=held is None):
            try:
                self._open(published)
            finally:
                self._opening.release()
        with self._lock:
            if self._held is not None:
                self._held.readers += 1
            elif self._refused is not None and self._refused[0] == published:  # since it was opened, a moment ago
                raise IndexDamaged(self._refused[1])
            return self._held

    def _open(self, published: int) -> None:
        with self._lock:
            if self._held is not None and self._held.generation == published:
                return
        try:
            if self._refused is not None and self._refused[0] == published:
                raise IndexDamaged(self._refused[1])
            snapshot = self._backend.snapshot()
        except IndexDamaged as error:
            with self._lock:
                if self._held is None:
                    raise
                self._damaged = published
                log.error("%s; generation %d goes on serving", error, self._held.generation)  # noqa: TRY400
            return
        if snapshot is None:
            return
        checked = snapshot.is_checked or not self._checks
        opened = _Held(snapshot.manifest.generation, snapshot, readers=0 if checked else 1)  # the check is a reader
        with self._lock:
            old, self._held = self._held, opened
            if old is not None and not old.readers:
                old.snapshot.close()
        if not checked:
            threading.Thread(target=self._check, args=(opened,), name="check of the index", daemon=True).start()

    def _check(self, opened: _Held) -> None:
        """Beside the questions, which need not wait: a damaged generation serves for as long as this takes, and what is
        shown of it is checked against sums of its own.
        """
        try:
            opened.snapshot.check()
        except IndexDamaged as error:
            log.error("%s; the next run of the index makes it anew", error)  # noqa: TRY400
            with self._lock:
                self._refused = (opened.generation, str(error))
                if self._held is opened:
                    self._held = None
        except Exception:
            log.exception("the index could not be checked")
        finally:
            self._give_back(opened)

    def _give_back(self, held: _Held) -> None:
        with self._lock:
            held.readers -= 1
            if not held.readers and held is not self._held:
                held.snapshot.close()

"""Who writes and who reads, on whichever machine: rows that run out unless they are renewed.

Milvus has no locks. A writer puts its row down and then looks whether another's is there: of two that come at the same
time at least one sees the other, and whoever sees another steps back. A reader's row keeps the generation that it reads
from being pruned. Rows of the dead run out; the clocks of the machines must agree to within a few seconds.
"""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from dataclasses import dataclass

from retrieval.errors import IndexBusy, IndexDamaged, StoreUnavailable
from retrieval.store.milvus.engine import Engine, Row
from retrieval.store.milvus.names import leases_of
from retrieval.store.milvus.records import placeholder
from retrieval.store.milvus.schema import LEASE_COLUMNS

_WRITER = -1
"""Stands where a reader's row has its generation."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Seconds after which a row that nobody renewed counts no more."""

    writer: float = 60
    reader: float = 600
    """Longer than the longest question: a snapshot renews its row only while it is used."""


class Leases:
    def __init__(self, engine: Engine, terms: Terms) -> None:
        self._engine = engine
        self._terms = terms
        self._collection = leases_of(engine.address.name)
        self._is_there = False

    def to_write(self) -> WriterLease:
        """Raises IndexBusy."""
        self._make()
        lease = WriterLease(self, f"writer.{uuid.uuid4().hex}", self._terms.writer)
        self.put(lease.identity, _WRITER, self._terms.writer)
        if self.writers() != {lease.identity}:
            self.take_back(lease.identity)
            raise IndexBusy("another process is bringing this index in step; try again when it is done")
        self._sweep()
        lease.start()
        return lease

    def to_read(self, generation: int) -> ReaderLease:
        self._make()
        lease = ReaderLease(self, f"reader.{uuid.uuid4().hex}", generation, self._terms.reader)
        lease.renew()
        return lease

    def being_read(self) -> set[int]:
        return {int(row["generation"]) for row in self._live() if row["generation"] != _WRITER}

    def writers(self) -> set[str]:
        return {str(row["id"]) for row in self._live() if row["generation"] == _WRITER}

    def put(self, identity: str, generation: int, seconds: float) -> None:
        until = int((time.time() + seconds) * 1000)
        self._engine.upsert(
            self._collection, [{"id": identity, "generation": generation, "until": until, **placeholder()}]
        )

    def take_back(self, identity: str) -> None:
        self._engine.delete(self._collection, f'id == "{identity}"')

    def _live(self) -> list[Row]:
        return self._engine.rows(self._collection, f"until > {_now()}", ("id", "generation"))

    def _sweep(self) -> None:
        """Long after they ran out: a row of the last moments is still good for finding out what happened."""
        self._engine.delete(self._collection, f"until < {_now() - 86_400_000}")

    def _make(self) -> None:
        if not self._is_there:
            self._engine.create(self._collection, LEASE_COLUMNS)
            self._is_there = True


def _now() -> int:
    return int(time.time() * 1000)


class WriterLease:
    """Renewed by a thread of its own: between two documents a model may think for minutes."""

    def __init__(self, leases: Leases, identity: str, seconds: float) -> None:
        self.identity = identity
        self._leases = leases
        self._seconds = seconds
        self._put_at = time.time()
        self._over = threading.Event()
        self._renewing = threading.Thread(target=self._renew, name="writer's lease", daemon=True)

    def start(self) -> None:
        self._renewing.start()

    def _renew(self) -> None:
        while not self._over.wait(self._seconds / 4) and not self._ran_out():
            with contextlib.suppress(StoreUnavailable):  # `check` tells in time whether it was too long
                self._leases.put(self.identity, _WRITER, self._seconds)
                self._put_at = time.time()

    def _ran_out(self) -> bool:
        return time.time() - self._put_at > self._seconds

    def check(self) -> None:
        """Raises IndexBusy where it ran out, so that another may be writing."""
        if self._ran_out() or self._leases.writers() != {self.identity}:
            raise IndexBusy("the store took this writer for dead, as it was away too long; run it again")

    def release(self) -> None:
        """Does nothing to one that was released."""
        if not self._over.is_set():
            self._over.set()
            self._renewing.join()  # or it might put its row down again
            self._leases.take_back(self.identity)


@dataclass(slots=True)
class ReaderLease:
    leases: Leases
    identity: str
    generation: int
    seconds: float
    _renewed: float = 0.0

    def renew(self) -> None:
        """Does nothing while it has most of its time left."""
        now = time.monotonic()
        if now - self._renewed > self.seconds / 3 or not self._renewed:
            self._renewed = now
            self.leases.put(self.identity, self.generation, self.seconds)

    def release(self) -> None:
        with contextlib.suppress(StoreUnavailable, IndexDamaged):  # it runs out by itself
            self.leases.take_back(self.identity)

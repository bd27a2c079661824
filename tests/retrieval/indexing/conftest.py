"""One archive folder, one index beside it, and runs that bring the one in step with the other."""

from __future__ import annotations

import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from retrieval.indexing import IndexReport, bring_in_step, register
from retrieval.store.local import LocalBackend
from retrieval.store.protocol import Snapshot


class Index:
    def __init__(self, folder: Path, place: Path, encoder: Any) -> None:
        self.folder, self.place, self.encoder = folder, place, encoder
        self.backend = LocalBackend(place)
        self.loaded = 0
        self.fingerprint = lambda: self.encoder.fingerprint

    def run(self, **how: Any) -> IndexReport:
        """Encoded texts are counted anew in every run."""
        self.encoder.encoded.clear()
        self.loaded = 0
        cache = self.place / "cache.sqlite"
        return bring_in_step(
            self.folder, self.backend, self.encoder.name, self._load, cache, fingerprint=self.fingerprint, **how
        )

    def _load(self) -> Any:
        self.loaded += 1
        return self.encoder

    def snapshot(self) -> Snapshot:
        snapshot = self.backend.snapshot()
        assert snapshot is not None
        return snapshot

    def paths(self) -> list[str]:
        return [source.path.removeprefix(f"{self.folder.name}/") for source in self.snapshot().sources()]

    def source(self, path: str) -> Any:
        [found] = [s for s in self.snapshot().sources() if s.path == f"{self.folder.name}/{path}"]
        return found


@pytest.fixture
def index(folder, tmp_path, hash_encoder) -> Index:
    return Index(folder, tmp_path / "data", hash_encoder)


@pytest.fixture
def on_day(monkeypatch):
    """Sets the day that a run takes for today."""

    def set_to(day: datetime.date) -> None:
        noon = datetime.datetime(day.year, day.month, day.day, 12, tzinfo=datetime.UTC)
        clock = SimpleNamespace(now=lambda _: noon)
        monkeypatch.setattr(register, "datetime", SimpleNamespace(datetime=clock, UTC=datetime.UTC))

    return set_to

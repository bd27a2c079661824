"""What several folders of tests share: how hard hypothesis looks, the real model, and a tiny encoder beside it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from retrieval.encoding import Encoder, directions_of, load_encoder
from retrieval.spans import Span
from retrieval.store.local.layout import Layout, files_of, read_manifest, write_manifest, written
from retrieval.store.protocol import PassageVectors

REPOSITORY = Path(__file__).parents[1]
SEED = REPOSITORY / "seeds" / "000_1c64d74089188847.txt"

# Each bot would start processes that answer, a second of the processor's each; tests that are about them say so.
os.environ.setdefault("ARCHIVIST_PROCESSES", "0")

_SLOW_IS_FINE = (HealthCheck.too_slow, HealthCheck.data_too_large)
# The same examples in every run, so that a red test means a change. HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None, max_examples=40, suppress_health_check=_SLOW_IS_FINE)
settings.register_profile("search", deadline=None, max_examples=2000, suppress_health_check=_SLOW_IS_FINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


class HashEncoder:
    """Unit vectors from a hash of the text: equal texts are equal, others are unrelated. Remembers its texts."""

    dimensions = 16

    def __init__(self, name: str = "hash") -> None:
        self.name = name
        self.fingerprint = f"fingerprint of {name}"
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.encoded += texts
        rows = [self._row(f"{self.name}\0{text}") for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimensions), np.float32)

    def encode_passages(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> PassageVectors:
        whole = self.encode(texts)
        rows = [[self._row(span.of(text)) for span in spans] for text, spans in zip(texts, sentences, strict=True)]
        parts = (np.stack(held) if held else np.zeros((0, self.dimensions), np.float32) for held in rows)
        return PassageVectors(whole, tuple(directions_of(part) for part in parts))

    def _row(self, text: str) -> np.ndarray:
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        row = np.random.default_rng(int.from_bytes(digest[:8])).standard_normal(self.dimensions)
        return (row / np.linalg.norm(row)).astype(np.float32)


@pytest.fixture(scope="session")
def reseal() -> Callable[[Path], None]:
    """Makes the sums of a generation's files those of the files as they are now: what was changed passes for what was
    published, so that what stands behind the sums is tried.
    """

    def resealed(folder: Path) -> None:
        layout = Layout(folder)
        manifest, _ = read_manifest(layout.manifest)
        write_manifest(layout.manifest, manifest, {name: written(path) for name, path in files_of(layout)})

    return resealed


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The real default model, loaded once, and compiled by the first of several test processes."""
    return load_encoder("all-MiniLM-L6-v2", keep=tmp_path_factory.getbasetemp().parent / "model")


@pytest.fixture
def hash_encoder() -> HashEncoder:
    return HashEncoder()


@pytest.fixture(scope="session")
def new_hash_encoder() -> type[HashEncoder]:
    """For tests that need a second one, with another name."""
    return HashEncoder


@pytest.fixture(scope="session")
def seed() -> Path:
    """The first document of the repository's archive."""
    return SEED

"""An archive that is really indexed: the seed, and documents written for these tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import Archive, RetrievalSettings

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def archive(seed: Path, new_hash_encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Verifying needs no model: the encoder only lets it be indexed, and remembers what it was asked."""
    place = tmp_path_factory.mktemp("verifying")
    shutil.copytree(HERE / "documents", place / "archive" / "documents")
    (place / "archive" / "seeds").mkdir()
    shutil.copy(seed, place / "archive" / "seeds")
    archive = Archive(RetrievalSettings(archive=place / "archive", data=place / "data"), encoder=new_hash_encoder())
    archive.reindex()
    yield archive
    archive.close()

"""An archive that is really indexed: the seed, and documents written for these tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
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


@pytest.fixture
def archive_of(new_hash_encoder, tmp_path: Path) -> Iterator[Callable[[dict[str, str]], Archive]]:
    """One of files with these texts."""
    opened: list[Archive] = []

    def made(files: dict[str, str]) -> Archive:
        (tmp_path / "archive").mkdir()
        for name, text in files.items():
            (tmp_path / "archive" / name).write_text(text)
        settings = RetrievalSettings(archive=tmp_path / "archive", data=tmp_path / "data")
        opened.append(Archive(settings, encoder=new_hash_encoder()))
        opened[-1].reindex()
        return opened[-1]

    yield made
    for archive in opened:
        archive.close()

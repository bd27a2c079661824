"""An archive of files in a folder, indexed whenever a test asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.settings import RetrievalSettings


@pytest.fixture
def archive(folder: Path, tmp_path: Path, hash_encoder) -> Iterator[Archive]:
    opened = Archive(RetrievalSettings(archive=folder, data=tmp_path / "data"), encoder=hash_encoder)
    yield opened
    opened.close()


@pytest.fixture
def code_of(archive: Archive) -> Callable[[str], str]:
    """Of the passage that holds these words."""

    def found(words: str) -> str:
        [excerpt] = archive.search(words).excerpts
        return excerpt.passage.code

    return found

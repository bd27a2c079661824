"""A folder to put files into, and the document that a file becomes."""

from __future__ import annotations

import contextlib
import datetime
import os
import pwd
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from retrieval.codes import document_code
from retrieval.reading import FileOfIt, Limits, Reading, Workers, document_of, read_file, walk
from retrieval.records import Document

FIRST_SEEN = datetime.date(2024, 1, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "archive"
    place.mkdir()
    return place


@pytest.fixture
def put(folder: Path) -> Callable[[str, str | bytes], Path]:
    """Writes a file, with the line ends that it is given."""

    def write(name: str, content: str | bytes) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def reading(folder: Path, put: Callable[[str, str | bytes], Path]) -> Callable[..., Reading]:
    """Writes a file, if its content is given, and reads it here, not in a process of its own."""

    def as_found(name: str, content: str | bytes | None = None) -> Reading:
        if content is not None:
            put(name, content)
        [file] = [file for file in walk(folder) if file.path == name]
        [found] = read_file(folder, file)
        assert isinstance(found, Reading)
        return found

    return as_found


@pytest.fixture
def read(folder: Path, reading: Callable[..., Reading]) -> Callable[..., Document]:
    """The document that is made of it."""

    def as_found(name: str, content: str | bytes | None = None) -> Document:
        place = FileOfIt(folder.resolve().name, name, document_code(name), FIRST_SEEN)
        return document_of(reading(name, content), place)

    return as_found


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that anybody may enter: pytest's own are for their owner alone."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield Path(place)


@pytest.fixture
def somebody_without_permission() -> Callable[[], AbstractContextManager[None]]:
    """As whoever runs the tests; root, whom no permission stops, becomes nobody for a moment."""

    @contextlib.contextmanager
    def for_a_moment() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        try:
            os.seteuid(pwd.getpwnam("nobody").pw_uid)
        except (KeyError, PermissionError):
            pytest.skip("root reads everything, and may not become nobody here")
        try:
            yield
        finally:
            os.seteuid(0)

    return for_a_moment


@pytest.fixture
def reasons(
    folder: Path, put: Callable[[str, str | bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, str | None]]:
    """Writes files and reads each as the indexer does, in a process whose seconds of the processor the kernel counts.

    Name -> why it is not read; None where it is. The clock has no say, on however busy a machine.
    """
    monkeypatch.setattr("retrieval.reading.workers.PATIENCE", 1000)

    def as_found(files: dict[str, bytes], seconds: int) -> dict[str, str | None]:
        for name, content in files.items():
            put(name, content)
        with Workers(folder, Limits(seconds)) as workers:
            answers = [answer for answer in workers.read(walk(folder)) if "end" in answer.header]
        return {answer.path: answer.header.get("reason") for answer in answers}

    return as_found

"""The archive folder as it lies on disk. Nothing here ever writes, and nothing outside the folder is opened."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from retrieval.errors import ArchiveFolderError, UnreadableFile

SIDECARS = (".toml", ".json")
"""Endings of files that hold another file's metadata; they are not documents."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A file that was seen in the folder. Equal stamps are taken for unchanged content."""

    path: str
    """Relative to the archive folder, with forward slashes."""
    stamp: str
    sidecar: str | None
    """Path of the file that holds its metadata."""


def walk(folder: Path) -> list[FileStamp]:
    """Every regular file below the folder but hidden ones and sidecars, sorted by path.

    Symbolic links are not followed, whether they lead out of the folder or not. Raises ArchiveFolderError where the
    folder or one inside it can't be listed: half a walk must not look like a whole one.
    """
    if not folder.is_dir():
        raise ArchiveFolderError(f"the archive folder {folder} does not exist; the index is left as it was")
    stats: dict[str, os.stat_result] = {}

    def refuse(error: OSError) -> None:
        raise ArchiveFolderError(f"can't list {error.filename}: {error.strerror}; the index is left as it was")

    for here, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if name.startswith("."):
                continue
            found = Path(here, name)
            relative = found.relative_to(folder).as_posix()
            try:
                status = found.lstat()
            except FileNotFoundError:  # removed between listing and looking
                continue
            if stat.S_ISREG(status.st_mode):
                stats[relative] = status
    return [_stamped(path, stats) for path in sorted(stats) if PurePosixPath(path).suffix.lower() not in SIDECARS]


def digest_of(folder: Path, file: FileStamp) -> str:
    """sha256 over the file's bytes and its sidecar's. Raises UnreadableFile."""
    digest = hashlib.sha256(read_bytes(folder, file.path))
    if file.sidecar is not None:
        digest.update(b"\0sidecar\0")
        digest.update(read_bytes(folder, file.sidecar))
    return digest.hexdigest()


def read_bytes(folder: Path, path: str) -> bytes:
    """A regular file's bytes, without following a link put in its place since the walk. Raises UnreadableFile."""
    try:
        descriptor = os.open(folder / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UnreadableFile("not a regular file")
            return file.read()
    except OSError as error:
        raise UnreadableFile(f"can't be opened: {error.strerror}") from None


def _stamped(path: str, stats: dict[str, os.stat_result]) -> FileStamp:
    bare = PurePosixPath(path).with_suffix("")
    candidates = [f"{name}{ending}" for name in (path, bare.as_posix()) for ending in SIDECARS]
    sidecar = next((name for name in candidates if name in stats), None)
    parts = [stats[path]] + ([stats[sidecar]] if sidecar else [])
    return FileStamp(path, ";".join(f"{part.st_size}:{part.st_mtime_ns}" for part in parts), sidecar)

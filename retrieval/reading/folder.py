"""The archive folder as it lies on disk. Nothing here ever writes, and nothing outside the folder is opened."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path, PurePosixPath

from retrieval.errors import ArchiveFolderError, UnreadableFile

MOST_DEEP = 50
"""Folders inside one another."""
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

    Symbolic links are not followed, whether they lead out of the folder or not. Folders deeper than MOST_DEEP are left
    out. Raises ArchiveFolderError where the folder or one inside it can't be listed: half a walk must not look like a
    whole one.
    """
    if not folder.is_dir():
        raise ArchiveFolderError(f"the archive folder {folder} does not exist; the index is left as it was")
    stats: dict[str, os.stat_result] = {}
    waiting = [(folder, 0)]
    while waiting:
        here, depth = waiting.pop()
        try:
            with os.scandir(here) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False) and depth < MOST_DEEP:
                        waiting.append((Path(entry.path), depth + 1))
                    elif entry.is_file(follow_symlinks=False):
                        with contextlib.suppress(FileNotFoundError):  # removed between listing and looking
                            found = entry.stat(follow_symlinks=False)
                            stats[Path(entry.path).relative_to(folder).as_posix()] = found
        except OSError as error:
            message = f"can't list {error.filename}: {error.strerror}; the index is left as it was"
            raise ArchiveFolderError(message) from None
    return [_stamped(path, stats) for path in sorted(stats) if PurePosixPath(path).suffix.lower() not in SIDECARS]


def stamp_of(folder: Path, path: str) -> FileStamp:
    """As `walk` gives it, for one file that is known. Its stamp tells nothing; its sidecar is the one there is now."""
    bare = PurePosixPath(path).with_suffix("").as_posix()
    beside = (f"{name}{ending}" for name in (path, bare) for ending in SIDECARS)
    sidecar = next((name for name in beside if stat.S_ISREG(_mode(folder / name))), None)
    return FileStamp(path, "", sidecar)


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except OSError:
        return 0


@contextmanager
def opened(folder: Path, path: str, most_bytes: int) -> Iterator[BufferedReader]:
    """A regular file below the folder, for reading. Raises UnreadableFile, also for one larger than `most_bytes`.

    Neither a link nor a pipe that was put in its place since the walk is followed or waited for, and no link in the
    place of a folder above it: each is opened inside the one before.
    """
    *above, name = PurePosixPath(path).parts
    try:
        with ExitStack() as held:
            here = _opened(folder, os.O_DIRECTORY, held)
            for part in above:
                here = _opened(part, os.O_DIRECTORY | os.O_NOFOLLOW, held, here)
            file = held.enter_context(
                os.fdopen(_opened(name, os.O_NOFOLLOW | os.O_NONBLOCK, held, here), "rb", closefd=False)
            )
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableFile("not a regular file")
            if status.st_size > most_bytes:
                raise UnreadableFile(_too_large(most_bytes))
            yield file
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):  # of O_NOFOLLOW
            raise UnreadableFile("a link, and links are not followed") from None
        raise UnreadableFile(f"can't be opened: {error.strerror}") from None


def _opened(path: Path | str, flags: int, held: ExitStack, inside: int | None = None) -> int:
    descriptor = os.open(path, os.O_RDONLY | flags, dir_fd=inside)
    held.callback(os.close, descriptor)
    return descriptor


def read_bytes(folder: Path, path: str, most_bytes: int) -> bytes:
    """All of a file that is `opened`, and that did not grow beyond `most_bytes` meanwhile. Raises UnreadableFile."""
    with opened(folder, path, most_bytes) as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise UnreadableFile(_too_large(most_bytes))
    return content


def _too_large(most_bytes: int) -> str:
    return f"larger than {most_bytes // 1024 // 1024} MiB"


def _stamped(path: str, stats: dict[str, os.stat_result]) -> FileStamp:
    bare = PurePosixPath(path).with_suffix("")
    candidates = [f"{name}{ending}" for name in (path, bare.as_posix()) for ending in SIDECARS]
    sidecar = next((name for name in candidates if name in stats), None)
    parts = [stats[path]] + ([stats[sidecar]] if sidecar else [])
    return FileStamp(path, ";".join(f"{part.st_size}:{part.st_mtime_ns}" for part in parts), sidecar)

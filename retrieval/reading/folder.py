"""The archive folder as it lies on disk. Nothing here ever writes, and nothing outside the folder is opened."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Container, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from io import BufferedReader
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from retrieval.errors import ArchiveFolderError, UnreadableFile
from retrieval.reading.sizes import larger_than

MOST_DEEP = 50
"""Folders inside one another."""
A_LINK = "a link, and links are not followed"
NO_FILE = "not a regular file"
_SIDECARS = (".toml", ".json", ".TOML", ".JSON")
"""Endings of files that hold another file's metadata; they are not documents."""
ALONE = "taken for metadata, and no file that it could be of is beside it"


class FileStamp(NamedTuple):
    """A file that was seen in the folder. Equal stamps are taken for unchanged content."""

    path: str
    """Relative to the archive folder, with forward slashes."""
    stamp: str
    sidecars: tuple[str, ...] = ()
    """Paths of the files that hold its metadata, the one that counts first before the others."""
    refused: str | None = None
    """Why it is not even opened: it is a link, a pipe, a folder too deep or without permission, metadata of no file."""
    hides: bool = False
    """It is a folder that can't be listed, so of what lies below it nothing is known: least of all that it is gone."""


def walk(folder: Path) -> list[FileStamp]:
    """Everything below the folder but hidden files and used sidecars, sorted by path; regular files are to be read.

    Symbolic links are not followed, whether they lead out of the folder or not: they, what is no file, sidecars of
    no file, and folders deeper than MOST_DEEP are given with the reason why they are refused. So is a folder inside
    that can't be listed to its end, with none of its files: half a folder must not look like a whole one.

    Raises ArchiveFolderError where the folder itself can't be listed.
    """
    if not folder.is_dir():
        raise ArchiveFolderError(f"the archive folder {folder} does not exist; the index is left as it was")
    found: list[FileStamp] = []
    waiting = [("", 0)]
    while waiting:
        here, depth = waiting.pop()
        try:
            inside = _listed(folder, here)
        except OSError as error:
            if not here:
                message = f"can't list {error.filename}: {error.strerror}; the index is left as it was"
                raise ArchiveFolderError(message) from None
            found.append(_not_listed(here, error))
            continue
        found += _stamped(inside.files)
        found += [FileStamp(path, "", (), reason) for path, reason in inside.others.items()]
        if depth < MOST_DEEP:
            waiting += [(path, depth + 1) for path in inside.folders]
        else:
            found += [FileStamp(path, "", (), f"more than {MOST_DEEP} folders deep") for path in inside.folders]
    return sorted(found, key=_PATH)


_PATH = attrgetter("path")


class _Inside(NamedTuple):
    """What a folder holds, by path relative to the archive folder."""

    files: dict[str, os.stat_result]
    folders: list[str]
    others: dict[str, str]
    """With the reason why they are refused."""


def _listed(folder: Path, here: str) -> _Inside:
    """All of it, but for hidden names and what is removed between listing and looking. `here` is relative to the
    archive folder. Raises OSError.
    """
    inside = _Inside({}, [], {})
    above = f"{here}/" if here else ""
    with os.scandir(folder / here) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = above + entry.name
            if entry.is_dir(follow_symlinks=False):
                inside.folders.append(path)
            elif entry.is_file(follow_symlinks=False):
                try:
                    inside.files[path] = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                except OSError as error:
                    if error.errno != errno.ENAMETOOLONG:
                        raise
                    inside.others[path] = "its path is too long for this system"
            else:
                inside.others[path] = A_LINK if entry.is_symlink() else NO_FILE
    return inside


def _stamped(files: Mapping[str, os.stat_result]) -> Iterator[FileStamp]:
    """Those of one folder, where a file's metadata lies too, if any."""
    said = {path for path in files if is_sidecar(path)}
    used: set[str] = set()
    for path, status in files.items():
        if path in said:
            continue
        stamp = f"{status.st_size}:{status.st_mtime_ns}"
        sidecars = sidecars_of(path, said) if said else ()
        if sidecars:
            used.update(sidecars)
            parts = (files[name] for name in sidecars)
            stamp = ";".join((stamp, *(f"{part.st_size}:{part.st_mtime_ns}" for part in parts)))
        yield FileStamp(path, stamp, sidecars)
    yield from (FileStamp(path, "", (), ALONE) for path in said - used)


def _not_listed(path: str, error: OSError) -> FileStamp:
    if error.errno == errno.ENAMETOOLONG:  # so no walk ever saw what is in it, and nothing of it is published
        return FileStamp(path, "", (), "a folder whose path is too long for this system")
    reason = f"a folder that can't be listed: {error.strerror}; what was read of it before stays"
    return FileStamp(path, "", (), reason, hides=True)


def stamp_of(folder: Path, path: str) -> FileStamp:
    """As `walk` gives it, for one file that is known. Its stamp tells nothing; its sidecars are those there are now."""
    return FileStamp(path, "", tuple(name for name in _beside(path) if stat.S_ISREG(_mode(folder / name))))


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except OSError:
        return 0


@contextmanager
def opened(folder: Path, path: str, most_bytes: int) -> Iterator[BufferedReader]:
    """A regular file below the folder, for reading. Raises UnreadableFile, also for one larger than `most_bytes`, and
    for one that is nothing but a hole.

    Neither a link nor a pipe that was put in its place since the walk is followed or waited for, and no link in the
    place of a folder above it: each is opened inside the one before.
    """
    *above, name = PurePosixPath(path).parts
    if PurePosixPath(path).is_absolute() or ".." in (*above, name):
        raise UnreadableFile("its path leads out of the archive folder")
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
                raise UnreadableFile(NO_FILE)
            if status.st_size > most_bytes:
                raise UnreadableFile(larger_than(most_bytes))
            _refuse_a_hole(file.fileno(), status.st_size)
            yield file
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):  # of O_NOFOLLOW
            raise UnreadableFile(A_LINK) from None
        raise UnreadableFile(f"can't be opened: {error.strerror}") from None


def _refuse_a_hole(descriptor: int, size: int) -> None:
    """A file that was made to a length and never written, as an unfinished download: its noughts take time to read."""
    if size == 0 or not hasattr(os, "SEEK_DATA"):
        return
    try:
        os.lseek(descriptor, 0, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise UnreadableFile("nothing was ever written into it") from None
    os.lseek(descriptor, 0, os.SEEK_SET)


def _opened(path: Path | str, flags: int, held: ExitStack, inside: int | None = None) -> int:
    descriptor = os.open(path, os.O_RDONLY | flags, dir_fd=inside)
    held.callback(os.close, descriptor)
    return descriptor


def read_bytes(folder: Path, path: str, most_bytes: int) -> bytes:
    """All of a file that is `opened`, and that did not grow beyond `most_bytes` meanwhile. Raises UnreadableFile."""
    with opened(folder, path, most_bytes) as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise UnreadableFile(larger_than(most_bytes))
    return content


def is_sidecar(name: str) -> bool:
    """By its ending, whatever lies beside it."""
    return name[-5:].lower() in _SIDECARS and bool(_split(name)[1])


def sidecars_of(path: str, names: Container[str]) -> tuple[str, ...]:
    """Of these names, those with the metadata of `path`, as of a walk: its own with an ending more, or in exchange."""
    return tuple(name for name in _beside(path) if name in names)


def _beside(path: str) -> Iterator[str]:
    return (f"{name}{ending}" for name in (path, _split(path)[0]) for ending in _SIDECARS)


def _split(path: str) -> tuple[str, str]:
    """The path without its last ending, and that, as PurePosixPath has them, which takes ten times as long."""
    at, begins = path.rfind("."), path.rfind("/") + 1
    return (path[:at], path[at:]) if begins < at < len(path) - 1 else (path, "")

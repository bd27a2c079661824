"""Folders that are private, and a disk that is full, failing or read-only, told in one line whoever met it."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from retrieval.errors import DiskError

_OF_A_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EMLINK}
_OF_A_TABLE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}


def make_private(folder: Path) -> None:
    """The folder, and those above it that are missing: nobody but their owner looks into them. Raises OSError."""
    for each in (*reversed(folder.parents), folder):
        try:
            if not each.is_dir():
                each.mkdir(mode=0o700, exist_ok=True)
        except FileExistsError:  # it is there, and no folder
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(each)) from None


@contextlib.contextmanager
def disk_errors(task: str) -> Iterator[None]:
    """Raises DiskError for what a disk does to the block: "TASK: No space left on device"; anything else as it was."""
    try:
        yield
    except (OSError, sqlite3.Error, RuntimeError, ValueError) as error:
        reason = _reason(error)
        if reason is None:
            raise
        raise DiskError(f"{task}: {reason}; the index is left as it was") from error


def _reason(error: Exception) -> str | None:
    if isinstance(error, OSError):
        return error.strerror if error.errno in _OF_A_DISK else None
    if isinstance(error, sqlite3.Error):
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte; the rest are details
        return str(error) if kind in _OF_A_TABLE else None
    # tantivy and FAISS have errors of no kind, with the system's words in them.
    said = (os.strerror(code) for code in sorted(_OF_A_DISK))
    return next((words for words in said if words in str(error)), None)

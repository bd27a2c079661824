"""A process that has too many files open would find all of an index damaged: its failures tell nothing of that."""

from __future__ import annotations

import errno
import os
import sqlite3

_CODES = (errno.EMFILE, errno.ENFILE)


def are_too_many(error: Exception) -> bool:
    """Whether that is what the error says, whichever library raised it."""
    if isinstance(error, OSError):
        return error.errno in _CODES
    if isinstance(error, sqlite3.Error):  # which does not say why: files that are missing are found before it is asked
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CANTOPEN
    return any(os.strerror(code) in str(error) for code in _CODES)  # tantivy's and FAISS's have the system's words

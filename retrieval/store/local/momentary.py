"""Failures that tell nothing of the index: a process that has too many files open would find all of it damaged."""

from __future__ import annotations

import errno
import os
import sqlite3

_CODES = (errno.EMFILE, errno.ENFILE)


def is_of_the_moment(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in _CODES
    if isinstance(error, sqlite3.Error):  # which does not say why: files that are missing are found before it is asked
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CANTOPEN
    return any(os.strerror(code) in str(error) for code in _CODES)  # tantivy's and FAISS's have the system's words

"""The archive folder as records that can be compared with the published ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from retrieval.errors import UnreadableFile
from retrieval.reading import FileStamp, digest_of, reader_of, walk
from retrieval.store.protocol import FileRecord


@dataclass(frozen=True, slots=True)
class Look:
    stamps: Mapping[str, FileStamp]
    records: Mapping[str, FileRecord]
    """By path; `documents` and the rest that only reading can tell are as they were published."""
    out_of_reach: frozenset[str]
    """Paths whose content can't be got at now, of a file or of the folder above it: what was read of them stays."""
    notes: tuple[str, ...]


def look(folder: Path, published: Mapping[str, FileRecord], *, trust_stamps: bool = True) -> Look:
    """Every file's record now; one with the stamp it had keeps its digest and is not opened.

    Files below a folder that can't be listed are taken to be what they were. Raises ArchiveFolderError where the
    archive folder itself can't be listed.
    """
    found = walk(folder)
    named = [file for file in found if _is_text(file.path)]
    notes = tuple(f"left alone, for its name is not UTF-8: {file.path!a}" for file in found if not _is_text(file.path))
    records = {file.path: _record(folder, file, published.get(file.path), trust_stamps) for file in named}
    # A disk that fails for a moment, or one folder's permissions, must not empty the archive.
    closed = tuple(f"{file.path}/" for file in named if file.hides)
    hidden = {path: known for path, known in published.items() if path.startswith(closed)}
    failing = (path for path, record in records.items() if record.documents)  # only what was published has any
    return Look({file.path: file for file in named}, records | hidden, frozenset((*hidden, *failing)), notes)


def _record(folder: Path, file: FileStamp, known: FileRecord | None, trust_stamp: bool) -> FileRecord:
    now = FileRecord(file.path, file.stamp, "", reader_of(file.path))
    if known is not None:  # told of until it is read again
        now = replace(now, notes=known.notes, broken=known.broken)
    if file.refused is not None:
        digest = hashlib.sha256(f"refused\0{file.refused}".encode()).hexdigest()
        return replace(now, digest=digest, reader=None, reason=file.refused)
    if trust_stamp and known is not None and known.digest and known.stamp == file.stamp:
        return replace(now, digest=known.digest, reason=known.reason)
    try:
        now = replace(now, digest=digest_of(folder, file))
    except UnreadableFile as error:
        if known is not None and known.documents:
            return replace(known, stamp="", reason=f"{error}; what was read of it before stays")  # and is tried again
        return replace(now, reason=str(error))
    unchanged = known is not None and known.digest == now.digest and not known.documents
    return replace(now, reason=known.reason) if known is not None and unchanged else now


def _is_text(name: str) -> bool:
    """Names that are not UTF-8 come from the file system as half characters, which no store can hold."""
    return not any("\ud800" <= character <= "\udfff" for character in name)

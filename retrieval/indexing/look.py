"""The archive folder, looked at for what differs from what was published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from pathlib import Path

from retrieval.errors import UnreadableFile
from retrieval.indexing.known_files import KnownFiles
from retrieval.reading import FileStamp, digest_of, reader_of, walk
from retrieval.store.protocol import FileRecord, glance_of


@dataclass(frozen=True, slots=True)
class Look:
    stamps: Mapping[str, FileStamp]
    unchanged: Set[str]
    """Paths, in order, of files of which nothing is different, as far as their stamps tell."""
    records: Mapping[str, FileRecord]
    """Of the others, by path; `documents` and the rest that only reading can tell are as they were published."""
    out_of_reach: frozenset[str]
    """Paths whose content can't be got at now, of a file or of the folder above it: what was read of them stays."""
    notes: tuple[str, ...]


def look(folder: Path, known: KnownFiles, *, trust_stamps: bool = True) -> Look:
    """What there is now. A file with the stamp that it had is not opened, and no record of it is fetched or made.

    Files below a folder that can't be listed are taken to be what they were. Raises ArchiveFolderError where the
    archive folder itself can't be listed.
    """
    stamps = {file.path: file for file in walk(folder)}
    unnamed = [path for path in stamps if not _is_text(path)]
    notes = tuple(f"left alone, for its name is not UTF-8: {path!a}" for path in unnamed)
    for path in unnamed:
        del stamps[path]
    # A disk that fails for a moment, or one folder's permissions, must not empty the archive.
    closed = tuple(f"{file.path}/" for file in stamps.values() if file.hides)
    hidden = [path for path in known.glances if path.startswith(closed)] if closed else []
    unchanged = _unchanged(stamps.values(), known.glances) if trust_stamps else {}
    others = [file for path, file in stamps.items() if path not in unchanged]
    before = known.records([file.path for file in others])
    records = {file.path: _record(folder, file, before.get(file.path), trust_stamps) for file in others}
    failing = (path for path, record in records.items() if record.documents)  # only what was published has any
    unchanged |= dict.fromkeys(hidden)
    return Look(stamps, unchanged.keys(), records, frozenset((*hidden, *failing)), notes)


def _unchanged(files: Iterable[FileStamp], glances: Mapping[str, str]) -> dict[str, None]:
    """Paths, in the order of the files."""
    readers, same = _Readers(), dict[str, None]()
    for file in files:
        name = file.path[file.path.rfind("/") + 1 :]
        now = glance_of(file.stamp, readers[name.partition(".")[2]])
        if glances.get(file.path) == now and file.refused is None:
            same[file.path] = None
    return same


class _Readers(dict[str, str | None]):
    """By what stands behind the first point of a file's name: what they are chosen by, and looked for once."""

    def __missing__(self, ending: str) -> str | None:
        self[ending] = reader_of(f"name.{ending}")
        return self[ending]


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
    if name.isascii():
        return True
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True

"""What was gathered, made into documents one after the other, and a record of what became of each file."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace

from retrieval.indexing.gathering import Gathered, GatheredFile
from retrieval.indexing.repetition import Repetition
from retrieval.reading import FileOfIt, document_of
from retrieval.records import Document, Unreadable
from retrieval.repeated_lines import marked
from retrieval.store.protocol import FileRecord

log = logging.getLogger(__name__)


class Making:
    """Gives out each document once; `records` are whole when all were taken."""

    def __init__(
        self, folder: str, files: Mapping[str, FileRecord], gathered: Gathered, repetition: Repetition, taken: set[str]
    ) -> None:
        """`folder` is the archive folder's name, `files` are those to read; ids that are `taken` are given to none."""
        self._folder, self._gathered, self._repetition, self._taken = folder, gathered, repetition, set(taken)
        self._bytes_made = 0
        self.records = dict(files)

    @property
    def share(self) -> float:
        """From 0 to 1: of the texts, that which was given out."""
        return self._bytes_made / max(self._gathered.size, 1)

    def documents(self) -> Iterator[Document]:
        for path, record in tuple(self.records.items()):
            file = self._gathered.files.get(path)
            if file is not None:
                yield from self._of_file(record, file)

    def _of_file(self, record: FileRecord, file: GatheredFile) -> Iterator[Document]:
        assert record.first_seen is not None  # noqa: S101 - `registered` gives a date to each
        place = FileOfIt(self._folder, record.path, record.identity, record.first_seen)
        ids: list[str] = []
        broken = list(file.broken)
        for kept in file.documents:
            self._bytes_made += kept.length
            reading = self._gathered.reading(kept)
            try:
                document = marked(document_of(reading, place), self._repetition.among(kept.lines))
            except Exception as error:  # a defect of a reader's: what it found contradicts itself
                log.exception("what was read of %r is no document", record.path)
                within = f"{record.path}/{reading.member}" if reading.member else record.path
                broken.append(Unreadable(within, f"its reader failed ({type(error).__name__})"))
                continue
            if document.source.id in self._taken:
                broken.append(Unreadable(document.source.path, "its code is that of another document"))
                continue
            self._taken.add(document.source.id)
            ids.append(document.source.id)
            yield document
        self.records[record.path] = replace(
            record,
            digest=record.digest if file.digest is None else file.digest,
            documents=tuple(ids),
            reason=file.reason,
            notes=file.notes,
            broken=tuple(broken),
        )

"""The documents of the published generation that are not read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from retrieval.indexing.repetition import Group, LinesIn, Repetition
from retrieval.records import Document
from retrieval.repeated_lines import marked
from retrieval.store.protocol import FileRecord, ShortLines, Snapshot

Marks = Mapping[str, frozenset[int]]
"""The repeated lines of documents, by id."""


@dataclass(frozen=True, slots=True)
class Staying:
    before: Snapshot | None
    files: Mapping[str, FileRecord]
    """Those that they are of, by path."""

    def ids(self) -> set[str]:
        return {identity for file in self.files.values() for identity in file.documents}

    def lines(self) -> Iterator[LinesIn]:
        return (lines for _, lines in self._lines())

    def to_add(self, repetition: Repetition, everything: bool) -> Marks:
        """What has to be added again: those of which other lines repeat in the archive than before, or `everything`."""
        now = ((short, repetition.among(lines)) for short, lines in self._lines())
        return {short.document_id: those for short, those in now if everything or those != frozenset(short.marked)}

    def documents(self, marks: Marks) -> Iterator[Document]:
        """Those that have marks, marked so."""
        for identity, lines in marks.items():
            document = self.before.document(identity) if self.before else None
            if document is not None:
                yield marked(document, lines)

    def _lines(self) -> Iterator[tuple[ShortLines, LinesIn]]:
        file_of = {identity: file for file in self.files.values() for identity in file.documents}
        for short in self.before.short_lines() if self.before else ():
            file = file_of.get(short.document_id)
            if file is not None:
                group = Group.of(short.publisher, short.collection)
                if len(file.documents) > 1:
                    group = group.within(file.path)
                yield short, LinesIn(group, short.lines, short.story)

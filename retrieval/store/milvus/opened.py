"""One generation's collections, to read: what its rows and records say, and nothing that a search decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retrieval.errors import IndexDamaged
from retrieval.records import Document, Source
from retrieval.store.milvus import rows
from retrieval.store.milvus.conditions import one_of
from retrieval.store.milvus.engine import Engine, Row
from retrieval.store.milvus.names import Generation
from retrieval.store.milvus.records import Records
from retrieval.store.milvus.standing import MANIFEST, Standing

KEYS_AT_ONCE = 1000


class Opened:
    def __init__(self, engine: Engine, generation: Generation) -> None:
        self.engine = engine
        self.generation = generation
        self.records = Records(engine, generation.records)

    def standing(self) -> Standing:
        """Raises IndexDamaged where there is none, or where it does not fit what the collections hold."""
        for collection in (self.generation.passages, self.generation.records):
            self.engine.load(collection)
        found = self.records.values(MANIFEST, [MANIFEST]).get(MANIFEST)
        number = self.generation.number
        if found is None:
            raise IndexDamaged(f"generation {number:06d} can't be opened: it has no manifest")
        standing = Standing.read(found)
        passages, documents = self.counted()
        held = (standing.manifest.generation, standing.manifest.passages, standing.manifest.documents)
        if held != (number, passages, documents):
            raise IndexDamaged(
                f"generation {number:06d} contradicts itself: {passages} passages, {documents} documents"
            )
        return standing

    def counted(self) -> tuple[int, int]:
        """(passages, documents)."""
        documents = self.engine.count(self.generation.records, f'kind == "{rows.SOURCE}" and part == 0')
        return self.engine.count(self.generation.passages), documents

    def passage_rows(self, where: str, fields: Sequence[str] = rows.PLACE_FIELDS) -> list[Row]:
        return self.engine.rows(self.generation.passages, where, fields)

    def passage_rows_of(self, column: str, values: Sequence[str] | Sequence[int], fields: Sequence[str]) -> list[Row]:
        """`column` is one of `values`, of which there may be more than one condition takes."""
        found: list[Row] = []
        for start in range(0, len(values), KEYS_AT_ONCE):
            found += self.passage_rows(one_of(column, values[start : start + KEYS_AT_ONCE]), fields)
        return found

    def sources(self, document_ids: Sequence[str]) -> dict[str, Source]:
        values = self.records.values(rows.SOURCE, document_ids)
        return {identity: rows.source_of(value) for identity, value in values.items()}

    def all_sources(self) -> Iterator[Source]:
        return (rows.source_of(value) for _, value in self.records.all(rows.SOURCE))

    def texts(self, sources: dict[str, Source]) -> dict[str, str]:
        contents = self.records.content(rows.TEXT, list(sources))
        if missing := sources.keys() - contents.keys():
            raise IndexDamaged(f"the texts of {len(missing)} stored documents are missing")
        return {identity: rows.text_of(content, sources[identity]) for identity, content in contents.items()}

    def document(self, source: Source) -> Document:
        contents = self.records.content(rows.TEXT, [source.id])
        structures = self.records.values(rows.STRUCTURE, [source.id])
        if not contents or not structures:
            raise IndexDamaged(f"a stored document is not whole: {source.path}")
        return rows.document_of(source, contents[source.id], structures[source.id])

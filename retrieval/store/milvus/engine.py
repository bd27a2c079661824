"""What is asked of Milvus, and its errors as ours. The only file that knows pymilvus.

Every read is of one collection by its own name, never by an alias: an alias may move between two reads.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

# Read when grpc is imported. It writes to standard error whenever a process is started beside it, as for each file.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
import grpc
from pymilvus import DataType, MilvusClient, MilvusException

from retrieval.errors import IndexDamaged, StoreUnavailable
from retrieval.store.milvus.address import Address
from retrieval.store.milvus.schema import Column, Kind

MOST_HITS = 16_384
"""Of one search or query, which Milvus sets (https://milvus.io/docs/limitations.md)."""
_AT_ONCE = 1000
"""Rows in one insert and one page of a walk: 1000 of 384 dimensions are about 8 MB, of the 64 that a call may have."""
_NOT_LOADED = 101
"""Milvus's code for that; Milvus Lite says it in words."""
_CONNECT_SECONDS, _ANSWER_SECONDS, _SETTLE_SECONDS = 10.0, 60.0, 3600.0
_PINGS = {"grpc.keepalive_time_ms": 300_000, "grpc.keepalive_permit_without_calls": 0}
"""pymilvus pings every ten seconds; a server that keeps to gRPC's rule of five minutes hangs up on that."""

Row = dict[str, Any]


class Engine:
    """Connects at the first use. Safe to use from several threads."""

    def __init__(self, address: Address, token: str = "") -> None:
        self.address = address
        self._token = token
        self._connecting = threading.Lock()
        self._connected: MilvusClient | None = None
        # It logs each refusal with a traceback, also those that are an answer, as that there is no such alias.
        for name in ("pymilvus", "milvus_lite"):
            logging.getLogger(name).setLevel(logging.CRITICAL)

    def create(self, collection: str, columns: Sequence[Column]) -> None:
        """Does nothing where it is there."""
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        indexes = MilvusClient.prepare_index_params()
        for column in columns:
            schema.add_field(column.name, **_field(column))
            if column.kind is Kind.VECTOR:
                index = self.address.index if column.size > 2 else "FLAT"
                indexes.add_index(column.name, index_type=index, metric_type="IP")
            elif column.kind is Kind.WEIGHTS:
                indexes.add_index(column.name, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
            elif column.is_searched:
                indexes.add_index(column.name, index_type="INVERTED")
        with self._asking(collection) as client:
            if not client.has_collection(collection, timeout=_ANSWER_SECONDS):
                client.create_collection(
                    collection, schema=schema, num_shards=self.address.shards, consistency_level="Strong"
                )
                client.create_index(collection, indexes, sync=False)
        self.load(collection)

    def load(self, collection: str) -> None:
        """Does nothing to one that is loaded. A server that was started again, or a file, has it on the disk alone."""
        with self._asking(collection) as client:
            client.load_collection(collection, replica_number=self.address.replicas, timeout=_SETTLE_SECONDS)

    def settle(self, collection: str) -> None:
        """Everything written is on the disk when this returns, and every index is made."""
        with self._asking(collection) as client:
            client.flush(collection, timeout=_SETTLE_SECONDS)
        self.load(collection)

    def insert(self, collection: str, rows: Sequence[Row]) -> None:
        with self._asking(collection) as client:
            for start in range(0, len(rows), _AT_ONCE):
                client.insert(collection, list(rows[start : start + _AT_ONCE]), timeout=_SETTLE_SECONDS)

    def upsert(self, collection: str, rows: Sequence[Row]) -> None:
        with self._asking(collection) as client:
            client.upsert(collection, list(rows), timeout=_ANSWER_SECONDS)

    def delete(self, collection: str, where: str) -> None:
        with self._asking(collection) as client:
            client.delete(collection, filter=where, timeout=_SETTLE_SECONDS)

    def count(self, collection: str, where: str = "") -> int:
        found = self._read(
            collection,
            lambda client: client.query(collection, filter=where, output_fields=["count(*)"], timeout=_ANSWER_SECONDS),
        )
        return int(found[0]["count(*)"])

    def rows(self, collection: str, where: str, fields: Sequence[str]) -> list[Row]:
        """At most MOST_HITS, in no order."""
        found = self._read(
            collection,
            lambda client: client.query(
                collection, filter=where, output_fields=list(fields), limit=MOST_HITS, timeout=_ANSWER_SECONDS
            ),
        )
        return [dict(row) for row in found]

    def walk(self, collection: str, where: str, fields: Sequence[str]) -> Iterator[list[Row]]:
        """All of them, some at a time, in the order of their keys."""
        pages = self._read(
            collection,
            lambda client: client.query_iterator(
                collection, batch_size=_AT_ONCE, filter=where, output_fields=list(fields), timeout=_ANSWER_SECONDS
            ),
        )
        try:
            while True:
                with self._asking(collection):
                    page = pages.next()
                if not page:
                    return
                yield [dict(row) for row in page]
        finally:
            pages.close()

    def nearest(
        self, collection: str, column: str, vector: object, where: str, limit: int, fields: Sequence[str]
    ) -> list[tuple[Row, float]]:
        """By inner product, best first; `vector` is a list of numbers or a weight for each dimension."""
        [hits] = self._read(
            collection,
            lambda client: client.search(
                collection,
                data=[vector],
                anns_field=column,
                filter=where,
                limit=min(limit, MOST_HITS),
                output_fields=list(fields),
                search_params={"metric_type": "IP"},
                timeout=_ANSWER_SECONDS,
            ),
        )
        return [(dict(hit["entity"]), float(hit["distance"])) for hit in hits]

    def collections(self) -> list[str]:
        with self._asking() as client:
            return [str(name) for name in client.list_collections(timeout=_ANSWER_SECONDS)]

    def drop(self, collection: str) -> None:
        with self._asking(collection) as client:
            client.drop_collection(collection, timeout=_ANSWER_SECONDS)

    def behind(self, alias: str) -> str | None:
        """The collection that an alias stands for, or None where there is no such alias."""
        with self._asking() as client:
            try:
                return str(client.describe_alias(alias, timeout=_ANSWER_SECONDS)["collection_name"])
            except MilvusException:
                if client.has_collection(alias, timeout=_ANSWER_SECONDS):  # it can be reached, and knows the alias
                    raise
                return None

    def move(self, alias: str, collection: str) -> None:
        """In one step: whoever asks gets the old collection or the new one."""
        there = self.behind(alias)
        with self._asking(collection) as client:
            change = client.alter_alias if there else client.create_alias
            change(collection_name=collection, alias=alias, timeout=_ANSWER_SECONDS)

    def _read(self, collection: str, ask: Callable[[MilvusClient], Any]) -> Any:
        """Once more where the collection is on the disk alone: Milvus Lite has none loaded when it starts again."""
        with self._asking(collection) as client:
            try:
                return ask(client)
            except MilvusException as error:
                if error.code != _NOT_LOADED and "released" not in error.message:
                    raise
                self.load(collection)
                return ask(client)

    @contextlib.contextmanager
    def _asking(self, collection: str | None = None) -> Iterator[MilvusClient]:
        try:
            yield self._client()
        except (MilvusException, grpc.RpcError) as error:
            if collection is not None and self._is_gone(collection):
                raise IndexDamaged(f"{collection} is not in the store any more; ask again") from error
            raise StoreUnavailable(f"Milvus at {self.address.uri}: {_line(error)}") from error

    def _is_gone(self, collection: str) -> bool:
        try:
            return not self._client().has_collection(collection, timeout=_CONNECT_SECONDS)
        except (MilvusException, grpc.RpcError):
            return False

    def _client(self) -> MilvusClient:
        with self._connecting:
            if self._connected is None:
                self._connected = MilvusClient(
                    self.address.uri, token=self._token, timeout=_CONNECT_SECONDS, grpc_options=_PINGS
                )
            return self._connected


def _field(column: Column) -> Mapping[str, Any]:
    kinds = {
        Kind.INTEGER: DataType.INT64,
        Kind.FLAG: DataType.BOOL,
        Kind.TEXT: DataType.VARCHAR,
        Kind.WORDS: DataType.VARCHAR,
        Kind.VECTOR: DataType.FLOAT_VECTOR,
        Kind.WEIGHTS: DataType.SPARSE_FLOAT_VECTOR,
    }
    said: Row = {"datatype": kinds[column.kind]}
    if column.is_key:
        said["is_primary"] = True
    if column.kind in (Kind.TEXT, Kind.WORDS):
        said["max_length"] = column.size
    if column.kind is Kind.WORDS:
        said |= {"enable_analyzer": True, "enable_match": True}
    if column.kind is Kind.VECTOR:
        said["dim"] = column.size
    return said


def _line(error: Exception) -> str:
    message = getattr(error, "message", "") or str(error)
    first = str(message).strip().splitlines() or [type(error).__name__]
    if first[0] == "Open local milvus failed":
        return "the file can't be opened; one process at a time has a file of Milvus Lite open, many share a server"
    return first[0]

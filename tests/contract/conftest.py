"""Stores to write to, each at a place of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from lite_server import free_port, lite_server
from stores import MILVUS, STORES

from retrieval.store.protocol import Backend

OpenStore = Callable[[], Backend]


@pytest.fixture(scope="session", params=sorted(STORES))
def store(request: pytest.FixtureRequest) -> str:
    if request.param == "milvus":
        request.getfixturevalue("milvus_server")
    return str(request.param)


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Milvus Lite as a server, so that several processes use one store, as they do on a cluster."""
    pytest.importorskip("pymilvus")
    if MILVUS in os.environ:
        yield os.environ[MILVUS]
        return
    with lite_server(tmp_path_factory.mktemp("milvus"), free_port()) as address:
        os.environ[MILVUS] = address
        yield address
        del os.environ[MILVUS]


@pytest.fixture(scope="session")
def new_store(store: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], OpenStore]:
    """Finds a place for a new store; what it returns opens that store, each time as another process would."""

    def at_a_new_place() -> OpenStore:
        folder = tmp_path_factory.mktemp("store") / "data"
        return lambda: STORES[store](folder)

    return at_a_new_place


@pytest.fixture
def open_store(new_store: Callable[[], OpenStore]) -> OpenStore:
    return new_store()


@pytest.fixture
def backend(open_store: OpenStore) -> Backend:
    return open_store()

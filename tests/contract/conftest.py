"""Stores to write to, each at a place of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from stores import STORES

from retrieval.store.protocol import Backend

OpenStore = Callable[[], Backend]


@pytest.fixture(scope="session", params=sorted(STORES))
def store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


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

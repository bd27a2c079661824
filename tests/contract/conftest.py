"""Every store there is. A second one is one line in STORES; each test of the contract then runs on both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval.store.local import LocalBackend
from retrieval.store.protocol import Backend

Store = Callable[[Path], Backend]

STORES: dict[str, Store] = {
    "local": LocalBackend,
}


@pytest.fixture(scope="session", params=sorted(STORES))
def store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def new_store(store: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Callable[[], Backend]]:
    """Finds a place for a new store; what it returns opens that store, each time as another process would."""

    def at_a_new_place() -> Callable[[], Backend]:
        folder = tmp_path_factory.mktemp("store") / "data"
        return lambda: STORES[store](folder)

    return at_a_new_place


@pytest.fixture
def open_store(new_store: Callable[[], Callable[[], Backend]]) -> Callable[[], Backend]:
    return new_store()


@pytest.fixture
def backend(open_store: Callable[[], Backend]) -> Backend:
    return open_store()

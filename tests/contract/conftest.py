"""Stores to write to, each at a place of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
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
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("milvus")
    command = [sys.executable, "-m", "milvus_lite.cmdline", "server", "--data-dir", str(folder / "data")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(port)], stdout=log, stderr=log)
    try:
        until = time.monotonic() + 60
        while server.poll() is None and time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        else:
            pytest.fail(f"Milvus Lite did not start: {(folder / 'log').read_text()}")
        os.environ[MILVUS] = f"http://127.0.0.1:{port}"
        yield os.environ[MILVUS]
    finally:
        os.environ.pop(MILVUS, None)
        server.kill()
        server.wait()


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

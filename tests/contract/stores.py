"""Every store there is. A further one is one line here; each test of the contract then runs on all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from memory_store import MemoryBackend

from retrieval.store.local import LocalBackend, Sizes
from retrieval.store.protocol import Backend

MILVUS = "ARCHIVIST_TEST_MILVUS"
"""Holds `http://host:port` of the Milvus to test on. Where it is not set, conftest.py starts a Milvus Lite."""
WRITER_SECONDS = 2.0
"""After which a dead writer's lease runs out: short, so that no test waits for long."""


def milvus_backend(folder: Path) -> Backend:
    """On the shared server, under a name of the folder's own."""
    from retrieval.store.milvus.address import Address  # only where pymilvus is installed
    from retrieval.store.milvus.backend import MilvusBackend
    from retrieval.store.milvus.leases import Terms

    name = "t" + hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return MilvusBackend(Address(os.environ[MILVUS], name), terms=Terms(writer=WRITER_SECONDS))


STORES: dict[str, Callable[[Path], Backend]] = {
    "local": LocalBackend,
    "local, in layers": lambda folder: LocalBackend(folder, Sizes(own_bytes=0, own_share=1e9, exact_up_to=0)),
    "memory": MemoryBackend,
    "milvus": milvus_backend,
}
OUTLIVING = ("local", "milvus")
"""Those that a process can die under."""

"""Every store there is. A second one is one line here; each test of the contract then runs on both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from retrieval.store.local import LocalBackend, Sizes
from retrieval.store.protocol import Backend

STORES: dict[str, Callable[[Path], Backend]] = {
    "local": LocalBackend,
    "local, in layers": lambda folder: LocalBackend(folder, Sizes(own_bytes=0, own_share=1e9, exact_up_to=0)),
}

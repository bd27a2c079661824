"""Every store there is. A second one is one line here; each test of the contract then runs on both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from retrieval.store.local import LocalBackend
from retrieval.store.protocol import Backend

STORES: dict[str, Callable[[Path], Backend]] = {
    "local": LocalBackend,
}

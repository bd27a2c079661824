"""Which store the settings name."""

from __future__ import annotations

from retrieval.errors import SettingsError
from retrieval.settings import RetrievalSettings
from retrieval.store.local import LocalBackend
from retrieval.store.milvus.address import Address
from retrieval.store.protocol import Backend

LOCAL = "local"


def store_of(settings: RetrievalSettings) -> Backend:
    """Opens nothing yet. Raises SettingsError."""
    if settings.store == LOCAL:
        return LocalBackend(settings.data)
    try:
        # Only where it is asked for: pymilvus is an extra, and takes a second to import.
        from retrieval.store.milvus.backend import MilvusBackend  # noqa: PLC0415
    except ModuleNotFoundError:
        raise SettingsError(
            "ARCHIVIST_STORE: Milvus needs pymilvus: .venv/bin/pip install --constraint "
            "deploy/constraints.txt --editable '.[milvus]'"
        ) from None
    token = settings.store_token.get_secret_value() if settings.store_token else ""
    return MilvusBackend(Address.of(settings.store), token)


def serves_several_processes(settings: RetrievalSettings) -> bool:
    """Whether more than one process at a time can read this store: a file of Milvus Lite is one process's.

    Raises SettingsError.
    """
    return settings.store == LOCAL or not Address.of(settings.store).is_file

"""Where a Milvus is: `milvus://host:19530/name?index=DISKANN`, or a file of Milvus Lite, `archive.db`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from retrieval.errors import SettingsError

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_PORT = 19530
INDEXES = ("FLAT", "HNSW", "IVF_FLAT", "IVF_SQ8", "DISKANN", "AUTOINDEX")


@dataclass(frozen=True, slots=True)
class Address:
    """One archive on one Milvus."""

    uri: str
    """Of the server, `http://host:19530`, or the path of a file."""
    name: str = "archivist"
    """All its collections begin with it, so that several archives can share a server."""
    index: str = "FLAT"
    """Of the vectors. FLAT compares with every one, as the local store does; the others leave some out."""
    shards: int = 1
    replicas: int = 1

    @property
    def is_file(self) -> bool:
        return not self.uri.startswith(("http://", "https://"))

    @classmethod
    def of(cls, text: str) -> Address:
        """Raises SettingsError."""
        if "://" not in text and text.endswith(".db"):
            return cls(str(Path(text).absolute()))
        parts = urlsplit(text)
        said = dict(parse_qsl(parts.query))
        name = parts.path.strip("/") or "archivist"
        try:
            host, port = parts.hostname, parts.port or _PORT
            shards, replicas = int(said.pop("shards", "1")), int(said.pop("replicas", "1"))
        except ValueError:
            raise SettingsError("ARCHIVIST_STORE: its port, shards and replicas are whole numbers") from None
        index = said.pop("index", "FLAT")
        if parts.scheme not in ("milvus", "milvus+tls") or not host:
            raise SettingsError("ARCHIVIST_STORE is local, milvus://host:port/name or a file that ends in .db")
        if parts.username or parts.password:
            raise SettingsError("ARCHIVIST_STORE holds no password; that belongs in ARCHIVIST_STORE_TOKEN")
        if not _NAME.fullmatch(name):
            raise SettingsError("ARCHIVIST_STORE: the archive's name begins with a letter, then letters, digits and _")
        if said or index not in INDEXES or not (1 <= shards <= 16 and 1 <= replicas <= 64):
            raise SettingsError(f"ARCHIVIST_STORE takes index={'|'.join(INDEXES)}, shards=1…16 and replicas=1…64")
        scheme = "https" if parts.scheme == "milvus+tls" else "http"
        host = f"[{host}]" if ":" in host else host
        return cls(f"{scheme}://{host}:{port}", name, index, shards, replicas)

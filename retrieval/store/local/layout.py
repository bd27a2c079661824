"""Where a generation's files lie, and the small file that describes it."""

from __future__ import annotations

import datetime
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from retrieval.store.protocol import Manifest

FORMAT = 4
"""Of the data folder. A folder of another format is refused, never guessed at."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of one generation."""

    folder: Path

    @property
    def tables(self) -> Path:
        return self.folder / "archive.sqlite"

    @property
    def vectors(self) -> Path:
        return self.folder / "vectors.faiss"

    @property
    def words(self) -> Path:
        return self.folder / "words"

    @property
    def manifest(self) -> Path:
        return self.folder / "manifest.json"


def write_manifest(path: Path, manifest: Manifest) -> None:
    said = asdict(manifest) | {"format": FORMAT, "made": manifest.made.isoformat()}
    path.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")


def read_manifest(path: Path) -> Manifest:
    """Raises OSError, ValueError or KeyError for a manifest that is not one of this format."""
    said = json.loads(path.read_text(encoding="utf-8"))
    written = said.pop("format")
    if written != FORMAT:
        raise ValueError(f"its format is {written}, this version reads {FORMAT}")
    return Manifest(**(said | {"made": datetime.datetime.fromisoformat(said["made"])}))


def sync_tree(folder: Path) -> None:
    """Forces every file below the folder, and the folders' own entries, to the disk."""
    for here, _, names in os.walk(folder, topdown=False):
        for path in (*(Path(here, name) for name in names), Path(here)):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

"""Where a generation's files lie, and the small file that describes them.

A generation has one layer or two. Its own, in the generation's folder, is copied from the generation before and
changed; while the archive is small that is all there is. Of a large archive most lies in the *base*, in the folder
`base`, whose files are never written to again: a generation shares them with the one before by links, so that one
changed document does not cost a copy of a million passages.
"""

from __future__ import annotations

import datetime
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from retrieval.errors import IndexDamaged
from retrieval.store.protocol import Manifest

FORMAT = 6
"""Of the data folder. A folder of another format is refused, never guessed at."""
_SUM = "sha256"


@dataclass(frozen=True, slots=True)
class LayerFiles:
    """The files of one layer."""

    folder: Path

    @property
    def tables(self) -> Path:
        return self.folder / "archive.sqlite"

    @property
    def columns(self) -> Path:
        return self.folder / "columns.npz"

    @property
    def lines(self) -> Path:
        return self.folder / "lines.npz"

    @property
    def rows(self) -> Path:
        return self.folder / "vectors.rows"

    @property
    def approximate(self) -> Path:
        """Only where there are so many vectors that an exact search would be slow."""
        return self.folder / "vectors.faiss"

    @property
    def segments(self) -> Path:
        """Of a base: the parts of the word index when it was laid down, which hold its passages alone."""
        return self.folder / "segments.json"


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of one generation."""

    folder: Path

    @property
    def own(self) -> LayerFiles:
        return LayerFiles(self.folder)

    @property
    def base(self) -> LayerFiles:
        """Its folder may not be there."""
        return LayerFiles(self.folder / "base")

    @property
    def has_base(self) -> bool:
        return self.base.folder.is_dir()

    @property
    def words(self) -> Path:
        return self.folder / "words"

    @property
    def manifest(self) -> Path:
        return self.folder / "manifest.json"

    @property
    def damaged(self) -> Path:
        """Is there where a check found damage; says which."""
        return self.folder / "damaged.txt"


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it was when its generation was published."""

    size: int
    sha256: str


def files_of(layout: Layout) -> Iterator[tuple[str, Path]]:
    """All but the manifest and locks, by their names within the generation."""
    for here, _, names in os.walk(layout.folder):
        for path in (Path(here, name) for name in names):
            if path not in (layout.manifest, layout.damaged) and path.suffix != ".lock":
                yield path.relative_to(layout.folder).as_posix(), path


def written(path: Path) -> Written:
    with path.open("rb") as file:
        return Written(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def write_manifest(path: Path, manifest: Manifest, files: Mapping[str, Written]) -> None:
    said = asdict(manifest) | {"format": FORMAT, "made": manifest.made.isoformat()}
    said["files"] = {name: [file.size, file.sha256] for name, file in sorted(files.items())}
    path.write_text(json.dumps(sealed(said), indent=2) + "\n", encoding="utf-8")


def sealed(said: Mapping[str, Any]) -> dict[str, Any]:
    """With the sum of all the rest that it says."""
    rest = {name: value for name, value in said.items() if name != _SUM}
    return rest | {_SUM: hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()}


def read_manifest(path: Path) -> tuple[Manifest, dict[str, Written]]:
    """Raises OSError, ValueError, TypeError or KeyError for a manifest that is not one of this format."""
    said = json.loads(path.read_text(encoding="utf-8"))
    of = said["format"]
    if of != FORMAT:
        raise ValueError(f"its format is {of}, this version reads {FORMAT}")
    if sealed(said) != said:
        raise ValueError("its manifest is not what was written")
    del said[_SUM], said["format"]
    files = {name: Written(*file) for name, file in said.pop("files").items()}
    return Manifest(**(said | {"made": datetime.datetime.fromisoformat(said["made"])})), files


def check_files(
    layout: Layout, files: Mapping[str, Written], content_of: Callable[[str, Written], bool] = lambda *_: True
) -> None:
    """Raises IndexDamaged where one is missing or has another size or, of those that `content_of` chooses, content."""
    for name, was in files.items():
        path = layout.folder / name
        number = layout.folder.name
        try:
            size = path.stat().st_size
            if size != was.size:
                raise IndexDamaged(f"generation {number} is damaged: {name} has {size} bytes instead of {was.size}")
            if content_of(name, was) and written(path) != was:
                raise IndexDamaged(f"generation {number} is damaged: {name} is not what was written")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise IndexDamaged(f"generation {number} is damaged: {name}: {error.strerror}") from error


def own_tables_are_sound(layout: Layout) -> bool:
    """Whether they are what was written, whatever of the rest is damaged."""
    try:
        _, files = read_manifest(layout.manifest)
        return written(layout.own.tables) == files[layout.own.tables.name]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return False


_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EXDEV, errno.EMLINK, errno.ENOSYS}


def link_or_copy(file: Path, to: Path) -> None:
    """A second name for a file that nobody writes to again; a copy on a disk that has no links."""
    try:
        os.link(file, to)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copyfile(file, to)


def link(base: LayerFiles, to: LayerFiles) -> None:
    """The same files under another generation."""
    to.folder.mkdir()
    for file in base.folder.iterdir():
        link_or_copy(file, to.folder / file.name)


def sync_tree(folder: Path) -> None:
    """Forces every file below the folder, and the folders' own entries, to the disk."""
    for here, _, names in os.walk(folder, topdown=False):
        for path in (*(Path(here, name) for name in names), Path(here)):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

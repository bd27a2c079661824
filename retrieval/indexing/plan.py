"""What has to be done, decided before anything is: a pure comparison of the folder with the published generation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass

from retrieval.store.protocol import FileRecord


@dataclass(frozen=True, slots=True)
class Plan:
    """Paths relative to the archive folder, each in exactly one of the groups, sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    moved: Mapping[str, str]
    """New path -> the path it had: the same content, so the same document."""
    reread: tuple[str, ...]
    """The same, and read again all the same."""
    same: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.gone or self.moved or self.reread)

    @property
    def to_read(self) -> tuple[str, ...]:
        return tuple(sorted((*self.added, *self.changed, *self.moved, *self.reread)))

    @property
    def outdated(self) -> tuple[str, ...]:
        """Published paths of which nothing stays as it is in the index."""
        return (*self.changed, *self.reread, *self.gone, *self.moved.values())


def compare(
    on_disk: Mapping[str, FileRecord],
    published: Mapping[str, FileRecord],
    full: bool = False,
    out_of_reach: Collection[str] = (),
    unchanged: Set[str] = frozenset(),
) -> Plan:
    """Files are told apart by digest, and by the reader that would read them now; those that are known to be
    `unchanged` are in neither of the mappings.

    A file that could not be read last time is the same while its content and its reader are. With `full` what is the
    same is read again too, but for what is `out_of_reach`.
    """
    new = on_disk.keys() - published.keys()
    gone = published.keys() - on_disk.keys()
    kept = on_disk.keys() & published.keys()
    changed = {path for path in kept if _differs(on_disk[path], published[path])}
    as_before = (*(kept - changed), *unchanged)
    reread = set(as_before).difference(out_of_reach) if full else set[str]()
    moved = _moved((on_disk[path] for path in new), (published[path] for path in gone))
    return Plan(
        added=tuple(sorted(new - moved.keys())),
        changed=tuple(sorted(changed)),
        gone=tuple(sorted(gone - set(moved.values()))),
        moved=dict(sorted(moved.items())),
        reread=tuple(sorted(reread)),
        same=tuple(sorted(path for path in as_before if path not in reread)),
    )


def _differs(now: FileRecord, then: FileRecord) -> bool:
    return (now.digest, now.reader) != (then.digest, then.reader)


def _moved(new: Iterable[FileRecord], gone: Iterable[FileRecord]) -> dict[str, str]:
    """Pairs of one gone and one new file with the same content; between two copies of one text nobody can tell."""
    came, left = defaultdict(list), defaultdict(list)
    for file in new:
        came[file.digest].append(file.path)
    for file in gone:
        if file.documents:
            left[file.digest].append(file.path)
    return {
        paths[0]: left[digest][0] for digest, paths in came.items() if digest and len(paths) == len(left[digest]) == 1
    }

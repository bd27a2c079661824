"""What is known of the files from before: of all of them at a glance, and whole records of those that are asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from retrieval.store.protocol import FileRecord, Snapshot


class KnownFiles:
    """As they were published; without a snapshot, as they are remembered from one that can't be opened, which is taken
    for no file's present state.
    """

    def __init__(self, before: Snapshot | None, remembered: Mapping[str, FileRecord]) -> None:
        self._before, self._remembered = before, remembered
        self.glances: Mapping[str, str] = before.glances() if before else dict.fromkeys(remembered, "")

    def records(self, paths: Collection[str]) -> Mapping[str, FileRecord]:
        """Of those of the paths that are known."""
        if self._before:
            return self._before.files(paths)
        return {path: self._remembered[path] for path in paths if path in self._remembered}

    def told_of(self) -> Iterable[FileRecord]:
        """At least those that a report names."""
        return self._before.told_of() if self._before else self._remembered.values()

    def identities(self) -> set[str]:
        return self._before.identities() if self._before else {file.identity for file in self._remembered.values()}

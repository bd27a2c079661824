"""Generations in one folder: `generations/000001/`, and the file `current`, which names the published one."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.disk import disk_errors, make_private
from retrieval.errors import IndexBusy, IndexDamaged, NothingToRollBackTo
from retrieval.store.drafting import DraftModel
from retrieval.store.local import schema
from retrieval.store.local.draft import LocalDraft
from retrieval.store.local.known_questions import check
from retrieval.store.local.layering import Sizes
from retrieval.store.local.layout import Layout, own_tables_are_sound
from retrieval.store.local.open_files import are_too_many
from retrieval.store.local.snapshot import LocalSnapshot
from retrieval.store.local.tables import connect_read_only
from retrieval.store.protocol import Draft, FileRecord, Manifest

_NUMBER = re.compile(r"\d{6,12}")
_DRAFT, _PRUNED = "draft", "pruned"
"""Folders beside the generations, which begin with these."""


class LocalBackend:
    """See `retrieval.store.protocol` for what it promises."""

    def __init__(self, folder: Path, sizes: Sizes = Sizes()) -> None:  # noqa: B008 - it is frozen
        self._sizes = sizes
        self._folder = folder
        self._generations = folder / "generations"
        self._pointer = folder / "current"

    def published(self) -> int | None:
        try:
            name = self._pointer.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            if are_too_many(error):
                raise
            raise IndexDamaged(f"{self._pointer} can't be read: {error}") from error
        if not _NUMBER.fullmatch(name):
            raise IndexDamaged(f"{self._pointer} does not name a generation")
        return int(name)

    def snapshot(self) -> LocalSnapshot | None:
        number = self.published()
        while number is not None:
            try:
                return LocalSnapshot(self._layout(number))
            except IndexDamaged:
                # Published and pruned twice between reading the pointer and opening: the newer one is there.
                newer = self.published()
                if newer == number:
                    raise
                number = newer
        return None

    def draft(self, model: str, fingerprint: str, dimensions: int, fresh: bool = False) -> LocalDraft:
        with self._telling():
            return self._drafted(DraftModel(model, fingerprint, dimensions), fresh)

    def _telling(self) -> AbstractContextManager[None]:
        return disk_errors(f"the index can't be written in {self._folder}")

    def _drafted(self, model: DraftModel, fresh: bool) -> LocalDraft:
        lock = self._locked()
        try:
            self._generations.mkdir(exist_ok=True)
            self._sweep()  # what a crash left; the lock says that nobody writes there
            draft = Layout(self._generations / _DRAFT)
            published = self._told() if fresh else self.published()
            base = None if fresh or published is None else self._layout(published)
            kept = sorted(self._numbers(), reverse=True)
            # Whoever rolled back may have seen its codes; nothing but these generations knows them.
            undone = [self._layout(number) for number in kept if published is not None and number > published]
            older = [self._layout(number) for number in kept[len(undone) :]] if fresh else []
            return LocalDraft(draft, base, undone, older, model, lock.release, self._sizes, self._telling)
        except BaseException:
            shutil.rmtree(self._generations / _DRAFT, ignore_errors=True)
            lock.release()
            raise

    def _locked(self) -> FileLock:
        make_private(self._folder)
        lock = FileLock(self._folder / "writing.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise IndexBusy("another process is bringing this index in step; try again when it is done") from None
        return lock

    def _told(self) -> int | None:
        """The number of the published generation, where the pointer can be read."""
        try:
            return self.published()
        except IndexDamaged:
            return None

    def publish(self, draft: Draft) -> Manifest:
        if not isinstance(draft, LocalDraft):
            raise TypeError(f"a {type(draft).__name__} can't be published here")
        with self._telling():
            return self._published_as_next(draft)

    def _published_as_next(self, draft: LocalDraft) -> Manifest:
        before = self._told()  # a pointer that can't be read is about to be replaced
        number = max([before or 0, *self._numbers()]) + 1
        try:
            manifest = draft.finish(number)
            draft.settle(self._layout(number))
            check(draft.layout)
            self._move_pointer(number)
            self._prune(number, before, draft.begins_anew)
        finally:
            if self._told() == number:  # whatever may have failed behind the move
                draft.release()
            else:
                draft.discard()
        return manifest

    def roll_back(self) -> int:
        with self._telling():
            lock = self._locked()
            try:
                return self._rolled_back()
            finally:
                lock.release()

    def _rolled_back(self) -> int:
        published = self.published()
        older = sorted(number for number in self._numbers() if number < (published or 0))
        if not older:
            raise NothingToRollBackTo("no generation before the published one is kept")
        while True:
            before = older.pop()
            try:
                LocalSnapshot(self._layout(before)).close()
            except IndexDamaged:
                if not older:
                    raise
            else:
                self._move_pointer(before)
                return before

    def remembered(self) -> dict[str, FileRecord]:
        layouts = [self._layout(number) for number in sorted(self._numbers(), reverse=True)]
        for layout in sorted(
            layouts, key=lambda each: not own_tables_are_sound(each)
        ):  # those first that can be believed
            with (
                contextlib.suppress(sqlite3.Error, ValueError, TypeError),
                contextlib.closing(connect_read_only(layout, own_alone=True)) as tables,
            ):
                return {row[0]: schema.file_of(row) for row in tables.execute(schema.SELECT_FILES)}
        return {}

    def _move_pointer(self, number: int) -> None:
        """The one step that publishes: the new name is on the disk before it takes the old one's place, whole."""
        aside = self._pointer.with_suffix(".new")
        with aside.open("w", encoding="ascii") as file:
            file.write(f"{number:06d}\n")
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(self._generations)
        aside.replace(self._pointer)
        _sync_folder(self._folder)

    def _prune(self, published: int, before: int | None, anew: bool) -> None:
        """The published generation and the one before it stay, whatever a crash left between them. Of an index that
        was made `anew`, perhaps because of damage, the newest that is intact stays, if there is one.
        """
        kept = before
        if anew:
            older = sorted((number for number in self._numbers() if number <= (before or published - 1)), reverse=True)
            kept = next(filter(self._is_intact, older), before)
        for number in set(self._numbers()) - {published, kept}:
            folder = self._layout(number).folder
            with contextlib.suppress(OSError):  # try again after the next run
                # Whoever is checking it must not find half of it, and call that damage.
                folder.rename(folder.with_name(f"{_PRUNED}{folder.name}"))
        with contextlib.suppress(OSError):
            self._sweep()

    def _sweep(self) -> None:
        for left in (*self._generations.glob(f"{_DRAFT}*"), *self._generations.glob(f"{_PRUNED}*")):
            shutil.rmtree(left)

    def _is_intact(self, number: int) -> bool:
        """To the last byte: seconds where it is large."""
        try:
            with contextlib.closing(LocalSnapshot(self._layout(number))) as snapshot:
                snapshot.check()
        except IndexDamaged:
            return False
        except OSError:  # of the moment
            return True
        return True

    def _numbers(self) -> list[int]:
        if not self._generations.is_dir():
            return []
        return [int(path.name) for path in self._generations.iterdir() if _NUMBER.fullmatch(path.name)]

    def _layout(self, number: int) -> Layout:
        return Layout(self._generations / f"{number:06d}")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

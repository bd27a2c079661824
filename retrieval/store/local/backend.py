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

from retrieval.disk import disk_errors
from retrieval.errors import IndexBusy, IndexDamaged, NothingToRollBackTo
from retrieval.store.drafting import DraftModel
from retrieval.store.local import schema
from retrieval.store.local.draft import LocalDraft
from retrieval.store.local.known_questions import check
from retrieval.store.local.layering import Sizes
from retrieval.store.local.layout import Layout, own_tables_are_sound
from retrieval.store.local.snapshot import LocalSnapshot
from retrieval.store.local.tables import connect_read_only
from retrieval.store.protocol import Draft, FileRecord, Manifest

_NUMBER = re.compile(r"\d{6,12}")


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
            for abandoned in self._generations.glob("draft*"):  # a crash left it; the lock says nobody writes to it
                shutil.rmtree(abandoned)
            draft = Layout(self._generations / "draft")
            base = None if fresh else self._published_layout()
            past = [self._layout(kept) for kept in sorted(self._numbers(), reverse=True)] if fresh else []
            return LocalDraft(draft, base, past, model, lock.release, self._sizes, self._telling)
        except BaseException:
            shutil.rmtree(self._generations / "draft", ignore_errors=True)
            lock.release()
            raise

    def _locked(self) -> FileLock:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(self._folder / "writing.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise IndexBusy("another process is bringing this index in step; try again when it is done") from None
        return lock

    def _published_layout(self) -> Layout | None:
        number = self.published()
        return None if number is None else self._layout(number)

    def publish(self, draft: Draft) -> Manifest:
        if not isinstance(draft, LocalDraft):
            raise TypeError(f"a {type(draft).__name__} can't be published here")
        with self._telling():
            return self._published_as_next(draft)

    def _published_as_next(self, draft: LocalDraft) -> Manifest:
        before = None
        with contextlib.suppress(IndexDamaged):  # a pointer that can't be read is about to be replaced
            before = self.published()
        number = max([before or 0, *self._numbers()]) + 1
        try:
            manifest = draft.finish(number)
            draft.settle(self._layout(number))
            check(draft.layout)
            self._move_pointer(number)
            self._prune({before, number})
        finally:
            if self._serves(number):  # whatever may have failed behind the move
                draft.release()
            else:
                draft.discard()
        return manifest

    def roll_back(self) -> int:
        lock = self._locked()
        try:
            published = self.published()
            before = max((number for number in self._numbers() if number < (published or 0)), default=None)
            if before is None:
                raise NothingToRollBackTo("no generation before the published one is kept")
            LocalSnapshot(self._layout(before)).close()
            self._move_pointer(before)
        finally:
            lock.release()
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

    def _serves(self, number: int) -> bool:
        try:
            return self.published() == number
        except IndexDamaged:
            return False

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

    def _prune(self, kept: set[int | None]) -> None:
        """The published generation and the one before it stay, whatever a crash left between them."""
        for number in self._numbers():
            if number not in kept:
                with contextlib.suppress(OSError):  # try again after the next run
                    shutil.rmtree(self._layout(number).folder)

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

"""The only file that calls the Archive: off the event loop, bounded, with a deadline."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import TypeVar

from bot.settings import BotSettings
from retrieval import (
    Answer,
    AnsweringProcesses,
    Archive,
    CheckedMessage,
    Filter,
    Listing,
    Receipt,
    Shown,
    Span,
    Superseded,
    Verified,
)

Result = TypeVar("Result")
TOGETHER = 128
"""Questions that are under way at most, from being encoded to being answered."""


class LibraryBusy(Exception):
    """As many questions are waiting as may wait."""


class LibrarySlow(Exception):
    """The deadline passed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:g} seconds")
        self.seconds = seconds


class Model(Enum):
    """How it stands with the model, which takes seconds to load."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


class Library:
    """Belongs to one event loop. Close it when done."""

    def __init__(self, settings: BotSettings, archive: Archive | None = None) -> None:
        self._archive = archive or Archive(settings)
        self._processes = AnsweringProcesses(self._archive, settings.processes, settings.workers, settings.deadline)
        self._deadline = settings.deadline
        self._most = settings.workers + settings.queue
        self._taken = 0
        self._failed_to_load = False
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix="archive")
        # Of these most wait, for the model, which encodes their questions together, or for a process.
        self._asking = ThreadPoolExecutor(min(self._most, TOGETHER), thread_name_prefix="questions")
        # Slices are checked before every reply: they must not queue behind the questions that wait for them.
        self._slicing = ThreadPoolExecutor(1, thread_name_prefix="slices")

    @property
    def model(self) -> Model:
        """Where it failed to load, every question tries again, and may say why not at once."""
        if self._archive.is_warm:
            return Model.READY
        return Model.FAILED if self._failed_to_load else Model.LOADING

    @property
    def processes(self) -> int:
        """Those that answer beside this one, as far as they are up."""
        return self._processes.ready

    async def warm(self) -> None:
        """Loads the model and opens the index; processes that answer start beside. Raises what `Archive.warm` does."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._archive.warm)
        except Exception:
            self._failed_to_load = True
            raise
        self._processes.start()

    async def ask(self, question: str, where: Filter, *, as_written: bool = False) -> Answer:
        """Discord does not tell where the asker is, so their today is that of UTC."""
        today = datetime.datetime.now(datetime.UTC).date()
        return await self._run(
            lambda: self._processes.ask(question, where, today=today, as_written=as_written), self._asking
        )

    async def search(self, words: str, where: Filter, page: int) -> Listing:
        return await self._run(lambda: self._archive.search(words, where, page))

    async def show(self, code: str, around: int) -> tuple[Shown | Superseded, ...]:
        return await self._run(lambda: self._archive.show(code, around))

    async def receipt(self, code: str) -> tuple[Receipt | Superseded, ...]:
        return await self._run(lambda: self._archive.receipt(code))

    async def verify(self, quote: str, said_by: str | None) -> Verified:
        return await self._run(lambda: self._archive.verify(quote, said_by))

    async def check(self, message: str) -> CheckedMessage:
        return await self._run(lambda: self._archive.check(message))

    async def slices(self, places: list[tuple[str, Span]]) -> list[str | None]:
        """As `Archive.slices`. Raises LibrarySlow after the deadline."""
        cut = asyncio.get_running_loop().run_in_executor(self._slicing, self._archive.slices, places)
        try:
            return await asyncio.wait_for(cut, self._deadline)
        except TimeoutError:
            raise LibrarySlow(self._deadline) from None

    async def _run(self, call: Callable[[], Result], threads: ThreadPoolExecutor | None = None) -> Result:
        """Raises LibraryBusy at once, LibrarySlow after the deadline, or what the call raises."""
        if self._taken >= self._most:
            raise LibraryBusy
        self._taken += 1
        future = asyncio.get_running_loop().run_in_executor(threads or self._threads, call)
        # A thread can't be stopped: its place stays taken until it is done, even when nobody waits any more.
        future.add_done_callback(self._give_back)
        try:
            return await asyncio.wait_for(asyncio.shield(future), self._deadline)
        except TimeoutError:
            raise LibrarySlow(self._deadline) from None

    def _give_back(self, future: asyncio.Future[Result]) -> None:
        self._taken -= 1
        if not future.cancelled():
            future.exception()  # taken notice of, also where nobody waits for it any more

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._slicing.shutdown(wait=False, cancel_futures=True)
        self._asking.shutdown(wait=False, cancel_futures=True)
        self._processes.close()
        self._archive.close()

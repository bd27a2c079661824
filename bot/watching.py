"""Brings the index in step by itself when the archive folder changes: when it is quiet again, and one run at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path

from bot.folder_watch import FolderWatch
from bot.reindex_state import Done, End
from bot.reindexing import Reindexing

log = logging.getLogger(__name__)
MOST_SETTLES = 12
"""A folder that is never quiet is indexed all the same after so many times the quiet that is waited for."""
TRY_AGAIN = 60.0
"""Seconds until a run that stopped is tried again without a change, doubled each time up to LONGEST_WAIT."""
LONGEST_WAIT = 3600.0
LONGEST_PAUSE = 300.0
"""Seconds between two runs at most while changes keep coming: what is old by five minutes is still news."""
SAID = (
    "+ {added} added, ~ {changed} changed, − {gone} gone, {moved} moved, {unreadable} unreadable; "
    "generation {generation}, {seconds} s"
)
PATIENCE = 2.0
"""Seconds that the watching thread is given to end."""


class Watching:
    """Belongs to one event loop. Nothing happens before `start`; close it when done, before `reindexing`."""

    def __init__(self, folder: Path, settle: float, reindexing: Reindexing) -> None:
        """`settle` is the seconds without a further change before a run begins."""
        self._folder = folder
        self._settle = settle
        self._reindexing = reindexing
        self._news = asyncio.Event()
        self._watch: FolderWatch | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        loop = asyncio.get_running_loop()

        def changed() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed, so nobody listens any more
                loop.call_soon_threadsafe(self._news.set)

        self._watch = FolderWatch(self._folder, changed)
        self._watch.start()
        self._task = asyncio.create_task(self._keep_in_step(self._watch), name="watching")
        log.info("watching the archive folder %s", self._folder)

    async def close(self) -> None:
        """Begins no further run; one that is on is for `Reindexing.close` to stop."""
        if self._watch is None or self._task is None:
            return
        self._task.cancel()
        await asyncio.wait([self._task])
        await asyncio.to_thread(self._watch.stop, PATIENCE)

    async def _keep_in_step(self, watch: FolderWatch) -> None:
        now = asyncio.get_running_loop().time
        again: float | None = None
        pause, ended = self._settle, float("-inf")
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), again)
            pause = pause_after(pause, now() - ended, self._settle)
            await asyncio.sleep(ended + pause - now())
            await self._quiet()
            if not watch.stands:  # a folder that is not there; when it is back, the watch says so
                again = None
                continue
            match await self._bring_in_step():
                case Done() as done:
                    log.info("the archive folder has changed: %s", SAID.format_map(done.counts))
                    again = None
                case _:  # the run has logged why
                    again = min(2 * again, LONGEST_WAIT) if again else TRY_AGAIN
            ended = now()

    async def _quiet(self) -> None:
        """Returns when nothing has changed for `settle` seconds, or when that was waited for long enough."""
        now = asyncio.get_running_loop().time
        longest = now() + MOST_SETTLES * self._settle
        while (left := min(self._settle, longest - now())) > 0:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                return
        self._news.clear()  # the run sees what was changed until it begins

    async def _bring_in_step(self) -> End:
        """A run of its own: one that is on may have looked already before the change, or be a dry one."""
        while True:
            run, joined = self._reindexing.run(full=False, dry_run=False)
            end = await run.end()
            if not joined:
                return end


def pause_after(pause: float, since: float, least: float) -> float:
    """Seconds to leave between the end of one run and the beginning of the next.

    `pause` is the one that was left before, and `since` the seconds from the end of the last run to the next change. A
    change that came within twice the pause is taken for one of many more: a log that grows for ever would have run
    after run. The pause is then doubled, up to LONGEST_PAUSE; after a quiet time it is the `least` again.
    """
    return least if since > 2 * pause else min(2 * pause, max(LONGEST_PAUSE, least))

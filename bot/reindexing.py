"""Brings the index in step in a process of its own, so that asking goes on and the heartbeat never waits."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator

from bot.reindex_state import Done, End, Running, State, Stopped

log = logging.getLogger(__name__)
LONGEST_LINE = 2**20
"""Bytes of one line that the process may write."""
PATIENCE = 5.0
"""Seconds that a process is given to end when it is told to."""
_PROGRESS = ("files", "of_files", "passages", "seconds", "share", "pace")
_HIDDEN_FROM_THE_CHILD = ("ARCHIVIST_DISCORD_TOKEN",)


class Run:
    """One run, from its start to its end. It begins when it is made."""

    def __init__(self, *, full: bool, dry_run: bool) -> None:
        self._so_far = Running()
        self._task = asyncio.create_task(self._run(full, dry_run), name="reindex")

    @property
    def state(self) -> State:
        return self._ended() if self._task.done() else self._so_far

    async def states(self, every: float) -> AsyncIterator[State]:
        """As it is now, then every `every` seconds while it runs, and at last, at once, how it ended."""
        while isinstance(state := self.state, Running):
            yield state
            await asyncio.wait([self._task], timeout=every)
        yield state

    async def end(self) -> End:
        """Waits for it."""
        await asyncio.wait([self._task])
        return self._ended()

    async def close(self) -> None:
        """Stops it; the old index goes on serving."""
        self._task.cancel()
        await asyncio.wait([self._task], timeout=2 * PATIENCE)

    def _ended(self) -> End:
        return Stopped("the bot was stopped") if self._task.cancelled() else self._task.result()

    async def _run(self, full: bool, dry_run: bool) -> End:
        try:
            end = await self._in_a_process(full, dry_run)
        except Exception:
            log.exception("failure in the reindex")
            end = Stopped("its process said something that can't be read; the log has the details")
        if isinstance(end, Stopped):
            log.warning("the reindex stopped: %s", end.reason)
        return end

    async def _in_a_process(self, full: bool, dry_run: bool) -> End:
        options = [*(["--full"] if full else []), *(["--dry-run"] if dry_run else [])]
        arguments = ("-P", "-m", "retrieval", "index", "--nice", "--json", "--progress", "lines", *options)
        environment = {name: value for name, value in os.environ.items() if name.upper() not in _HIDDEN_FROM_THE_CHILD}
        try:  # cancelled meanwhile, asyncio kills what it has started
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *arguments,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=PIPE,
                env=environment,
                limit=LONGEST_LINE,
            )
        except OSError as error:
            return Stopped(f"the process could not be started: {error.strerror}")
        try:
            return await self._followed(process)
        finally:
            await _end(process)

    async def _followed(self, process: Process) -> End:
        assert process.stdout is not None and process.stderr is not None  # noqa: S101 - both are pipes
        output, said = await asyncio.gather(process.stdout.read(), self._follow(process.stderr))
        status = await process.wait()
        if status != 0:
            return Stopped(said or f"its process ended with status {status}")
        return Done(json.loads(output))

    async def _follow(self, lines: asyncio.StreamReader) -> str:
        """Takes in the progress; gives the last line that was not progress, which says why it stopped."""
        last = ""
        async for raw in lines:
            line = raw.decode("utf-8", "replace").strip()
            try:
                said = json.loads(line)
                self._so_far = Running(**{name: said[name] for name in _PROGRESS})
            except (ValueError, KeyError, TypeError):
                last = line.removeprefix("archivist: ") or last
        return last


async def _end(process: Process) -> None:
    """Returns when the process is gone; nothing to do where it ended by itself."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), PATIENCE)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


class Reindexing:
    """At most one run at a time; whoever asks for another gets the one that is running."""

    def __init__(self) -> None:
        self._latest: Run | None = None

    @property
    def is_running(self) -> bool:
        return isinstance(self.state, Running)

    @property
    def state(self) -> State | None:
        """That of the latest run; None before the first."""
        return self._latest.state if self._latest is not None else None

    def run(self, *, full: bool, dry_run: bool) -> tuple[Run, bool]:
        """The run to watch, and True where it was running already, with whatever options it was begun."""
        if self._latest is not None and self.is_running:
            return self._latest, True
        self._latest = Run(full=full, dry_run=dry_run)
        return self._latest, False

    async def close(self) -> None:
        """Stops a run that is still on."""
        if self._latest is not None:
            await self._latest.close()

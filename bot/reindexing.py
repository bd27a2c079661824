"""Brings the index in step in a process of its own, so that asking goes on and the heartbeat never waits."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)
LONGEST_LINE = 2**20
"""Bytes of one line that the process may write."""
_HIDDEN_FROM_THE_CHILD = ("ARCHIVIST_DISCORD_TOKEN",)


@dataclass(frozen=True, slots=True)
class Running:
    """How far it is; nothing is known before the first batch."""

    files: int = 0
    of_files: int = 0
    passages: int = 0
    seconds: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        """By the pace so far, or None while there is none."""
        return self.seconds / self.files * (self.of_files - self.files) if self.files else None


@dataclass(frozen=True, slots=True)
class Done:
    report: Mapping[str, Any]
    """As `archivist index --json` prints it."""


@dataclass(frozen=True, slots=True)
class Stopped:
    reason: str
    """One line for a person."""


State = Running | Done | Stopped


class Reindexing:
    """At most one run at a time; whoever asks for another gets the one that is running."""

    def __init__(self) -> None:
        self._task: asyncio.Task[State] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._state: State = Running()
        self._changed = asyncio.Event()

    @property
    def is_running(self) -> bool:
        return self._task is not None and not self._task.done()

    @property
    def state(self) -> State:
        return self._state

    def start(self, *, full: bool, dry_run: bool) -> bool:
        """True where this call started it, False where one was running already."""
        if self.is_running:
            return False
        self._state = Running()
        self._task = asyncio.create_task(self._run(full, dry_run), name="reindex")
        return True

    async def next_state(self, patience: float) -> State:
        """The state once it changes, or as it is after `patience` seconds."""
        self._changed.clear()
        if self.is_running:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), patience)
        return self._state

    async def finished(self, patience: float) -> None:
        """Returns when the run ends, or after `patience` seconds."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=patience)

    async def close(self) -> None:
        """Stops a run; the old index goes on serving."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=5)

    async def _run(self, full: bool, dry_run: bool) -> State:
        try:
            state = await self._in_a_process(full, dry_run)
        except OSError as error:
            state = Stopped(f"the process could not be started: {error.strerror}")
        except Exception:
            log.exception("failure in the reindex")
            state = Stopped("its process said something that can't be read; the log has the details")
        self._move_to(state)
        return state

    async def _in_a_process(self, full: bool, dry_run: bool) -> State:
        options = [*(["--full"] if full else []), *(["--dry-run"] if dry_run else [])]
        environment = {name: value for name, value in os.environ.items() if name not in _HIDDEN_FROM_THE_CHILD}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "retrieval", "index", "--json", "--progress", "lines", *options),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
            limit=LONGEST_LINE,
        )
        assert self._process.stdout is not None and self._process.stderr is not None  # noqa: S101 - both are pipes
        output, said = await asyncio.gather(self._process.stdout.read(), self._follow(self._process.stderr))
        status = await self._process.wait()
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
                self._move_to(Running(said["files"], said["of_files"], said["passages"], said["seconds"]))
            except (ValueError, KeyError, TypeError):
                last = line.removeprefix("archivist: ") or last
        return last

    def _move_to(self, state: State) -> None:
        self._state = state
        self._changed.set()

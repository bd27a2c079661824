"""Reads files in processes of their own, several at a time, so that no file can stop, stall or exhaust the rest.

The processes are our own program (`worker.py`) and speak JSON. One that takes too long or dies is replaced; what it was
at is unreadable, with the reason, and where that is a part of a file the rest of it is read (`underway.py`).
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from retrieval.errors import UnreadableFile
from retrieval.reading.folder import FileStamp
from retrieval.reading.processes import Limits, Process, ended, given_back, started
from retrieval.reading.underway import Underway
from retrieval.reading.wire import Json, line_of, message_of
from retrieval.spans import Span

log = logging.getLogger(__name__)
PATIENCE = 2
"""Times the seconds that a document may take of the processor: so long is waited for by the clock."""
PATIENCE_WITH_A_FILE = 60
"""The same for a file of many documents: with the usual limit an hour."""
_CHUNK = 1 << 20


class Answer(NamedTuple):
    """One document of a file, or its end."""

    path: str
    header: Json
    body: bytes
    """The rest of the line, unread: JSON."""


class Workers:
    """Reads many files. Use as a context manager: leaving it ends the processes that are still at a file."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder, self._limits = folder, limits
        self._held: list[_Worker] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._held:
            worker.leave()

    def read(self, files: Sequence[FileStamp], asked: Json | None = None) -> Iterator[Answer]:
        """The answers for all of the files; those of one file in its order, the last with `end` in its header.

        `asked` is what is wanted beyond reading it, as `ask_again` says.
        """
        waiting = deque(files)
        count = min(self._limits.processes or os.cpu_count() or 1, len(waiting))
        self._held = [_Worker(self._limits) for _ in range(count)]
        with selectors.DefaultSelector() as selector:
            for worker in self._held:
                worker.start(selector)
            while waiting or any(worker.file for worker in self._held):
                for worker in self._held:
                    if worker.file is None and waiting:
                        worker.take(Underway(str(self._folder.resolve()), waiting.popleft(), asked))
                for key, _ in selector.select(timeout=0.2):
                    yield from key.data.answers()
                for worker in self._held:
                    if worker.file is not None and worker.is_overdue:
                        yield worker.stopped()


class _Worker:
    """One process, and the file that it has been given."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: Process | None = None
        self._selector: selectors.BaseSelector | None = None
        self._buffer = bytearray()
        self._since = self._begun = 0.0
        self._request = b""
        """What it was asked and has not begun to answer."""
        self.file: Underway | None = None

    def start(self, selector: selectors.BaseSelector) -> None:
        self._selector, self._process = selector, started(self._limits)
        selector.register(self._output, selectors.EVENT_READ, self)

    def take(self, file: Underway) -> None:
        self.file, self._begun = file, time.monotonic()
        self._ask()

    def _ask(self) -> None:
        assert self.file is not None and self._process is not None and self._process.stdin is not None  # noqa: S101
        self._since, self._request = time.monotonic(), line_of(self.file.request)
        with contextlib.suppress(BrokenPipeError):  # it is gone, as reading from it will tell
            self._process.stdin.write(self._request)

    @property
    def _output(self) -> IO[bytes]:
        assert self._process is not None and self._process.stdout is not None  # noqa: S101 - it was started
        return self._process.stdout

    @property
    def is_overdue(self) -> bool:
        """By the clock: with its document, or with all of its file."""
        return time.monotonic() - self._since > PATIENCE * self._limits.seconds or self._is_over

    @property
    def _is_over(self) -> bool:
        return time.monotonic() - self._begun > PATIENCE_WITH_A_FILE * self._limits.seconds

    def answers(self) -> Iterator[Answer]:
        """Those that have come in. A process that is gone answers with the reason, and another takes its place."""
        chunk = os.read(self._output.fileno(), _CHUNK)
        if not chunk:
            yield from self._gone()
            return
        self._since, self._request = time.monotonic(), b""
        self._buffer += chunk
        *lines, rest = self._buffer.split(b"\n") if b"\n" in chunk else [self._buffer]
        self._buffer = rest
        for line in lines:
            header, _, body = bytes(line).partition(b"\t")
            said = message_of(header)
            if said.get("last"):  # it ends itself, and reads nothing more
                yield self.stopped(said["reason"])
            elif (answer := self._answer(said, body)) is not None:
                yield answer

    def leave(self) -> None:
        """The process is kept for others, or ended where it is still at a file."""
        self._out_of_sight()
        if self._process is not None and self.file is None and not self._buffer:
            given_back(self._process, self._limits)
        elif self._process is not None:
            ended(self._process)
        self._process = None

    def _out_of_sight(self) -> None:
        if self._selector is not None and self._process is not None:
            with contextlib.suppress(KeyError, RuntimeError):  # the selector is closed before
                self._selector.unregister(self._output)

    def _answer(self, said: Json, body: bytes) -> Answer | None:
        assert self.file is not None  # noqa: S101 - it was given one
        path, header = self.file.path, self.file.heard(said)
        if header is None:
            return None
        if header.get("trace"):
            log.error("reading %r failed:\n%s", path, header["trace"])
        if "end" in header:
            self.file = None
        return Answer(path, header, body)

    def _gone(self) -> Iterator[Answer]:
        assert self._process is not None  # noqa: S101 - it was started
        if self._request and self._process.wait() == 0:  # it had just gone, having waited long, when it was asked
            self._replace()
            self._ask()
            self._request = b""
        elif self.file is not None:
            yield self.stopped()
        else:
            self._replace()

    def stopped(self, reason: str | None = None) -> Answer:
        """It reads no more, for that reason or the one that its end tells: the next one goes on with the file."""
        assert self.file is not None  # noqa: S101 - it was given one
        path, header = self.file.path, self.file.stopped(reason or self._reason(), is_over=self._is_over)
        self._replace()
        if "end" in header:
            self.file = None
        else:
            self._ask()
        return Answer(path, header, b"")

    def _reason(self) -> str:
        assert self._process is not None  # noqa: S101 - it was started
        try:
            status = self._process.wait(timeout=0 if self.is_overdue else 5)
        except subprocess.TimeoutExpired:
            status = -signal.SIGXCPU
        if status == -signal.SIGXCPU:
            seconds = self._limits.seconds
            if self._is_over:
                seconds *= PATIENCE_WITH_A_FILE
            return f"takes more than {seconds} seconds to read"
        return f"its reader crashed ({signal.Signals(-status).name if status < 0 else f'status {status}'})"

    def _replace(self) -> None:
        self._out_of_sight()
        if self._process is not None:
            ended(self._process)
        self._buffer = bytearray()
        if self._selector is not None:
            self.start(self._selector)


def ask_again(folder: Path, file: FileStamp, member: str | None, places: Sequence[Span], limits: Limits) -> Json:
    """One document of a file as it is now, as `wire.again_json` tells it. Raises UnreadableFile."""
    asked = {"member": member, "places": [[place.start, place.end] for place in places]}
    body, reason = b"", None
    with Workers(folder, Limits(limits.seconds, limits.megabytes, 1)) as workers:
        for answer in workers.read([file], asked):
            body, reason = answer.body or body, answer.header.get("reason")
    if reason is not None or not body:
        raise UnreadableFile(reason or "holds no text")
    return message_of(body)

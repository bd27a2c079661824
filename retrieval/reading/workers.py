"""Reads files in processes of their own, several at a time, so that no file can stop, stall or exhaust the rest.

The processes are our own program (`worker.py`) and speak JSON. One that takes too long or dies is replaced; its file is
unreadable, with the reason.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from retrieval.errors import UnreadableFile
from retrieval.reading.folder import FileStamp
from retrieval.reading.wire import Json, line_of, message_of, request_json
from retrieval.spans import Span

log = logging.getLogger(__name__)
PROGRAM = ("-m", "retrieval.reading.worker")
SECONDS = 60
MEGABYTES = 1024
PATIENCE = 2
"""Times the seconds that a document may take of the processor: so long is waited for by the clock."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    seconds: int = SECONDS
    """Of the processor, for one document."""
    megabytes: int = MEGABYTES
    """Of memory, for one process."""
    processes: int = 0
    """0: as many as there are processors."""


class Answer(NamedTuple):
    """One document of a file, or its end."""

    path: str
    header: Json
    body: bytes
    """The rest of the line, unread: JSON."""


class Workers:
    """Reads many files. Use as a context manager: leaving it ends the processes, whatever they are at."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder, self._limits = folder, limits
        self._held: list[_Worker] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._held:
            worker.end()

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
                        worker.take(self._folder, waiting.popleft(), asked)
                for key, _ in selector.select(timeout=0.2):
                    yield from key.data.answers()
                for worker in self._held:
                    if worker.file is not None and worker.is_overdue:
                        yield worker.given_up()


class _Worker:
    """One process, and the file that it has been given."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._selector: selectors.BaseSelector | None = None
        self._buffer = bytearray()
        self._since = 0.0
        self.file: FileStamp | None = None

    def start(self, selector: selectors.BaseSelector) -> None:
        limits = self._limits
        command = [sys.executable, "-P", *PROGRAM, str(limits.seconds), str(limits.megabytes)]
        self._selector = selector
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            bufsize=0,
        )
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        selector.register(self._process.stdout, selectors.EVENT_READ, self)

    def take(self, folder: Path, file: FileStamp, more: Json | None = None) -> None:
        self.file, self._since = file, time.monotonic()
        request = line_of(request_json(str(folder.resolve()), file) | (more or {}))
        assert self._process is not None and self._process.stdin is not None  # noqa: S101 - it was started
        with contextlib.suppress(BrokenPipeError):  # it is gone, as reading from it will tell
            self._process.stdin.write(request)

    @property
    def is_overdue(self) -> bool:
        return time.monotonic() - self._since > PATIENCE * self._limits.seconds

    def answers(self) -> Iterator[Answer]:
        """Those that have come in. A process that is gone answers with the reason, and another takes its place."""
        assert self._process is not None and self._process.stdout is not None  # noqa: S101 - it was started
        chunk = os.read(self._process.stdout.fileno(), _CHUNK)
        if not chunk:
            yield from self._gone()
            return
        self._since = time.monotonic()
        self._buffer += chunk
        *lines, rest = self._buffer.split(b"\n") if b"\n" in chunk else [self._buffer]
        self._buffer = rest
        for line in lines:
            answer = self._answer(bytes(line))
            if answer.header.get("last"):  # it ends itself, and reads nothing more
                self._replace()
            yield answer

    def given_up(self) -> Answer:
        answer = self._failed()
        self._replace()
        return answer

    def end(self) -> None:
        if self._process is None:
            return
        if self._selector is not None and self._process.stdout is not None:
            with contextlib.suppress(KeyError, RuntimeError):  # the selector is closed before
                self._selector.unregister(self._process.stdout)
        self._process.kill()
        self._process.communicate()
        self._process = None

    def _answer(self, line: bytes) -> Answer:
        header, _, body = line.partition(b"\t")
        said = message_of(header)
        path = self.file.path if self.file else ""
        if "end" in said:
            self.file = None
            if said.get("trace"):
                log.error("reading %r failed:\n%s", path, said["trace"])
        return Answer(path, said, body)

    def _gone(self) -> Iterator[Answer]:
        if self.file is not None:
            yield self._failed()
        self._replace()

    def _failed(self) -> Answer:
        assert self.file is not None and self._process is not None  # noqa: S101 - it was given one
        path, self.file = self.file.path, None
        return Answer(path, {"end": True, "reason": self._reason()}, b"")

    def _reason(self) -> str:
        assert self._process is not None  # noqa: S101 - it was started
        try:
            status = self._process.wait(timeout=0 if self.is_overdue else 5)
        except subprocess.TimeoutExpired:
            status = -signal.SIGXCPU
        if status == -signal.SIGXCPU:
            return f"takes more than {self._limits.seconds} seconds to read"
        return f"its reader crashed ({signal.Signals(-status).name if status < 0 else f'status {status}'})"

    def _replace(self) -> None:
        selector = self._selector
        self.end()
        self._buffer = bytearray()
        if selector is not None:
            self.start(selector)


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


def _environment() -> dict[str, str]:
    """Without the settings, of which none is a reader's business, and the token least of all."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ARCHIVIST_")}
    here = str(Path(__file__).parents[2])
    return kept | {"PYTHONPATH": here, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}

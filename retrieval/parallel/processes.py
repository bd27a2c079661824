"""The processes that answer, from their start to their end.

A question takes some milliseconds of Python, of which one process does one at a time however many threads it has. Each
process here has one question at a time, which was encoded beforehand, together with others that came meanwhile. Until
they are up, and where none could be started, this process answers. One that ends on a question takes that question
along, never the bot, and another is started in its place.
"""

from __future__ import annotations

import datetime
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from retrieval.answers import Answer
from retrieval.archive import Archive
from retrieval.encoding import Encoder
from retrieval.errors import ProcessEnded
from retrieval.filters import EVERYTHING, Filter
from retrieval.parallel.messages import Begin, Done, Encode, Failed, Question, attempted, outcome_of
from retrieval.settings import ENV_PREFIX, RetrievalSettings
from retrieval.store.opening import serves_several_processes

log = logging.getLogger(__name__)
MOST = 4
"""Started without being asked for more: each takes memory for the index's tables and for Python."""
TRIED_AGAIN = 60.0
"""Seconds after one could not be started."""
STARTING = 120.0
"""Seconds until one must have the index open."""
_PROGRAM = ("-m", "retrieval.parallel.worker")


def number_for(settings: RetrievalSettings, wanted: int | None) -> int:
    """How many there shall be: what is wanted, else one a processor; none where there is only one, as nothing would be
    gained. None, too, where each would have to load a model of its own, and where only one process can open the store.
    """
    if settings.reranker is not None or not serves_several_processes(settings):
        return 0
    if wanted is not None:
        return wanted
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(processors, MOST) if processors > 1 else 0


@dataclass(frozen=True, slots=True, eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    connection: Connection

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait()


class AnsweringProcesses:
    """Answers as the archive does, in other processes. Safe to use from several threads; close it when done."""

    def __init__(self, archive: Archive, count: int | None, at_once_here: int, deadline: float) -> None:
        """Starts nothing yet; None for as many as suit the machine. One that takes more than `deadline` seconds for a
        question is ended. Where there are none, `at_once_here` questions are answered here at the same time.
        """
        self._archive, self._deadline = archive, deadline
        self._count = number_for(archive.settings, count)
        # Their fields alone: a bot's settings hold its token.
        own = {name: getattr(archive.settings, name) for name in RetrievalSettings.model_fields}
        self._settings = RetrievalSettings.model_construct(**own)
        self._at_once_here = threading.BoundedSemaphore(at_once_here)
        self._changed = threading.Condition()
        self._free: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._starting = 0
        self._next_try = 0.0
        self._closed = False

    def start(self) -> None:
        """Returns at once; those that are there are counted. Needs a warm archive."""
        self._next_try = 0.0
        self._start_missing()

    def _start_missing(self) -> None:
        """Where some could not be started, or were lost, that is tried again, but not at every question."""
        with self._changed:
            missing = self._count - len(self._all) - self._starting
            if self._closed or missing <= 0 or time.monotonic() < self._next_try:
                return
            self._starting += missing
        for _ in range(missing):
            threading.Thread(target=self._start_one, name="start of an answering process", daemon=True).start()

    def wait_until_started(self) -> int:
        """Until none is about to come up; how many have."""
        with self._changed:
            self._changed.wait_for(lambda: not self._starting)
            return len(self._all)

    @property
    def ready(self) -> int:
        """Processes that answer."""
        with self._changed:
            return len(self._all)

    def ask(
        self,
        question: str,
        where: Filter = EVERYTHING,
        *,
        today: datetime.date | None = None,
        as_written: bool = False,
    ) -> Answer:
        """As `Archive.ask`; raises ProcessEnded besides."""
        if self._archive.is_warm:
            self._start_missing()
        if not self.ready:
            return self._here(question, where, today, as_written)
        # This also raises where this index was found damaged, which the processes don't look for.
        known = self._archive.encoded(question, where, today=today, as_written=as_written)
        worker = self._borrow()
        if worker is None:
            if self._closed:
                raise ProcessEnded("the bot is stopping")
            return self._here(question, where, today, as_written)
        try:
            answer = self._answered(worker, Question(question, where, today, as_written, known))
        except (EOFError, OSError) as error:
            self._replace(worker)
            raise ProcessEnded("the process that was answering this ended; please ask again") from error
        except BaseException:  # what it says next would be taken for the answer to another question
            self._replace(worker)
            raise
        self._give_back(worker)
        return outcome_of(answer)  # type: ignore[no-any-return]

    def close(self) -> None:
        """What is being answered ends with ProcessEnded, and so does what waits."""
        with self._changed:
            self._closed = True
            idle, self._free = self._free, []
            busy = self._all.difference(idle)
            self._all.clear()
            self._changed.notify_all()
        for worker in busy:
            worker.process.kill()  # whoever waits for its answer hears of that, and closes its connection
        for worker in idle:
            worker.end()

    def _here(self, question: str, where: Filter, today: datetime.date | None, as_written: bool) -> Answer:
        with self._at_once_here:
            return self._archive.ask(question, where, today=today, as_written=as_written)

    def _answered(self, worker: _Worker, question: Question) -> Done | Failed:
        worker.connection.send(question)
        return _received(worker, self._archive.encoder(), self._deadline)

    def _borrow(self) -> _Worker | None:
        """One that is free and lives, waited for while there are any; None where there are none."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._free or not self._all)
                if not self._free:
                    return None
                worker = self._free.pop(0)  # in turn, so that each hears of a new generation soon
            if worker.process.poll() is None:
                return worker
            self._replace(worker)  # it ended while it had nothing to do

    def _give_back(self, worker: _Worker) -> None:
        with self._changed:
            if worker in self._all:
                self._free.append(worker)
                self._changed.notify_all()

    def _replace(self, worker: _Worker) -> None:
        with self._changed:
            self._all.discard(worker)
            self._changed.notify_all()
        worker.end()
        self._start_missing()

    def _start_one(self) -> None:
        worker = None
        try:
            worker = self._started()
        except Exception:
            log.exception("a process that answers questions could not be started; there are %d", self.ready)
        with self._changed:
            if worker is None:
                self._next_try = time.monotonic() + TRIED_AGAIN
            self._starting -= 1
            self._changed.notify_all()
            if worker is not None and not self._closed:
                self._all.add(worker)
                self._free.append(worker)
                return
        if worker is not None:
            worker.end()

    def _started(self) -> _Worker:
        encoder = self._archive.encoder()
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-P", *_PROGRAM, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                env=_environment(),
                pass_fds=[theirs.fileno()],
                process_group=0,  # Ctrl-C reaches the bot alone, which ends what it began
            )
        worker = _Worker(process, Connection(ours.detach()))
        try:
            worker.connection.send(Begin(self._settings, encoder.name, encoder.fingerprint, encoder.dimensions))
            outcome_of(_received(worker, encoder, STARTING))
        except BaseException:
            worker.end()
            raise
        return worker


def _received(worker: _Worker, encoder: Encoder, seconds: float) -> Done | Failed:
    """What came of what was sent last, with the model's work done meanwhile. Raises TimeoutError where nothing comes
    for so many seconds, EOFError where nothing will.
    """
    connection = worker.connection
    while True:
        if not connection.poll(seconds):
            raise TimeoutError(f"no answer in {seconds:g} seconds")
        received = connection.recv()
        if not isinstance(received, Encode):
            assert isinstance(received, Done | Failed)  # noqa: S101 - there are no other messages
            return received
        connection.send(attempted(partial(getattr(encoder, received.method), *received.arguments)))


def _environment() -> dict[str, str]:
    """Without the settings, which come by the socket, and the token least of all. A thread each, as they share the
    processors.
    """
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(ENV_PREFIX)}
    here = str(Path(__file__).parents[2])
    return kept | {"PYTHONPATH": here, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

"""The processes that read, from their start to their end. One that has nothing to do is kept a while for the next file.

Starting one costs a quarter of a second, which is more than most receipts and small archives take to be read.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

PROGRAM = ("-m", "retrieval.reading.worker")
SECONDS = 60
MEGABYTES = 1024
MOST_IDLE = 4
"""Of one kind. Each ends by itself when it has been asked nothing for a minute (`worker.IDLE`)."""

Process = subprocess.Popen[bytes]
_idle: dict[object, list[Process]] = defaultdict(list)
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Limits:
    seconds: int = SECONDS
    """Of the processor, for one document."""
    megabytes: int = MEGABYTES
    """Of memory, for one process."""
    processes: int = 0
    """0: as many as there are processors."""


def started(limits: Limits) -> Process:
    """One that waits for a file."""
    with _one_at_a_time:
        held = _idle[_kind(limits)]
        while held:
            process = held.pop()
            if process.poll() is None:
                return process
            ended(process)
    command = [sys.executable, "-P", *PROGRAM, str(limits.seconds), str(limits.megabytes)]
    return subprocess.Popen(  # noqa: S603 - our own program
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        bufsize=0,
    )


def given_back(process: Process, limits: Limits) -> None:
    """One that has answered all that it was asked."""
    with _one_at_a_time:
        held = _idle[_kind(limits)]
        if process.poll() is None and len(held) < MOST_IDLE:
            held.append(process)
            return
    ended(process)


def ended(process: Process) -> None:
    """Whatever it is at."""
    process.kill()
    process.communicate()


@atexit.register
def end_idle() -> None:
    """Those that wait for a file; also done when this program ends."""
    with _one_at_a_time:
        for held in _idle.values():
            while held:
                ended(held.pop())


def _kind(limits: Limits) -> object:
    return PROGRAM, limits.seconds, limits.megabytes


def _environment() -> dict[str, str]:
    """Without the settings, of which none is a reader's business, and the token least of all."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ARCHIVIST_")}
    here = str(Path(__file__).parents[2])
    return kept | {"PYTHONPATH": here, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}

"""Asking while the index is brought in step, as the bot does it: by `archivist index` in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path

import numpy as np

from retrieval.archive import Archive
from retrieval.benchmarks.askers import AT_ONCE, DEADLINE, THREADS_HERE
from retrieval.benchmarks.texts import Texts
from retrieval.benchmarks.timing import Figures, quantiles
from retrieval.parallel import AnsweringProcesses
from retrieval.settings import ENV_PREFIX

EVERY = 0.1
"""Seconds from one question to the next, whether that is answered or not."""
WARM, FEWEST = 200, 400
"""Questions, before anything is measured and then of each kind."""
TICK = 0.005


def reindexing(texts: Texts) -> Figures:
    """One asks ten times a second, first in quiet, then while everything is read and encoded anew; and how long the
    event loop that asks was kept from its other work.
    """
    return asyncio.run(_reindexing(texts))


async def _reindexing(texts: Texts) -> Figures:
    with (
        contextlib.closing(Archive(texts.settings)) as archive,
        contextlib.closing(AnsweringProcesses(archive, None, THREADS_HERE, DEADLINE)) as processes,
        ThreadPoolExecutor(AT_ONCE) as threads,
    ):
        archive.warm()
        processes.start()
        processes.wait_until_started()
        asking = _Asking(processes, threads, texts)
        quiet, busy = _Heard(), _Heard()
        await asking.go_on(_Heard(), lambda asked: asked >= WARM)
        await asking.go_on(quiet, lambda asked: asked >= FEWEST)
        runs = []
        while len(busy.answers) < FEWEST:
            runs.append(await _while_one_runs(asking, busy, texts))
    return {
        "seconds_of_a_reindex": round(min(runs), 1),
        "quiet": quiet.figures(),
        "during": busy.figures(),
        "p99_during_by_quiet": round(quiet.times(busy, 99), 2),
    }


async def _while_one_runs(asking: _Asking, heard: _Heard, texts: Texts) -> float:
    """Seconds that the run took."""
    for vectors in (texts.settings.data / "cache").glob("vectors.sqlite*"):
        vectors.unlink()
    command = [sys.executable, "-P", "-m", "retrieval", "index", "--full", "--nice"]
    started = time.perf_counter()
    with subprocess.Popen(command, env=environment(texts), stdout=subprocess.DEVNULL, cwd=texts.place) as run:  # noqa: ASYNC220, S603
        await asking.go_on(heard, lambda _: run.poll() is not None)
    if run.returncode != 0:
        raise RuntimeError(f"archivist index ended with {run.returncode}")
    return time.perf_counter() - started


class _Heard:
    """What one phase of asking took, in seconds."""

    def __init__(self) -> None:
        self.answers: list[float] = []
        self.longest_wait_of_the_loop = 0.0

    def figures(self) -> Figures:
        told: Figures = {"questions": len(self.answers)} | quantiles(self.answers, 50, 95, 99)
        return told | {"event_loop_kept_waiting_ms": round(self.longest_wait_of_the_loop * 1000, 1)}

    def times(self, other: _Heard, quantile: int) -> float:
        return float(np.percentile(other.answers, quantile) / np.percentile(self.answers, quantile))


class _Asking:
    def __init__(self, processes: AnsweringProcesses, threads: ThreadPoolExecutor, texts: Texts) -> None:
        self._processes, self._threads = processes, threads
        self._questions = cycle(texts.questions)

    async def go_on(self, heard: _Heard, is_over: Callable[[int], bool]) -> None:
        """Until it is over, which is asked with the number of questions that were asked."""
        watch = asyncio.create_task(_watch(heard))
        asked: list[asyncio.Task[None]] = []
        while not is_over(len(asked)):
            asked.append(asyncio.create_task(self._one(heard)))
            await asyncio.sleep(EVERY)
        await asyncio.gather(*asked)
        watch.cancel()

    async def _one(self, heard: _Heard) -> None:
        question, started = next(self._questions), time.perf_counter()
        await asyncio.get_running_loop().run_in_executor(self._threads, self._processes.ask, question)
        heard.answers.append(time.perf_counter() - started)


async def _watch(heard: _Heard) -> None:
    """How much later than it should a short sleep ends, at most."""
    while True:
        started = time.perf_counter()
        await asyncio.sleep(TICK)
        late = time.perf_counter() - started - TICK
        heard.longest_wait_of_the_loop = max(heard.longest_wait_of_the_loop, late)


def environment(texts: Texts) -> dict[str, str]:
    """The settings of the archive that is asked. A process has no others in `texts.place`, where no `.env` is: a store
    that one names elsewhere must not be written to.
    """
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(ENV_PREFIX)}
    settings = texts.settings
    own = {name: getattr(settings, name) for name in ("archive", "data", "store", "model", "offline", "threads")}
    here = {"PYTHONPATH": str(Path(__file__).parents[2])}
    return kept | here | {f"{ENV_PREFIX}{name.upper()}": str(value) for name, value in own.items()}

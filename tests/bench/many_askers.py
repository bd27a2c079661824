"""Many askers at once against the same questions one at a time, in one run, through the bot's own queue.

    python -m tests.bench.many_askers ../shared/data/squad2_a [--askers 50] [--processes 0 2 4]

The corpus is indexed once, into a folder of its own. The questions are asked one at a time, in the bot's own process;
then all at once, answered in so many processes; told are questions per second, milliseconds from asking to having the
answer, and whether every answer shows what it did when its question was asked alone. At last more ask than the queue
takes. What Python does for one question can't be done for two at once in one process (0), where only encoding, which
goes on beside it, can be shared.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.library import Library, LibraryBusy
from bot.settings import BotSettings
from retrieval import EVERYTHING, Answer, Archive, Found

ROUNDS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a question set in BEIR layout")
    parser.add_argument("--askers", type=int, default=50)
    parser.add_argument("--processes", type=int, nargs="+", default=[0, 2, 4])
    parser.add_argument("--data", type=Path, help="where the index is kept for the next time")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        told = figures(given.folder, given.data or Path(place), given.askers, given.processes)
    print(json.dumps(told, indent=1))


def figures(folder: Path, data: Path, askers: int = 50, processes: Sequence[int] = (0, 2, 4)) -> dict[str, Any]:
    return asyncio.run(_figures(folder, data, askers, processes))


async def _figures(folder: Path, data: Path, askers: int, processes: Sequence[int]) -> dict[str, Any]:
    archive_folder = data / "archive"
    archive_folder.mkdir(parents=True, exist_ok=True)
    (archive_folder / "corpus.jsonl").write_bytes(_content(folder, "corpus.jsonl"))
    lines = _content(folder, "queries.jsonl").splitlines()
    every = [json.loads(line)["text"] for line in lines[:: max(len(lines) // (askers * ROUNDS + 20), 1)]]
    settings = BotSettings(
        _env_file=None, archive=archive_folder, data=data / "data", queue=len(every), deadline=600.0, processes=0
    )
    archive = Archive(settings)
    passages = archive.reindex().passages
    library = Library(settings, archive)
    await library.warm()
    for question in every[-20:]:
        await library.ask(question, EVERYTHING)
    rounds = [every[askers * number : askers * (number + 1)] for number in range(ROUNDS)]
    alone: dict[str, object] = {}
    for question in every:
        alone[question] = _shown(await library.ask(question, EVERYTHING))  # the sentences are remembered after this
    libraries = {count: await _open(settings.model_copy(update={"processes": count}), archive) for count in processes}
    for many in libraries.values():
        await asyncio.gather(*(many.ask(question, EVERYTHING) for question in every))
    one: list[float] = []
    one_seconds: list[float] = []
    together: dict[int, list[float]] = {count: [] for count in processes}
    seconds: dict[int, list[float]] = {count: [] for count in processes}
    others = 0
    for questions in rounds:
        started = time.perf_counter()
        for question in questions:
            one.append((await _timed(library, question))[1])
        one_seconds.append(time.perf_counter() - started)
        for count, many in libraries.items():
            started = time.perf_counter()
            got = await asyncio.gather(*(_timed(many, question) for question in questions))
            seconds[count].append(time.perf_counter() - started)
            together[count] += [taken for _, taken in got]
            others += sum(_shown(a) != alone[q] for q, (a, _) in zip(questions, got, strict=True))
    small = Library(settings.model_copy(update={"workers": 1, "queue": 10}), archive)
    ends = await asyncio.gather(*(small.ask(q, EVERYTHING) for q in rounds[0]), return_exceptions=True)
    told = {
        "passages": passages,
        "one at a time": _told(askers, one_seconds, one, None),
        "at once": {
            f"{count} processes": _told(askers, seconds[count], together[count], min(one_seconds))
            for count in processes
        },
        "answers that differ from those given alone": others,
        "MiB of its own that an answering process has": _own_memory(),
        "told that it is busy, of so many with room for 11": sum(isinstance(end, LibraryBusy) for end in ends),
    }
    for many in (library, small, *libraries.values()):
        await many.close()
    return told


async def _open(settings: BotSettings, archive: Archive) -> Library:
    """With all its processes up."""
    library = Library(settings, archive)
    await library.warm()
    while library.processes < (settings.processes or 0):  # noqa: ASYNC110 - nothing tells of it, and nobody waits
        await asyncio.sleep(0.1)
    return library


def _own_memory() -> list[int]:
    """Of each child process: what it shares with none."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    held = (Path(f"/proc/{child}/smaps_rollup").read_text() for child in children)
    return [sum(map(int, re.findall(r"Private_\w+:\s+(\d+)", each))) // 1024 for each in held]


def _shown(answer: Answer) -> object:
    """What an asker sees of it. Scores differ in their last digit by what was encoded beside."""
    if isinstance(answer, Found):
        return [(excerpt.passage.code, excerpt.pieces, excerpt.answer) for excerpt in answer.excerpts]
    return answer.reason


async def _timed(library: Library, question: str) -> tuple[Answer, float]:
    started = time.perf_counter()
    answer = await library.ask(question, EVERYTHING)
    return answer, time.perf_counter() - started


def _told(askers: int, seconds: Sequence[float], each: Sequence[float], alone: float | None) -> dict[str, float]:
    """The best of the rounds for what they took; of all their questions the milliseconds."""
    p50, p95 = np.percentile(np.array(each) * 1000, [50, 95])
    told = {
        "questions per second": round(askers / min(seconds), 1),
        "p50 milliseconds": round(float(p50), 1),
        "p95 milliseconds": round(float(p95), 1),
    }
    return told if alone is None else told | {"times one at a time": round(alone / min(seconds), 2)}


def _content(folder: Path, name: str) -> bytes:
    packed = folder / f"{name}.gz"
    return gzip.decompress(packed.read_bytes()) if packed.is_file() else (folder / name).read_bytes()


if __name__ == "__main__":
    main()

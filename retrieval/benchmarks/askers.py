"""Many askers at once against the same questions one at a time.

What Python does for one question can't be done for two at once in one process, where only encoding, which goes on
beside it, can be shared; in several it can.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from retrieval.answers import Answer, Found
from retrieval.archive import Archive
from retrieval.benchmarks.texts import Texts
from retrieval.benchmarks.timing import Figures, memory, quantiles, timed
from retrieval.parallel import AnsweringProcesses

AT_ONCE = 50
ROUNDS = 4
THREADS_HERE = 4
"""As the bot has them."""
DEADLINE = 600.0


def askers(texts: Texts) -> Figures:
    """Fifty at once, in this process and in several; of the rounds the best, of all their questions the quantiles."""
    with contextlib.closing(Archive(texts.settings)) as archive:
        archive.warm()
        questions = (texts.questions * (AT_ONCE * ROUNDS // len(texts.questions) + 1))[: AT_ONCE * ROUNDS]
        rounds = [questions[start : start + AT_ONCE] for start in range(0, len(questions), AT_ONCE)]
        ways = {
            name: AnsweringProcesses(archive, count, THREADS_HERE, DEADLINE)
            for name, count in (("in_one_process", 0), ("in_processes", None))
        }
        ways["in_processes"].start()
        beside = ways["in_processes"].wait_until_started()
        alone = {question: _shown(ways["in_one_process"].ask(question)) for question in questions}
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for way in ways.values():
                list(threads.map(way.ask, questions))  # each has seen the documents after this
            figures: Figures = {"processes": beside, "one_at_a_time": _one_at_a_time(archive, rounds)}
            once = figures["one_at_a_time"]["questions_per_second"]
            for name, way in ways.items():
                figures[name] = _at_once(way, threads, rounds, alone)
                figures[name]["times_one_at_a_time"] = round(figures[name]["questions_per_second"] / once, 2)
        ways["in_processes"].close()
    return figures | memory()


def _one_at_a_time(archive: Archive, rounds: Sequence[Sequence[str]]) -> Figures:
    each = [[timed(partial(archive.ask, question)).wall for question in some] for some in rounds]
    told: Figures = {"questions_per_second": round(AT_ONCE / min(map(sum, each)), 1)}
    return told | quantiles([taken for some in each for taken in some], 50, 95)


def _at_once(
    way: AnsweringProcesses, threads: ThreadPoolExecutor, rounds: Sequence[Sequence[str]], alone: dict[str, object]
) -> Figures:
    seconds, each, others = [], [], 0
    for questions in rounds:
        started = time.perf_counter()

        def ask(question: str, started: float = started) -> tuple[Answer, float]:
            return way.ask(question), time.perf_counter() - started

        got = list(threads.map(ask, questions))
        seconds.append(time.perf_counter() - started)
        each += [taken for _, taken in got]
        others += sum(_shown(answer) != alone[question] for question, (answer, _) in zip(questions, got, strict=True))
    figures: Figures = {"questions_per_second": round(AT_ONCE / min(seconds), 1)} | quantiles(each, 50, 95)
    return figures | {"answers_that_differ": others}


def _shown(answer: Answer) -> object:
    """What an asker sees of it. Scores differ in their last digit by what was encoded beside."""
    if isinstance(answer, Found):
        return [(excerpt.passage.code, excerpt.pieces, excerpt.answer) for excerpt in answer.excerpts]
    return answer.reason

"""Real processes that answer: what they answer, and what becomes of a question when its process does not."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.settings import BotSettings
from retrieval import EVERYTHING, Abstained, Archive, Found, Reason
from retrieval.errors import IndexDamaged, ModelError, ProcessEnded
from retrieval.parallel import AnsweringProcesses
from retrieval.parallel.processes import MOST, number_for
from retrieval.settings import RetrievalSettings

PATIENCE = 60.0
QUESTIONS = [
    "How many settlements were liberated around Kharkiv?",
    "Who spoke of the regiment in May 2022?",
    "How do I bake bread?",
    "hello",
]
HIDDEN = "nobody.may.see.this"


@pytest.fixture
def settings(tmp_path: Path, seed: Path) -> BotSettings:
    (tmp_path / "archive").mkdir()
    shutil.copy(seed, tmp_path / "archive")
    return BotSettings(
        _env_file=None, archive=tmp_path / "archive", data=tmp_path / "data", discord_token=HIDDEN, processes=0
    )


@pytest.fixture
def archive(settings: BotSettings, encoder) -> Iterator[Archive]:
    opened = Archive(settings, encoder=encoder)
    opened.reindex()
    yield opened
    opened.close()


@pytest.fixture
def start(archive: Archive) -> Iterator[Callable[..., AnsweringProcesses]]:
    begun: list[AnsweringProcesses] = []

    def started(count: int = 1, deadline: float = PATIENCE) -> AnsweringProcesses:
        processes = AnsweringProcesses(archive, count, at_once_here=1, deadline=deadline)
        begun.append(processes)
        processes.start()
        until(lambda: processes.ready == count)
        return processes

    yield started
    for processes in begun:
        processes.close()


def until(done: Callable[[], bool]) -> None:
    latest = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < latest
        time.sleep(0.05)


def pids(processes: AnsweringProcesses) -> list[int]:
    return [worker.process.pid for worker in processes._all]


def shown(answer: object) -> object:
    if isinstance(answer, Found):
        return [(each.passage.code, each.pieces, each.answer, each.source) for each in answer.excerpts]
    assert isinstance(answer, Abstained)
    return answer.reason, answer.nearest


def test_they_answer_as_the_archive_does(archive, start):
    processes = start()
    for question in QUESTIONS:
        for as_written in (False, True):
            there = processes.ask(question, as_written=as_written)
            assert shown(there) == shown(archive.ask(question, as_written=as_written))
            assert there.question == question


def test_what_the_question_means_there_is_encoded_where_that_is_not_what_it_means_here(archive, start, monkeypatch):
    """Two generations may be open while a new one comes, and names that are known in one need not be in the other."""
    processes = start()
    monkeypatch.setattr(archive, "encoded", lambda *_, **__: {})
    assert shown(processes.ask(QUESTIONS[0])) == shown(archive.ask(QUESTIONS[0]))


def test_a_generation_that_comes_is_answered_from_at_once(archive, settings, start):
    processes = start()
    question = "What flew over the harbour at noon?"
    assert isinstance(processes.ask(question), Abstained)
    (settings.archive / "news.txt").write_text("The zyxomma flew over the harbour at noon, the keeper said.\n")
    archive.reindex()
    answer = processes.ask(question)
    assert isinstance(answer, Found)
    assert answer.excerpts[0].source.path.endswith("news.txt")


def test_a_process_that_dies_takes_one_question_along_and_another_takes_its_place(start):
    processes = start()
    [dying] = pids(processes)
    os.kill(dying, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(processes.ask, QUESTIONS[0])
        until(lambda: not processes._free)
        time.sleep(0.2)  # so that it has the question
        os.kill(dying, signal.SIGKILL)
        with pytest.raises(ProcessEnded):
            asked.result()
    assert isinstance(processes.ask(QUESTIONS[0]), Found)  # here, while the other starts
    until(lambda: processes.ready == 1)
    assert pids(processes) != [dying]
    assert isinstance(processes.ask(QUESTIONS[0]), Found)


def test_one_that_died_with_nothing_to_do_takes_no_question_along(start):
    processes = start()
    [dead] = pids(processes)
    os.kill(dead, signal.SIGKILL)
    until(lambda: next(iter(processes._all)).process.poll() is not None)
    assert isinstance(processes.ask(QUESTIONS[0]), Found)
    until(lambda: processes.ready == 1)
    assert pids(processes) != [dead]


def test_a_process_that_hangs_is_ended_after_the_deadline(start):
    processes = start(deadline=0.5)
    [hung] = pids(processes)
    os.kill(hung, signal.SIGSTOP)
    with pytest.raises(ProcessEnded):
        processes.ask(QUESTIONS[0])
    until(lambda: processes.ready == 1)
    assert pids(processes) != [hung]


def test_a_failure_of_the_model_is_told_as_such_and_the_process_stays(archive, start, monkeypatch, encoder):
    processes = start()

    class Broken:
        name, fingerprint, dimensions = encoder.name, encoder.fingerprint, encoder.dimensions

        def encode(self, texts):
            raise ModelError("the model is gone")

    monkeypatch.setattr(archive, "encoded", lambda *_, **__: {})
    monkeypatch.setattr(archive, "encoder", Broken)
    before = pids(processes)
    with pytest.raises(ModelError, match="the model is gone"):
        processes.ask(QUESTIONS[0])
    monkeypatch.undo()
    assert isinstance(processes.ask(QUESTIONS[0]), Found)
    assert pids(processes) == before


def test_an_index_that_was_found_damaged_is_an_outage_there_too(archive, start, monkeypatch):
    """They don't look themselves: this process does, and they are not asked any more."""
    processes = start()

    def refused(*_: object, **__: object) -> None:
        raise IndexDamaged("the index is damaged")

    monkeypatch.setattr(archive._holder._backend, "snapshot", refused)
    archive._holder.close()
    with pytest.raises(IndexDamaged):
        processes.ask(QUESTIONS[0])


def test_where_they_can_not_be_started_it_is_tried_again(archive, monkeypatch):
    processes = AnsweringProcesses(archive, 1, at_once_here=1, deadline=PATIENCE)
    monkeypatch.setattr("retrieval.parallel.processes._PROGRAM", ("-c", "raise SystemExit"))
    archive.warm()
    processes.start()
    assert processes.wait_until_started() == 0
    monkeypatch.undo()
    assert isinstance(processes.ask(QUESTIONS[0]), Found)
    assert not processes._starting, "not at every question"
    monkeypatch.setattr(processes, "_next_try", 0.0)
    assert isinstance(processes.ask(QUESTIONS[0]), Found)
    assert processes.wait_until_started() == 1
    processes.close()


def test_those_who_wait_when_the_bot_stops_are_told(start):
    processes = start()
    [worker] = processes._all
    os.kill(worker.process.pid, signal.SIGSTOP)
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(processes.ask, question) for question in QUESTIONS[:2]]
        until(lambda: not processes._free)
        time.sleep(0.2)
        processes.close()
        for each in asked:
            with pytest.raises(ProcessEnded):
                each.result()
    assert not processes._starting and not processes._all


def test_no_setting_and_no_token_reaches_them(start, monkeypatch):
    monkeypatch.setenv("ARCHIVIST_DISCORD_TOKEN", HIDDEN)
    processes = start()
    [pid] = pids(processes)
    environment = Path(f"/proc/{pid}/environ").read_bytes()
    assert b"ARCHIVIST_" not in environment
    assert HIDDEN.encode() not in environment
    assert HIDDEN.encode() not in pickle.dumps(processes._settings)


def test_none_outlives_the_bot(start):
    processes = start(count=2)
    both = pids(processes)
    processes.close()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in both))
    assert processes.ask(QUESTIONS[3], EVERYTHING).reason is Reason.NOT_A_QUESTION  # here


def test_there_are_none_where_they_could_not_serve(settings):
    assert number_for(settings, 3) == 3
    assert 0 <= number_for(settings, None) <= MOST
    assert number_for(settings, 0) == 0
    assert number_for(settings.model_copy(update={"reranker": "one"}), 3) == 0  # each would load it
    assert number_for(settings.model_copy(update={"store": "lite.db"}), 3) == 0  # one process opens such a file
    assert number_for(RetrievalSettings(_env_file=None, store="milvus://host/name"), 3) == 3

"""Killed at any moment, a writer leaves an index that serves, and the next writer can begin: at once on one machine,
and on a cluster as soon as the dead one's lease has run out.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from little_archive import FERRY, MODEL, everything_of, opened, page, publish, vector_of
from stores import OUTLIVING, STORES, WRITER_SECONDS

from retrieval.errors import IndexBusy
from retrieval.filters import EVERYTHING
from retrieval.store.local import LocalBackend
from retrieval.store.protocol import WordQuery

HERE = Path(__file__).parent


@pytest.fixture(scope="session", params=OUTLIVING)
def store(request):
    if request.param == "milvus":
        request.getfixturevalue("milvus_server")
    return request.param


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def writer(store, folder):
    """Starts a writer in a process of its own; whatever is left of it at the end is killed."""
    started = []

    def start(moment: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(HERE / "killed_writer.py"), store, str(folder), moment]
        environment = os.environ | {"PYTHONPATH": str(HERE.parents[1])}
        started.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def publish_after_a_death(backend, *documents):
    """As the next writer does, once the store takes the dead one for dead."""
    until = time.monotonic() + 5 * WRITER_SECONDS
    while True:
        try:
            return publish(backend, *documents)
        except IndexBusy:
            assert not isinstance(backend, LocalBackend) and time.monotonic() < until
            time.sleep(0.05)


def consistent(backend) -> int:
    """The documents of the published generation, counted by every engine alike."""
    snapshot = opened(backend)
    manifest = snapshot.manifest
    assert snapshot.coverage(EVERYTHING).documents == len(list(snapshot.sources())) == manifest.documents
    assert len(snapshot.by_words(WordQuery("ferry"), EVERYTHING, 5000)) == manifest.documents
    assert len(snapshot.by_vector(vector_of("x"), EVERYTHING, 5000)) == manifest.passages
    everything_of(snapshot)
    snapshot.close()
    return manifest.documents


@pytest.mark.parametrize("moment", ["adding", "before the pointer moves"])
def test_a_writer_killed_before_it_published_leaves_the_old_generation_serving(store, folder, writer, moment):
    backend = STORES[store](folder)
    publish(backend, page("ferry.txt", FERRY))
    assert writer(moment).wait(60) == -signal.SIGKILL
    assert backend.published() == 1
    assert consistent(STORES[store](folder)) == 1
    assert publish_after_a_death(backend, page("two.txt", FERRY)).documents == 2
    assert consistent(STORES[store](folder)) == 2


def test_a_writer_killed_right_after_it_published_leaves_the_new_generation_serving(store, folder, writer):
    backend = STORES[store](folder)
    publish(backend, page("ferry.txt", FERRY))
    assert writer("after the pointer moved").wait(60) == -signal.SIGKILL
    assert consistent(STORES[store](folder)) == 2
    assert publish_after_a_death(backend, page("three.txt", FERRY)).documents == 3


@pytest.mark.parametrize("after", [0.11, 0.37])
def test_a_writer_killed_at_any_time_leaves_a_whole_generation(store, folder, writer, after):
    process = writer("any")
    assert process.stdout.readline() == "publishing\n"
    time.sleep(after)
    process.kill()
    process.wait()
    backend = STORES[store](folder)
    documents = consistent(backend) if backend.published() else 0
    assert publish_after_a_death(backend, page("last.txt", FERRY)).documents == documents + 1
    assert consistent(STORES[store](folder)) == documents + 1


def test_a_writer_in_another_process_keeps_others_out_until_it_dies(store, folder, writer):
    backend = STORES[store](folder)
    process = writer("holding")
    assert process.stdout.readline() == "holding\n"
    with pytest.raises(IndexBusy):
        backend.draft(*MODEL)
    process.kill()
    process.wait()
    assert publish_after_a_death(backend, page("next.txt", FERRY)).documents == 1

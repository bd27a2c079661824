"""Runs of the index that are killed at random moments while others read: `python -m tests.bench.killed_runs [kills]`.

Every run is a process of its own that brings the index in step with a folder whose pages have all just changed; it is
killed (`kill -9`, its readers' processes with it) after a time drawn up to that of a whole run. Meanwhile readers in
this process ask. Each of them must see one state of the folder and never a mix, all of its pages, and no generation
older than one it saw before; and the next run must not have lost a page's identity, first-seen date or old codes.
All is real but the model, whose vectors are drawn by a hash.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from retrieval.filters import EVERYTHING
from retrieval.indexing import bring_in_step
from retrieval.store.holder import SnapshotHolder
from retrieval.store.local import LocalBackend, Sizes
from retrieval.store.protocol import Snapshot, WordQuery

PAGES = 12
READERS = 2
LEFT_ALONE = 8
"""One run of so many goes to its end."""
SIZES = {"one layer": Sizes(), "layers": Sizes(own_bytes=0, own_share=1e9, exact_up_to=0)}


def write_pages(folder: Path, state: int) -> None:
    """All pages, in one state of the folder: each says which."""
    for number in range(PAGES):
        text = f"Page {number}\n\nThe ferry number {number} waits in state{state}.\n\nIt always carries sheep and rye."
        (folder / f"{number}.txt").write_text(text)


def run(folder: str, data: str, sizes: str) -> None:
    """What the killed process does."""
    from tests.conftest import HashEncoder

    encoder = HashEncoder()
    backend = LocalBackend(Path(data), SIZES[sizes])
    bring_in_step(Path(folder), backend, encoder.name, lambda: encoder, Path(data) / "cache.sqlite")


@dataclass
class Told:
    """What the runs and readers came to."""

    kills: int = 0
    published_by_the_killed: int = 0
    questions: int = 0
    generations: set[int] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        return {
            "kills": self.kills,
            "published before the kill": self.published_by_the_killed,
            "questions": self.questions,
            "generations seen": len(self.generations),
            "wrong": self.wrong[:10],
        }


def state_of(snapshot: Snapshot) -> str:
    """That of the pages. Raises AssertionError where they are not all there, or of more than one state."""
    hits = snapshot.by_words(WordQuery("ferry"), EVERYTHING, 100)
    passages = snapshot.passages([key for key, _ in hits])
    states = set()
    for passage in passages.values():
        text = snapshot.text(passage.document_id)
        assert text is not None, "a passage without its text"
        assert passage in snapshot.with_code(passage.code), "a code that does not lead back"
        states.add(next(word for word in passage.span.of(text).split() if word.startswith("state")))
    near = snapshot.by_vector(np.eye(1, snapshot.manifest.dimensions, dtype=np.float32)[0], EVERYTHING, 100)
    assert len(passages) == len(near) == snapshot.manifest.passages, "passages are missing"
    assert len(list(snapshot.sources())) == PAGES, "pages are missing"
    assert len(states) == 1, f"a mix of {states}"
    return states.pop()


def killed_runs(kills: int, sizes: str, seed: int = 0) -> Told:
    drawn, told = random.Random(seed), Told()
    with tempfile.TemporaryDirectory() as place:
        folder, data = Path(place) / "archive", Path(place) / "data"
        folder.mkdir()
        write_pages(folder, 0)
        whole = _seconds_of(folder, data, sizes)
        backend = LocalBackend(data, SIZES[sizes])
        first, codes = _lasting(backend), _codes(backend)
        with _readers(backend, told):
            for number in range(1, kills + 1):
                write_pages(folder, number)
                if number % LEFT_ALONE == 0:  # how long it takes now, with whatever else the machine does
                    whole = _seconds_of(folder, data, sizes)
                    write_pages(folder, kills + 1 + number)
                before = backend.published()
                process = _started(folder, data, sizes)
                time.sleep(drawn.uniform(0, 1.2 * whole))
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                told.kills += 1
                told.published_by_the_killed += backend.published() != before
        write_pages(folder, 2 * kills + 2)
        _seconds_of(folder, data, sizes)
        if _lasting(backend) != first:
            told.wrong.append("identities or dates were lost")
        told.wrong += [f"the code {code} was lost" for code in codes if not _is_known(backend, code)]
    return told


def _started(folder: Path, data: Path, sizes: str) -> subprocess.Popen[bytes]:
    code = f"from tests.bench.killed_runs import run; run({str(folder)!r}, {str(data)!r}, {sizes!r})"
    return subprocess.Popen([sys.executable, "-c", code], start_new_session=True)


def _seconds_of(folder: Path, data: Path, sizes: str) -> float:
    begun = time.monotonic()
    if _started(folder, data, sizes).wait() != 0:
        raise RuntimeError("a run that nobody killed failed")
    return time.monotonic() - begun


def _lasting(backend: LocalBackend) -> dict[str, object]:
    """What no run may lose: of each page its identity and date."""
    with _opened(backend) as snapshot:
        return {path: (file.identity, file.first_seen) for path, file in snapshot.files().items()}


def _codes(backend: LocalBackend) -> list[str]:
    with _opened(backend) as snapshot:
        keys = [key for key, _ in snapshot.by_words(WordQuery("ferry"), EVERYTHING, 100)]
        return [passage.code for passage in snapshot.passages(keys).values()]


def _is_known(backend: LocalBackend, code: str) -> bool:
    """Whether it leads to a passage, or to what it stood for."""
    with _opened(backend) as snapshot:
        return bool(snapshot.with_code(code) or snapshot.retired(code))


@contextlib.contextmanager
def _opened(backend: LocalBackend) -> Iterator[Snapshot]:
    snapshot = backend.snapshot()
    assert snapshot is not None
    with contextlib.closing(snapshot):
        yield snapshot


@contextlib.contextmanager
def _readers(backend: LocalBackend, told: Told) -> Iterator[None]:
    """Threads that ask until the block ends."""
    holder, over = SnapshotHolder(backend), threading.Event()

    def read() -> None:
        newest = 0
        while not over.is_set():
            try:
                with holder.reading() as snapshot:
                    assert snapshot is not None, "no index"
                    state_of(snapshot)
                    generation = snapshot.manifest.generation
                assert generation >= newest, "an older generation came back"
                newest = generation
                told.generations.add(generation)
                told.questions += 1
            except Exception as error:  # whatever it is, it is what must not be
                told.wrong.append(f"{type(error).__name__}: {error}")
            time.sleep(0.005)

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
        holder.close()


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(json.dumps({sizes: killed_runs(count, sizes).as_dict() for sizes in SIZES}, indent=2))

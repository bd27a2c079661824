"""Runs of the index that are killed at random moments while others read:
`python -m tests.bench.killed_runs [kills] [--two] [--damage]`.

Every run is a process of its own that brings the index in step with a folder whose pages have all just changed; it is
killed (`kill -9`, its readers' processes with it) after a time drawn up to that of a whole run. Meanwhile readers in
this process ask. Each of them must see one state of the folder and never a mix, all of its pages, and no generation
older than one it saw before; and the next run must not have lost a page's identity, first-seen date or old codes.
All is real but the model, whose vectors are drawn by a hash.

With `--two`, two runs begin at once and one of them is killed; the other must end well, or say that it is not alone.
With `--damage`, after each kill a whole run must have mended everything; then, while nobody reads, a bit of a random
file of the published generation is turned, or the file cut off. Opening it must find that, or every answer be what it
was. The next run begins with what is left, and is killed.
"""

from __future__ import annotations

import argparse
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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from retrieval.errors import IndexBusy, IndexDamaged
from retrieval.filters import EVERYTHING
from retrieval.indexing import bring_in_step
from retrieval.store.holder import SnapshotHolder
from retrieval.store.local import LocalBackend, Sizes
from retrieval.store.local.layout import files_of
from retrieval.store.protocol import Snapshot, WordQuery

PAGES = 12
READERS = 2
LEFT_ALONE = 8
"""One run of so many goes to its end."""
CUT_OFF = 0.3
"""The share of damages that cut a file off; the others turn a bit."""
NOT_ALONE = 3
"""The exit status of a run that another one keeps out."""
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
    try:
        bring_in_step(Path(folder), backend, encoder.name, lambda: encoder, Path(data) / "cache.sqlite")
    except IndexBusy:
        sys.exit(NOT_ALONE)


@dataclass
class Told:
    """What the runs and readers came to."""

    kills: int = 0
    published_by_the_killed: int = 0
    not_alone: int = 0
    """Of two runs, those that the other kept out."""
    damage_found: int = 0
    damage_harmless: int = 0
    questions: int = 0
    refused: int = 0
    """Questions to a damaged index."""
    generations: set[int] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        return {
            "kills": self.kills,
            "published in spite of the kill": self.published_by_the_killed,
            "kept out by the other": self.not_alone,
            "damage that was found": self.damage_found,
            "harmless damage": self.damage_harmless,
            "questions": self.questions,
            "refused as damaged": self.refused,
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
        states.add(next(word.strip(".") for word in passage.span.of(text).split() if word.startswith("state")))
    near = snapshot.by_vector(np.eye(1, snapshot.manifest.dimensions, dtype=np.float32)[0], EVERYTHING, 100)
    assert len(passages) == len(near) == snapshot.manifest.passages, "passages are missing"
    assert len(list(snapshot.sources())) == PAGES, "pages are missing"
    assert len(states) == 1, f"a mix of {states}"
    return states.pop()


class Trial:
    """One archive, its index, and what is done to it."""

    def __init__(self, place: Path, sizes: str, seed: int) -> None:
        self.folder, self.data, self.sizes = place / "archive", place / "data", sizes
        self.backend = LocalBackend(self.data, SIZES[sizes])
        self.drawn, self.told = random.Random(seed), Told()
        self.folder.mkdir()
        write_pages(self.folder, 0)
        self.whole = self.seconds()
        self.first, self.codes = _lasting(self.backend), _codes(self.backend)

    def start(self) -> subprocess.Popen[bytes]:
        code = f"from tests.bench.killed_runs import run; run({str(self.folder)!r}, {str(self.data)!r}, {self.sizes!r})"
        return subprocess.Popen([sys.executable, "-c", code], start_new_session=True)

    def seconds(self) -> float:
        """Of a whole run."""
        begun = time.monotonic()
        if self.start().wait() != 0:
            raise RuntimeError("a run that nobody killed failed")
        return time.monotonic() - begun

    def kill_one(self, two: bool) -> None:
        before = self.backend.published()
        others = [self.start()] if two else []
        process = self.start()
        time.sleep(self.drawn.uniform(0, 1.2 * self.whole))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for other in others:
            status = other.wait()
            self.told.not_alone += status == NOT_ALONE
            if status not in (0, NOT_ALONE):
                self.told.wrong.append(f"the other run ended with {status}")
        self.told.kills += 1
        self.told.published_by_the_killed += self.backend.published() != before

    def damage(self) -> None:
        """To a file of the published generation, and looks whether it is found."""
        with _opened(self.backend) as snapshot:
            right = state_of(snapshot)
        layout = self.backend._layout(self.backend.published() or 0)
        files = [path for _, path in files_of(layout) if path.stat().st_size] + [layout.manifest]
        path = self.drawn.choice(sorted(files))
        names = [name for name in self.data.rglob(path.name) if name.samefile(path)]
        what = f"{path.relative_to(layout.folder)}, {_spoiled(path, names, self.drawn)}"
        try:
            with _opened(self.backend) as snapshot:
                snapshot.check()
                if state_of(snapshot) != right:
                    self.told.wrong.append(f"{what}: another answer")
                self.told.damage_harmless += 1
        except IndexDamaged:
            self.told.damage_found += 1
        except Exception as error:
            self.told.wrong.append(f"{what}: {type(error).__name__}: {error}")

    def look_whether_all_is_there(self, state: int) -> None:
        """After a whole run."""
        with _opened(self.backend) as snapshot:
            if (found := state_of(snapshot)) != f"state{state}":
                self.told.wrong.append(f"{found} after a whole run with state{state}")
        if _lasting(self.backend) != self.first:
            self.told.wrong.append("identities or dates were lost")
        self.told.wrong += [f"the code {code} was lost" for code in self.codes if not _is_known(self.backend, code)]


def killed_runs(kills: int, sizes: str, two: bool, damage: bool, seed: int = 0) -> Told:
    with tempfile.TemporaryDirectory() as place:
        trial = Trial(Path(place), sizes, seed)
        every = range(1, kills + 1)
        for numbers in [[number] for number in every] if damage else [every]:
            with _readers(trial, may_refuse=damage):
                for number in numbers:
                    write_pages(trial.folder, number)
                    if number % LEFT_ALONE == 0:  # how long it takes now, with whatever else the machine does
                        trial.whole = trial.seconds()
                        write_pages(trial.folder, kills + 1 + number)
                    trial.kill_one(two)
                state = 2 * kills + 1 + numbers[-1]
                write_pages(trial.folder, state)
                trial.seconds()
            trial.look_whether_all_is_there(state)
            if damage:
                trial.damage()
        write_pages(trial.folder, 4 * kills)
        trial.seconds()
        trial.look_whether_all_is_there(4 * kills)
    return trial.told


def _spoiled(path: Path, names: Sequence[Path], drawn: random.Random) -> str:
    """How. `names`: all that the file has, as generations share files; it is damaged under each of them.

    Another file takes its place, for tantivy may still be reading what was opened last: cut off, that would kill us.
    """
    content = bytearray(path.read_bytes())
    if drawn.random() < CUT_OFF:
        del content[drawn.randrange(len(content)) :]
        how = f"cut off at {len(content)}"
    else:
        place, bit = drawn.randrange(len(content)), drawn.randrange(8)
        content[place] ^= 1 << bit
        how = f"bit {bit} of byte {place}"
    for name in names:
        name.unlink()
    path.write_bytes(content)
    for name in names:
        if name != path:
            os.link(path, name)
    return how


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
def _readers(trial: Trial, may_refuse: bool) -> Iterator[None]:
    """Threads that ask until the block ends."""
    holder, over, told = SnapshotHolder(trial.backend), threading.Event(), trial.told

    def read() -> None:
        newest = max(told.generations, default=0)
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
            except IndexDamaged as error:
                told.refused += 1
                if not may_refuse:
                    told.wrong.append(str(error))
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kills", type=int, nargs="?", default=200)
    parser.add_argument("--two", action="store_true")
    parser.add_argument("--damage", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    told = {sizes: killed_runs(given.kills, sizes, given.two, given.damage, given.seed).as_dict() for sizes in SIZES}
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()

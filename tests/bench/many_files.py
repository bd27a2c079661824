"""Runs over a folder of many small files: `python -m tests.bench.many_files [files] [--place FOLDER] [--profile]`.

The files are drawn: several sentences each, no two alike. They go the way of every index, from the walk to the moved
pointer; only the model is the bench's own, whose vectors are made of a hash of the text, as the real one would take
hours for so many. Told are runs in which nothing changed, dry runs, runs with one changed file, and with one added and
one gone: seconds by the clock and of the processor (that of the processes that read files is not in it), the best of a
few turns, and the peak of this process's memory. With a place, what is built stays there and is built only once.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import multiprocessing
import pstats
import random
import resource
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.encoding import directions_of
from retrieval.indexing import IndexReport, bring_in_step
from retrieval.reading.processes import end_idle
from retrieval.spans import Span
from retrieval.store.local import LocalBackend
from retrieval.store.protocol import PassageVectors, Vectors

FILES = 125_000
IN_A_FOLDER = 1000
TURNS = 3
SHOWN = 45
"""Lines of a profile."""
_WORDS = [
    "ferry", "harbour", "mayor", "bridge", "council", "river", "market", "rye", "wheat", "bread", "school", "teacher",
    "winter", "storm", "island", "lighthouse", "captain", "crew", "cargo", "village", "railway", "station", "strike",
    "union", "minister", "budget", "hospital", "nurse", "library", "museum", "painting", "letter", "archive", "parish",
    "mill", "flood", "dam", "engineer", "coal", "copper", "timber", "sheep", "wool", "tax", "court", "judge", "witness",
    "verdict", "newspaper", "editor", "orchard", "vineyard", "glacier", "quarry", "tunnel", "customs", "border",
    "treaty", "election", "ballot", "senate", "harvest", "drought", "famine", "relief",
]  # fmt: skip
_DEEDS = ["opened", "closed", "visited", "described", "repaired", "sold", "bought", "inspected", "praised", "moved"]


class DrawnVectors:
    """An encoder that knows no language: a text's vector is a stretch of one long row of noise, chosen by a hash."""

    name, fingerprint, dimensions = "drawn vectors", "drawn vectors/1", 384

    def __init__(self) -> None:
        self._noise = np.random.default_rng(1).standard_normal(1 << 20).astype(np.float32)

    def encode(self, texts: Sequence[str]) -> Vectors:
        places = [zlib.crc32(text.encode("utf-8")) % (len(self._noise) - self.dimensions) for text in texts]
        rows = np.stack([self._noise[at : at + self.dimensions] for at in places])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def encode_passages(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> PassageVectors:
        each = zip(texts, sentences, strict=True)
        parts = (directions_of(self.encode([span.of(text) for span in spans])) for text, spans in each)
        return PassageVectors(self.encode(texts), tuple(parts))


def drawn_text(number: int) -> str:
    """A heading, two paragraphs and a foot line."""
    drawn = random.Random(number)
    paragraphs = (" ".join(_sentence(drawn) for _ in range(drawn.randint(3, 6))) for _ in range(2))
    return f"Report {number}\n\n" + "\n\n".join(paragraphs) + f"\n\nFiled under {drawn.choice(_WORDS)}\n"


def _sentence(drawn: random.Random) -> str:
    who, what, where, when = drawn.choices(_WORDS, k=4)
    return f"The {who} of the {where} {drawn.choice(_DEEDS)} the {what} {drawn.randint(2, 900)} days after the {when}."


class Place:
    """The folder of files and its index, in one place."""

    def __init__(self, place: Path, files: int) -> None:
        self.files = files
        self.archive, self.data = place / f"archive of {files}", place / f"index of {files}"
        self._encoder = DrawnVectors()

    def path(self, number: int) -> Path:
        return self.archive / f"{number // IN_A_FOLDER:04d}" / f"{number:07d}.txt"

    def draw(self) -> None:
        for number in range(self.files):
            path = self.path(number)
            if number % IN_A_FOLDER == 0:
                path.parent.mkdir(parents=True)
            path.write_text(drawn_text(number))

    def run(self, *, dry_run: bool = False) -> IndexReport:
        return bring_in_step(
            self.archive,
            LocalBackend(self.data),
            self._encoder.name,
            lambda: self._encoder,
            self.data / "vectors.sqlite",
            fingerprint=lambda: self._encoder.fingerprint,
            dry_run=dry_run,
        )


def built(place: Path, files: int) -> dict[str, Any]:
    """Draws and indexes the files, unless that was done; what was begun there before and not ended is in the way."""
    here = Place(place, files)
    if here.archive.exists():
        return {}
    here.draw()
    taken = _taken(here.run)
    end_idle()
    return taken | {"memory, MiB": _memory()}


def figures(files: int, place: Path | None = None, *, profile: bool = False) -> dict[str, Any]:
    """What the runs take, by name."""
    with tempfile.TemporaryDirectory() as temporary:
        where = place or Path(temporary)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as apart:  # its memory is not told below
            told: dict[str, Any] = {"files": files, "making the index": apart.submit(built, where, files).result()}
        runs = _Runs(Place(where, files))
        runs.measured("first run in a process, nothing changed", _nothing, turns=1)
        told["passages"] = runs.here.run(dry_run=True).passages
        runs.measured("nothing changed", _nothing, profile=profile)
        runs.measured("dry run", _nothing, dry_run=True)
        runs.measured("one changed", runs.change, profile=profile)
        runs.measured("one added, one gone", runs.exchange, profile=profile)
        end_idle()
        return told | runs.told | {"memory, MiB": _memory()}


class _Runs:
    """Measures runs over one place. What they change stays changed, so that each turn has something to do."""

    def __init__(self, here: Place) -> None:
        self.here = here
        self.told: dict[str, dict[str, float]] = {}
        self._drawn = random.Random()

    def measured(
        self,
        name: str,
        change: Callable[[], None],
        *,
        turns: int = TURNS,
        dry_run: bool = False,
        profile: bool = False,
    ) -> None:
        """The best of the turns, each after a `change`."""
        taken = []
        for _ in range(turns):
            change()
            taken.append(_taken(lambda: self.here.run(dry_run=dry_run)))
        self.told[name] = min(taken, key=lambda each: each["seconds"])
        if profile:
            change()
            with cProfile.Profile() as profiled:
                self.here.run(dry_run=dry_run)
            print(name)
            pstats.Stats(profiled).sort_stats("tottime").print_stats(SHOWN)

    def change(self) -> None:
        path = self._one_of_them()
        path.write_text(drawn_text(self._drawn.randrange(self.here.files, 1 << 60)))

    def exchange(self) -> None:
        self._one_of_them().unlink()
        number = self._drawn.randrange(self.here.files, 1 << 60)
        (self.here.archive / f"new {number}.txt").write_text(drawn_text(number))

    def _one_of_them(self) -> Path:
        """That is still there."""
        while not (path := self.here.path(self._drawn.randrange(self.here.files))).exists():
            pass
        return path


def _nothing() -> None:
    """A folder that is as it was."""


def _taken(run: Callable[[], object]) -> dict[str, float]:
    begun, processor = time.perf_counter(), time.process_time()
    run()
    return {
        "seconds": round(time.perf_counter() - begun, 2),
        "processor seconds": round(time.process_time() - processor, 2),
    }


def _memory() -> int:
    """The peak of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=int, nargs="?", default=FILES)
    parser.add_argument("--place", type=Path)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    print(json.dumps(figures(given.files, given.place, profile=given.profile), indent=1))


if __name__ == "__main__":
    main()

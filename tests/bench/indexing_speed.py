"""Indexing end to end against the model's own encoding of the same passages, in one run.

    python -m tests.bench.indexing_speed ../shared/data/reuters21578 [--documents 500] [--pytorch]

So many documents of the corpus, evenly chosen, are put into a folder of their own and indexed as `archivist index` does
it: read in processes, cut, encoded, written, checked and published. The same passages, sorted by length, are encoded by
the same model alone: 1.0 would be indexing that costs nothing beside the model, which is loaded and warm for both. The
two take turns, and of each the best counts; with --pytorch also as sentence-transformers encodes them. Processor time
is told beside, which other work on the machine disturbs less; that of the processes that read is not in it.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sentence_transformers import SentenceTransformer

from retrieval.encoding import Encoder, load_encoder
from retrieval.encoding.packaged import NAME, packaged_model
from retrieval.indexing import Progress, bring_in_step
from retrieval.indexing.build import indexed_text
from retrieval.reading.processes import end_idle
from retrieval.spans import Span
from retrieval.splitting import cut_passages
from retrieval.store.local import LocalBackend

TURNS = 2
Passages = list[tuple[str, tuple[Span, ...]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a question set in BEIR layout")
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--pytorch", action="store_true")
    given = parser.parse_args()
    print(json.dumps(figures(given.folder, given.documents, pytorch=given.pytorch), indent=1))


def figures(folder: Path, documents: int, *, pytorch: bool = False) -> dict[str, Any]:
    encoder = load_encoder(NAME)
    lines = _chosen(folder, documents)
    indexed = _Indexed(lines, encoder)
    texts, sentences = indexed.passages()
    ways: dict[str, Callable[[], Any]] = {
        "indexing": indexed.anew,
        "encoding alone": lambda: encoder.encode_passages(texts, sentences),
    }
    if pytorch:
        library = SentenceTransformer(str(packaged_model()), device="cpu", local_files_only=True)
        ways["encoding by sentence-transformers, with PyTorch"] = lambda: library.encode(
            texts, normalize_embeddings=True, show_progress_bar=False
        )
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(TURNS):
        for name, way in ways.items():
            started, processor = time.perf_counter(), time.process_time()
            way()
            taken[name].append((time.perf_counter() - started, time.process_time() - processor))
    end_idle()
    wall = {name: min(wall for wall, _ in each) for name, each in taken.items()}
    processor_seconds = {name: min(own for _, own in each) for name, each in taken.items()}
    return {
        "documents": len(lines),
        "passages": len(texts),
        "passages per second": {name: round(len(texts) / seconds, 1) for name, seconds in wall.items()},
        "seconds": {name: round(seconds, 2) for name, seconds in wall.items()},
        "processor seconds": {name: round(seconds, 2) for name, seconds in processor_seconds.items()},
        "seconds of indexing before the first passage is encoded": round(min(indexed.began), 2),
        "pace of encoding alone that indexing keeps": {
            name: round(seconds / wall["indexing"], 3) for name, seconds in wall.items() if name != "indexing"
        },
    }


class _Indexed:
    """Some lines of a corpus, indexed in a new place each time."""

    def __init__(self, lines: list[bytes], encoder: Encoder) -> None:
        self._lines, self._encoder = lines, encoder
        self.began: list[float] = []
        """Seconds of each run until all is read."""

    def anew(self) -> Passages:
        with tempfile.TemporaryDirectory() as name:
            place = Path(name)
            archive = place / "archive"
            archive.mkdir()
            (archive / "corpus.jsonl").write_bytes(b"".join(self._lines))
            backend = LocalBackend(place / "data")
            ready: list[float] = []

            def report(progress: Progress) -> None:
                if progress.files == progress.of_files:
                    ready.append(progress.seconds)

            bring_in_step(archive, backend, NAME, lambda: self._encoder, place / "vectors.sqlite", report=report)
            self.began.append(ready[0])
            with contextlib.closing(backend.snapshot()) as snapshot:
                documents = (snapshot.document(source.id) for source in snapshot.sources())
                return [indexed_text(each, passage) for each in documents for passage in cut_passages(each)]

    def passages(self) -> tuple[list[str], list[tuple[Span, ...]]]:
        """Of a first run, which warms all up; the longest first."""
        passages = sorted(self.anew(), key=lambda each: -len(each[0]))
        return [text for text, _ in passages], [sentences for _, sentences in passages]


def _chosen(folder: Path, count: int) -> list[bytes]:
    """Lines of the corpus."""
    packed = folder / "corpus.jsonl.gz"
    content = gzip.decompress(packed.read_bytes()) if packed.is_file() else (folder / "corpus.jsonl").read_bytes()
    lines = content.splitlines(keepends=True)
    return lines[:: max(len(lines) // count, 1)][:count]


if __name__ == "__main__":
    main()

"""Reading against the model: documents per second of either on the same texts, memory, and what can't be read.

    python -m tests.bench.reading_speed ../shared/data/reuters21578/corpus.jsonl.gz [--embed 500]

The file is put into a folder of its own and read as `archivist index` reads it: in processes with limits, kept aside,
and taken up as documents with their language. Then so many of the documents, evenly chosen, are cut and encoded.
"""

from __future__ import annotations

import argparse
import datetime
import resource
import shutil
import tempfile
import time
from pathlib import Path

from retrieval.encoding import load_encoder
from retrieval.indexing.build import BATCH, indexed_text
from retrieval.indexing.gathering import Aside, gather
from retrieval.reading import FileOfIt, Limits, document_of, walk
from retrieval.reading.processes import end_idle
from retrieval.records import Document
from retrieval.splitting import cut_passages

MIB = 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--embed", type=int, default=500)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        documents, seconds = read(given.file, Path(place))
    characters = sum(len(document.text) for document in documents)
    print(
        f"{len(documents)} documents, {characters} characters read in {seconds:.1f} s: {len(documents) / seconds:.0f}/s"
    )
    own, children = (
        resource.getrusage(who).ru_maxrss / MIB for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"peak memory {own:.0f} MiB, of the largest process that reads {children:.0f} MiB")
    chosen = documents[:: max(len(documents) // given.embed, 1)]
    taken = embed(chosen)
    share = sum(len(document.text) for document in chosen) / characters
    print(f"{len(chosen)} of them encoded in {taken:.1f} s: {len(chosen) / taken:.0f}/s")
    print(f"reading is {taken / share / seconds:.0f} times as fast as the model on the same text")


def read(file: Path, place: Path) -> tuple[list[Document], float]:
    """All documents of the file, and seconds."""
    archive = place / "archive"
    archive.mkdir()
    shutil.copy(file, archive)
    started = time.perf_counter()
    files = walk(archive)
    aside = Aside(place / "aside")
    gathered = gather(archive, files, Limits(), aside, lambda _: None)
    today = datetime.datetime.now(datetime.UTC).date()
    documents = [
        document_of(gathered.reading(kept), FileOfIt("archive", path, "0" * 10, today))
        for path, told in gathered.files.items()
        for kept in told.documents
    ]
    seconds = time.perf_counter() - started
    for path, told in gathered.files.items():
        unreadable = [told.reason] if told.reason else []
        print(f"{path}: unreadable {len(unreadable) + len(told.broken)}, notes {len(told.notes)}")
    aside.close()
    end_idle()  # what it took of memory is told of a process that has ended
    return documents, seconds


def embed(documents: list[Document]) -> float:
    """Seconds, with the model loaded and warm."""
    encoder = load_encoder("all-MiniLM-L6-v2", True, 0)
    passages = [indexed_text(document, passage) for document in documents for passage in cut_passages(document)]
    encoder.encode_passages([passages[0][0]], [passages[0][1]])
    started = time.perf_counter()
    for start in range(0, len(passages), BATCH):
        batch = passages[start : start + BATCH]
        encoder.encode_passages([text for text, _ in batch], [sentences for _, sentences in batch])
    return time.perf_counter() - started


if __name__ == "__main__":
    main()

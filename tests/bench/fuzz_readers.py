"""Feeds a reader with files that nobody would write, guided by what they reach in it (atheris, libFuzzer).

    python -m tests.bench.fuzz_readers .pdf FOLDER [--seconds 600]

FOLDER keeps what was found, by ending: seeds of our own at first, then every input that reached something new. A file
may be read or be refused with a reason; whatever is read is checked as a document and cut into passages. Anything else
ends the run with the input that did it, in FOLDER/crashes. Those worth keeping lie in tests/retrieval/reading/seeds.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import io
import logging
import sys
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["retrieval.reading"], enable_loader_override=False):
    from retrieval.errors import UnreadableFile
    from retrieval.reading import Broken, FileOfIt, Reading, document_of
    from retrieval.reading.formats import Format, format_of
    from retrieval.reading.members import read_container
    from retrieval.reading.metadata import Metadata

from retrieval.splitting import cut_passages
from tests.retrieval.reading.seed_files import seed_files

SEEDS = Path(__file__).parents[1] / "retrieval" / "reading" / "seeds"
MOST_BYTES = 64 * 1024
LONGEST = 30
"""Seconds for one input."""
MOST_MEMORY = 3000
"""MiB."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ending")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=int, default=600)
    given = parser.parse_args()
    kept = given.folder / given.ending.strip(".")
    (given.folder / "crashes").mkdir(parents=True, exist_ok=True)
    kept.mkdir(exist_ok=True)
    for name, content in seed_files(given.ending).items():
        (kept / name).write_bytes(content)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    options = [
        f"-max_total_time={given.seconds}",
        f"-max_len={MOST_BYTES}",
        f"-timeout={LONGEST}",
        f"-rss_limit_mb={MOST_MEMORY}",
        f"-artifact_prefix={given.folder}/crashes/{given.ending.strip('.')}-",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(kept)], lambda content: read(content, given.ending))
    atheris.Fuzz()


def read(content: bytes, ending: str) -> None:
    """Raises what a reader must not: anything but UnreadableFile, and a document that contradicts itself."""
    chosen = format_of(f"a{ending}")
    assert chosen is not None, f"no reader for {ending}"
    with contextlib.suppress(UnreadableFile):
        if isinstance(chosen, Format):
            extracted = chosen.read(content, None)
            found = [Reading(None, chosen.reader, "0" * 64, extracted, extracted.structure.metadata)]
        else:
            all_of_it = list(read_container(chosen, io.BytesIO(content), f"a{ending}", Metadata()))
            defects = [each.trace for each in all_of_it if isinstance(each, Broken) and each.trace]
            assert not defects, defects[0]
            found = [each for each in all_of_it if isinstance(each, Reading)]
        for reading in found:
            document = document_of(reading, FileOfIt("archive", f"a{ending}", "K7Q2M9XA4B", datetime.date(2024, 1, 1)))
            for passage in cut_passages(document):
                assert all(sentence.of(document.text).strip() for sentence in passage.sentences)


if __name__ == "__main__":
    main()

"""How long verifying takes at 100,000 passages: `python -m tests.bench.verify_at_scale [passages]`.

Text is generated: sentences of made-up words, as frequent as words are (Zipf), with English function words among
them. Vectors are the smallest there can be, since verifying asks for none.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from retrieval.archive import Archive
from retrieval.reading.text.plain_text import structure
from retrieval.records import Document, Source
from retrieval.settings import RetrievalSettings
from retrieval.splitting import cut_passages
from retrieval.store.local import LocalBackend
from retrieval.store.protocol import PassageVectors
from retrieval.verifying.wording import english

DIMENSIONS = 4
VOCABULARY = 40_000
ASKED = 200
COMMON = 60
"""Of the vocabulary: English function words, which are the most frequent."""


def vocabulary(random_: random.Random) -> list[str]:
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    made = {"".join(random_.choices(syllables, k=random_.choice([2, 3, 3, 4]))) for _ in range(VOCABULARY * 2)}
    chosen = sorted(made)[:VOCABULARY]
    random_.shuffle(chosen)
    return [*sorted(english().function)[:COMMON], *chosen]


def documents(passages: int, random_: random.Random) -> Iterator[Document]:
    words = vocabulary(random_)
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))
    for number in range(passages // 4):
        paragraphs = []
        for _ in range(4):
            drawn = random_.choices(words, cum_weights=weights, k=150)
            sentences = [drawn[at : at + 15] for at in range(0, 150, 15)]
            paragraphs.append(" ".join(" ".join(each).capitalize() + "." for each in sentences))
        text = "\n\n".join(paragraphs)
        digest = hashlib.sha256(text.encode()).hexdigest()
        day = datetime.date(2024, 1, 1)
        source = Source(
            f"{number:012d}", f"{number}.txt", f"Page {number}", digest, digest, "text/1", day, language="en"
        )
        yield Document(source, text, structure(text).blocks)


def build(backend: LocalBackend, passages: int, random_: random.Random) -> list[str]:
    """The paragraphs of some of the documents, to quote from."""
    draft = backend.draft("none", "none", DIMENSIONS, fresh=True)
    kept = []
    for document in documents(passages, random_):
        cut = cut_passages(document)
        row = np.eye(1, DIMENSIONS, dtype=np.float32)
        sentences = tuple(np.ones((len(each.sentences), DIMENSIONS), np.int8) for each in cut)
        draft.add(document, cut, PassageVectors(np.repeat(row, len(cut), axis=0), sentences))
        if random_.random() < 4 * ASKED / passages * 2:
            kept.append(random_.choice(document.text.split("\n\n")))
    backend.publish(draft)
    return kept


def quotes(paragraphs: list[str], random_: random.Random) -> dict[str, list[str]]:
    function = sorted(english().function)[:COMMON]
    kinds: dict[str, list[str]] = {
        "exact": [],
        "altered": [],
        "spliced": [],
        "absent": [],
        "common words": [],
        "200 words": [],
    }
    for paragraph, other in itertools.pairwise(paragraphs[: ASKED + 1]):
        words = paragraph.split()
        at = random_.randrange(len(words) - 30)
        length = random_.choice([6, 12, 25])
        quote = words[at : at + length]
        kinds["exact"].append(" ".join(quote))
        place = random_.randrange(1, length - 1)
        kinds["altered"].append(" ".join([*quote[:place], "other", *quote[place + 1 :]]))
        kinds["spliced"].append(" ".join([*quote[:6], *other.split()[20:30]]))
        kinds["absent"].append(" ".join(random_.sample(words, length)))
        kinds["common words"].append(" ".join(random_.choices(function, k=length)))
        kinds["200 words"].append(" ".join([*words[:40], "other", *words[41:], *other.split()[:50]]))
    return kinds


def main() -> None:
    passages = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    random_ = random.Random(20)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        backend = LocalBackend(place / "data")
        started = time.perf_counter()
        paragraphs = build(backend, passages, random_)
        print(f"built in {time.perf_counter() - started:.0f} s")
        archive = Archive(RetrievalSettings(archive=place / "archive", data=place / "data"), backend=backend)
        print(f"{archive.verify('a b c d').searched.passages:,} passages; milliseconds")
        for kind, asked in quotes(paragraphs, random_).items():
            taken, rulings = [], set()
            for quote in asked:
                began = time.perf_counter()
                rulings.add(str(archive.verify(quote).ruling))
                taken.append((time.perf_counter() - began) * 1000)
            taken.sort()
            p95 = taken[int(len(taken) * 0.95) - 1]
            print(f"{kind:13} p50 {statistics.median(taken):6.1f}  p95 {p95:6.1f}  {', '.join(sorted(rulings))}")
        archive.close()


if __name__ == "__main__":
    main()

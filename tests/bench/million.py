"""The local store at a million passages: `python -m tests.bench.million SET [passages] [folder]`.

SET is a question set in BEIR layout: its texts and questions are real (squad1_train, say). The model encodes some of
its passages and their sentences; every passage of the large archive is then put together of sentences drawn from two
of them, and its vector is the mean of its sentences' vectors with noise added, so that no two are alike. Publishers and
dates are drawn, for filters. The archive goes through the store's own `draft.add` and `publish`. With a folder, what is
built stays there and is built only once.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import hashlib
import json
import multiprocessing
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.codes import document_code, passage_code
from retrieval.encoding import Encoder, VectorCache, directions_of, load_encoder
from retrieval.evaluation.question_set import load_question_set
from retrieval.filters import EVERYTHING, Filter
from retrieval.reading import read_corpus
from retrieval.reading.text.plain_text import structure
from retrieval.records import Document, Passage, Source
from retrieval.searching.candidates import candidates
from retrieval.searching.understanding import as_written
from retrieval.settings import RetrievalSettings
from retrieval.spans import Span
from retrieval.splitting import cut_passages
from retrieval.store.local import LocalBackend
from retrieval.store.protocol import PassageVectors, Snapshot, Vectors, WordQuery

ENCODED = 4000
"""Passages that the model encodes, with all their sentences."""
OF_A_DOCUMENT = 8
"""Passages of one document."""
QUESTIONS = 200
NOISE = 0.25
"""Length of what is added to a passage's vector of length 1."""
PUBLISHERS = 20
FIRST_DAY = datetime.date(2000, 1, 1)
DAYS = 9000
FILTERS = {
    "everything": EVERYTHING,
    "one publisher of twenty": Filter(publisher="Publisher 7"),
    "a tenth by date": Filter(after=FIRST_DAY, before=FIRST_DAY + datetime.timedelta(DAYS // 10)),
    "a thousandth": Filter(publisher="Publisher 3", after=FIRST_DAY, before=FIRST_DAY + datetime.timedelta(DAYS // 50)),
}


@dataclass(frozen=True)
class Said:
    """A sentence, and where it points."""

    text: str
    vector: Vectors


def said(folder: Path, place: Path, encoder: Encoder) -> list[list[Said]]:
    """The sentences of each of some real passages."""
    drawn = random.Random(1)
    documents = list(read_corpus(load_question_set(folder).corpus, FIRST_DAY))
    drawn.shuffle(documents)
    passages = [(document, passage) for document in documents for passage in cut_passages(document)][:ENCODED]
    cache = VectorCache(place / "vectors.sqlite")
    found = []
    for start in range(0, len(passages), 256):
        some = passages[start : start + 256]
        texts = [document.text for document, _ in some]
        vectors = cache.encode(texts, [passage.sentences for _, passage in some], encoder)
        for (document, passage), rows in zip(some, vectors.sentences, strict=True):
            floats = rows.astype(np.float32)
            floats /= np.linalg.norm(floats, axis=1, keepdims=True) + 1e-9
            sentences = [span.of(document.text).strip() for span in passage.sentences]
            found.append([Said(text, row) for text, row in zip(sentences, floats, strict=True) if text])
    cache.close()
    return [sentences for sentences in found if sentences]


def archive(pool: Sequence[Sequence[Said]], passages: int) -> Iterator[tuple[Document, list[Passage], list[Vectors]]]:
    """Documents, each paragraph of which is a passage, and the vectors of the passages' sentences."""
    drawn = random.Random(2)
    for number in range(passages // OF_A_DOCUMENT):
        parts = [_mixed(pool, drawn) for _ in range(OF_A_DOCUMENT)]
        text = "\n\n".join(" ".join(each.text for each in part) for part in parts)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        path = f"{number:07d}.txt"
        source = Source(
            document_code(path),
            path,
            f"Page {number}",
            digest,
            digest,
            "text/1",
            FIRST_DAY,
            publisher=f"Publisher {drawn.randrange(PUBLISHERS)}",
            published=FIRST_DAY + datetime.timedelta(drawn.randrange(DAYS)),
            language="en",
        )
        document = Document(source, text, structure(text).blocks)
        yield document, list(_passages(document, parts)), [np.stack([each.vector for each in part]) for part in parts]


def _passages(document: Document, parts: Sequence[Sequence[Said]]) -> Iterator[Passage]:
    at, seen = 0, dict[str, int]()
    for ordinal, part in enumerate(parts):
        sentences = []
        for each in part:
            sentences.append(Span(at, at + len(each.text)))
            at += len(each.text) + 1
        at += 1
        span = Span(sentences[0].start, sentences[-1].end)
        words = span.of(document.text)
        seen[words] = seen.get(words, 0) + 1
        code = passage_code(document.source.id, words, seen[words])
        yield Passage(code, document.source.id, span, tuple(sentences), ordinal + 1, ordinal)


def _mixed(pool: Sequence[Sequence[Said]], drawn: random.Random) -> list[Said]:
    one, other = drawn.choice(pool), drawn.choice(pool)
    kept = [each for each in (*one, *other) if drawn.random() < 0.7] or list(one)
    return kept[:8]


def added(backend: LocalBackend, pool: Sequence[Sequence[Said]], passages: int, dimensions: int) -> dict[str, float]:
    """Builds and publishes it."""
    noise = np.random.default_rng(3)
    begun = time.monotonic()
    draft = backend.draft("the bench's", "the bench's", dimensions, fresh=True)
    for document, cut, sentences in archive(pool, passages):
        whole = np.stack([each.mean(axis=0) for each in sentences])
        whole /= np.linalg.norm(whole, axis=1, keepdims=True)
        whole += NOISE * np.stack([_any(noise, dimensions) for _ in cut])
        whole /= np.linalg.norm(whole, axis=1, keepdims=True)
        draft.add(document, cut, PassageVectors(whole, tuple(map(directions_of, sentences))))
    written = time.monotonic()
    manifest = backend.publish(draft)
    return {
        "passages": manifest.passages,
        "documents": manifest.documents,
        "adding, s": written - begun,
        "publishing, s": time.monotonic() - written,
    }


def _any(noise: np.random.Generator, dimensions: int) -> Vectors:
    row = noise.standard_normal(dimensions)
    return (row / np.linalg.norm(row)).astype(np.float32)


def searched(snapshot: Snapshot, asked: Sequence[tuple[str, Vectors]]) -> dict[str, Any]:
    """Milliseconds for candidates by words and by vector, and for fetching what is read closely of them."""
    told: dict[str, Any] = {}
    for name, where in FILTERS.items():
        covered = snapshot.coverage(where)
        took, words, near = [], [], []
        for question, vector in asked:
            begun = time.perf_counter()
            found = list(candidates(as_written(question, where), vector, snapshot))
            snapshot.directions(found)
            for passage in list(snapshot.passages(found[:20]).values()):
                snapshot.document(passage.document_id)
            took.append(time.perf_counter() - begun)
            words.append(_seconds(partial(snapshot.by_words, _query(question), where, 100)))
            near.append(_seconds(partial(snapshot.by_vector, vector, where, 100)))
        told[name] = {
            "passages": covered.passages,
            "ms": _quantiles(took),
            "words, ms": _quantiles(words),
            "vectors, ms": _quantiles(near),
        }
    return told


def _query(question: str) -> WordQuery:
    return WordQuery(question)


def _seconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def _quantiles(took: Sequence[float]) -> dict[str, float]:
    """In milliseconds."""
    cut = statistics.quantiles(took, n=100)
    return {"p50": round(1000 * cut[49], 1), "p95": round(1000 * cut[94], 1)}


def recall(snapshot: Any, asked: Sequence[tuple[str, Vectors]]) -> dict[str, float]:
    """Of the ten that are truly nearest by all rows, how many are found."""
    vectors = np.stack([vector for _, vector in asked])
    told = {}
    for name, where in FILTERS.items():
        keys, scores = [], []
        for layer, mask in zip(snapshot.layers, snapshot.matching(where), strict=True):
            among = layer.columns.rows_of(mask & layer.seen)
            start = 0
            for rows in layer.rows.all():
                part = among[start : start + len(rows)]
                keys.append(layer.columns.keys[start : start + len(rows)][part])
                scores.append(vectors @ rows[part].T)
                start += len(rows)
        every, all_keys = np.concatenate(scores, axis=1), np.concatenate(keys)
        count = min(10, len(all_keys))
        hits = 0
        for row, (_, vector) in zip(every, asked, strict=True):
            truly = set(all_keys[np.argpartition(-row, count - 1)[:count]].tolist())
            hits += len(truly & {key for key, _ in snapshot.by_vector(vector, where, 10)})
        told[name] = round(hits / (count * len(asked)), 4)
    return told


def one_changed(backend: LocalBackend, pool: Sequence[Sequence[Said]], dimensions: int) -> dict[str, float]:
    """Seconds from a changed document in hand, encoded, until a reader that opens the index finds it."""
    snapshot = backend.snapshot()
    assert snapshot is not None
    changed, *_ = next(archive(pool, OF_A_DOCUMENT))
    text = changed.text + "\n\nThe zyxomma flew over the harbour at noon."
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    document = Document(
        dataclasses.replace(changed.source, sha256=digest, text_sha256=digest), text, structure(text).blocks
    )
    cut = cut_passages(document)
    noise = np.random.default_rng(4)
    vectors = PassageVectors(
        np.stack([_any(noise, dimensions) for _ in cut]),
        tuple(np.ones((len(each.sentences), dimensions), np.int8) for each in cut),
    )
    begun = time.monotonic()
    draft = backend.draft("the bench's", "the bench's", dimensions)
    drafted = time.monotonic()
    draft.remove([document.source.id])
    draft.add(document, cut, vectors)
    backend.publish(draft)
    published = time.monotonic()
    newer = backend.snapshot()
    assert newer is not None
    [found, *_] = newer.by_words(_query("zyxomma"), EVERYTHING, 1)
    done = time.monotonic()
    newer.close()
    return {
        "seconds": done - begun,
        "draft": drafted - begun,
        "publish": published - drafted,
        "open and find": done - published,
        "found": float(bool(found)),
    }


def memory() -> dict[str, int]:
    """MiB of this process, mapped files included."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {name: int(status[name].split()[0]) // 1024 for name in ("VmRSS", "RssAnon", "RssFile")} | {
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path)
    parser.add_argument("passages", type=int, nargs="?", default=1_000_000)
    parser.add_argument("folder", type=Path, nargs="?")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = given.folder or Path(temporary)
        print(json.dumps(measured(given.set, given.passages, place), indent=2))


def built(folder: Path, passages: int, place: Path) -> dict[str, Any]:
    """Builds the archive unless it is there."""
    backend = LocalBackend(place / str(passages))
    if backend.published() is not None:
        return {}
    encoder = load_encoder(RetrievalSettings().model)
    told = added(backend, said(folder, place, encoder), passages, encoder.dimensions)
    return told | {"memory": memory()}


def drawn_questions(folder: Path) -> list[str]:
    return random.Random(5).sample([each.text for each in load_question_set(folder).questions], QUESTIONS)


def changes(folder: Path, passages: int, place: Path) -> list[dict[str, float]]:
    """Of one document, three times."""
    encoder, backend = load_encoder(RetrievalSettings().model), LocalBackend(place / str(passages))
    pool = said(folder, place, encoder)
    return [one_changed(backend, pool, encoder.dimensions) for _ in range(3)]


def measured(folder: Path, passages: int, place: Path) -> dict[str, Any]:
    """What is built and changed is in processes of their own, so that the memory told is that of searching, with the
    model loaded.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as apart:
        told: dict[str, Any] = {"building": apart.submit(built, folder, passages, place).result()}
        questions = apart.submit(drawn_questions, folder).result()
        encoder = load_encoder(RetrievalSettings().model)
        asked = list(zip(questions, encoder.encode(questions), strict=True))
        told["memory before"] = memory()
        begun = time.monotonic()
        snapshot = LocalBackend(place / str(passages)).snapshot()
        assert snapshot is not None
        told["opening, s"] = time.monotonic() - begun
        told["searching"] = searched(snapshot, asked)
        told["memory"] = memory()
        told["recall@10"] = recall(snapshot, asked)
        snapshot.close()
        told["one changed document"] = apart.submit(changes, folder, passages, place).result()
    return told


if __name__ == "__main__":
    main()

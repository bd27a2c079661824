"""The local store at a size: search, memory, opening and one changed document."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import shutil
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.benchmarks import drawn_archive
from retrieval.benchmarks.drawn_archive import FILTERS, MODEL, OF_A_DOCUMENT
from retrieval.benchmarks.texts import Texts
from retrieval.benchmarks.timing import Figures, apart, memory, quantiles, timed
from retrieval.errors import IndexDamaged
from retrieval.filters import EVERYTHING
from retrieval.indexing import indexed_text
from retrieval.reading.text.plain_text import structure
from retrieval.records import Document
from retrieval.searching import as_written, candidates
from retrieval.splitting import cut_passages
from retrieval.store.local import LocalBackend
from retrieval.store.protocol import Snapshot, Vectors, WordQuery

QUESTIONS = 200
CANDIDATES = 100
FETCHED = 20
NEAREST = 10
CHANGES = 3
Asked = Sequence[tuple[str, Vectors]]


def searching(texts: Texts, passages: int) -> Figures:
    """Built, searched and changed by a process each, so that the memory told is that of searching, with the model
    loaded. What is built is deleted again.
    """
    place = texts.place / f"drawn-{passages}"
    try:
        figures: Figures = {"building": apart(_built, texts, passages, place)}
        figures |= apart(_searched, texts, place)
        figures["one_changed_document"] = apart(_changed, texts, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return figures


def _built(texts: Texts, passages: int, place: Path) -> Figures:
    encoder = texts.encoder()
    pool = drawn_archive.pool_of(texts, encoder)
    taken = timed(lambda: drawn_archive.publish(LocalBackend(place), pool, passages, encoder.dimensions))
    size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    return {"seconds": round(taken.wall, 1), "mib_on_disk": size // 2**20} | memory()


def _searched(texts: Texts, place: Path) -> Figures:
    encoder = texts.encoder()
    questions = texts.questions[:QUESTIONS]
    asked = list(zip(questions, encoder.encode(questions), strict=True))
    started = time.perf_counter()
    with contextlib.closing(_opened(place)) as snapshot:
        figures: Figures = {"opening_seconds": round(time.perf_counter() - started, 3)}
        # First as they come, with whatever the system has of the files in memory; then the same ones again.
        for turn in ("first", "again"):
            figures[f"searching_{turn}"] = {name: _quantiles(snapshot, asked, where) for name, where in FILTERS.items()}
        figures["memory_with_the_model"] = memory()
        figures["recall_at_10"] = {name: _recall(snapshot, asked, where) for name, where in FILTERS.items()}
    return figures


def _opened(place: Path) -> Any:
    snapshot = LocalBackend(place).snapshot()
    if snapshot is None:
        raise IndexDamaged("the index that was just made is gone")
    return snapshot


def _quantiles(snapshot: Snapshot, asked: Asked, where: Any) -> Figures:
    """For candidates by words and by vector and fetching what is read closely of them; for either alone."""
    every, words, near = [], [], []
    for question, vector in asked:
        every.append(timed(partial(_candidates, snapshot, question, vector, where)).wall)
        words.append(timed(partial(snapshot.by_words, WordQuery(question), where, CANDIDATES)).wall)
        near.append(timed(partial(snapshot.by_vector, vector, where, CANDIDATES)).wall)
    return {
        "passages": snapshot.coverage(where).passages,
        "words_vectors_and_fetch": quantiles(every, 50, 95),
        "words": quantiles(words, 50, 95),
        "vectors": quantiles(near, 50, 95),
    }


def _candidates(snapshot: Snapshot, question: str, vector: Vectors, where: Any) -> None:
    found = candidates(as_written(question, where), vector, snapshot)
    snapshot.directions(list(found))
    snapshot.read(list({hit.passage.document_id: None for hit in list(found.values())[:FETCHED]}))


def _recall(snapshot: Any, asked: Asked, where: Any) -> float | None:
    """Of the ten that are truly nearest by all rows, how many are found; None where the filter leaves nothing."""
    vectors = np.stack([vector for _, vector in asked])
    keys, scores = [], []
    for layer, mask in zip(snapshot.layers, snapshot.matching(where), strict=True):
        among, start = layer.columns.rows_of(mask & layer.seen), 0
        for rows in layer.rows.all():
            part = among[start : start + len(rows)]
            keys.append(layer.columns.keys[start : start + len(rows)][part])
            scores.append(vectors @ rows[part].T)
            start += len(rows)
    every, all_keys = np.concatenate(scores, axis=1), np.concatenate(keys)
    count, hits = min(NEAREST, len(all_keys)), 0
    if not count:
        return None
    for row, (_, vector) in zip(every, asked, strict=True):
        truly = set(all_keys[np.argpartition(-row, count - 1)[:count]].tolist())
        hits += len(truly & {key for key, _ in snapshot.by_vector(vector, where, NEAREST)})
    return round(hits / (count * len(asked)), 4)


def _changed(texts: Texts, place: Path) -> list[Figures]:
    """Of one document, some times; the first time a layer of its own begins."""
    encoder = texts.encoder()
    [(first, *_)] = drawn_archive.made(drawn_archive.pool_of(texts, encoder), OF_A_DOCUMENT)
    figures = []
    for number in range(CHANGES):
        word = "zyxomma" + "abcdefgh"[number]
        document = _with_text(first, f"{first.text}\n\nThe {word} flew over the harbour at noon.")
        cut = cut_passages(document)
        taken = timed(partial(_live, place, document, cut, encoder, word))
        figures.append({"seconds_from_text_to_found": round(taken.wall, 2)})
    return figures


def _with_text(document: Document, text: str) -> Document:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    source = dataclasses.replace(document.source, sha256=digest, text_sha256=digest)
    return Document(source, text, structure(text).blocks)


def _live(place: Path, document: Document, cut: Any, encoder: Any, word: str) -> None:
    """Encoded, written, published, and found by a reader that opens the index then."""
    vectors = encoder.encode_passages(*zip(*(indexed_text(document, passage) for passage in cut), strict=True))
    backend = LocalBackend(place)
    draft = backend.draft(MODEL, MODEL, encoder.dimensions)
    draft.remove([document.source.id])
    draft.add(document, cut, vectors)
    backend.publish(draft)
    with contextlib.closing(_opened(place)) as newer:
        assert newer.by_words(WordQuery(word), EVERYTHING, 1)  # noqa: S101 - else there is nothing to measure

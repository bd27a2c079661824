"""An archive as large as is wanted, of real sentences: what it holds is drawn, how it is stored is not.

Every passage is put together of sentences drawn from two real ones, and its vector is the mean of its sentences'
vectors with noise added, so that no two are alike. Publishers and dates are drawn, for filters. It goes through the
store's own `draft.add` and `publish`.
"""

from __future__ import annotations

import datetime
import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.benchmarks.texts import Texts
from retrieval.codes import document_code, passage_code
from retrieval.encoding import Encoder, directions_of
from retrieval.filters import EVERYTHING, Filter
from retrieval.reading.text.plain_text import structure
from retrieval.records import Document, Passage, Source
from retrieval.spans import Span
from retrieval.store.local import LocalBackend
from retrieval.store.protocol import Manifest, PassageVectors, Vectors

MODEL = "of the benchmark"
ENCODED = 4000
"""Real passages at most that sentences are drawn from."""
AT_ONCE = 256
OF_A_DOCUMENT = 8
"""Passages of one document."""
MOST_SENTENCES = 8
KEPT = 0.7
"""Of the sentences of two passages."""
NOISE = 0.25
"""Length of what is added to a passage's vector of length 1."""
PUBLISHERS = 20
FIRST_DAY = datetime.date(2000, 1, 1)
DAYS = 9000
FILTERS = {
    "everything": EVERYTHING,
    "one_publisher_of_twenty": Filter(publisher="Publisher 7"),
    "a_tenth_by_date": Filter(after=FIRST_DAY, before=FIRST_DAY + datetime.timedelta(DAYS // 10)),
    "a_thousandth": Filter(publisher="Publisher 3", after=FIRST_DAY, before=FIRST_DAY + datetime.timedelta(DAYS // 50)),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, and where it points."""

    text: str
    vector: Vectors


Pool = Sequence[Sequence[Said]]
Made = tuple[Document, list[Passage], list[Vectors]]
"""With the vectors of each passage's sentences."""


def pool_of(texts: Texts, encoder: Encoder) -> Pool:
    """The sentences of each of some real passages."""
    found = []
    passages = texts.passages(ENCODED)
    for start in range(0, len(passages), AT_ONCE):
        some = passages[start : start + AT_ONCE]
        vectors = encoder.encode_passages([text for text, _ in some], [spans for _, spans in some])
        for (text, spans), rows in zip(some, vectors.sentences, strict=True):
            floats = rows.astype(np.float32)
            floats /= np.linalg.norm(floats, axis=1, keepdims=True) + 1e-9
            sentences = [Said(span.of(text).strip(), row) for span, row in zip(spans, floats, strict=True)]
            found.append([each for each in sentences if each.text])
    return [sentences for sentences in found if sentences]


def made(pool: Pool, passages: int) -> Iterator[Made]:
    """Documents, each paragraph of which is a passage."""
    drawn = random.Random(2)  # noqa: S311 - the same at every run
    for number in range(passages // OF_A_DOCUMENT):
        parts = [_mixed(pool, drawn) for _ in range(OF_A_DOCUMENT)]
        publisher, day = f"Publisher {drawn.randrange(PUBLISHERS)}", drawn.randrange(DAYS)
        yield _document(f"{number:07d}.txt", parts, publisher, FIRST_DAY + datetime.timedelta(day))


def _document(path: str, parts: Sequence[Sequence[Said]], publisher: str, published: datetime.date) -> Made:
    text = "\n\n".join(" ".join(each.text for each in part) for part in parts)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    source = Source(
        document_code(path),
        path,
        path.removesuffix(".txt"),
        digest,
        digest,
        "text/1",
        FIRST_DAY,
        publisher=publisher,
        published=published,
        language="en",
    )
    document = Document(source, text, structure(text).blocks)
    return document, list(_passages(document, parts)), [np.stack([each.vector for each in part]) for part in parts]


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


def _mixed(pool: Pool, drawn: random.Random) -> list[Said]:
    one, other = drawn.choice(pool), drawn.choice(pool)
    kept = [each for each in (*one, *other) if drawn.random() < KEPT] or list(one)
    return kept[:MOST_SENTENCES]


def publish(backend: LocalBackend, pool: Pool, passages: int, dimensions: int) -> Manifest:
    draft = backend.draft(MODEL, MODEL, dimensions, fresh=True)
    noise = np.random.default_rng(3)
    try:
        for document, cut, sentences in made(pool, passages):
            draft.add(document, cut, vectors_of(sentences, noise))
    except BaseException:
        draft.discard()
        raise
    return backend.publish(draft)


def vectors_of(sentences: Sequence[Vectors], noise: np.random.Generator) -> PassageVectors:
    means = np.stack([each.mean(axis=0) for each in sentences])
    moved = _unit(means) + NOISE * _unit(noise.standard_normal(means.shape))
    return PassageVectors(_unit(moved), tuple(map(directions_of, sentences)))


def _unit(rows: npt.NDArray[Any]) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), np.float32)

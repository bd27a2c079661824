"""Archives drawn from question sets, indexed aside, with what to ask of them: what the weights are fitted on."""

from __future__ import annotations

import datetime
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.encoding import Encoder, VectorCache
from retrieval.evaluation.question_set import Question, load_question_set
from retrieval.indexing import add_documents
from retrieval.reading import read_corpus
from retrieval.records import Document
from retrieval.store.local import LocalBackend
from retrieval.store.protocol import Snapshot
from tests.bench.edited_questions import edit


@dataclass(frozen=True)
class Asked:
    question: Question
    answerable: bool
    kind: str
    """Where it is from: `inside`, or one of the ways to be unanswerable."""


@dataclass(frozen=True)
class Drawn:
    snapshot: Snapshot
    documents: int
    asked: list[Asked]


def whole(folder: Path, encoder: Encoder, place: Path) -> Drawn:
    """A question set as one archive, with all its own questions."""
    documents = list(_documents(folder))
    snapshot = _indexed(documents, encoder, place, folder.name)
    asked = [Asked(q, bool(q.right), "inside") for q in load_question_set(folder).questions]
    return Drawn(snapshot, len(documents), asked)


def draw(
    folder: Path, sizes: Sequence[int], most_asked: Callable[[int], int], *, seed: int, encoder: Encoder, place: Path
) -> Iterator[Drawn]:
    """Archives of so many documents, each article in one archive only.

    Each is asked questions that its own documents answer, and as many that they don't: written for paragraphs of the
    same articles that were left out, for articles that are not there, and its own with a word changed
    (edited_questions.py).
    `most_asked`: of the documents of an archive, how many questions of each kind are asked of it.
    """
    random_ = random.Random(seed)
    questions: dict[str, list[Question]] = defaultdict(list)
    for question in load_question_set(folder).questions:
        for document_id in question.right:
            questions[document_id].append(question)
    by_article: dict[str, list[Document]] = defaultdict(list)
    for document in _documents(folder):
        by_article[document.source.title].append(document)
    articles = list(by_article)
    random_.shuffle(articles)
    everything = [document for documents in by_article.values() for document in documents]
    for number, size in enumerate(sizes):
        inside: list[Document] = []
        left_out: list[Document] = []
        while len(inside) < size and articles:
            paragraphs = list(by_article[articles.pop()])
            random_.shuffle(paragraphs)
            share = max(1, min(len(paragraphs) * 3 // 4, size - len(inside)))
            inside += paragraphs[:share]
            left_out += paragraphs[share:]
        inside_ids = {document.source.id for document in inside}
        elsewhere = [d for d in random_.sample(everything, 300) if d.source.id not in inside_ids]
        most = most_asked(len(inside))
        own = _some(questions, inside, most, random_)
        others = [question.text for document in inside for question in questions[document.source.id]]
        texts = {document.source.id: document.text for document in inside}
        chosen = _some(questions, inside, most, random_)
        edited = [(q, edit(q.text, " ".join(texts[d] for d in q.right), others, random_)) for q in chosen]
        asked = [
            *(Asked(q, True, "inside") for q in own),
            *(Asked(q, False, "left out") for q in _some(questions, left_out, most // 4, random_)),
            *(Asked(q, False, "elsewhere") for q in _some(questions, elsewhere, most // 4, random_)),
            *(Asked(Question(q.id, text, {}), False, "edited") for q, text in edited if text is not None),
        ]
        yield Drawn(_indexed(inside, encoder, place, str(number)), len(inside), asked)


def _some(
    questions: dict[str, list[Question]], documents: list[Document], most: int, random_: random.Random
) -> list[Question]:
    pool = [question for document in documents for question in questions[document.source.id]]
    return random_.sample(pool, min(most, len(pool)))


def _documents(folder: Path) -> Iterator[Document]:
    return read_corpus(next(folder.glob("corpus.jsonl*")), datetime.date(2024, 1, 1))


def _indexed(documents: list[Document], encoder: Encoder, place: Path, name: str) -> Snapshot:
    cache = VectorCache(place / "cache.sqlite")  # kept, so that a second fit need not encode
    backend = LocalBackend(place / name)
    draft = backend.draft(encoder.name, encoder.fingerprint, encoder.dimensions, fresh=True)
    for _ in add_documents(draft, documents, encoder, cache):
        pass
    backend.publish(draft)
    cache.close()
    snapshot = backend.snapshot()
    assert snapshot is not None
    return snapshot

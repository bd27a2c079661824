"""Fits the gate that decides between answering and silence, and writes `retrieval/searching/gate.toml`.

    python -m tests.bench.fit_gate ../shared/data/squad1_train

Archives of 1 to 300 documents are drawn from the question set (SQuAD 1.1 training articles), each article in one
archive only. Every archive is asked questions that its own documents answer, and as many that they don't: half
written for other paragraphs of the same articles, half for articles that are not there. The model is fitted on two
thirds of the archives; the figures written beside the coefficients are those of the last third.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from retrieval.encoding import Encoder, VectorCache, load_encoder
from retrieval.evaluation.question_set import load_question_set
from retrieval.filters import EVERYTHING
from retrieval.indexing import add_documents
from retrieval.reading import read_corpus
from retrieval.records import Document
from retrieval.searching import look_closer, rank, signals_of
from retrieval.searching.evidence import Signals
from retrieval.store.local import LocalBackend
from retrieval.store.protocol import Snapshot

SEED = 20221
SIZES = (1,) * 60 + (5,) * 30 + (40,) * 6 + (300,) * 2
"""Documents of each archive: people begin with one and end with many."""
ASKED = 24
"""Questions of each kind asked of an archive, and as many as that times the root of its size at most."""
LOOKED_AT = 3
ANSWERED = 0.95
"""Share of the answerable questions that the threshold lets through on the archives it is chosen on."""
GATE = Path(__file__).parents[2] / "retrieval" / "searching" / "gate.toml"


@dataclasses.dataclass(frozen=True)
class Asked:
    """One question asked of one archive."""

    archive: int
    answerable: bool
    signals: Signals


def draw(
    by_article: dict[str, list[Document]], random_: random.Random
) -> Iterator[tuple[list[Document], list[Document]]]:
    """(documents of an archive, documents left out of it though their article is in it)."""
    articles = list(by_article)
    random_.shuffle(articles)
    for size in SIZES:
        inside: list[Document] = []
        left_out: list[Document] = []
        while len(inside) < size and articles:
            paragraphs = by_article[articles.pop()]
            random_.shuffle(paragraphs)
            share = max(1, min(len(paragraphs) // 2, size - len(inside)))
            inside += paragraphs[:share]
            left_out += paragraphs[share:]
        yield inside, left_out


def ask(question: str, snapshot: Snapshot, encoder: Encoder) -> Signals:
    vector = encoder.encode([question])[0]
    ranking = rank(question, vector, snapshot, EVERYTHING)
    return signals_of(look_closer(question, vector, ranking[:LOOKED_AT], snapshot, encoder), ranking)


def collect(folder: Path, encoder: Encoder) -> list[Asked]:
    random_ = random.Random(SEED)
    questions: dict[str, list[str]] = defaultdict(list)
    for question in load_question_set(folder).questions:
        for document_id in question.right:
            questions[document_id].append(question.text)
    by_article: dict[str, list[Document]] = defaultdict(list)
    for document in read_corpus(next(folder.glob("corpus.jsonl*")), datetime.date.today()):
        by_article[document.source.title].append(document)
    everything = [document for documents in by_article.values() for document in documents]
    asked: list[Asked] = []
    with tempfile.TemporaryDirectory() as place:
        cache = VectorCache(Path(place) / "vectors.sqlite")
        for number, (inside, left_out) in enumerate(draw(by_article, random_)):
            backend = LocalBackend(Path(place) / str(number))
            draft = backend.draft(encoder.name, encoder.fingerprint, encoder.dimensions)
            for _ in add_documents(draft, inside, encoder, cache):
                pass
            backend.publish(draft)
            snapshot = backend.snapshot()
            assert snapshot is not None
            most = int(min(ASKED, 4 + 4 * len(inside) ** 0.5))
            elsewhere = random_.sample(everything, 200)
            inside_ids = {document.source.id for document in inside}
            for documents, answerable, count in (
                (inside, True, most),
                (left_out, False, most // 2),
                ([d for d in elsewhere if d.source.id not in inside_ids], False, most // 2),
            ):
                pool = [text for document in documents for text in questions[document.source.id]]
                for text in random_.sample(pool, min(count, len(pool))):
                    asked.append(Asked(number, answerable, ask(text, snapshot, encoder)))
            snapshot.close()
            print(f"archive {number}: {len(inside)} documents, {len(asked)} questions so far", flush=True)
        cache.close()
    return asked


def table(asked: list[Asked]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([dataclasses.astuple(one.signals) for one in asked]), np.array([one.answerable for one in asked])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("question_set", type=Path)
    folder = parser.parse_args().question_set
    encoder = load_encoder("all-MiniLM-L6-v2", threads=1)  # beside other work, threads that wait for each other lose
    asked = collect(folder, encoder)
    fitted, held = [a for a in asked if a.archive % 3], [a for a in asked if not a.archive % 3]
    signals, labels = table(fitted)
    model = LogisticRegression(C=1.0, max_iter=1000).fit(signals, labels)
    threshold = float(np.quantile(model.predict_proba(signals[labels])[:, 1], 1 - ANSWERED))
    held_signals, held_labels = table(held)
    evidence = model.predict_proba(held_signals)[:, 1]
    names = [field.name for field in dataclasses.fields(Signals)]
    lines = [
        "# Weights of the gate between answering and silence; see evidence.py for what each signal is.",
        "# Written by: python -m tests.bench.fit_gate ../shared/data/" + folder.resolve().name,
        f"# Seed {SEED}; {len(fitted)} questions fitted, {len(held)} held out of other archives. On those:",
        f"#   AUROC {roc_auc_score(held_labels, evidence):.3f}, answered of answerable "
        f"{np.mean(evidence[held_labels] >= threshold):.3f}, of unanswerable "
        f"{np.mean(evidence[~held_labels] >= threshold):.3f}",
        *(
            f"#   {name} alone: AUROC {roc_auc_score(held_labels, held_signals[:, column]):.3f}"
            for column, name in enumerate(names)
        ),
        f"intercept = {float(model.intercept_[0]):.4f}",
        f"threshold = {threshold:.4f}",
        "",
        "[weights]",
        *(f"{name} = {weight:.4f}" for name, weight in zip(names, model.coef_[0], strict=True)),
    ]
    GATE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

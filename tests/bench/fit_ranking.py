"""Fits the weights that order sentences and passages, and writes `retrieval/searching/weights.toml`.

    python -m tests.bench.fit_ranking ../shared/data/squad1_train ../shared/data/realtimeqa_a /tmp/fitting

Archives are drawn from the first set (SQuAD 1.1 training articles); the second (news quizzes with the day they were
asked) is one archive by itself, and is where the weights of publication dates come from. Each weight is one of a
logistic model over pairs: the right one's features less a wrong one's (Joachims 2002, "Optimizing search engines using
clickthrough data"). A quarter of the archives is held out, and a quarter of the second set's questions; the figures
beside the weights are theirs. The last folder keeps the vectors.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.encoding import Encoder, load_encoder
from retrieval.evaluation.fitting import pairwise_weights
from retrieval.evaluation.question_set import Question
from retrieval.filters import EVERYTHING
from retrieval.reading import read_json_lines
from retrieval.searching import (
    Judged,
    KnownNames,
    Meaning,
    Weights,
    as_written,
    candidates,
    understand,
)
from retrieval.searching.close_reading import read_closely
from retrieval.searching.decide import READ
from retrieval.searching.features import PASSAGE, SENTENCE
from retrieval.searching.question import read_question
from retrieval.searching.ranking import judge
from tests.bench.drawn_archives import Drawn, draw, whole

SEED = 20231
SIZES = (40,) * 6 + (300,) * 5 + (1000,) * 2
MOST_ASKED = 800
COMPARED = 15
"""Wrong passages of a question that the right one is compared with."""
NEWS_WEIGHT = 3.0
"""Of a pair of the second set, which has few questions, beside one of the first."""
AT_LEAST = {"period": 1.0, "named": 1.0}
"""What a question prefers must count for something, though the sets hardly ever name a period or a source."""
WEIGHTS = Path(__file__).parents[2] / "retrieval" / "searching" / "weights.toml"


@dataclass(frozen=True)
class Read:
    question: Question
    judged: list[Judged]
    held_out: bool
    is_news: bool


def read_all(drawn: Drawn, encoder: Encoder, held_out: bool, days: dict[str, datetime.date] | None) -> list[Read]:
    known = KnownNames.of(drawn.snapshot)
    blank = Weights(np.zeros(len(SENTENCE)), np.zeros(len(PASSAGE)))
    asked = [one.question for one in drawn.asked if one.answerable]
    vectors = encoder.encode([question.text for question in asked])
    read = []
    for number, (question, vector) in enumerate(zip(asked, vectors, strict=True)):
        meaning: Meaning = as_written(question.text, EVERYTHING)
        if days is not None:
            meaning = understand(question.text, EVERYTHING, known, days.get(question.id))
        found = dict(list(candidates(meaning, vector, drawn.snapshot).items())[:READ])
        passages = read_closely(found, vector, drawn.snapshot)
        languages = {passage.source.language for passage in passages}
        questions = {language: read_question(question.text, drawn.snapshot, language) for language in languages}
        judged = judge(questions, meaning, passages, blank)
        read.append(Read(question, judged, held_out or (days is not None and number % 4 == 0), days is not None))
    return read


def answering(read: Read, one: Judged) -> list[int]:
    """Indices of the sentences of a passage that hold a labelled span."""
    spans = [span for document, span in read.question.spans if document == one.passage.source.id]
    sentences = one.passage.hit.passage.sentences
    return [at for at, sentence in enumerate(sentences) if any(sentence.contains(span) for span in spans)]


def sentence_pairs(reads: list[Read]) -> np.ndarray:
    rows = []
    for read in reads:
        for one in read.judged:
            right = answering(read, one)
            if right:
                features = one.sentence_features
                rows += [features[right[0]] - features[at] for at in range(len(features)) if at not in right]
                break
    return np.array(rows)


def passage_pairs(reads: list[Read], sentence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(pairs, len(PASSAGE)) and (pairs,) their weights."""
    rows, weights = [], []
    at_answer = PASSAGE.index("answer")
    for read in reads:
        features = {one.passage.key: one.passage_features.copy() for one in read.judged}
        for one in read.judged:
            features[one.passage.key][at_answer] = (one.sentence_features @ sentence).max()
        best = max((read.question.right.get(one.passage.source.id, 0) for one in read.judged), default=0)
        graded = [one for one in read.judged if best and read.question.right.get(one.passage.source.id, 0) == best]
        if not graded:
            continue
        with_answer = [one for one in graded if answering(read, one)] or graded
        right = max(with_answer, key=lambda one: one.passage.hit.score)
        wrong = [one for one in read.judged if one.passage.source.id not in read.question.right]
        for one in sorted(wrong, key=lambda one: -one.passage.hit.score)[:COMPARED]:
            rows.append(features[right.passage.key] - features[one.passage.key])
            weights.append(NEWS_WEIGHT if read.is_news else 1.0)
    return np.array(rows), np.array(weights)


def right_first(reads: list[Read], sentence: np.ndarray, passage: np.ndarray) -> tuple[float, float, float]:
    """Share of questions with a right document first: by fusion, by the weights; and with the sentence right too."""
    fused, learned, bold = [], [], []
    at_answer = PASSAGE.index("answer")
    for read in reads:
        if not read.judged:  # its quoted phrase is nowhere in the set
            for found in (fused, learned, bold):
                found.append(False)
            continue
        scored = []
        for one in read.judged:
            features = one.passage_features.copy()
            features[at_answer] = (one.sentence_features @ sentence).max()
            scored.append((float(features @ passage), one))
        first = max(scored, key=lambda pair: pair[0])[1]
        fused.append(max(read.judged, key=lambda one: one.passage.hit.score).passage.source.id in read.question.right)
        learned.append(first.passage.source.id in read.question.right)
        bold.append(int((first.sentence_features @ sentence).argmax()) in answering(read, first))
    return float(np.mean(fused)), float(np.mean(learned)), float(np.mean(bold))


def days_of(folder: Path) -> dict[str, datetime.date]:
    """When each question of the news set was asked."""
    path = next(folder.glob("queries.jsonl*"))
    lines = (line for _, line in read_json_lines(path))
    return {line["_id"]: datetime.date.fromisoformat(line["metadata"]["date"]) for line in lines}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("news", type=Path)
    parser.add_argument("place", type=Path)
    given = parser.parse_args()
    encoder = load_encoder("all-MiniLM-L6-v2")
    reads: list[Read] = []
    archives = draw(
        given.articles, SIZES, lambda size: min(2 * size, MOST_ASKED), seed=SEED, encoder=encoder, place=given.place
    )
    for number, drawn in enumerate(archives):
        reads += read_all(drawn, encoder, held_out=number % 4 == 0, days=None)
        print(f"archive {number}: {drawn.documents} documents, {len(reads)} questions so far", flush=True)
    reads += read_all(whole(given.news, encoder, given.place), encoder, held_out=False, days=days_of(given.news))
    fitted, held = [r for r in reads if not r.held_out], [r for r in reads if r.held_out]
    sentence = pairwise_weights(sentence_pairs(fitted))
    pairs, weights = passage_pairs(fitted, sentence)
    passage = pairwise_weights(pairs, weights)
    for name, least in AT_LEAST.items():
        passage[PASSAGE.index(name)] = max(passage[PASSAGE.index(name)], least)
    figures = {
        name: [round(figure, 3) for figure in right_first([r for r in held if r.is_news == news], sentence, passage)]
        for name, news in ((given.articles.resolve().name, False), (given.news.resolve().name, True))
    }
    lines = [
        "# Weights of the order of sentences and of passages; features.py says what each feature is.",
        "# Written by: python -m tests.bench.fit_ranking "
        + " ".join(f"../shared/data/{name}" for name in figures)
        + " FOLDER",
        f"# Seed {SEED}; {len(fitted)} questions fitted, {len(held)} held out. Of those, right document first by",
        f"# fusion, by these weights, and the right sentence of it too: {json.dumps(figures)}",
        f"# Set by hand where the fit gave less: {AT_LEAST}",
        *itertools.chain(
            *(
                ["", f"[{name}]", *(f"{feature} = {value:.4f}" for feature, value in zip(names, values, strict=True))]
                for name, names, values in (("sentence", SENTENCE, sentence), ("passage", PASSAGE, passage))
            )
        ),
    ]
    WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

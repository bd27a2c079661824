"""The order of the best candidates, by weights that were learned and can be read.

Two linear models over the features of features.py: one says which sentence of a passage answers, the other which
passage. `weights.toml` holds their weights and names the script that fits them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

import numpy as np

from retrieval.searching.close_reading import ReadPassage
from retrieval.searching.features import PASSAGE, SENTENCE, Numbers, found_in, passage_features, sentence_features
from retrieval.searching.question import Question
from retrieval.searching.understanding import Meaning


@dataclass(frozen=True, slots=True)
class Weights:
    sentence: Numbers
    """(len(SENTENCE),)."""
    passage: Numbers
    """(len(PASSAGE),)."""

    @classmethod
    @cache
    def load(cls) -> Self:
        """Those that come with the program."""
        said = tomllib.loads(files(__package__).joinpath("weights.toml").read_text(encoding="utf-8"))
        return cls(_in_order(said["sentence"], SENTENCE), _in_order(said["passage"], PASSAGE))


@dataclass(frozen=True, slots=True)
class Judged:
    """A passage with what its features are and what they come to."""

    passage: ReadPassage
    question: Question
    sentence_features: Numbers
    passage_features: Numbers
    answer: int
    """Index of the sentence that answers best."""
    score: float
    asks_for_a_time: bool
    """Whether the question names a period that is preferred."""


def judge(
    questions: Mapping[str | None, Question],
    meaning: Meaning,
    passages: Sequence[ReadPassage],
    weights: Weights | None = None,
) -> list[Judged]:
    """Best first. `questions`: the question as each language of the passages' documents reads it."""
    weights = weights or Weights.load()
    judged = []
    for passage in passages:
        question = questions[passage.source.language]
        found = found_in(question, passage)
        of_sentences = sentence_features(question, passage, found)
        scores = of_sentences @ weights.sentence
        answer = int(scores.argmax())
        of_passage = np.array(passage_features(question, meaning, passage, found, float(scores[answer])))
        score = float(of_passage @ weights.passage)
        judged.append(Judged(passage, question, of_sentences, of_passage, answer, score, bool(meaning.periods)))
    return sorted(judged, key=lambda one: (-one.score, one.passage.key))


def _in_order(said: Mapping[str, float], names: Sequence[str]) -> Numbers:
    if said.keys() != set(names):
        raise ValueError(f"weights.toml weighs {sorted(said)}, not {sorted(names)}")
    return np.array([said[name] for name in names])

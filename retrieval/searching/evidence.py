"""Whether what was found is evidence enough to answer, or silence is the honest reply.

Several signals of the best candidates, weighed by a logistic model whose coefficients are in `gate.toml`, where the
script that fitted them and its figures are named. No signal decides alone. `archivist calibrate` fits another one on
an owner's own questions; it is kept in the data folder and read instead.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from retrieval.answers import Hit
from retrieval.errors import SettingsError
from retrieval.searching.close_reading import all_held, said_of, words_of
from retrieval.searching.features import PASSAGE, SENTENCE
from retrieval.searching.ranking import Judged


@dataclass(frozen=True, slots=True)
class Signals:
    """Each speaks for an answer where it is high."""

    passage_cosine: float
    """Of the question with the best of the passages."""
    sentence_cosine: float
    """Of the question with the best of their sentences."""
    passage_shared: float
    """Share of the question's weight whose words the best passage has, its context line included."""
    sentence_shared: float
    """Share of the question's weight whose words the answering sentence has, of the best passage."""
    answer: float
    """What the answering sentence's features come to."""
    near: float
    """Share of the question's neighbouring words that are near each other in the best passage."""
    names: float
    """Share of the question's capitalised words that the best passage has."""
    numbers: float
    """Share of the question's numbers that the best passage has."""
    wanted: float
    """1 where the answering sentence holds the kind of thing that the question wants, or it wants no kind."""
    period: float
    """1 where the best passage is of the time that the question names, or it names none."""
    years: float
    """Share of the years that the question names which are mentioned in the best document's passages among these."""
    not_denied: float
    """0 where the question is negated and the answering sentence of the best passage is not."""
    not_denying: float
    """0 where that sentence is negated and the question is not."""
    no_opposite: float
    """0 where the opposite of a word of the question stands in that sentence or next to it, and that word does not."""
    known_gradables: float
    """1 less a third for each of the question's words with an opposite that the passage lacks."""
    known_names: float
    """1 less a third for each of the question's capitalised words that neither the passage nor its context line has."""
    lead: float
    """How far the best passage's cosine is above the average of the candidates."""
    agreement: float
    """1 where words and vectors put the same passage first, else 0."""

    def by_name(self) -> dict[str, float]:
        return {name: getattr(self, name) for name in _NAMES}


_NAMES = tuple(field.name for field in fields(Signals))


def signals_of(judged: Sequence[Judged], ranking: Sequence[Hit]) -> Signals:
    """`judged` are the best of `ranking`, in its order."""
    if not judged:
        return Signals(*(0.0 for _ in fields(Signals)))
    passages = [dict(zip(PASSAGE, one.passage_features.tolist(), strict=True)) for one in judged]
    sentences = [dict(zip(SENTENCE, one.sentence_features[one.answer].tolist(), strict=True)) for one in judged]
    cosines = [hit.cosine for hit in ranking]
    best, first = passages[0], judged[0]
    wants = first.question.wants
    return Signals(
        passage_cosine=max(passage["cosine"] for passage in passages),
        sentence_cosine=max(passage["best_sentence"] for passage in passages),
        passage_shared=max(passage["shared_in_context"] for passage in passages),
        sentence_shared=max(sentence["shared"] for sentence in sentences),
        answer=max(passage["answer"] for passage in passages),
        near=best["near"],
        names=best["names"],
        numbers=best["numbers"],
        wanted=sentences[0][wants] if wants else 1.0,
        period=best["period"] if first.asks_for_a_time else 1.0,
        years=_years(judged),
        **_contradictions(first),
        lead=first.passage.hit.cosine - sum(cosines) / len(cosines),
        agreement=float(first.passage.hit.words == 1.0 and first.passage.hit.cosine == max(cosines)),
    )


def _years(judged: Sequence[Judged]) -> float:
    first = judged[0]
    asked = first.question.years
    if not asked:
        return 1.0
    document = first.passage.source.id
    passages = (one.passage for one in judged if one.passage.source.id == document)
    found = {year for passage in passages for sentence in passage.sentences for year in sentence.years}
    return len(asked & found) / len(asked)


def _contradictions(judged: Judged) -> dict[str, float]:
    """What of the passage speaks against its answering the question, in spite of all the words that they share."""
    question, sentences = judged.question, judged.passage.sentences
    answer = sentences[judged.answer]
    about = sentences[max(judged.answer - 1, 0) : judged.answer + 2]
    held_about, held = all_held(about), all_held(sentences)
    turned = any(
        term not in held_about and not held_about.isdisjoint(others) for term, others in question.opposites.items()
    )
    unknown = question.names.difference(*[sentence.words for sentence in sentences])
    if unknown:
        unknown -= words_of(said_of(judged.passage.source))
    return {
        "not_denied": float(not question.is_negated or answer.is_negated),
        "not_denying": float(question.is_negated or not answer.is_negated),
        "no_opposite": float(not turned),
        "known_gradables": 1 - min(len(question.opposites.keys() - held), 3) / 3,
        "known_names": 1 - min(len(unknown), 3) / 3,
    }


@dataclass(frozen=True, slots=True)
class Gate:
    """A logistic model over the signals; it opens where the evidence reaches `threshold`."""

    intercept: float
    weights: Mapping[str, float]
    threshold: float

    @classmethod
    @cache
    def load(cls) -> Self:
        """The one that comes with the program."""
        return cls._from(tomllib.loads(files(__package__).joinpath("gate.toml").read_text(encoding="utf-8")))

    @classmethod
    def read(cls, path: Path, model: str) -> Self:
        """One that `archivist calibrate` wrote, for the model with that fingerprint.

        Raises SettingsError for a file that is of another version or model: what it weighs would be something else.
        """
        try:
            said = tomllib.loads(path.read_text(encoding="utf-8"))
            if said["model"] != model:
                raise ValueError("it was fitted for another model")
            return cls._from(said)
        except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, OSError, RecursionError) as error:
            reason = " ".join(str(error).split())[:200]
            raise SettingsError(f"{path} can't be used ({reason}); archivist calibrate writes it anew") from None

    @classmethod
    def _from(cls, said: Mapping[str, Any]) -> Self:
        named = {field.name for field in fields(Signals)}
        if said["weights"].keys() != named:
            raise ValueError(f"it weighs {sorted(said['weights'])}, not {sorted(named)}")
        weights = {name: float(weight) for name, weight in said["weights"].items()}
        gate = cls(float(said["intercept"]), weights, float(said["threshold"]))
        if not all(math.isfinite(number) for number in (gate.intercept, *weights.values())):
            raise ValueError("a number in it is none")
        if not 0 <= gate.threshold <= 1:
            raise ValueError(f"its threshold is {gate.threshold}, not from 0 to 1")
        return gate

    def evidence(self, signals: Signals) -> float:
        """From 0 to 1. Orders questions by how well the archive can answer them; never shown as confidence."""
        total = self.intercept + sum(self.weights[name] * getattr(signals, name) for name in _NAMES)
        return 1 / (1 + math.exp(-max(min(total, 60.0), -60.0)))

    def opens_for(self, evidence: float) -> bool:
        return evidence >= self.threshold

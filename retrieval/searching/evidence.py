"""Whether what was found is evidence enough to answer, or silence is the honest reply.

Several signals of the best candidates, weighed by a logistic model whose coefficients are in `gate.toml`, where the
script that fitted them and its figures are named. No signal decides alone.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Self

from retrieval.answers import Hit
from retrieval.searching.closer_look import Looked


@dataclass(frozen=True, slots=True)
class Signals:
    """All within [-1, 1]; each speaks for an answer where it is high."""

    passage_cosine: float
    """Of the question with the best of the looked-at passages."""
    sentence_cosine: float
    """Of the question with the best of their sentences."""
    passage_covered: float
    """Share of the question's weight whose words the best passage has, its context line included."""
    sentence_covered: float
    """Share of the question's weight whose words the best sentence has."""
    lead: float
    """How far the best passage's cosine is above the average of the candidates."""
    agreement: float
    """1 where words and vectors put the same passage first, else 0."""


def signals_of(looked: Sequence[Looked], ranking: Sequence[Hit]) -> Signals:
    """`looked` are the best of `ranking`, in its order."""
    if not looked:
        return Signals(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    cosines = [hit.cosine for hit in ranking]
    best = max(item.hit.cosine for item in looked)
    first = looked[0].hit
    return Signals(
        passage_cosine=best,
        sentence_cosine=max(float(item.cosines.max()) for item in looked),
        passage_covered=max(item.covered for item in looked),
        sentence_covered=max(float(item.shared.max()) for item in looked),
        lead=best - sum(cosines) / len(cosines),
        agreement=float(first.words == 1.0 and first.cosine == max(cosines)),
    )


@dataclass(frozen=True, slots=True)
class Gate:
    """A logistic model over the signals; it opens where the evidence reaches `threshold`."""

    intercept: float
    weights: Mapping[str, float]
    threshold: float

    @classmethod
    @cache
    def load(cls) -> Self:
        said = tomllib.loads(files(__package__).joinpath("gate.toml").read_text(encoding="utf-8"))
        named = {field.name for field in fields(Signals)}
        if said["weights"].keys() != named:
            raise ValueError(f"gate.toml weighs {sorted(said['weights'])}, not {sorted(named)}")
        return cls(said["intercept"], said["weights"], said["threshold"])

    def evidence(self, signals: Signals) -> float:
        """From 0 to 1. Orders questions by how well the archive can answer them; never shown as confidence."""
        total = self.intercept + sum(weight * getattr(signals, name) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(min(total, 60.0), -60.0)))

    def opens_for(self, evidence: float) -> bool:
        return evidence >= self.threshold

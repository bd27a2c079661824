"""Fits the two linear models that decide, with scikit-learn: what comes before what, and whether to answer at all."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from retrieval.searching import Gate, Signals

Numbers = npt.NDArray[np.float64]
FOLDS = 5
BESIDE = 0.5
"""What a question beside weighs. At 2 they moved the threshold's own set; at 0.25 they hardly helped theirs."""
APART = 10.0
"""The indicator of questions beside; so far from 0 that regularisation does not hold its weight back."""


@dataclass(frozen=True, slots=True)
class FittedGate:
    gate: Gate
    auroc: float
    """Of the evidence on questions that it was not fitted on, as the other two."""
    answered_of_answerable: float
    answered_of_unanswerable: float


def pairwise_weights(differences: Numbers, weights: Numbers | None = None) -> Numbers:
    """Weights w for which w · (right − wrong) is above 0; `differences` is (pairs, features)."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - takes seconds

    signs = np.where(np.arange(len(differences)) % 2, 1, -1)  # both classes, from pairs that all say the same
    model = LogisticRegression(C=1.0, fit_intercept=False, max_iter=5000)
    model.fit(differences * signs[:, None], signs, sample_weight=weights)
    return np.asarray(model.coef_[0], np.float64)


@dataclass(frozen=True, slots=True)
class Decided:
    """Questions, what the search found of each, and whether there was an answer."""

    rows: Numbers
    """(questions, signals)."""
    labels: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, signals: Sequence[Signals], answerable: Sequence[bool]) -> Self:
        rows = np.array([dataclasses.astuple(one) for one in signals], np.float64)
        return cls(rows.reshape(len(signals), len(dataclasses.fields(Signals))), np.array(answerable, bool))

    def __getitem__(self, places: npt.NDArray[np.int64]) -> Decided:
        return Decided(self.rows[places], self.labels[places])


def fit_gate(
    decided: Decided, answered: float, groups: Sequence[int] | None = None, beside: Decided | None = None
) -> FittedGate:
    """A gate that lets through `answered`, a share, of the answerable questions.

    `beside` are questions of another kind: they have their say in the weights, and none in the threshold. The figures
    are of `decided`, cross-validated; questions of one of the `groups` are never on both sides. Raises ValueError
    where there are fewer than FOLDS questions of either kind.
    """
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - takes seconds
    from sklearn.model_selection import GroupKFold, StratifiedKFold  # noqa: PLC0415

    labels = decided.labels
    if any(min(each.labels.sum(), (~each.labels).sum()) < FOLDS for each in (decided, beside) if each is not None):
        raise ValueError(f"a gate needs at least {FOLDS} questions with and {FOLDS} without an answer")
    folds = GroupKFold(FOLDS) if groups is not None else StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    unseen = np.zeros(len(labels))
    for seen, held_out in folds.split(decided.rows, labels, groups):
        unseen[held_out] = _probabilities(_weighed(decided[seen], beside), decided.rows[held_out])
    threshold = float(np.quantile(unseen[labels], 1 - answered))
    intercept, weights = _weighed(decided, beside)
    names = [field.name for field in dataclasses.fields(Signals)]
    return FittedGate(
        Gate(intercept, dict(zip(names, weights.tolist(), strict=True)), threshold),
        float(roc_auc_score(labels, unseen)),
        float(np.mean(unseen[labels] >= threshold)),
        float(np.mean(unseen[~labels] >= threshold)),
    )


def let_through_beside(decided: Decided, beside: Decided, answered: float) -> float:
    """Share of the unanswerable questions of `beside` that a gate lets through which lets through `answered` of its
    answerable ones. Cross-validated over runs of neighbours, as these are often of one article."""
    from sklearn.model_selection import KFold  # noqa: PLC0415 - takes seconds

    unseen = np.zeros(len(beside.labels))
    for seen, held_out in KFold(FOLDS).split(beside.rows):
        unseen[held_out] = _probabilities(_weighed(decided, beside[seen]), beside.rows[held_out])
    threshold = np.quantile(unseen[beside.labels], 1 - answered)
    return float(np.mean(unseen[~beside.labels] >= threshold))


def _weighed(decided: Decided, beside: Decided | None) -> tuple[float, Numbers]:
    """A logistic model's intercept and weights (signals,).

    Sets differ in how many of their questions have an answer, which says nothing of any question: `beside` is
    weighed as if half of its had one, and has an intercept of its own, so that only its differences count.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - takes seconds

    rows, labels, importance = decided.rows, decided.labels, np.ones(len(decided.labels))
    if beside is not None:
        own = np.repeat([0.0, APART], [len(labels), len(beside.labels)])
        share = beside.labels.mean()
        each = BESIDE * np.where(beside.labels, 0.5 / share, 0.5 / (1 - share))
        rows = np.column_stack([np.vstack([rows, beside.rows]), own])
        labels, importance = np.concatenate([labels, beside.labels]), np.concatenate([importance, each])
    model = LogisticRegression(C=1.0, max_iter=9000).fit(rows, labels, sample_weight=importance)
    return float(model.intercept_[0]), np.asarray(model.coef_[0][: decided.rows.shape[1]], np.float64)


def _probabilities(weighed: tuple[float, Numbers], rows: Numbers) -> Numbers:
    intercept, weights = weighed
    return np.asarray(1 / (1 + np.exp(-(rows @ weights + intercept))), np.float64)


def as_toml(gate: Gate, remarks: Sequence[str], model: str) -> str:
    """What `Gate.read` reads. `model`: the fingerprint of the one that the signals were taken with."""
    lines = [*(f"# {remark}" for remark in remarks), f'model = "{model}"']
    lines += [f"intercept = {gate.intercept:.4f}", f"threshold = {gate.threshold:.6f}", "", "[weights]"]
    return "\n".join([*lines, *(f"{name} = {weight:.4f}" for name, weight in gate.weights.items())]) + "\n"

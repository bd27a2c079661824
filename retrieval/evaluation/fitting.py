"""Fits the two linear models that decide, with scikit-learn: what comes before what, and whether to answer at all."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.searching import Gate, Signals

Numbers = npt.NDArray[np.float64]
FOLDS = 5


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


def fit_gate(
    signals: Sequence[Signals], answerable: Sequence[bool], answered: float, groups: Sequence[int] | None = None
) -> FittedGate:
    """A gate that lets through `answered`, a share, of the answerable questions.

    The figures are cross-validated; questions of one of the `groups` are never on both sides. Raises ValueError where
    there are fewer than FOLDS questions of either kind.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - takes seconds
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415
    from sklearn.model_selection import GroupKFold, StratifiedKFold, cross_val_predict  # noqa: PLC0415

    labels = np.array(answerable, bool)
    if min(labels.sum(), (~labels).sum()) < FOLDS:
        raise ValueError(f"a gate needs at least {FOLDS} questions with and {FOLDS} without an answer")
    rows = np.array([dataclasses.astuple(one) for one in signals], np.float64)
    folds = GroupKFold(FOLDS) if groups is not None else StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    model = LogisticRegression(C=1.0, max_iter=5000)
    unseen = cross_val_predict(model, rows, labels, groups=groups, cv=folds, method="predict_proba")[:, 1]
    threshold = float(np.quantile(unseen[labels], 1 - answered))
    model.fit(rows, labels)
    names = [field.name for field in dataclasses.fields(Signals)]
    weights = {name: float(weight) for name, weight in zip(names, model.coef_[0], strict=True)}
    return FittedGate(
        Gate(float(model.intercept_[0]), weights, threshold),
        float(roc_auc_score(labels, unseen)),
        float(np.mean(unseen[labels] >= threshold)),
        float(np.mean(unseen[~labels] >= threshold)),
    )


def as_toml(gate: Gate, remarks: Sequence[str], model: str) -> str:
    """What `Gate.read` reads. `model`: the fingerprint of the one that the signals were taken with."""
    lines = [*(f"# {remark}" for remark in remarks), f'model = "{model}"']
    lines += [f"intercept = {gate.intercept:.4f}", f"threshold = {gate.threshold:.6f}", "", "[weights]"]
    return "\n".join([*lines, *(f"{name} = {weight:.4f}" for name, weight in gate.weights.items())]) + "\n"

"""From questions that were asked to figures. Each is None where nothing was asked that it could be a figure of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.evaluation.asked import Asked
from retrieval.evaluation.question_set import Question


@dataclass(frozen=True, slots=True)
class Ranking:
    """Over the answerable questions, each from 0 to 1. Right documents are placed by their best passage."""

    success_at_1: float | None
    """Share with a right document at the top."""
    success_at_5: float | None
    success_at_10: float | None
    reciprocal_rank_at_10: float | None
    ndcg_at_10: float | None


@dataclass(frozen=True, slots=True)
class Abstention:
    """Whether it answers what it can, and is silent on what it can't."""

    auroc: float | None
    """Of the evidence: how likely that of an answerable question is above that of an unanswerable one."""
    answered_of_answerable: float | None
    answered_of_unanswerable: float | None
    at_85: float | None
    """The same where the gate would let through 85 of 100 answerable questions: comparable between gates."""


@dataclass(frozen=True, slots=True)
class Milliseconds:
    """Wall time of one question, from asking to the answer."""

    p50: float | None
    p95: float | None
    p99: float | None


def ranking(ranked: Sequence[tuple[Question, Sequence[str]]]) -> Ranking:
    """Success@k, RR@10 and nDCG@10 as ir_measures defines them (MacAvaney et al. 2022).

    Of each question its documents, best first; those that are unanswerable don't count.
    """
    answerable = [(question, documents) for question, documents in ranked if question.right]
    if not answerable:
        return Ranking(None, None, None, None, None)
    # Imported here because it takes a quarter of a second, which the other commands should not.
    import ir_measures  # noqa: PLC0415

    success, reciprocal_rank, ndcg = ir_measures.Success, ir_measures.RR, ir_measures.nDCG
    measures = (success @ 1, success @ 5, success @ 10, reciprocal_rank @ 10, ndcg @ 10)
    right = {question.id: dict(question.right) for question, _ in answerable}
    # The place itself is the score, so that the order is the one that was shown, ties and all.
    placed = {question.id: {key: -float(at) for at, key in enumerate(documents)} for question, documents in answerable}
    found = ir_measures.calc_aggregate(measures, right, placed)
    return Ranking(*(float(found[measure]) for measure in measures))


def answer_in_first_excerpt(asked: Sequence[Asked]) -> float | None:
    """Of the answerable questions with labelled spans; one that was not answered does not show its answer."""
    return share([one.in_first_excerpt for one in _with_spans(asked)])


def answer_in_bold(asked: Sequence[Asked]) -> float | None:
    """Of the same questions."""
    return share([one.in_bold for one in _with_spans(asked)])


def abstention(asked: Sequence[Asked]) -> Abstention:
    answerable = [bool(one.question.right) for one in asked]
    auroc = at_85 = None
    if len(set(answerable)) == 2:  # it compares two kinds
        threshold = np.quantile([one.evidence for one in asked if one.question.right], 1 - 0.85)
        at_85 = share([one.evidence >= threshold for one in asked if not one.question.right])
        # Imported here because it takes seconds, which the other commands should not.
        from sklearn.metrics import roc_auc_score  # noqa: PLC0415

        auroc = float(roc_auc_score(answerable, [one.evidence for one in asked]))
    return Abstention(
        auroc,
        share([one.found for one in asked if one.question.right]),
        share([one.found for one in asked if not one.question.right]),
        at_85,
    )


def milliseconds(asked: Sequence[Asked]) -> Milliseconds:
    if not asked:
        return Milliseconds(None, None, None)
    return Milliseconds(*(float(at) for at in np.percentile([one.milliseconds for one in asked], (50, 95, 99))))


def share(true: Sequence[bool]) -> float | None:
    """How many of them are true, from 0 to 1; None of none."""
    return sum(true) / len(true) if true else None


def precision_and_recall(labelled: Sequence[bool], called: Sequence[bool]) -> tuple[float | None, float | None]:
    """Of the sentences that were called so against those that are labelled so; None where there are none.

    Imports scikit-learn, which takes seconds that the other commands should not.
    """
    from sklearn.metrics import precision_score, recall_score  # noqa: PLC0415

    return (
        float(precision_score(labelled, called)) if any(called) else None,
        float(recall_score(labelled, called)) if any(labelled) else None,
    )


def _with_spans(asked: Sequence[Asked]) -> list[Asked]:
    return [one for one in asked if one.question.right and one.question.spans]

"""The figures, on questions small enough to work out by hand."""

from __future__ import annotations

import datetime
from dataclasses import replace
from math import log2

import pytest

from retrieval.answers import Abstained, Attribution, Excerpt, Found, Hit, Reason, Searched, Seconds, Voice
from retrieval.evaluation import metrics
from retrieval.evaluation.asked import DEPTH, Asked, asked, documents_of
from retrieval.evaluation.question_set import Question
from retrieval.evaluation.verbatim import is_verbatim
from retrieval.records import Passage, Source
from retrieval.spans import Span

TEXT = "Tolk said the oven was cold. Nobody lit it. The bread was late."
TEXTS = {"bakery": TEXT, "mill": TEXT}


def span(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words))


def source(identity: str) -> Source:
    return Source(identity, identity, identity, "", "", "jsonl/1", datetime.date(2024, 1, 1))


def hit(document: str, ordinal: int = 0) -> Hit:
    whole = Span(0, len(TEXT))
    return Hit(Passage(f"P{ordinal}", document, whole, (whole,), 1, ordinal), 1.0, 1.0, 1.0)


def excerpt(document: str = "bakery") -> Excerpt:
    """Two pieces with a gap, the first of them attributed and the answer."""
    pieces = (span("Tolk said the oven was cold."), span("The bread was late."))
    return Excerpt(
        code="P0.1-3",
        source=source(document),
        passage=hit(document).passage,
        pieces=pieces,
        sentences=pieces,
        text="Tolk said the oven was cold. […] The bread was late.",
        answer=(span("Tolk said the oven was cold."),),
        attribution=(Attribution(span("Tolk said"), "Tolk said", "said"),),
        voice=Voice.ATTRIBUTED,
        score=1.0,
    )


def found(*excerpts: Excerpt) -> Found:
    return Found("?", excerpts, Searched(1, 2, 2), (hit("bakery"),), 0.8, Seconds())


def one(
    documents: str = "", right: dict[str, int] | None = None, evidence: float = 0.5, answered: bool = False
) -> Asked:
    question = Question(f"{documents} {right} {evidence}", "?", right or {})
    return Asked(question, tuple(documents), evidence, answered, False, False, 0, 1.0)


def ranked(asked: list[Asked]) -> metrics.Ranking:
    return metrics.ranking([(each.question, each.documents) for each in asked])


def test_rankings_are_measured_as_worked_out_by_hand() -> None:
    got = ranked(
        [
            one("ab", {"a": 1}),  # first
            one("ba", {"a": 1}),  # second
            one("bcdefa", {"a": 1}),  # sixth
            one("", {"a": 1}),  # not at all
        ]
    )
    assert (got.success_at_1, got.success_at_5, got.success_at_10) == (0.25, 0.5, 0.75)
    assert got.reciprocal_rank_at_10 == pytest.approx((1 + 1 / 2 + 1 / 6) / 4)
    assert got.ndcg_at_10 == pytest.approx((1 + 1 / log2(3) + 1 / log2(7)) / 4)


def test_a_better_document_below_a_right_one_costs_gain() -> None:
    got = ranked([one("ba", {"a": 2, "b": 1})])
    assert got.success_at_1 == 1
    assert got.ndcg_at_10 == pytest.approx((1 + 2 / log2(3)) / (2 + 1 / log2(3)))


def test_questions_without_an_answer_do_not_enter_the_ranking_figures() -> None:
    answerable = one("ab", {"a": 1})
    assert ranked([answerable, one("ab"), one("ba")]) == ranked([answerable])


def test_auroc_counts_pairs_in_the_right_order() -> None:
    got = metrics.abstention(
        [
            one(right={"a": 1}, evidence=0.9, answered=True),
            one(right={"a": 1}, evidence=0.4),
            one(evidence=0.5, answered=True),
            one(evidence=0.1),
            one(evidence=0.2),
        ]
    )
    assert got.auroc == pytest.approx(5 / 6)  # of six pairs only 0.4 against 0.5 is the wrong way round
    assert got.answered_of_answerable == 1 / 2
    assert got.answered_of_unanswerable == pytest.approx(1 / 3)
    assert got.at_85 == pytest.approx(1 / 3)  # at 0.475, 15 of 100 of the way from 0.4 to 0.9


def test_what_a_set_does_not_define_is_none() -> None:
    only_answerable = [one("a", {"a": 1}, answered=True)]
    assert metrics.abstention(only_answerable) == metrics.Abstention(None, 1.0, None, None)
    assert metrics.answer_in_first_excerpt(only_answerable) is None  # nothing is labelled
    assert ranked([one("a")]) == metrics.Ranking(None, None, None, None, None)
    assert metrics.milliseconds([]) == metrics.Milliseconds(None, None, None)


def test_times_are_percentiles_of_single_questions() -> None:
    timed = [replace(one(), milliseconds=float(time)) for time in range(101)]
    assert metrics.milliseconds(timed) == metrics.Milliseconds(50.0, 95.0, 99.0)


def test_a_document_is_placed_by_its_best_passage_and_counted_once() -> None:
    ranking = (hit("b", 0), hit("a", 0), hit("b", 1), hit("c", 0), hit("a", 1))
    searched = Searched(1, 3, 5)
    assert documents_of(Abstained("?", Reason.NOTHING_RELEVANT, searched, (), ranking, 0.1)) == ("b", "a", "c")


def test_no_more_documents_are_kept_than_the_metrics_look_at() -> None:
    ranking = tuple(hit(f"d{number}") for number in range(30))
    kept = documents_of(Abstained("?", Reason.NOTHING_RELEVANT, Searched(1, 30, 30), (), ranking, 0.1))
    assert kept == tuple(f"d{number}" for number in range(DEPTH))


@pytest.mark.parametrize(
    ("document", "words", "shown", "bold"),
    [
        ("bakery", "the oven was cold", True, True),
        ("bakery", "The bread was late.", True, False),
        ("bakery", "Nobody lit it.", False, False),
        ("bakery", "cold. Nobody lit it. The bread", False, False),  # begins in one piece and ends in another
        ("mill", "the oven was cold", False, False),  # the same words, in another document
    ],
)
def test_an_answer_is_shown_where_a_labelled_span_lies_inside_one_piece(
    document: str, words: str, shown: bool, bold: bool
) -> None:
    question = Question("q", "?", {document: 1}, ((document, span(words)),))
    got = asked(question, found(excerpt("bakery"), excerpt("mill")), TEXTS, 1.0)
    assert (got.in_first_excerpt, got.in_bold) == (shown, bold)


def test_one_shown_span_of_several_is_enough() -> None:
    spans = (("bakery", span("Nobody lit it.")), ("bakery", span("late")))
    assert asked(Question("q", "?", {"bakery": 1}, spans), found(excerpt()), TEXTS, 1.0).in_first_excerpt


def test_a_question_that_is_not_answered_does_not_show_its_answer() -> None:
    question = Question("q", "?", {"bakery": 1}, (("bakery", span("cold")),))
    silent = asked(question, Abstained("?", Reason.NOTHING_RELEVANT, Searched(1, 2, 2)), TEXTS, 1.0)
    shown = asked(question, found(excerpt()), TEXTS, 1.0)
    assert metrics.answer_in_first_excerpt([silent, shown]) == 1 / 2
    assert metrics.answer_in_bold([silent, shown]) == 1 / 2


def test_labelled_spans_of_unanswerable_questions_do_not_count() -> None:
    question = Question("q", "?", {}, (("bakery", span("cold")),))
    assert metrics.answer_in_first_excerpt([asked(question, found(excerpt()), TEXTS, 1.0)]) is None


def test_an_excerpt_that_is_what_the_source_says_is_verbatim() -> None:
    assert is_verbatim(excerpt(), TEXTS)


@pytest.mark.parametrize(
    "changed",
    [
        replace(excerpt(), text="Tolk said the oven was cold. […] The bread was never late."),
        replace(excerpt(), text="Tolk said the oven was cold. The bread was late."),  # the gap is not shown
        replace(excerpt(), pieces=(Span(0, 28), Span(43, 63))),  # a space more than the text has
        replace(excerpt(), pieces=(Span(0, 28), Span(44, 64))),  # beyond the end
        replace(excerpt(), attribution=(Attribution(span("Tolk said"), "Tulk said", "said"),)),
        replace(excerpt(), source=source("unknown")),
    ],
)
def test_an_excerpt_that_differs_by_anything_is_not_verbatim(changed: Excerpt) -> None:
    assert not is_verbatim(changed, TEXTS)
    assert asked(Question("q", "?", {}), found(excerpt(), changed), TEXTS, 1.0).not_verbatim == 1


def test_a_marked_part_outside_the_pieces_is_not_verbatim() -> None:
    stray = excerpt()
    object.__setattr__(stray, "answer", (span("Nobody lit it."),))  # its own check would refuse it
    assert not is_verbatim(stray, TEXTS)

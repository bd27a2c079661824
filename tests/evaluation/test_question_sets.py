"""Reading a set: what is in it, and a line that is wrong is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval.errors import QuestionSetError
from retrieval.evaluation import load_question_set
from retrieval.spans import Span
from tests.evaluation.town import CORPUS, TEXTS, json_lines, put, write_set


def test_a_set_has_its_questions_in_order_with_their_grades_and_spans(town: Path) -> None:
    found = load_question_set(town)
    assert [question.id for question in found.questions] == ["q1", "q2", "q3", "q4"]
    assert [dict(question.right) for question in found.questions] == [
        {"harbour": 1},
        {"bakery": 2},
        {"orchestra": 1},
        {},
    ]
    assert found.questions[0].spans == (("harbour", Span(38, 42)),)
    assert TEXTS["harbour"][38:42] == "1931"
    assert found.texts == TEXTS
    assert found.relations is None


def test_a_gzipped_set_is_the_same_set(town: Path, tmp_path: Path) -> None:
    plain, zipped = load_question_set(town), load_question_set(write_set(tmp_path / "zipped" / "town", zipped=True))
    assert zipped.corpus.name == "corpus.jsonl.gz"
    assert (zipped.name, zipped.texts, zipped.questions) == (plain.name, plain.texts, plain.questions)


def test_the_plain_file_is_taken_where_there_are_both(town: Path) -> None:
    put(town / "queries.jsonl", "", zipped=True)
    assert len(load_question_set(town).questions) == 4


def test_a_document_that_was_looked_at_and_is_wrong_makes_no_question_answerable(town: Path) -> None:
    put(town / "qrels" / "test.tsv", "query-id\tcorpus-id\tscore\nq1\tharbour\t0\nq1\tbakery\t1\nq2\tbakery\t0\n")
    assert [dict(question.right) for question in load_question_set(town).questions] == [{"bakery": 1}, {}, {}, {}]


def test_qrels_without_a_header_lose_no_row(town: Path) -> None:
    put(town / "qrels" / "test.tsv", "q1\tharbour\t1\n")
    assert load_question_set(town).questions[0].right == {"harbour": 1}


def test_a_set_without_answers_has_no_spans(town: Path) -> None:
    (town / "answers.jsonl").unlink()
    assert all(question.spans == () for question in load_question_set(town).questions)


@pytest.mark.parametrize("missing", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_file_is_named(town: Path, missing: str) -> None:
    (town / missing).unlink()
    with pytest.raises(QuestionSetError, match=missing):
        load_question_set(town)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="nowhere"):
        load_question_set(tmp_path / "nowhere")


def test_no_questions_need_no_qrels(town: Path) -> None:
    put(town / "queries.jsonl", "")
    put(town / "answers.jsonl", "")
    (town / "qrels" / "test.tsv").unlink()
    assert load_question_set(town).questions == ()


def test_labelled_attributions_need_no_questions(tmp_path: Path) -> None:
    put(tmp_path / "corpus.jsonl", json_lines(CORPUS))
    row = {"doc_id": "harbour", "source": [], "cue": [], "content": [[0, 3]]}
    put(tmp_path / "attributions.jsonl", json_lines([row]))
    found = load_question_set(tmp_path)
    assert found.questions == ()
    assert [relation.content for relation in found.relations or ()] == [(Span(0, 3),)]


@pytest.mark.parametrize(("splits", "measured"), [("tdx", "d"), ("tx", "x"), ("tt", "tt")])
def test_what_is_for_fitting_is_not_measured_where_there_is_anything_else(
    tmp_path: Path, splits: str, measured: str
) -> None:
    named = {"t": "train", "d": "dev", "x": "test"}
    put(tmp_path / "corpus.jsonl", json_lines(CORPUS))
    rows = [{"doc_id": "bakery", "split": named[s], "source": [], "cue": [], "content": [[0, 6]]} for s in splits]
    put(tmp_path / "attributions.jsonl", json_lines(rows))
    relations = load_question_set(tmp_path).relations or ()
    assert [relation.split for relation in relations] == [named[s] for s in measured]


def test_a_corpus_without_a_word_is_refused(town: Path) -> None:
    put(town / "corpus.jsonl", json_lines([{"_id": "a", "text": " "}]))
    with pytest.raises(QuestionSetError, match="no document with text"):
        load_question_set(town)


SPAN = {"query_id": "q1", "doc_id": "harbour", "start": 0, "end": 3}
RELATION = {"doc_id": "harbour", "source": [], "cue": [], "content": [[0, 3]]}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("corpus.jsonl", "{"),
        ("corpus.jsonl", "[1]"),
        ("corpus.jsonl", '{"_id": "new"}'),
        ("corpus.jsonl", '{"_id": 7, "text": "x"}'),
        ("corpus.jsonl", '{"_id": "new", "text": null}'),
        ("corpus.jsonl", '{"_id": "new", "text": "x", "metadata": null}'),
        ("corpus.jsonl", '{"_id": "harbour", "text": "once more"}'),
        ("queries.jsonl", '{"text": "?"}'),
        ("queries.jsonl", '{"_id": "q9", "text": 3}'),
        ("queries.jsonl", '{"_id": "q1", "text": "once more"}'),
        ("qrels/test.tsv", "q1\tharbour"),
        ("qrels/test.tsv", "q1 harbour 1"),
        ("qrels/test.tsv", "q1\tharbour\tyes"),
        ("qrels/test.tsv", "q9\tharbour\t1"),
        ("qrels/test.tsv", "q1\tnone\t1"),
        ("answers.jsonl", json.dumps(SPAN | {"end": 4000})),
        ("answers.jsonl", json.dumps(SPAN | {"end": 0})),
        ("answers.jsonl", json.dumps(SPAN | {"start": -1})),
        ("answers.jsonl", json.dumps(SPAN | {"start": "0"})),
        ("answers.jsonl", json.dumps(SPAN | {"start": False})),
        ("answers.jsonl", json.dumps(SPAN | {"doc_id": "none"})),
        ("answers.jsonl", json.dumps(SPAN | {"query_id": "none"})),
        ("attributions.jsonl", json.dumps(RELATION | {"doc_id": "none"})),
        ("attributions.jsonl", json.dumps(RELATION | {"content": [0, 3]})),
        ("attributions.jsonl", json.dumps(RELATION | {"source": [[0, 4000]]})),
        ("attributions.jsonl", json.dumps(RELATION | {"named": 3})),
    ],
)
def test_a_line_that_is_wrong_is_named_by_file_and_number(town: Path, name: str, line: str) -> None:
    put(town / "attributions.jsonl", json_lines([RELATION]))
    path = town / name
    path.write_text(path.read_text() + "\n" + line + "\n")  # after a blank line, which counts
    number = len(path.read_text().splitlines())
    with pytest.raises(QuestionSetError, match=rf"{name}, line {number}: "):
        load_question_set(town)


def test_bytes_that_are_no_text_are_named(town: Path) -> None:
    (town / "qrels" / "test.tsv").write_bytes(b"q1\tharbour\t1\nq2\t\xff\t1\n")
    with pytest.raises(QuestionSetError, match=r"test\.tsv, line 2: "):
        load_question_set(town)


@pytest.mark.parametrize("name", ["qrels/test.tsv.gz", "queries.jsonl.gz"])
def test_a_file_that_is_cut_short_is_named(town: Path, tmp_path: Path, name: str) -> None:
    zipped = write_set(tmp_path / "zipped", zipped=True)
    (zipped / name).write_bytes((zipped / name).read_bytes()[:-12])
    with pytest.raises(QuestionSetError, match=name):
        load_question_set(zipped)

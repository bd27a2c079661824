"""Whole runs over the invented set: with the real model where the figures matter, else with the quick one."""

from __future__ import annotations

import datetime
import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from retrieval.archive import Archive
from retrieval.encoding import Encoder
from retrieval.errors import QuestionSetError
from retrieval.evaluation import Question, evaluate, index_aside, load_question_set
from retrieval.evaluation.run import spread
from retrieval.settings import RetrievalSettings
from tests.conftest import HashEncoder
from tests.evaluation.town import CORPUS, QUERIES, json_lines, put, write_set

Threshold = Callable[[float], None]


def tables_of(settings: RetrievalSettings) -> Path:
    (found,) = settings.data.glob("evaluate/*/generations/*/archive.sqlite")
    return found


def test_every_figure_is_in_the_object_under_its_promised_name(
    town: Path, settings: RetrievalSettings, encoder: Encoder, gate: Threshold
) -> None:
    gate(0)
    report = evaluate(town, settings, encoder=encoder)
    said = json.loads(json.dumps(report.as_json(), allow_nan=False))
    assert list(said) == [
        *("documents", "passages", "queries", "unanswerable", "r@1", "r@5", "r@10", "mrr@10", "ndcg@10"),
        *("answer_in_first_excerpt", "answer_in_bold", "abstention", "not_verbatim", "milliseconds", "seconds"),
        *("baselines", "attribution"),
    ]
    assert (said["documents"], said["passages"], said["queries"], said["unanswerable"]) == (3, 3, 4, 1)
    assert [said[name] for name in ("r@1", "r@5", "r@10", "mrr@10", "ndcg@10")] == [1.0] * 5
    assert said["answer_in_first_excerpt"] == 1.0
    assert said["abstention"] == {
        "auroc": 1.0,
        "answered_of_answerable": 1.0,
        "answered_of_unanswerable": 1.0,
        "answered_of_unanswerable_at_85": 0.0,
    }
    assert {name: figures["r@1"] for name, figures in said["baselines"].items()} == {
        "words": 1.0,
        "vectors": 1.0,
        "fusion": 1.0,
    }
    assert said["not_verbatim"] == 0
    assert 0 < said["milliseconds"]["p50"] <= said["milliseconds"]["p95"] <= said["milliseconds"]["p99"]
    assert said["seconds"]["index"] > 0
    assert said["attribution"] is None


def test_silence_shows_no_answer_but_leaves_the_ranking_and_the_evidence_as_they_are(
    town: Path, settings: RetrievalSettings, hash_encoder: HashEncoder, gate: Threshold
) -> None:
    gate(0)
    talkative = evaluate(town, settings, encoder=hash_encoder)
    gate(2)
    silent = evaluate(town, settings, encoder=hash_encoder)
    assert silent.ranking == talkative.ranking
    assert silent.abstention == replace(talkative.abstention, answered_of_answerable=0.0, answered_of_unanswerable=0.0)
    assert talkative.abstention.answered_of_unanswerable == 1.0
    assert (silent.answer_in_first_excerpt, silent.answer_in_bold) == (0.0, 0.0)


def test_a_gzipped_set_gives_the_same_figures(
    town: Path, tmp_path: Path, settings: RetrievalSettings, hash_encoder: HashEncoder
) -> None:
    zipped = write_set(tmp_path / "zipped" / "town", zipped=True)
    of_plain, of_zipped = (evaluate(folder, settings, encoder=hash_encoder).as_json() for folder in (town, zipped))
    for timed in ("milliseconds", "seconds"):
        del of_plain[timed], of_zipped[timed]
    assert of_plain == of_zipped


def test_the_index_is_made_once_and_its_time_is_kept(
    town: Path, settings: RetrievalSettings, hash_encoder: HashEncoder, new_hash_encoder: type[HashEncoder]
) -> None:
    second = new_hash_encoder()
    made = evaluate(town, settings, encoder=hash_encoder)
    kept = evaluate(town, settings, encoder=second)
    passage = "The harbour of Ostrell · Ostrell Courier · 1932-04-02\n" + str(CORPUS[0]["text"])
    assert passage in hash_encoder.encoded
    assert passage not in second.encoded
    assert (made.index_reused, kept.index_reused) == (False, True)
    assert kept.index_seconds == made.index_seconds
    assert (kept.documents, kept.passages, kept.ranking) == (made.documents, made.passages, made.ranking)


def test_another_corpus_is_another_index(town: Path, settings: RetrievalSettings, hash_encoder: HashEncoder) -> None:
    evaluate(town, settings, encoder=hash_encoder)
    put(town / "corpus.jsonl", json_lines([*CORPUS, {"_id": "new", "text": "A ferry leaves at six."}]))
    changed = evaluate(town, settings, encoder=hash_encoder)
    assert (changed.index_reused, changed.documents) == (False, 4)


def test_other_code_makes_the_index_anew_from_cached_vectors(
    town: Path,
    settings: RetrievalSettings,
    hash_encoder: HashEncoder,
    new_hash_encoder: type[HashEncoder],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evaluate(town, settings, encoder=hash_encoder)
    monkeypatch.setattr(index_aside, "_made_by", lambda: "other code")
    second = new_hash_encoder()
    assert not evaluate(town, settings, encoder=second).index_reused
    assert not any(text.startswith("The harbour of Ostrell ·") for text in second.encoded)
    assert evaluate(town, settings, encoder=hash_encoder).index_reused


def test_a_run_that_breaks_off_leaves_nothing_that_is_taken_for_an_index(
    town: Path, settings: RetrievalSettings, hash_encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(town / "corpus.jsonl", json_lines([*CORPUS, {"_id": "x", "text": "x", "metadata": {"published": "soon"}}]))
    for _ in range(2):  # the second time because the first gave the lock back
        with pytest.raises(QuestionSetError, match="line 5"):
            evaluate(town, settings, encoder=hash_encoder)


@pytest.mark.parametrize("damage", [lambda text: text.replace(b"1931", b"1913"), lambda text: b" " + text])
def test_words_and_offsets_that_no_longer_fit_the_source_are_counted_as_not_verbatim(
    damage: Callable[[bytes], bytes],
    town: Path,
    settings: RetrievalSettings,
    hash_encoder: HashEncoder,
    gate: Threshold,
    reseal: Callable[[Path], None],
) -> None:
    gate(0)
    assert evaluate(town, settings, encoder=hash_encoder).not_verbatim == 0
    tables = sqlite3.connect(tables_of(settings))
    with tables:
        (text,) = tables.execute("SELECT text FROM documents WHERE id = 'harbour'").fetchone()
        changed = damage(text)  # and its hash with it, or the store itself would refuse the text
        tables.execute(
            "UPDATE documents SET text = ?, text_sha256 = ? WHERE id = 'harbour'",
            (changed, hashlib.sha256(changed).hexdigest()),
        )
    tables.close()
    reseal(tables_of(settings).parent)
    report = evaluate(town, settings, encoder=hash_encoder)
    assert report.index_reused
    assert report.not_verbatim == len(QUERIES)  # three excerpts an answer and three documents: each shows it once


def test_every_question_goes_the_way_of_the_bots(
    town: Path, settings: RetrievalSettings, hash_encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[str] = []
    original = Archive.ask

    def watched(self: Archive, question: str, **said: Any) -> object:
        came.append(question)
        return original(self, question, **said)

    monkeypatch.setattr(Archive, "ask", watched)
    evaluate(town, settings, encoder=hash_encoder)
    texts = [query["text"] for query in QUERIES]
    assert came == [texts[0], *texts]  # the first of all is not timed


def test_the_archives_own_index_is_left_alone(
    town: Path, settings: RetrievalSettings, hash_encoder: HashEncoder
) -> None:
    evaluate(town, settings, encoder=hash_encoder)
    assert sorted(path.name for path in settings.data.iterdir()) == ["cache", "evaluate"]
    assert sorted(path.name for path in town.iterdir()) == ["answers.jsonl", "corpus.jsonl", "qrels", "queries.jsonl"]


def test_progress_never_goes_back_and_ends_at_the_end(
    town: Path, settings: RetrievalSettings, hash_encoder: HashEncoder
) -> None:
    for _ in ("makes the index", "finds it"):
        seen: list[tuple[int, int]] = []
        evaluate(town, settings, encoder=hash_encoder, report=lambda *step, to=seen: to.append(step))
        assert seen == sorted(set(seen))
        assert seen[-1] == (len(CORPUS) + len(QUERIES),) * 2


def test_a_limit_asks_that_many_and_no_more(town: Path, settings: RetrievalSettings, hash_encoder: HashEncoder) -> None:
    report = evaluate(town, settings, encoder=hash_encoder, limit=2)
    assert (report.queries, report.unanswerable, report.documents) == (2, 0, 3)
    with pytest.raises(ValueError, match="0"):
        evaluate(town, settings, encoder=hash_encoder, limit=0)


def test_a_limit_takes_questions_from_the_whole_set() -> None:
    questions = [Question(str(number), "?", {}) for number in range(10)]
    assert [question.id for question in spread(questions, 4)] == ["0", "2", "5", "7"]
    assert spread(questions, 11) == spread(questions, None) == questions


def test_baselines_are_of_the_same_index_without_our_ranking(
    town: Path, settings: RetrievalSettings, hash_encoder: HashEncoder
) -> None:
    said = evaluate(town, settings, encoder=hash_encoder).as_json()["baselines"]
    assert list(said) == ["words", "vectors", "fusion"]
    assert said["words"]["r@1"] == 1.0  # whatever the vectors, which are made of hashes here
    assert said["vectors"]["r@10"] == said["fusion"]["r@10"] == 1.0  # there are three documents
    assert all(list(figures) == ["r@1", "r@5", "r@10", "mrr@10", "ndcg@10"] for figures in said.values())


def test_a_question_is_asked_on_the_day_that_its_metadata_says(
    town: Path, settings: RetrievalSettings, hash_encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(town / "queries.jsonl", json_lines([{"_id": "q1", "text": "What now?", "metadata": {"date": "1932-04-10"}}]))
    put(town / "qrels" / "test.tsv", "query-id\tcorpus-id\tscore\nq1\tharbour\t1\n")
    (town / "answers.jsonl").unlink()
    days = []
    real = Archive.ask

    def noting(self: Archive, question: str, **said: Any) -> Any:
        days.append(said.get("today"))
        return real(self, question, **said)

    monkeypatch.setattr(Archive, "ask", noting)
    evaluate(town, settings, encoder=hash_encoder)
    assert days[-1] == datetime.date(1932, 4, 10)  # the one before wakes the model


def test_a_day_that_is_none_is_told_with_its_line(town: Path) -> None:
    put(town / "queries.jsonl", json_lines([{"_id": "q1", "text": "?", "metadata": {"date": "tomorrow"}}]))
    with pytest.raises(QuestionSetError, match=r"queries\.jsonl, line 1: the date “tomorrow” is not one like"):
        load_question_set(town)


def test_only_unanswerable_questions_leave_the_rest_undefined(
    town: Path, settings: RetrievalSettings, hash_encoder: HashEncoder
) -> None:
    put(town / "qrels" / "test.tsv", "query-id\tcorpus-id\tscore\n")
    said = evaluate(town, settings, encoder=hash_encoder).as_json()
    assert said["unanswerable"] == said["queries"] == 4
    assert said["r@1"] is said["ndcg@10"] is said["answer_in_first_excerpt"] is said["abstention"]["auroc"] is None
    assert said["abstention"]["answered_of_answerable"] is None


def test_a_set_with_attributions_and_no_questions_ends_well(
    town: Path, settings: RetrievalSettings, hash_encoder: HashEncoder
) -> None:
    text = "Miriam Tolk said the oven was cold. Nobody lit it."
    put(town / "corpus.jsonl", json_lines([{"_id": "oven", "text": text}]))
    row = {"doc_id": "oven", "split": "dev", "source": [[0, 11]], "cue": [[12, 16]], "content": [[17, 34]]}
    put(town / "attributions.jsonl", json_lines([row | {"named": "Tolk"}]))
    for name in ("queries.jsonl", "answers.jsonl", "qrels/test.tsv"):
        (town / name).unlink()
    report = evaluate(town, settings, encoder=hash_encoder)
    said = report.as_json()
    assert said["attribution"] == {"kept": 1.0, "named": 1.0, "sentences": 2.0, "precision": 1.0, "recall": 1.0}
    assert (said["documents"], said["queries"], said["r@1"], said["milliseconds"]["p50"]) == (1, 0, None, None)


def test_the_table_has_a_line_for_every_figure_with_all_figures_ending_in_one_column(
    town: Path, settings: RetrievalSettings, hash_encoder: HashEncoder
) -> None:
    evaluate(town, settings, encoder=hash_encoder)
    title, *lines = evaluate(town, settings, encoder=hash_encoder).as_table().splitlines()
    assert title == "town, with hash"
    assert [line.rsplit("  ", 1)[0].rstrip() for line in lines if "made by" not in line][:5] == [
        *("documents", "passages", "queries", "unanswerable", "r@1"),
    ]
    assert len({len(line) for line in lines if "made by" not in line}) == 1
    assert any(line.startswith("seconds index") and line.endswith("made by an earlier run") for line in lines)
    assert lines[-1].startswith("attribution") and lines[-1].endswith("–")

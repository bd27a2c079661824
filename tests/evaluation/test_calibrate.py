"""A gate fitted on an owner's own questions: written, used, and refused where there is too little to go by."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.archive import OWN_GATE, Archive
from retrieval.encoding import Encoder
from retrieval.errors import QuestionSetError
from retrieval.evaluation import calibrate
from retrieval.evaluation.index_aside import index_aside
from retrieval.searching import Gate
from retrieval.settings import RetrievalSettings
from tests.evaluation.town import json_lines, put

FIRST = ("Ardin", "Brandt", "Corvi", "Dahl", "Ekdal", "Fenn", "Gorm", "Hale")
TRADES = ("baker", "cooper", "diver", "engraver", "ferryman", "glazier", "hatter", "joiner")


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """64 people with a trade each, who are asked after, and 40 questions after things that nobody wrote of."""
    folder = tmp_path / "people"
    corpus, queries, qrels = [], [], "query-id\tcorpus-id\tscore\n"
    for first in FIRST:
        for trade in TRADES:
            key = f"{first}-{trade}"
            text = f"{first} Ostrell was the {trade} of the old town for thirty years and trained {len(key)} others."
            corpus.append({"_id": key, "title": f"{first}, {trade}", "text": text})
            queries.append({"_id": key, "text": f"How many others did the {trade} {first} train?"})
            qrels += f"{key}\t{key}\t1\n"
    for number in range(40):
        queries.append({"_id": f"none{number}", "text": f"What does comet number {number} weigh in kilograms?"})
    put(folder / "corpus.jsonl", json_lines(corpus))
    put(folder / "queries.jsonl", json_lines(queries))
    put(folder / "qrels" / "test.tsv", qrels)
    return folder


def test_the_fitted_gate_is_kept_and_used_by_every_question(
    people: Path, settings: RetrievalSettings, encoder: Encoder
) -> None:
    done = calibrate(people, settings, 0.9)
    assert (done.answerable, done.unanswerable) == (64, 40)
    assert done.fitted.auroc > 0.95
    assert done.fitted.answered_of_answerable == pytest.approx(0.9, abs=0.05)
    assert done.path == settings.data / OWN_GATE
    assert Gate.read(done.path, encoder.fingerprint).threshold == pytest.approx(done.fitted.gate.threshold, abs=1e-3)
    archive = Archive(settings, index_aside("people", people / "corpus.jsonl", settings.data, encoder).backend, encoder)
    own = archive.ask("How many others did the baker Fenn train?")
    done.path.unlink()
    shipped = archive.ask("How many others did the baker Fenn train?")
    archive.close()
    assert own.evidence != shipped.evidence


def test_too_few_questions_are_told_before_anything_is_asked(town: Path, settings: RetrievalSettings) -> None:
    with pytest.raises(QuestionSetError, match="has 3 questions with an answer and 1 without; a gate needs 30 of each"):
        calibrate(town, settings, 0.9)
    assert not settings.data.exists()


def test_a_gate_that_stops_every_question_does_not_stop_its_own_replacement(
    people: Path, settings: RetrievalSettings, encoder: Encoder
) -> None:
    settings.data.mkdir()
    (settings.data / OWN_GATE).write_text("of an older version")
    done = calibrate(people, settings, 0.9)
    assert Gate.read(done.path, encoder.fingerprint).weights
    assert done.path.with_suffix(".unusable").read_text() == "of an older version"


def test_questions_that_nothing_tells_apart_leave_the_gate_as_it_was(people: Path, settings: RetrievalSettings) -> None:
    put(people / "queries.jsonl", json_lines([{"_id": f"q{n}", "text": "Who was the baker?"} for n in range(80)]))
    qrels = "".join(f"q{n}\tFenn-baker\t1\n" for n in range(40))
    put(people / "qrels" / "test.tsv", f"query-id\tcorpus-id\tscore\n{qrels}")
    with pytest.raises(QuestionSetError, match=r"hardly tells its questions .* the gate is left as it was$"):
        calibrate(people, settings, 0.9)
    assert not (settings.data / OWN_GATE).exists()

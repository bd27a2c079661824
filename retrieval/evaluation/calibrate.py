"""Fits the gate between answering and silence on an owner's own questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval.archive import OWN_GATE
from retrieval.encoding import load_encoder
from retrieval.errors import QuestionSetError
from retrieval.evaluation.fitting import FittedGate, as_toml, fit_gate
from retrieval.evaluation.index_aside import index_aside
from retrieval.evaluation.question_set import load_question_set
from retrieval.filters import EVERYTHING
from retrieval.searching import NAMED_FIELDS, Choice, Gate, KnownNames, Signals, decide, understand
from retrieval.settings import RetrievalSettings

FEWEST = 30
"""Questions of either kind: with fewer, the figures would say nothing."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The gate before and after, on the same questions."""

    path: Path
    answerable: int
    unanswerable: int
    fitted: FittedGate
    before_of_answerable: float
    before_of_unanswerable: float

    def as_json(self) -> dict[str, Any]:
        return {
            "gate": str(self.path),
            "questions": {"answerable": self.answerable, "unanswerable": self.unanswerable},
            "auroc": self.fitted.auroc,
            "answered_of_answerable": self.fitted.answered_of_answerable,
            "answered_of_unanswerable": self.fitted.answered_of_unanswerable,
            "before": {
                "answered_of_answerable": self.before_of_answerable,
                "answered_of_unanswerable": self.before_of_unanswerable,
            },
        }

    def as_text(self) -> str:
        new = self.fitted
        return (
            f"{self.path}: fitted on {self.answerable} questions with an answer and {self.unanswerable} without\n"
            f"answered of the ones: {new.answered_of_answerable:.3f}, before {self.before_of_answerable:.3f}\n"
            f"answered of the others: {new.answered_of_unanswerable:.3f}, before {self.before_of_unanswerable:.3f}\n"
            f"AUROC {new.auroc:.3f}; all on questions that it was not fitted on. Delete the file to go back."
        )


def calibrate(
    folder: Path,
    settings: RetrievalSettings,
    answered: float,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> Calibrated:
    """Asks every question of the set in `folder`, fits a gate that lets through `answered`, a share, of those with an
    answer, and writes it below `settings.data`, where every question reads it from then on.

    `report(done, total)` counts questions. Raises QuestionSetError, ModelError, IndexBusy, IndexDamaged.
    """
    questions = load_question_set(folder)
    labels = [bool(question.right) for question in questions.questions]
    counts = labels.count(True), labels.count(False)
    if min(counts) < FEWEST:
        raise QuestionSetError(
            f"{folder} has {counts[0]} questions with an answer and {counts[1]} without; "
            f"a gate needs {FEWEST} of each (a question without qrels is one without an answer)"
        )
    encoder = load_encoder(settings.model, settings.offline, settings.threads)
    index = index_aside(questions.name, questions.corpus, settings.data, encoder)
    snapshot = index.opened()
    try:
        known = KnownNames({field: snapshot.names(field) for field in NAMED_FIELDS})
        choice = Choice(settings.excerpts)
        signals: list[Signals] = []
        for done, question in enumerate(questions.questions, start=1):
            meaning = understand(question.text, EVERYTHING, known, question.asked)
            vector = encoder.encode([meaning.topic])[0]
            signals.append(decide(meaning, vector, snapshot, choice).signals)
            report(done, len(labels))
    finally:
        snapshot.close()
    fitted = fit_gate(signals, labels, answered)
    path = settings.data / OWN_GATE
    remarks = [f"Written by: archivist calibrate {folder.resolve().name}", f"{counts[0]} + {counts[1]} questions"]
    aside = path.with_suffix(".new")
    aside.write_text(as_toml(fitted.gate, remarks), encoding="utf-8")
    aside.replace(path)
    shipped = Gate.load()
    opened = [shipped.opens_for(shipped.evidence(one)) for one in signals]
    before = [sum(o for o, label in zip(opened, labels, strict=True) if label is kind) for kind in (True, False)]
    return Calibrated(path, *counts, fitted, before[0] / counts[0], before[1] / counts[1])

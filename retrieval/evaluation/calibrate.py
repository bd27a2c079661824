"""Fits the gate between answering and silence on an owner's own questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval.answers import Answer, Found
from retrieval.archive import OWN_GATE, Archive
from retrieval.encoding import load_encoder
from retrieval.errors import QuestionSetError, SettingsError
from retrieval.evaluation.fitting import Decided, FittedGate, as_toml, fit_gate
from retrieval.evaluation.index_aside import index_aside
from retrieval.evaluation.question_set import load_question_set
from retrieval.searching import Gate, Signals
from retrieval.settings import RetrievalSettings

FEWEST = 30
"""Questions of either kind: with fewer, the figures would say nothing."""
WEAKEST = 0.6
"""AUROC; 0.5 is chance."""


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

    The questions are asked as the bot asks them, by the gate that served so far. `report(done, total)` counts them.
    Raises QuestionSetError, ModelError, SettingsError, IndexBusy, IndexDamaged.
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
    path = settings.data / OWN_GATE
    _set_aside_if_unusable(path, encoder.fingerprint)
    archive = Archive(settings, index.backend, encoder)
    answers: list[tuple[bool, Answer]] = []
    try:
        archive.warm()
        for done, (question, label) in enumerate(zip(questions.questions, labels, strict=True), start=1):
            answers.append((label, archive.ask(question.text, today=question.asked)))
            report(done, len(labels))
    finally:
        archive.close()
    decided = [(Signals(**answer.signals), label) for label, answer in answers if answer.signals]
    try:
        taken = Decided.of([signals for signals, _ in decided], [label for _, label in decided])
        fitted = fit_gate(taken, answered)
    except ValueError as error:
        raise QuestionSetError(f"{folder}: {error}") from None
    if fitted.auroc < WEAKEST:
        raise QuestionSetError(
            f"{folder}: what is found hardly tells its questions with an answer from those without "
            f"(AUROC {fitted.auroc:.2f}, chance is 0.50); the gate is left as it was"
        )
    remarks = [f"Written by: archivist calibrate {folder.resolve().name}", f"{counts[0]} + {counts[1]} questions"]
    aside = path.with_suffix(".new")
    aside.write_text(as_toml(fitted.gate, remarks, encoder.fingerprint), encoding="utf-8")
    aside.replace(path)
    before = [sum(isinstance(answer, Found) for label, answer in answers if label is kind) for kind in (True, False)]
    return Calibrated(path, *counts, fitted, before[0] / counts[0], before[1] / counts[1])


def _set_aside_if_unusable(path: Path, model: str) -> None:
    """A gate of another model or version stops every question, and must not stop the one command that replaces it."""
    try:
        if path.exists():
            Gate.read(path, model)
    except SettingsError:
        path.replace(path.with_suffix(".unusable"))

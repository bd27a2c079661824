"""One run: read the set, index its corpus aside, ask every question as the bot would, measure."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from retrieval.archive import Archive
from retrieval.encoding import Encoder, load_encoder
from retrieval.evaluation import metrics
from retrieval.evaluation.asked import Asked, ask
from retrieval.evaluation.attribution import Attribution, attribution
from retrieval.evaluation.baselines import baselines
from retrieval.evaluation.index_aside import IndexAside, index_aside
from retrieval.evaluation.question_set import Question, QuestionSet, load_question_set
from retrieval.evaluation.report import Report
from retrieval.reading import read_corpus
from retrieval.settings import RetrievalSettings


def evaluate(
    folder: Path,
    settings: RetrievalSettings,
    *,
    encoder: Encoder | None = None,
    limit: int | None = None,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> Report:
    """The figures of the question set in `folder`, with the model of the settings or with `encoder`.

    `limit`: ask so many questions only, spread evenly over the set. `report(done, total)` counts the documents that
    are indexed and the questions that are asked. Writes below `settings.data` only, and leaves the archive's own
    index alone. Raises QuestionSetError, ModelError, IndexBusy, IndexDamaged; ValueError for a limit below 1.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"a limit of {limit} leaves no question to ask")
    questions = load_question_set(folder)
    chosen = spread(questions.questions, limit)
    if encoder is None:
        encoder = load_encoder(settings.model, settings.offline, settings.threads)
    progress = _Progress(len(questions.texts) + len(chosen), report)
    index = index_aside(questions.name, questions.corpus, settings.data, encoder, progress.add)
    progress.reach(len(questions.texts))  # an index that was there, and documents without text, were not counted
    archive = Archive(settings, index.backend, encoder)
    try:
        asked = _ask_all(archive, chosen, questions, progress)
    finally:
        archive.close()
    snapshot = index.opened()
    try:
        compared = baselines(chosen, snapshot, encoder)
    finally:
        snapshot.close()
    return _measured(questions, index, encoder, asked, compared)


def spread(questions: Sequence[Question], limit: int | None) -> Sequence[Question]:
    """At most `limit` of them, evenly over the whole: neighbours are often of one article, so the first few are not
    like the rest."""
    if limit is None or limit >= len(questions):
        return questions
    return [questions[place * len(questions) // limit] for place in range(limit)]


def _ask_all(archive: Archive, chosen: Sequence[Question], questions: QuestionSet, progress: _Progress) -> list[Asked]:
    if chosen:
        archive.warm()
        archive.ask(chosen[0].text)  # wakes the model, which no later question pays for
    asked = []
    for question in chosen:
        asked.append(ask(archive, question, questions.texts))
        progress.add(1)
    return asked


def _measured(
    questions: QuestionSet,
    index: IndexAside,
    encoder: Encoder,
    asked: Sequence[Asked],
    compared: Mapping[str, metrics.Ranking],
) -> Report:
    return Report(
        name=questions.name,
        model=encoder.name,
        documents=index.manifest.documents,
        passages=index.manifest.passages,
        queries=len(asked),
        unanswerable=sum(not one.question.right for one in asked),
        ranking=metrics.ranking([(one.question, one.documents) for one in asked]),
        baselines=compared,
        answer_in_first_excerpt=metrics.answer_in_first_excerpt(asked),
        answer_in_bold=metrics.answer_in_bold(asked),
        abstention=metrics.abstention(asked),
        not_verbatim=sum(one.not_verbatim for one in asked),
        milliseconds=metrics.milliseconds(asked),
        index_seconds=index.seconds,
        index_reused=index.reused,
        attribution=_attribution(questions),
    )


def _attribution(questions: QuestionSet) -> Attribution | None:
    if not questions.relations:
        return None
    today = datetime.datetime.now(datetime.UTC).date()
    return attribution(questions.relations, read_corpus(questions.corpus, today))


class _Progress:
    def __init__(self, total: int, report: Callable[[int, int], None]) -> None:
        self._done, self._total, self._report = 0, total, report

    def add(self, count: int) -> None:
        self.reach(self._done + count)

    def reach(self, done: int) -> None:
        if done > self._done:
            self._done = done
            self._report(done, self._total)

"""A question set in BEIR layout (Thakur et al. 2021), checked line by line before anything is measured with it.

A set that is read is consistent: every id that one file mentions is in the file that defines it, and every labelled
span is a part of its text. A measure of something else than what was meant is worse than none.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from retrieval.errors import QuestionSetError
from retrieval.evaluation.relations import Relation, load_relations
from retrieval.evaluation.set_files import find, required, rows, span_of, text_of, wrong
from retrieval.reading import read_json_lines
from retrieval.spans import Span

Grades = Mapping[str, int]
"""Document id -> how right it is, above 0."""
Labelled = tuple[str, Span]
"""Document id, and where in its text the answer stands."""


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    text: str
    right: Grades
    """The documents that answer it. None of them: it is unanswerable."""
    spans: tuple[Labelled, ...] = ()
    """Where it is answered, as far as that is labelled."""
    asked: datetime.date | None = None
    """The asker's today, `date` in its metadata: what "last week" means."""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    name: str
    corpus: Path
    texts: Mapping[str, str]
    """Document id -> its text as the corpus file has it, read apart from the index: what excerpts are checked against.
    Holds the corpus in memory."""
    questions: tuple[Question, ...]
    has_spans: bool
    relations: tuple[Relation, ...] | None
    """Who said what; None where the set does not label it."""


def load_question_set(folder: Path) -> QuestionSet:
    """All files of the set; each may be gzipped, and the plain one is taken where there are both.

    `corpus.jsonl` must be there. `queries.jsonl` may be missing where the set labels attributions, and
    `qrels/test.tsv` where there are no questions. Raises QuestionSetError that names the file and the line.
    """
    if not folder.is_dir():
        raise QuestionSetError(f"{folder} is not a folder")
    corpus = required(folder, "corpus.jsonl", "it holds the documents")
    texts = _texts(corpus)
    attributions = find(folder, "attributions.jsonl")
    asked: dict[str, Question] = {}
    if attributions is None or find(folder, "queries.jsonl"):
        asked = _asked(required(folder, "queries.jsonl", "it holds the questions"))
    qrels = required(folder, "qrels/test.tsv", "it says which documents are right") if asked else None
    right = _right(qrels, asked, texts) if qrels else {}
    answers = find(folder, "answers.jsonl")
    spans = _spans(answers, asked, texts) if answers else {}
    return QuestionSet(
        folder.resolve().name,
        corpus,
        texts,
        tuple(replace(question, right=right.get(key, {}), spans=spans.get(key, ())) for key, question in asked.items()),
        answers is not None,
        load_relations(attributions, texts) if attributions else None,
    )


def _texts(path: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for number, line in read_json_lines(path):
        identity = _new_id(line, texts, path, number)
        texts[identity] = text_of(line, "text", path, number)
        if not isinstance(line.get("metadata", {}), dict):
            raise wrong(path, number, "“metadata” must be an object")
    if not any(text.strip() for text in texts.values()):
        raise QuestionSetError(f"{path} holds no document with text")
    return texts


def _asked(path: Path) -> dict[str, Question]:
    """By id, in the file's order; which documents are right is in other files."""
    asked: dict[str, Question] = {}
    for number, line in read_json_lines(path):
        identity = _new_id(line, asked, path, number)
        text = text_of(line, "text", path, number)
        asked[identity] = Question(identity, text, {}, asked=_day(line, path, number))
    return asked


def _day(line: Mapping[str, object], path: Path, number: int) -> datetime.date | None:
    metadata = line.get("metadata")
    said = metadata.get("date") if isinstance(metadata, dict) else None
    if said is None:
        return None
    try:
        return datetime.date.fromisoformat(str(said))
    except ValueError:
        raise wrong(path, number, f"the date “{said}” is not one like 2022-05-31") from None


def _new_id(line: Mapping[str, object], known: Mapping[str, object], path: Path, number: int) -> str:
    identity = text_of(line, "_id", path, number)
    if identity in known:
        raise wrong(path, number, f"a line before it has the same _id, “{identity}”")
    return identity


def _right(path: Path, asked: Mapping[str, object], texts: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Question id -> grades. A grade of 0 says that the document was looked at and is not right, so it is left out."""
    right: dict[str, dict[str, int]] = defaultdict(dict)
    for number, (question, document, score) in rows(path, 3):
        if number == 1 and score == "score":  # the header that BEIR's files have
            continue
        _known(question, asked, "question", path, number)
        _known(document, texts, "document", path, number)
        try:
            grade = int(score)
        except ValueError:
            raise wrong(path, number, f"the score “{score}” is not a whole number") from None
        if grade > 0:
            right[question][document] = grade
    return right


def _spans(path: Path, asked: Mapping[str, object], texts: Mapping[str, str]) -> dict[str, tuple[Labelled, ...]]:
    spans: dict[str, tuple[Labelled, ...]] = {}
    for number, line in read_json_lines(path):
        question = _known(text_of(line, "query_id", path, number), asked, "question", path, number)
        document = _known(text_of(line, "doc_id", path, number), texts, "document", path, number)
        span = span_of(line.get("start"), line.get("end"), texts[document], path, number)
        spans[question] = (*spans.get(question, ()), (document, span))
    return spans


def _known(identity: str, among: Mapping[str, object], what: str, path: Path, number: int) -> str:
    if identity not in among:
        raise wrong(path, number, f"the set has no {what} “{identity}”")
    return identity

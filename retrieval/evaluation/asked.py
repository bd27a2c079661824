"""One question, asked: what the metrics need of its answer, and nothing that would fill the memory."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from retrieval.answers import Answer, Found
from retrieval.archive import Archive
from retrieval.evaluation.question_set import Question
from retrieval.evaluation.verbatim import is_verbatim
from retrieval.spans import Span

DEPTH = 10
"""Documents of a ranking that any of the metrics looks at."""


@dataclass(frozen=True, slots=True)
class Asked:
    question: Question
    documents: tuple[str, ...]
    """Ids, best first, each once, placed by its best passage; at most DEPTH."""
    evidence: float
    found: bool
    in_first_excerpt: bool
    """Whether a labelled span lies inside one piece of the first excerpt."""
    in_bold: bool
    """The same for one of the parts that are marked as the answer."""
    not_verbatim: int
    """Excerpts that are not what the corpus file says there."""
    milliseconds: float


def ask(archive: Archive, question: Question, texts: Mapping[str, str]) -> Asked:
    """`texts`: document id -> text, read apart from the archive. Raises what `Archive.ask` does."""
    started = time.perf_counter()
    answer = archive.ask(question.text, today=question.asked)
    return asked(question, answer, texts, (time.perf_counter() - started) * 1000)


def asked(question: Question, answer: Answer, texts: Mapping[str, str], milliseconds: float) -> Asked:
    excerpts = answer.excerpts if isinstance(answer, Found) else ()
    first = excerpts[0] if excerpts else None
    labelled = tuple(span for document, span in question.spans if first and document == first.source.id)
    return Asked(
        question,
        documents_of(answer),
        answer.evidence,
        isinstance(answer, Found),
        first is not None and _any_inside(labelled, first.pieces),
        first is not None and _any_inside(labelled, first.answer),
        sum(not is_verbatim(excerpt, texts) for excerpt in excerpts),
        milliseconds,
    )


def documents_of(answer: Answer) -> tuple[str, ...]:
    """The ranking's documents as `Asked.documents` has them, whether or not there was evidence enough to answer."""
    return tuple(dict.fromkeys(hit.passage.document_id for hit in answer.ranking))[:DEPTH]


def _any_inside(labelled: tuple[Span, ...], pieces: tuple[Span, ...]) -> bool:
    return any(piece.contains(span) for piece in pieces for span in labelled)

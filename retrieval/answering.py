"""From a question to its answer, against one snapshot: understand, search, decide, cut excerpts, or say why not."""

from __future__ import annotations

import dataclasses
import datetime
import time
from dataclasses import dataclass

from retrieval.answers import Abstained, Answer, Copy, Excerpt, Found, NearMiss, Reason, Searched, Seconds
from retrieval.encoding import Encoder
from retrieval.excerpting import excerpt_around
from retrieval.filters import EVERYTHING, Filter
from retrieval.searching import Choice, Group, KnownNames, Meaning, as_written, decide, is_chatter, understand
from retrieval.store.lookups import document_of
from retrieval.store.protocol import Snapshot


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, and what the asker said with it."""

    question: str
    where: Filter = EVERYTHING
    today: datetime.date | None = None
    """The asker's, for "last week"; None where it is not known."""
    as_written: bool = False
    """Take the question for its words alone: no phrases, dates or names are understood."""

    def meaning(self, known: KnownNames) -> Meaning:
        if self.as_written:
            return as_written(self.question, self.where)
        return understand(self.question, self.where, known, self.today)


def unanswerable(asked: Asked, meaning: Meaning, searched: Searched) -> Abstained | None:
    """What needs no search and no model to be told; None where the archive has to be searched."""
    if not searched.indexed:
        return Abstained(asked.question, Reason.NOTHING_INDEXED, searched)
    if is_chatter(asked.question):
        return Abstained(asked.question, Reason.NOT_A_QUESTION, searched)
    if not searched.passages:
        return Abstained(asked.question, Reason.NOTHING_MATCHES_FILTERS, searched, understood=meaning.understood)
    return None


def answer(meaning: Meaning, searched: Searched, snapshot: Snapshot, encoder: Encoder, choice: Choice) -> Answer:
    """Excerpts, or NOTHING_RELEVANT with the nearest misses."""
    started = time.perf_counter()
    vector = encoder.encode([meaning.topic])[0]
    encoded = time.perf_counter()
    decision = decide(meaning, vector, snapshot, choice)
    decided = time.perf_counter()
    if not decision.shown:
        return Abstained(
            meaning.question,
            Reason.NOTHING_RELEVANT,
            searched,
            tuple(NearMiss(one.passage.hit.passage, one.passage.source) for one in decision.nearest),
            decision.ranking,
            decision.evidence,
            Seconds(encoded - started, decided - encoded),
            meaning.understood,
            decision.signals.by_name(),
        )
    excerpts = tuple(_excerpt(group, snapshot) for group in decision.shown)
    seconds = Seconds(encoded - started, decided - encoded, time.perf_counter() - decided)
    return Found(
        meaning.question,
        excerpts,
        searched,
        decision.ranking,
        decision.evidence,
        seconds,
        meaning.understood,
        decision.signals.by_name(),
    )


def _excerpt(group: Group, snapshot: Snapshot) -> Excerpt:
    shown = group.first
    document = document_of(snapshot, shown.passage.source.id)
    excerpt = excerpt_around(shown.answer, shown.passage.hit.passage, document, shown.score)
    copies = tuple(Copy(one.passage.hit.passage.code, one.passage.source) for one in group.copies)
    return dataclasses.replace(excerpt, copies=copies) if copies else excerpt

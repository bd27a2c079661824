"""One question against one snapshot: rank, read the best closely, and decide whether that is an answer."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.answers import Hit
from retrieval.encoding import Encoder
from retrieval.filters import Filter
from retrieval.searching.candidates import rank
from retrieval.searching.closer_look import Looked, look_closer
from retrieval.searching.evidence import Gate, signals_of
from retrieval.store.protocol import Snapshot, Vectors

LOOKED_AT = 3
"""Best passages that the decision rests on; they are the near misses where it is no."""


@dataclass(frozen=True, slots=True)
class Decision:
    shown: tuple[Looked, ...]
    """What answers, best first; none where silence is the honest reply."""
    nearest: tuple[Looked, ...]
    """The best passage of each document among those the decision rests on."""
    ranking: tuple[Hit, ...]
    evidence: float


def decide(
    question: str, vector: Vectors, snapshot: Snapshot, encoder: Encoder, *, where: Filter, limit: int
) -> Decision:
    """`vector` is the question's, (dimensions,); at most `limit` passages are shown."""
    gate = Gate.load()
    ranking = rank(question, vector, snapshot, where)
    looked = look_closer(question, vector, ranking[: max(limit, LOOKED_AT)], snapshot, encoder)
    evidence = gate.evidence(signals_of(looked[:LOOKED_AT], ranking))
    best: dict[str, Looked] = {}
    for item in looked[:LOOKED_AT]:
        best.setdefault(item.document.source.id, item)
    shown: list[Looked] = []
    if gate.opens_for(evidence):
        # Together they are evidence enough; of each alone, only what is enough by itself is shown, or else the first.
        shown = [item for item in looked if gate.opens_for(gate.evidence(signals_of([item], ranking)))] or looked[:1]
    return Decision(tuple(shown[:limit]), tuple(best.values()), ranking, evidence)

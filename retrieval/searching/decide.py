"""One question against one snapshot: rank, read the best closely, and decide whether that is an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from retrieval.answers import Hit
from retrieval.encoding import Reranker
from retrieval.searching.candidates import candidates
from retrieval.searching.close_reading import read_closely
from retrieval.searching.copies import Group, choose
from retrieval.searching.evidence import Gate, Signals, signals_of
from retrieval.searching.question import read_question
from retrieval.searching.ranking import Judged, judge
from retrieval.searching.understanding import Meaning
from retrieval.store.protocol import Snapshot, Vectors

READ = 20
"""Candidates that are read closely. On squad2_a the right passage is among them for 999 of 1,000 questions."""
RESTS_ON = 3
"""Best passages that the decision rests on; they are the near misses where it is no."""
RERANKED = 20


@dataclass(frozen=True, slots=True)
class Decision:
    shown: tuple[Group, ...]
    """What answers, best first; none where silence is the honest reply."""
    nearest: tuple[Judged, ...]
    """The best passage of each document among those the decision rests on."""
    ranking: tuple[Hit, ...]
    signals: Signals
    evidence: float


@dataclass(frozen=True, slots=True)
class Choice:
    """What the owner of an archive has chosen about answers."""

    excerpts: int
    """Most of them in one answer."""
    of_one_document: int = 0
    """Most excerpts of one document; 0 is no limit."""
    gate: Gate | None = None
    """Instead of the one that comes with the program."""
    reranker: Reranker | None = None


def decide(meaning: Meaning, vector: Vectors, snapshot: Snapshot, choice: Choice) -> Decision:
    """`vector` is the question's, (dimensions,)."""
    gate = choice.gate or Gate.load()
    found = candidates(meaning, vector, snapshot)
    judged = judged_closely(meaning, vector, snapshot, found)
    if choice.reranker is not None:
        judged = _reranked(meaning.topic, judged, choice.reranker)
    read = {one.passage.key for one in judged}
    ranking = tuple(_scored(one.passage.hit, one.score) for one in judged)
    lowest = min((hit.score for hit in ranking), default=0.0) - 2  # the rest have fused scores, from -1 to 1
    ranking += tuple(_scored(hit, lowest + hit.score) for key, hit in found.items() if key not in read)
    signals = signals_of(judged[:RESTS_ON], ranking)
    evidence = gate.evidence(signals)
    best: dict[str, Judged] = {}
    for one in judged[:RESTS_ON]:
        best.setdefault(one.passage.source.id, one)
    shown: Sequence[Group] = ()
    if judged and gate.opens_for(evidence):
        groups = choose(judged, choice.excerpts, choice.of_one_document)
        shown = _enough_alone(groups, gate, ranking) or groups[:1]
    return Decision(tuple(shown), tuple(best.values()), ranking, signals, evidence)


def _scored(hit: Hit, score: float) -> Hit:
    return Hit(hit.passage, score, hit.words, hit.cosine)


def judged_closely(meaning: Meaning, vector: Vectors, snapshot: Snapshot, found: dict[int, Hit]) -> list[Judged]:
    """The best READ of the candidates, in their learned order."""
    passages = read_closely(dict(list(found.items())[:READ]), vector, snapshot)
    languages = {passage.source.language for passage in passages}
    questions = {language: read_question(meaning.topic, snapshot, language) for language in languages}
    return judge(questions, meaning, passages)


def _enough_alone(groups: Sequence[Group], gate: Gate, ranking: Sequence[Hit]) -> list[Group]:
    """Together they are evidence enough; of each alone, only what is enough by itself is shown."""
    return [group for group in groups if gate.opens_for(gate.evidence(signals_of([group.first], ranking)))]


def _reranked(question: str, judged: Sequence[Judged], reranker: Reranker) -> list[Judged]:
    """The best by the cross-encoder's order, the rest behind them."""
    best = judged[:RERANKED]
    texts = [one.passage.hit.passage.span.of(one.passage.text) for one in best]
    scores = reranker(question, texts)
    order = sorted(range(len(best)), key=lambda at: (-scores[at], at))
    above = best[0].score - min(scores) if best else 0.0
    return [*(replace(best[at], score=above + scores[at]) for at in order), *judged[RERANKED:]]

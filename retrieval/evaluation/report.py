"""What `archivist evaluate` prints: one table for people, one object for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from retrieval.evaluation.attribution import Attribution
from retrieval.evaluation.metrics import Abstention, Milliseconds, Ranking

UNDEFINED = "–"
"""A figure that the set has nothing to make from."""


@dataclass(frozen=True, slots=True)
class Report:
    """One run over one question set. Shares are from 0 to 1; None is a figure that the set does not define."""

    name: str
    model: str
    documents: int
    passages: int
    queries: int
    """Questions that were asked."""
    unanswerable: int
    ranking: Ranking
    baselines: Mapping[str, Ranking]
    """The same index by words alone, by vectors alone and by their fusion."""
    answer_in_first_excerpt: float | None
    answer_in_bold: float | None
    abstention: Abstention
    not_verbatim: int
    """Excerpts shown that are not what the corpus file says there. Anything but 0 is a defect."""
    milliseconds: Milliseconds
    index_seconds: float
    index_reused: bool
    """True: an earlier run made the index, and `index_seconds` is what it took then."""
    attribution: Attribution | None

    def as_json(self) -> dict[str, Any]:
        """The keys that the README promises, in its order."""
        said = self.attribution
        return {
            "documents": self.documents,
            "passages": self.passages,
            "queries": self.queries,
            "unanswerable": self.unanswerable,
            **_ranked(self.ranking),
            "answer_in_first_excerpt": self.answer_in_first_excerpt,
            "answer_in_bold": self.answer_in_bold,
            "abstention": {
                "auroc": self.abstention.auroc,
                "answered_of_answerable": self.abstention.answered_of_answerable,
                "answered_of_unanswerable": self.abstention.answered_of_unanswerable,
                "answered_of_unanswerable_at_85": self.abstention.at_85,
            },
            "not_verbatim": self.not_verbatim,
            "milliseconds": {
                "p50": self.milliseconds.p50,
                "p95": self.milliseconds.p95,
                "p99": self.milliseconds.p99,
            },
            "seconds": {"index": self.index_seconds},
            "baselines": {name: _ranked(ranking) for name, ranking in self.baselines.items()},
            "attribution": None
            if said is None
            else {
                "kept": said.kept,
                "named": said.named,
                "sentences": said.sentences,
                "precision": said.precision,
                "recall": said.recall,
            },
        }

    def as_table(self) -> str:
        """The same figures, one a line: names to the left, figures to the right, then a remark where one is needed."""
        lines = [(name, _figure(name, value)) for name, value in _flat(self.as_json())]
        wide = max(len(name) for name, _ in lines)
        high = max(len(figure) for _, figure in lines)
        remarks = self._remarks()
        table = [
            f"{name:<{wide}}  {figure:>{high}}{'  ' + remarks[name] if name in remarks else ''}"
            for name, figure in lines
        ]
        return "\n".join([f"{self.name}, with {self.model}", *table])

    def _remarks(self) -> dict[str, str]:
        remarks = {"seconds index": "made by an earlier run"} if self.index_reused else {}
        if self.attribution is not None:
            remarks["attribution kept"] = f"of {self.attribution.relations} relations"
        return remarks


def _ranked(ranking: Ranking) -> dict[str, Any]:
    return {
        "r@1": ranking.success_at_1,
        "r@5": ranking.success_at_5,
        "r@10": ranking.success_at_10,
        "mrr@10": ranking.reciprocal_rank_at_10,
        "ndcg@10": ranking.ndcg_at_10,
    }


def _flat(said: dict[str, Any], above: str = "") -> Iterator[tuple[str, float | None]]:
    """Every figure with its name, the name of what it is inside of before it."""
    for name, value in said.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name} ")
        else:
            yield above + name, value


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return UNDEFINED
    if isinstance(value, int):
        return str(value)
    return f"{value:.1f}" if name.startswith(("milliseconds", "seconds")) else f"{value:.4f}"

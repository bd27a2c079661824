"""Whether excerpts keep who says it: the product's own growth and voice, against relations that people labelled."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.answers import CLAIMED
from retrieval.evaluation.metrics import precision_and_recall, share
from retrieval.evaluation.relations import Relation
from retrieval.excerpting import excerpt_around, grown
from retrieval.records import Document, Passage
from retrieval.spans import Span, pieces
from retrieval.splitting import cut_passages


@dataclass(frozen=True, slots=True)
class Attribution:
    """Shares are from 0 to 1, and None where nothing was labelled that they could be shares of."""

    relations: int
    """Measured: those with content."""
    kept: float | None
    """Those whose source and cue, as far as they are labelled, are inside the excerpt grown around the content."""
    named: float | None
    """Of those whose source is a pronoun: with the name that it stands for in the excerpt."""
    sentences: float | None
    """Mean length of those excerpts."""
    precision: float | None
    """Of the sentences that are called attributed: with labelled content."""
    recall: float | None
    """Of the sentences with labelled content: called attributed."""


@dataclass(frozen=True, slots=True)
class _Kept:
    kept: bool
    named: bool | None
    sentences: int


def attribution(relations: Sequence[Relation], documents: Iterable[Document]) -> Attribution:
    """Over the documents that the relations are of; others among `documents` are passed over."""
    of_document: dict[str, list[Relation]] = defaultdict(list)
    for relation in relations:
        of_document[relation.document_id].append(relation)
    excerpts: list[_Kept] = []
    labelled: list[bool] = []
    called: list[bool] = []
    for document in documents:
        said = of_document.get(document.source.id)
        if said is None:
            continue
        passages = cut_passages(document)
        excerpts += (kept for relation in said if (kept := _kept(relation, passages, document)) is not None)
        contents = tuple(span for relation in said for span in relation.content)
        for passage in passages:
            labelled += (_meets(sentence, contents) for sentence in passage.sentences)
            called += _called(passage, document)
    return Attribution(
        len(excerpts),
        share([one.kept for one in excerpts]),
        share([one.named for one in excerpts if one.named is not None]),
        float(np.mean([one.sentences for one in excerpts])) if excerpts else None,
        *precision_and_recall(labelled, called),
    )


def _kept(relation: Relation, passages: Sequence[Passage], document: Document) -> _Kept | None:
    """None for a relation without content: there is nothing to grow from."""
    for passage in passages:
        holding = [at for at, sentence in enumerate(passage.sentences) if _meets(sentence, relation.content)]
        if not holding:
            continue
        # An excerpt is of one passage, so content that goes on in the next is measured where it begins.
        excerpt = grown(passage, document, holding[0], holding[-1])
        shown = excerpt.pieces
        inside = all(any(piece.contains(part) for piece in shown) for part in (*relation.source, *relation.cue))
        named = None if relation.named is None else _names(relation.named, pieces(document.text, shown))
        return _Kept(inside, named, len(excerpt.sentences))
    return None


def _called(passage: Passage, document: Document) -> Iterator[bool]:
    """Of each of the passage's sentences: what its excerpt would call it, were it the answer."""
    for at in range(len(passage.sentences)):
        yield excerpt_around(at, passage, document).voice in CLAIMED


def _meets(sentence: Span, spans: Sequence[Span]) -> bool:
    return any(sentence.overlaps(span) for span in spans)


def _names(name: str, texts: Sequence[str]) -> bool:
    """As words of their own: “Fox” is not named by “Foxes”."""
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    return any(word.search(text) for text in texts)

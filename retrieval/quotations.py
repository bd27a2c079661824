"""A place where a quote stands, as it is shown: whole sentences around it, with whoever says it."""

from __future__ import annotations

from retrieval.answers import Attribution, Excerpt
from retrieval.excerpting import excerpt_around, grown, who_says
from retrieval.records import Document, Passage
from retrieval.spans import Span
from retrieval.splitting import cut_passages
from retrieval.verdicts import Match
from retrieval.verifying import Place


def match_at(place: Place) -> Match:
    document = place.stretch.document
    passage = _passages_at(place)[0]
    held = [
        index for index, each in enumerate(passage.sentences) if any(each.overlaps(piece) for piece in place.pieces)
    ]
    return Match(_excerpt(passage, held or [0], document), place.pieces, Excerpt.joined(document.text, place.pieces))


def said_there(place: Place) -> tuple[Attribution, ...]:
    """The words that say who says it, none of them the quote's own."""
    return who_says(place.pieces, _passages_at(place), place.stretch.document)


def _passages_at(place: Place) -> tuple[Passage, ...]:
    """Those that hold some of it, in order: of the candidates where these hold all, else of the whole document."""
    candidates = _touched(place.stretch.passages, place.pieces)
    if candidates and all(any(each.span.contains(piece) for each in candidates) for piece in place.pieces):
        return candidates
    return _touched(cut_passages(place.stretch.document), place.pieces) or place.stretch.passages


def _touched(passages: tuple[Passage, ...], pieces: tuple[Span, ...]) -> tuple[Passage, ...]:
    return tuple(each for each in passages if any(each.span.overlaps(piece) for piece in pieces))


def _excerpt(passage: Passage, held: list[int], document: Document) -> Excerpt:
    """Grown around its sentences; more than one are shown together, and none is marked before the others."""
    if held[0] == held[-1]:
        return excerpt_around(held[0], passage, document)
    return grown(passage, document, held[0], held[-1])

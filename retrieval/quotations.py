"""A place where a quote stands, as it is shown: whole sentences around it, with whoever says it."""

from __future__ import annotations

from retrieval.answers import Attribution, Excerpt, Hit
from retrieval.codes import Code, parse_code
from retrieval.excerpting import chosen_sentences, excerpt_around, find_attributions
from retrieval.records import Document, Passage
from retrieval.spans import Span
from retrieval.splitting import cut_passages
from retrieval.verdicts import Match
from retrieval.verifying import Place, names_somebody

MOST_BACK = 3
"""Sentences before a quote in which whoever is meant by “he said” is looked for."""


def match_at(place: Place) -> Match:
    document = place.stretch.document
    passage = _passages_at(place)[0]
    held = [
        index for index, each in enumerate(passage.sentences) if any(each.overlaps(piece) for piece in place.pieces)
    ]
    return Match(_excerpt(passage, held or [0], document), place.pieces, Excerpt.joined(document.text, place.pieces))


def said_there(place: Place) -> tuple[Attribution, ...]:
    """The words in its own sentences that say who says it; where they name nobody, those of the sentences before that
    do; none where the text does not say.
    """
    text = place.stretch.document.text
    passages = _passages_at(place)
    sentences = [sentence for passage in passages for sentence in passage.sentences]
    own = [index for index, each in enumerate(sentences) if any(each.overlaps(piece) for piece in place.pieces)]
    said = tuple(mark for index in own for mark in find_attributions(text, sentences[index]))
    if not said or any(map(names_somebody, said)):
        return said
    for index in reversed(range(max(own[0] - MOST_BACK, 0), own[0])):
        before = tuple(filter(names_somebody, find_attributions(text, sentences[index])))
        if before:
            return before
    return said


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
    around = [excerpt_around(index, Hit(passage, 0.0, 0.0, 0.0), document) for index in {held[0], held[-1]}]
    if len(around) == 1:
        return around[0]
    codes = [parse_code(each.code) for each in around]
    first = min(code.first or 1 for code in codes)
    last = max(code.last or len(passage.sentences) for code in codes)
    return chosen_sentences(passage, Code(passage.code, first, last), document)

"""A place where a quote stands, as it is shown: whole sentences around it, with whoever says it."""

from __future__ import annotations

import re

from retrieval.answers import Attribution, Excerpt
from retrieval.excerpting import excerpt_around, find_attributions, grown, naming
from retrieval.records import Document, Passage
from retrieval.spans import Span, subtract
from retrieval.splitting import cut_passages
from retrieval.verdicts import Match
from retrieval.verifying import Place, is_a_pronoun, names_anybody, names_somebody, says_who

MOST_BACK = 3
"""Sentences before a quote in which whoever is meant by “he said” is looked for."""

_FIRST_SUBJECT = re.compile(
    r"\W*(?P<name>(?:[A-Z][\w’'-]*\s+)?(?:[a-z][\w’'-]*\s+){0,3}(?:[A-Z][\w’'.-]*\s+)*[A-Z][\w’'-]*)\s+[a-z]"
)
"""“Opposition leader Claire Martin called”: a name with what stands before it, at the beginning of a sentence."""
_VERB = re.compile(r"\A(?P<name>[A-Z][\w’'-]*)\s+(?:\w+ed|said|told|says|is|was|has|had|met|saw|took|made|gave)\b")
_AND = re.compile(r"(?:\A|\W)(?:and|but|then)\s+(?:\w+ly\s+)?\Z")


def match_at(place: Place) -> Match:
    document = place.stretch.document
    passage = _passages_at(place)[0]
    held = [
        index for index, each in enumerate(passage.sentences) if any(each.overlaps(piece) for piece in place.pieces)
    ]
    return Match(_excerpt(passage, held or [0], document), place.pieces, Excerpt.joined(document.text, place.pieces))


def said_there(place: Place) -> tuple[Attribution, ...]:
    """The words that say who says it, none of them the quote's own: those of its sentences, else those that tell of the
    quotation that it is part of; where they have only a pronoun, those that name whom it stands for. None where there
    are none to be found.
    """
    text = place.stretch.document.text
    passages = _passages_at(place)
    sentences = [(sentence, passage) for passage in passages for sentence in passage.sentences]
    own = [each for each in sentences if any(each[0].overlaps(piece) for piece in place.pieces)]
    marks = [(mark, sentence) for sentence, _ in own for mark in find_attributions(text, sentence)]
    said = tuple(_of_one_subject(mark, sentence, text) for mark, sentence in marks if _is_outside(mark, place))
    said = said or tuple(dict.fromkeys(mark for each in own if (mark := _told_beside(*each, place)) is not None))
    if not said or not all(map(is_a_pronoun, said)):
        return said
    return _named_before(said[0], own[0][1], place) or said


def _told_beside(sentence: Span, passage: Passage, place: Place) -> Attribution | None:
    """Of a sentence without an attribution of its own: what its voice rests on, outside of the quote."""
    cue = excerpt_around(passage.sentences.index(sentence), passage, place.stretch.document).cue
    if cue is None or not _is_outside(cue, place):
        return None
    if not sentence.contains(cue.span) or names_somebody(cue) or is_a_pronoun(cue):
        return cue
    return _with_the_first_subject(cue, sentence, place.stretch.document.text)


def _of_one_subject(mark: Attribution, sentence: Span, text: str) -> Attribution:
    """“Martin called Dubois reckless and said”: of Martin, not of Dubois."""
    verb = mark.words.rfind(mark.cue)
    if mark.span.start > sentence.start or not _AND.search(mark.words[:verb]):
        return mark
    return _with_the_first_subject(mark, sentence, text) or mark


def _with_the_first_subject(cue: Attribution, sentence: Span, text: str) -> Attribution | None:
    """“Claire Martin called it … and said”: the one whom the sentence begins with, where the verb has no subject."""
    before = text[sentence.start : cue.span.start + cue.words.rfind(cue.cue)]
    subject = _FIRST_SUBJECT.match(before)
    if subject is None or not _AND.search(before):
        return None
    span = Span(*subject.span("name")).shifted(sentence.start)
    if alone := _VERB.match(span.of(text)):
        span = Span(span.start, span.start + len(alone["name"]))
    return Attribution(span, span.of(text), cue.cue)


def _named_before(pronoun: Attribution, passage: Passage, place: Place) -> tuple[Attribution, ...]:
    """Of whom “he said” means; none where a sentence between names others without saying that they said anything."""
    document = place.stretch.document
    named = naming(pronoun.span, passage, document)
    if named is not None:
        return _naming_in(named, place)
    earlier = [each for part in cut_passages(document) for each in part.sentences if each.end <= pronoun.span.start]
    for sentence in earlier[: -MOST_BACK - 1 : -1]:
        found = _naming_in(sentence, place)
        if found or names_anybody(sentence.of(document.text)):
            return found
    return ()


def _naming_in(sentence: Span, place: Place) -> tuple[Attribution, ...]:
    marks = find_attributions(place.stretch.document.text, sentence)
    return tuple(mark for mark in marks if names_somebody(mark) and _is_outside(mark, place))


def _is_outside(mark: Attribution, place: Place) -> bool:
    """A quote's own “Hall told me” does not say who says the quote."""
    outside = subtract(mark.span, place.pieces)
    if outside == (mark.span,):
        return True
    return any(says_who(part.of(place.stretch.document.text), mark.cue) for part in outside)


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

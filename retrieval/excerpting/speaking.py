"""Who says what stands at some pieces of a document: the words outside of them that tell it.

An excerpt shows every attribution of its sentences. Of a quote that is not enough: a quote's own “Hall told me” does
not say who says the quote, “Martin called Dubois reckless and said” is said by Martin alone, and behind “he said” there
has to be a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile

from retrieval.answers import Attribution
from retrieval.excerpting.attribution import find_attributions
from retrieval.excerpting.cues import english
from retrieval.excerpting.naming import namers
from retrieval.excerpting.people import people
from retrieval.excerpting.surroundings import Surroundings, Word, surroundings
from retrieval.excerpting.voice import voice_of
from retrieval.records import Document, Passage
from retrieval.spans import Span, subtract

MOST_BACK = 3
"""Sentences before a pronoun in which a name that says something is looked for, where naming.py weighs none enough."""


@dataclass(frozen=True, slots=True)
class _Told:
    """An attribution, and the words of it that can say who: those beside its cue."""

    mark: Attribution
    around: Surroundings
    at: int
    """The sentence that it stands in."""
    who: tuple[Word, ...]

    @property
    def names_somebody(self) -> bool:
        """Not only “he” or “the mayor”."""
        return any(map(_is_name, self.who))

    @property
    def is_a_pronoun(self) -> bool:
        """Whether it leaves to what stands before it who is meant: “he said”, but not “the mayor said”."""
        return not self.names_somebody and any(word.bare in english().standing_subjects for word in self.who)

    def is_outside(self, pieces: Sequence[Span]) -> bool:
        """Whether what the pieces leave of it says who: by a name, a noun or a pronoun."""
        outside = subtract(self.mark.span, pieces)
        if outside == (self.mark.span,):
            return True
        left = (word for word in self.who if any(part.contains(word.span) for part in outside))
        return any(word.bare in english().standing_subjects or word.bare not in english().empty for word in left)


def who_says(pieces: Sequence[Span], passages: Sequence[Passage], document: Document) -> tuple[Attribution, ...]:
    """Attributions of the sentences that the pieces stand in, else what tells of the quotation that these are part of;
    where they have only a pronoun, those that name whom it stands for. None where there are none to be found.

    `passages`: those that hold the pieces. No attribution is one of the pieces' own words.
    """
    own = [
        (around, at)
        for around in (surroundings(passage, document) for passage in passages)
        for at in range(around.first, around.first + around.count)
        if any(around.spans[at].overlaps(piece) for piece in pieces)
    ]
    told = [told for around, at in own for told in _in_sentence(around, at, pieces)]
    told = told or [told for around, at in own for told in _beside(around, at, pieces)]
    if told and all(each.is_a_pronoun for each in told):
        told = list(_named_before(told[0], pieces)) or told
    return tuple(dict.fromkeys(each.mark for each in told))


def _in_sentence(around: Surroundings, at: int, pieces: Sequence[Span]) -> Iterator[_Told]:
    for mark in find_attributions(around.text, around.spans[at]):
        told = _told(mark, around, at)
        if told.is_outside(pieces):
            opens = mark.span.start == around.spans[at].start
            subject = _of_the_first_subject(told) if opens else None
            for each in (subject,) if subject else (told, _its_pronoun(told)):
                if each is not None and each.is_outside(pieces):
                    yield each


def _beside(around: Surroundings, at: int, pieces: Sequence[Span]) -> Iterator[_Told]:
    """Of a sentence without an attribution of its own: what its voice rests on."""
    _, cue = voice_of(around, at)
    if cue is None:
        return
    in_sentence = next(place for place, span in enumerate(around.spans) if span.contains(cue.span))
    told = _told(cue, around, in_sentence)
    if not told.is_outside(pieces):
        return
    if in_sentence != at or told.names_somebody or told.is_a_pronoun:
        yield told
    elif (subject := _of_the_first_subject(told)) is not None:
        yield subject


def _of_the_first_subject(told: _Told) -> _Told | None:
    """“Claire Martin called it … and said”: the one whom the sentence begins with, where the verb has no subject."""
    verb = _cue(told.mark)
    before = [word for word in told.around.sentences[told.at].words if verb is not None and word.span.end <= verb.start]
    if before and before[-1].small.endswith("ly"):
        before = before[:-1]
    if not before or before[-1].small not in english().joining:
        return None
    outside = (word for word in before if not (word.is_quoted or word.is_mark))
    subject = _before_the_verb([*dropwhile(lambda word: not word.small[0].isalnum(), outside)])
    if subject is None:
        return None
    mark = Attribution(subject, subject.of(told.around.text), told.mark.cue)
    return _told(mark, told.around, told.at)


def _its_pronoun(told: _Told) -> _Told | None:
    """“Hall gave a speech in Riga in which he promised”: “he promised” as well, for it need not be Hall."""
    cue, who = _cue(told.mark), told.who
    ends_in_it = (
        who and who[-1].bare in english().standing_subjects and cue is not None and cue.start >= who[-1].span.end
    )
    if not ends_in_it or not told.names_somebody:
        return None
    span = Span(who[-1].span.start, told.mark.span.end)
    return _told(Attribution(span, span.of(told.around.text), told.mark.cue), told.around, told.at)


def _before_the_verb(words: Sequence[Word]) -> Span | None:
    """Whoever a sentence begins with, up to the verb of the same clause: a pronoun, a name with its titles, a noun."""
    if not words:
        return None
    cues, first = english(), words[0]
    if first.bare in cues.standing_subjects:
        return first.span
    if first.small in cues.empty - cues.articles:
        return None
    subject = [first]
    for word in words[1:]:
        if not word.small[0].isalnum() and word.small != ".":
            return None
        is_verb = word.small in cues.verbs or word.small in cues.acts or word.small.endswith("ed")
        if is_verb and subject[-1].small not in cues.articles:
            return Span(first.span.start, subject[-1].span.end)
        if word.small in cues.empty - cues.inside_offices:
            break
        subject.append(word)
    named = [word for word in subject if _is_name(word)]
    return Span(first.span.start, named[-1].span.end) if named else None


def _named_before(pronoun: _Told, pieces: Sequence[Span]) -> Iterator[_Told]:
    """Of whom “he said” means; none where a sentence between names others without saying that they said anything."""
    around, at = pronoun.around, pronoun.at
    named = namers(around, at, (at,))
    if named:
        yield from _naming_in(around, named[0], pieces)
        return
    for before in range(at - 1, max(at - MOST_BACK, 0) - 1, -1):
        found = list(_naming_in(around, before, pieces))
        yield from found
        if found or people(around).named(before):
            return


def _naming_in(around: Surroundings, at: int, pieces: Sequence[Span]) -> Iterator[_Told]:
    for mark in find_attributions(around.text, around.spans[at]):
        told = _told(mark, around, at)
        if told.names_somebody and told.is_outside(pieces):
            yield told


def _told(mark: Attribution, around: Surroundings, at: int) -> _Told:
    cue = _cue(mark)
    words = [word for word in around.sentences[at].words if mark.span.contains(word.span) and word.small[0].isalnum()]
    return _Told(mark, around, at, tuple(word for word in words if cue is None or not word.span.overlaps(cue)))


def _cue(mark: Attribution) -> Span | None:
    """Where its cue stands: before whoever claims it, or behind; None where it stands apart."""
    start = 0 if mark.words.startswith(mark.cue) else mark.words.rfind(mark.cue)
    return Span(start, start + len(mark.cue)).shifted(mark.span.start) if start >= 0 else None


def _is_name(word: Word) -> bool:
    return word.is_capital and word.bare not in english().nameless

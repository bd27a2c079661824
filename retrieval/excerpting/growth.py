"""Which sentences an excerpt needs beside the answer, so that it can't be read for something else.

The sentences that say whose the claim is, that name whom a pronoun stands for, and that take the claim back. Those that meet
the answer widen its run of sentences, the core, which the excerpt's code names. The others follow from the core alone, so
that a code brings them along, and are shown beside it with a visible gap; they may come from another passage.
"""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.excerpting.attribution import find_attributions, names_nobody
from retrieval.excerpting.cues import english
from retrieval.excerpting.naming import namer
from retrieval.excerpting.surroundings import Surroundings
from retrieval.excerpting.voice import own_cue, speaks_in_quotation, teller

MOST_WORDS = 150
"""Of a core. What is needed beyond that is shown by itself."""
READABLE_WORDS = 12
"""A core shorter than this takes in the sentence before it, so that it can be read by itself."""
FILLED = 3
"""Sentences back to the one that names somebody, within which those between are shown too rather than left out."""


def core(around: Surroundings, first: int, last: int) -> tuple[int, int]:
    """The run of the passage's sentences around `first` to `last`; indices of `around.sentences`."""
    start, end = first, last
    lowest, highest = around.first, around.first + around.count - 1
    while True:
        wanted = {at for sentence in range(start, end + 1) for at in needs(around, sentence)}
        wider = [
            (before, behind)
            for before, behind in ((start - 1, end), (start, end + 1))
            if (before in wanted or behind in wanted - set(range(start, end + 1)))
            and lowest <= before
            and behind <= highest
            and _words(around, before, behind) <= MOST_WORDS
            and first - before <= FILLED
            and behind - last <= FILLED
        ]
        if not wider:
            break
        start, end = wider[0]
    if start > lowest and not around.sentences[start].begins_paragraph and _words(around, start, end) < READABLE_WORDS:
        start -= 1
    return start, end


def beside(around: Surroundings, first: int, last: int) -> list[int]:
    """Indices of what the core needs and does not hold, in order."""
    return sorted({at for sentence in range(first, last + 1) for at in needs(around, sentence)} - set(range(first, last + 1)))


def needs(around: Surroundings, at: int) -> Iterator[int]:
    """Indices of the other sentences without which sentence `at` would be misread."""
    sentence, count = around.sentences[at], len(around.spans)
    if not sentence.words:
        return
    opening = next((word for word in sentence.words if word.small[0].isalnum()), None)
    if at > 0:
        if opening is not None and (_leans(opening.small) or _is_cut(around, at)):
            yield at - 1
        elif english().qualifier.match(sentence.span.of(around.text)):
            yield at - 1
    if at + 1 < count:
        behind = around.spans[at + 1].of(around.text)
        if english().qualifier.search(behind) or _is_cut(around, at + 1):
            yield at + 1
    if speaks_in_quotation(around, at) and own_cue(around, at) is None:
        told = teller(around, at)
        if told is not None:
            yield told
    named = namer(around, at)
    if named is not None:
        yield from range(named, at) if at - named <= FILLED else (named,)


def _leans(opening: str) -> bool:
    return opening in english().leaning and opening not in {"he", "she", "his", "her"}


def _is_cut(around: Surroundings, at: int) -> bool:
    """Whether the sentence only goes on with the one before it: “…?” he asked."""
    words = around.sentences[at].words
    opening = next((word for word in words if word.small[0].isalnum()), None)
    return opening is not None and not opening.is_capital and opening.small[0].isalpha() and not around.sentences[at].begins_paragraph


def _words(around: Surroundings, first: int, last: int) -> int:
    return sum(len(span.of(around.text).split()) for span in around.spans[first : last + 1])

"""Which sentences an excerpt needs beside the answer, so that it can't be read for something else.

The sentences that say whose the claim is, that name whom a pronoun stands for, and that take the claim back. Those that meet
the answer widen its run of sentences, the core, which the excerpt's code names. The others follow from the core alone, so
that a code brings them along, and are shown beside it with a visible gap; they may come from another passage.
"""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.excerpting.attribution import find_attributions, names_nobody
from retrieval.excerpting.cues import english
from retrieval.excerpting.naming import claims_as_pronoun, namer
from retrieval.excerpting.surroundings import Surroundings
from retrieval.excerpting.voice import own_cue, speaks_in_quotation, teller

MOST_WORDS = 150
"""Of a core. What is needed beyond that is shown by itself."""
READABLE_WORDS = 5
"""A core shorter than this takes in the sentence before it, so that it can be read by itself."""
FILLED = 3
"""Sentences back to the one that names somebody, within which those between are shown too rather than left out."""
INTRODUCING = 2
"""Sentences before "he said" that are shown with it, whoever it names: the nearest name need not be who is meant. On PolNeAR's
train split that raises the share of those who are named from 0.81 to 0.88, for a quarter of a sentence more."""
_TITLE = ("Mr.", "Mrs.", "Ms.", "Dr.", "Sen.", "Rep.", "Gov.", "Gen.", "Lt.", "Col.")
_CALLED_OUT = ("?”", "!”", '?"', '!"', "?''", "!''", "…”")
_TAG = 6
"""Words within which a sentence behind “…?” has its verb where it says who asked."""


def core(around: Surroundings, first: int, last: int) -> tuple[int, int]:
    """The run of the passage's sentences around `first` to `last`; indices of `around.sentences`."""
    start, end = first, last
    lowest, highest = around.first, around.first + around.count - 1
    while True:
        wanted = {at for sentence in range(start, end + 1) for at in needs(around, sentence)}
        if start - 1 in wanted and start > lowest and first - start < FILLED:
            wider = start - 1, end
        elif end + 1 in wanted and end < highest and end - last < FILLED:
            wider = start, end + 1
        else:
            break
        if _words(around, *wider) > MOST_WORDS:
            break
        start, end = wider
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
        elif around.spans[at - 1].of(around.text).endswith(":"):
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
        if claims_as_pronoun(around, at):
            yield from range(max(at - INTRODUCING, 0), at)


def _leans(opening: str) -> bool:
    return opening in english().leaning and opening not in {"he", "she", "his", "her"}


def _is_cut(around: Surroundings, at: int) -> bool:
    """Whether the splitter cut the sentence off the one before it: “…?” he asked, “…!” Mayor Brandt said, Ms. | Hale."""
    sentence, before = around.sentences[at], around.spans[at - 1].of(around.text)
    if sentence.begins_paragraph or not sentence.words:
        return False
    if before.endswith(_TITLE):
        return True
    opening = sentence.words[0]
    if before.endswith(_CALLED_OUT):
        return not opening.is_mark and any(word.small in english().verbs for word in sentence.words[:_TAG])
    return opening.small[0].isalpha() and not opening.is_capital


def _words(around: Surroundings, first: int, last: int) -> int:
    return sum(len(span.of(around.text).split()) for span in around.spans[first : last + 1])

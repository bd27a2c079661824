"""Which sentences an excerpt needs beside the answer, so that it can't be read for something else.

Those that say whose the claim is, that name whom a pronoun stands for, and that take the claim back. Where they meet
the answer they widen its run of sentences, the core, which the excerpt's code names. The others follow from the core
alone, so that a code brings them along, and stand beside it with a visible gap; they may come from another passage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retrieval.excerpting.cues import english
from retrieval.excerpting.naming import namers
from retrieval.excerpting.surroundings import Surroundings, Word, once_for_each
from retrieval.excerpting.voice import own_cue, speaks_in_quotation, teller

MOST_WORDS = 150
"""Of a core. What is needed beyond that is shown by itself."""
READABLE_WORDS = 16
"""A core shorter than this takes in its neighbours, so that it can be read by itself."""
WIDEST = 3
"""Sentences by which a core grows on either side."""
_CALLED_OUT = ("?”", "!”", '?"', '!"', "?''", "!''", "…”")
_QUOTATION_MARKS = ("”", '"', "''")
_DASHES = frozenset("—―–-")
_TAG = 6
"""Words within which a sentence behind “…?” has its verb where it says who asked."""


def core(around: Surroundings, first: int, last: int) -> tuple[int, int]:
    """The run of the passage's sentences around `first` to `last`; indices of `around.sentences`."""
    start, end = first, last
    needed: dict[int, frozenset[int]] = {}
    lowest, highest = around.first, around.first + around.count - 1
    while True:
        for at in range(start, end + 1):
            if at not in needed:
                needed[at] = needs(around, at)
        wanted = frozenset().union(*needed.values())
        if start - 1 in wanted and start > lowest and first - start < WIDEST:
            wider = start - 1, end
        elif end + 1 in wanted and end < highest and end - last < WIDEST:
            wider = start, end + 1
        else:
            break
        if _words(around, *wider) > MOST_WORDS:
            break
        start, end = wider
    return _readable(around, start, end, (first, last))


def _readable(around: Surroundings, start: int, end: int, asked: tuple[int, int]) -> tuple[int, int]:
    """Takes in a neighbour at a time, before and behind in turn, while that stays short."""
    lowest, highest = around.first, around.first + around.count - 1
    while True:
        wider = [
            (before, behind)
            for before, behind in ((start - 1, end), (start, end + 1))
            if before >= lowest and behind <= highest and _words(around, before, behind) <= READABLE_WORDS
        ]
        if not wider:
            return start, end
        start, end = min(wider, key=lambda ends: abs((asked[0] - ends[0]) - (ends[1] - asked[1])))


def beside(around: Surroundings, first: int, last: int) -> list[int]:
    """Indices of what the core needs and does not hold, in order."""
    held = range(first, last + 1)
    shown = {*held, *(at for sentence in held for at in needs(around, sentence))}
    told = {at for sentence in held if (at := _told_in(around, sentence)) is not None}
    for sentence in sorted({*held, *told}):
        shown.update(namers(around, sentence, shown))
    return sorted(shown.difference(held))


@once_for_each
def needs(around: Surroundings, at: int) -> frozenset[int]:
    """Indices of the other sentences without which sentence `at` would be misread."""
    return frozenset(_needs(around, at))


def _needs(around: Surroundings, at: int) -> Iterator[int]:
    sentence, count = around.sentences[at], len(around.spans)
    if not sentence.words:
        return
    opening = next((word for word in sentence.words if word.small[0].isalnum()), None)
    if at > 0:
        goes_on = opening is not None and (_leans(opening.bare, sentence.begins_paragraph) or _is_cut(around, at))
        introduced = around.spans[at - 1].of(around.text).endswith(":")
        takes_back = not sentence.begins_paragraph and english().qualifier.match(sentence.span.of(around.text))
        if goes_on or introduced or takes_back:
            yield at - 1
    if at + 1 < count:
        behind = around.spans[at + 1].of(around.text)
        if english().qualifier.search(behind) or _is_cut(around, at + 1) or _is_signature(around, at + 1):
            yield at + 1
    told = _told_in(around, at)
    if told is not None:
        yield told


@once_for_each
def _told_in(around: Surroundings, at: int) -> int | None:
    """The sentence that says whose quotation sentence `at` is, where it does not itself."""
    quoted = speaks_in_quotation(around, at) and own_cue(around, at) is None
    return teller(around, at) if quoted else None


def _leans(opening: str, begins_paragraph: bool) -> bool:
    """Of a pronoun that begins a paragraph the name is enough, which naming.py brings."""
    return opening in english().leaning and not (begins_paragraph and opening in english().stand_ins)


def _is_cut(around: Surroundings, at: int) -> bool:
    """Whether the splitter cut the sentence off the one before it: “…?” he asked; Ms. Hale."""
    sentence, before = around.sentences[at], around.spans[at - 1].of(around.text)
    if sentence.begins_paragraph or not sentence.words:
        return False
    if _ends_in_a_title(around.sentences[at - 1].words):
        return True
    opening = sentence.words[0]
    if before.endswith(_CALLED_OUT):
        return not opening.is_mark and any(word.small in english().verbs for word in sentence.words[:_TAG])
    return opening.span.of(around.text)[0].islower()


def _ends_in_a_title(words: Sequence[Word]) -> bool:
    """“Ms.”, but not “the ATMs.”"""
    ends = len(words) > 1 and words[-1].small == "." and words[-2].is_capital
    return ends and words[-2].small in english().abbreviated_titles


def _is_signature(around: Surroundings, at: int) -> bool:
    """“…” — Miriam Tolk"""
    words = around.sentences[at].words
    signs = len(words) > 1 and words[0].small in _DASHES and words[1].is_capital
    return signs and around.spans[at - 1].of(around.text).endswith(_QUOTATION_MARKS)


def _words(around: Surroundings, first: int, last: int) -> int:
    return sum(len(span.of(around.text).split()) for span in around.spans[first : last + 1])

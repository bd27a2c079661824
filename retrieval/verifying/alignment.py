"""Which words of a source correspond to those of a quote: token by token, never by likeness. The only file that knows
rapidfuzz.

The place is found with Myers (1999), "A fast bit-vector algorithm for approximate string matching", in Hyyrö's (2003)
form, over tokens: the stretch of the source that can be turned into the quote with the fewest tokens added, left out
or replaced. rapidfuzz then says which.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from retrieval.verifying.tokens import Token

FURTHER_OFF = 12
"""Words of the source that a quote may leave out unmarked and still be that passage's, altered."""
FEWEST_FURTHER_OFF, SHARE_FURTHER_OFF = 3, 0.6
"""Words of the quote that are looked for beyond, and the share of them that has to be there."""


class Alphabet:
    """Gives every key a character of its own, so that sequences of tokens can be compared as strings are."""

    _FIRST, _SURROGATES, _BEHIND = 0x100, 0xD800, 0xE000

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}

    def spelled(self, tokens: Iterable[Token]) -> str:
        letters = self._letters
        return "".join([letters.get(token.key) or self._letter(token.key) for token in tokens])

    def _letter(self, key: str) -> str:
        number = self._FIRST + len(self._letters)
        number += (self._BEHIND - self._SURROGATES) * (number >= self._SURROGATES)
        letter = self._letters[key] = chr(number)
        return letter


@dataclass(frozen=True, slots=True)
class Step:
    """Tokens [claimed_start, claimed_end) of the quote beside [source_start, source_end) of the source."""

    equal: bool
    claimed_start: int
    claimed_end: int
    source_start: int
    source_end: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """All of a quote's tokens beside a stretch of the source's."""

    steps: tuple[Step, ...]
    edits: int
    """Tokens added, left out or replaced."""

    @property
    def source_start(self) -> int:
        return self.steps[0].source_start

    @property
    def source_end(self) -> int:
        return self.steps[-1].source_end

    @property
    def longest_run(self) -> int:
        return max((step.claimed_end - step.claimed_start for step in self.steps if step.equal), default=0)


def aligned(claimed: str, source: str, breaks: Sequence[int], since: int = 0) -> Alignment | None:
    """The best alignment of all of `claimed` with a stretch of `source` from its token `since` on, both spelled; None
    where no token is equal. `breaks[i]`: 2 where a sentence begins with token i of the source, 1 where a clause does.

    Begins and ends at equal tokens. What is left of the quote on either side is looked for a few words further off;
    what is not there either is put beside as many words of the source as the sentence still has.
    """
    core = _core(claimed, source, since, len(source))
    if core is None:
        return None
    if core[0].claimed_start >= FEWEST_FURTHER_OFF:
        before = max(core[0].source_start - FURTHER_OFF - core[0].claimed_start, since)
        further = _core(claimed[: core[0].claimed_start], source, before, core[0].source_start)
        if further is not None and _mostly_equal(further, core[0].claimed_start):
            core = [*further, *_gap(further[-1], core[0]), *core]
    left = len(claimed) - core[-1].claimed_end
    if left >= FEWEST_FURTHER_OFF:
        start, end = core[-1].claimed_end, core[-1].source_end
        further = _core(claimed[start:], source, end, min(end + FURTHER_OFF + left, len(source)))
        if further is not None and _mostly_equal(further, left):
            moved = [
                replace(s, claimed_start=s.claimed_start + start, claimed_end=s.claimed_end + start) for s in further
            ]
            core = [*core, *_gap(core[-1], moved[0]), *moved]
    steps = (*_head(core[0], breaks, since), *core, *_tail(core[-1], len(claimed), breaks))
    return Alignment(steps, sum(_cost(step) for step in steps))


def _core(claimed: str, source: str, since: int, until: int) -> list[Step] | None:
    """From the first equal token to the last, where the fewest edits are needed; None where none is equal."""
    edits, length = _nearest(claimed, source[since:until])
    end = since + length
    reach = source[max(end - len(claimed) - edits, since) : end]
    _, length = _nearest(claimed[::-1], reach[::-1], anchored=True)
    start = end - length
    steps = _together(
        Step(code.tag == "equal", code.src_start, code.src_end, code.dest_start + start, code.dest_end + start)
        for code in Levenshtein.opcodes(claimed, source[start:end])
    )
    equal = [index for index, step in enumerate(steps) if step.equal]
    return steps[equal[0] : equal[-1] + 1] if equal else None


def _mostly_equal(steps: Sequence[Step], count: int) -> bool:
    return sum(step.claimed_end - step.claimed_start for step in steps if step.equal) >= SHARE_FURTHER_OFF * count


def _gap(one: Step, other: Step) -> list[Step]:
    between = Step(False, one.claimed_end, other.claimed_start, one.source_end, other.source_start)
    return [between] if _cost(between) else []


def _nearest(claimed: str, source: str, anchored: bool = False) -> tuple[int, int]:
    """(fewest edits, where such a stretch of `source` ends): beginning anywhere, or `anchored` at its beginning."""
    at: dict[str, int] = defaultdict(int)
    for place, letter in enumerate(claimed):
        at[letter] |= 1 << place
    every, last = (1 << len(claimed)) - 1, 1 << (len(claimed) - 1)
    more, fewer = every, 0  # vertical differences of +1 and of -1
    edits = best = len(claimed)
    end = 0
    for place, letter in enumerate(source, start=1):
        equal = at.get(letter, 0)
        across = (((equal & more) + more) ^ more) | equal
        rises, falls = fewer | (~(across | more) & every), more & across
        if rises & last:
            edits += 1
        elif falls & last:
            edits -= 1
        vertical = equal | fewer
        rises, falls = ((rises << 1) | anchored) & every, (falls << 1) & every
        more, fewer = falls | (~(vertical | rises) & every), rises & vertical
        # Of equally good ends that are as near as the edits allow, the last: a word is left out rather than replaced.
        if edits < best or (edits == best and place - end <= max(edits, 1) and end):
            best, end = edits, place
    return best, end


def _together(steps: Iterable[Step]) -> list[Step]:
    """Neighbours that are not equal become one: what is replaced, added and left out in one place is one difference."""
    joined: list[Step] = []
    for step in steps:
        if joined and joined[-1].equal == step.equal:
            first = joined[-1]
            joined[-1] = Step(step.equal, first.claimed_start, step.claimed_end, first.source_start, step.source_end)
        else:
            joined.append(step)
    return joined


def _head(first: Step, breaks: Sequence[int], since: int) -> list[Step]:
    start = first.source_start
    while start > since and first.source_start - start < first.claimed_start:
        if breaks[start] > (start == first.source_start):  # the nearest word may be in another clause, no other may
            break
        start -= 1
    return [Step(False, 0, first.claimed_start, start, first.source_start)] if first.claimed_start else []


def _tail(last: Step, count: int, breaks: Sequence[int]) -> list[Step]:
    left, end = count - last.claimed_end, last.source_end
    while end < len(breaks) and end - last.source_end < left:
        if breaks[end] > (end == last.source_end):
            break
        end += 1
    return [Step(False, last.claimed_end, count, last.source_end, end)] if left else []


def _cost(step: Step) -> int:
    return 0 if step.equal else max(step.claimed_end - step.claimed_start, step.source_end - step.source_start)

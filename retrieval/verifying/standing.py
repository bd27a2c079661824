"""Where a quote stands word for word: all its fragments, in order, as far apart as the editor's marks allow."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.spans import Span
from retrieval.verifying.alignment import Alphabet
from retrieval.verifying.editing import Claim, Edit, Joint
from retrieval.verifying.stretches import ELLIPSIS_REACH, Stretch
from retrieval.verifying.tokens import Token, tokenise

REPLACED = 8
"""Words of the source that one insertion in brackets may stand for."""
MOST_PLACES = 20
"""In one stretch; a quote of three common words may stand in hundreds."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Each fragment's first token and the one behind its last, in the stretch."""

    stretch: Stretch
    places: tuple[tuple[int, int], ...]


def literal(text: str, stretch: Stretch) -> Iterator[Span]:
    """Where `text` stands character for character, beginning and ending with whole words."""
    own = tokenise(text)
    starts = {token.start for token in stretch.tokens}
    ends = {token.end for token in stretch.tokens}
    first, last = stretch.tokens[0].start, stretch.tokens[-1].end
    whole = stretch.document.text
    at = whole.find(text, max(first - own[0].start, 0), last + len(text))
    while at >= 0:
        inside = own[0].start + at in starts and own[-1].end + at in ends
        if inside and not any(mark.span.overlaps(Span(at, at + len(text))) for mark in stretch.document.furniture):
            yield Span(at, at + len(text))
        at = whole.find(text, at + 1, last + len(text))


def standing(claim: Claim, stretch: Stretch, alphabet: Alphabet) -> Iterator[Standing]:
    """Every place, from front to back, up to MOST_PLACES."""
    source = alphabet.spelled(stretch.tokens)
    fragments = [alphabet.spelled(fragment) for fragment in claim.fragments]
    reaches = [sum(map(_reach, joints)) for joints in claim.joints]
    at = source.find(fragments[0])
    found = 0
    while at >= 0 and found < MOST_PLACES:
        end = at + len(fragments[0])
        rest = _followed(fragments[1:], reaches, source, end)
        if rest is not None:
            found += 1
            yield Standing(stretch, ((at, end), *rest))
        at = source.find(fragments[0], at + 1)


def _followed(
    fragments: Sequence[str], reaches: Sequence[int], source: str, end: int
) -> tuple[tuple[int, int], ...] | None:
    """Places of the fragments behind `end`, each within reach of the one before; None where there are none."""
    hopeless: set[tuple[int, int]] = set()

    def places(index: int, end: int) -> tuple[tuple[int, int], ...] | None:
        if index == len(fragments):
            return ()
        if (index, end) in hopeless:
            return None
        fragment = fragments[index]
        limit = end + reaches[index] + len(fragment)
        at = source.find(fragment, end, limit)
        while at >= 0:
            rest = places(index + 1, at + len(fragment))
            if rest is not None:
                return ((at, at + len(fragment)), *rest)
            at = source.find(fragment, at + 1, limit)
        hopeless.add((index, end))
        return None

    return places(0, end)


def _reach(joint: Joint) -> int:
    return {Edit.GAP: ELLIPSIS_REACH, Edit.PUT: REPLACED, Edit.NOTE: 0}[joint.edit]


def left_out(standing: Standing) -> Iterator[tuple[int, Sequence[Token]]]:
    """(index of the joint, the source's words there) for each two neighbouring fragments."""
    for index, ((_, end), (start, _)) in enumerate(itertools.pairwise(standing.places)):
        yield index, standing.stretch.tokens[end:start]

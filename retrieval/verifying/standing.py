"""Where a quote stands word for word: all its fragments, in order, as far apart as the editor's marks allow."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    """Every place, from front to back, up to MOST_PLACES; none holds another: its fragments stand as near to one
    another as they can, so that a mark can't reach over a denial to leave it out.
    """
    source = alphabet.spelled(stretch.tokens)
    fragments = [alphabet.spelled(fragment) for fragment in claim.fragments]
    reaches = [sum(map(reach, joints)) for joints in claim.joints]
    known = [{at: Chained(at, None) for at in _occurrences(fragments[0], source)}]
    for index, fragment in enumerate(fragments[1:]):
        behind = {at + len(fragments[index]): at for at in known[-1]}
        known.append(_chained(_occurrences(fragment, source), behind, known[-1], reaches[index]))
    found, latest = 0, -1
    for at, chained in known[-1].items():
        if chained.first > latest and found < MOST_PLACES:
            found, latest = found + 1, chained.first
            yield Standing(stretch, tuple(_followed_back(at, known, fragments)))


@dataclass(frozen=True, slots=True)
class Chained:
    """Of a fragment's place: the latest place of the first fragment that leads to it, and the place before it."""

    first: int
    before: int | None


def _chained(
    places: Iterable[int], behind: Mapping[int, int], known: Mapping[int, Chained], reach: int
) -> dict[int, Chained]:
    """Each of `places` that follows a known one within reach; `behind`: where each of those ends -> where it begins."""
    ends = deque(behind.items())
    near: deque[tuple[int, int]] = deque()  # of falling first places: the best is in front
    found: dict[int, Chained] = {}
    for at in places:
        while ends and ends[0][0] <= at:
            end, start = ends.popleft()
            while near and known[near[-1][1]].first <= known[start].first:
                near.pop()
            near.append((end, start))
        while near and near[0][0] < at - reach:
            near.popleft()
        if near:
            found[at] = Chained(known[near[0][1]].first, near[0][1])
    return found


def _followed_back(
    at: int | None, known: Sequence[Mapping[int, Chained]], fragments: Sequence[str]
) -> list[tuple[int, int]]:
    places: list[tuple[int, int]] = []
    for each, fragment in zip(reversed(known), reversed(fragments), strict=True):
        if at is None:
            break
        places.append((at, at + len(fragment)))
        at = each[at].before
    return places[::-1]


def _occurrences(fragment: str, source: str) -> Iterator[int]:
    at = source.find(fragment)
    while at >= 0:
        yield at
        at = source.find(fragment, at + 1)


def reach(joint: Joint) -> int:
    """Words of the source between the fragments on its two sides."""
    return {Edit.GAP: ELLIPSIS_REACH, Edit.PUT: REPLACED, Edit.NOTE: 0}[joint.edit]


def left_out(standing: Standing) -> Iterator[tuple[int, Sequence[Token]]]:
    """(index of the joint, the source's words there) for each two neighbouring fragments."""
    for index, ((_, end), (start, _)) in enumerate(itertools.pairwise(standing.places)):
        yield index, standing.stretch.tokens[end:start]

"""A quote beside a stretch of a document that it does not stand in: how much of it is there, and whether that tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from retrieval.verifying.alignment import FURTHER_OFF, Alignment, Alphabet, aligned
from retrieval.verifying.editing import Claim
from retrieval.verifying.standing import reach
from retrieval.verifying.stretches import Stretch
from retrieval.verifying.tokens import Token
from retrieval.verifying.wording import english

SHARE = 0.6
"""Of its words that must stand there in order, for a quote to be an alteration of that place."""
SHARE_OF_A_SHORT_ONE = 0.7
"""Of a quote of fewer than eight words; one changed word is none too many."""
LONG_RUN, SHARE_WITH_LONG_RUN = 8, 0.4
"""Words in a row that show where a quote is from, though less of it stands there."""
MOST_ANCHORS = 4
CONTENT_WORDS = 3
"""That must be among them, or all but one of a quote that has fewer; two at least."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A claim's fragments beside a stretch of one document."""

    stretch: Stretch
    alignments: tuple[Alignment | None, ...]
    edits: int
    kept: int
    """Words of the claim that stand there."""
    kept_content: int

    def is_recognised(self, claim: Claim) -> bool:
        count = len(claim.tokens)
        run = max((each.longest_run for each in self.alignments if each), default=0)
        share = SHARE_WITH_LONG_RUN if run >= LONG_RUN else SHARE if count >= LONG_RUN else SHARE_OF_A_SHORT_ONE
        wanted = max(2, min(CONTENT_WORDS, content_words(claim.tokens) - 1))
        return (self.edits == 1 or self.kept >= share * count) and self.kept_content >= wanted


def compared(claim: Claim, stretch: Stretch, source: str, alphabet: Alphabet) -> Compared:
    """One fragment is placed first, and the others on its two sides, within reach; whichever first makes most of it."""
    breaks = stretch.breaks
    spelled = [alphabet.spelled(fragment) for fragment in claim.fragments]
    reaches = [max(map(reach, joints), default=0) for joints in claim.joints]
    longest = sorted(range(len(spelled)), key=lambda index: -len(spelled[index]))[:MOST_ANCHORS]
    tried = (_counted(claim, stretch, _around(anchor, spelled, reaches, source, breaks)) for anchor in longest)
    return min(tried, key=lambda each: (each.edits, -each.kept))


def _around(
    anchor: int, spelled: Sequence[str], reaches: Sequence[int], source: str, breaks: Sequence[int]
) -> list[Alignment | None]:
    placed: list[Alignment | None] = [None] * len(spelled)
    placed[anchor] = first = aligned(spelled[anchor], source, breaks)
    if first is None:
        return placed
    end = first.source_end
    for index in range(anchor + 1, len(spelled)):
        until = end + max(reaches[index - 1], FURTHER_OFF) + 2 * len(spelled[index])
        if (found := aligned(spelled[index], source[:until], breaks[:until], end)) is not None:
            placed[index], end = found, found.source_end
    start = first.source_start
    for index in reversed(range(anchor)):
        behind = max(start - max(reaches[index], FURTHER_OFF) - 2 * len(spelled[index]), 0)
        if (found := aligned(spelled[index], source[:start], breaks[:start], behind)) is not None:
            placed[index], start = found, found.source_start
    return placed


def _counted(claim: Claim, stretch: Stretch, placed: Sequence[Alignment | None]) -> Compared:
    beside = list(zip(claim.fragments, placed, strict=True))
    kept = [
        token
        for fragment, each in beside
        if each is not None
        for step in each.steps
        if step.equal
        for token in fragment[step.claimed_start : step.claimed_end]
    ]
    edits = sum(len(fragment) if each is None else each.edits for fragment, each in beside)
    return Compared(stretch, tuple(placed), edits, len(kept), content_words(kept))


def content_words(tokens: Iterable[Token]) -> int:
    """How many are no function words, signs or parts of a number."""
    return sum(token.is_word and token.key not in english().function for token in tokens)

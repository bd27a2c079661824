"""Where a quote and its source part, in the words of both: marks and case where the words are equal, else the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retrieval.spans import Span
from retrieval.verdicts import Difference
from retrieval.verifying.alignment import Alignment
from retrieval.verifying.editing import Claim, Edit, Joint
from retrieval.verifying.liberties import hidden, inner_of
from retrieval.verifying.standing import Standing
from retrieval.verifying.stretches import Stretch
from retrieval.verifying.tokens import Token


def of_marks(claim: Claim, standing: Standing) -> tuple[Difference, ...]:
    """All that is not equal, character for character, and every editor's mark; in order."""
    found: list[Difference] = []
    stretch = standing.stretch
    pairs = list(zip(claim.fragments, standing.places, strict=True))
    found += (Difference(joint.span.of(claim.text), None) for joint in claim.outer if joint.span.start == 0)
    for index, (fragment, (start, end)) in enumerate(pairs):
        if index:
            found += _at_joints(claim, claim.joints[index - 1], stretch, pairs[index - 1][1][1], start)
        found += _within(claim.text, fragment, stretch, start, end)
    found += (Difference(joint.span.of(claim.text), None) for joint in claim.outer if joint.span.start > 0)
    return (*_before(claim, standing), *found, *_behind(claim, standing))


def of_words(claim: Claim, alignments: Sequence[Alignment | None], stretch: Stretch) -> tuple[Difference, ...]:
    """What is replaced, added or left out, fragment by fragment."""
    found: list[Difference] = []
    last: int | None = None
    for index, (fragment, alignment) in enumerate(zip(claim.fragments, alignments, strict=True)):
        if index and alignment and last is not None:
            joints = claim.joints[index - 1]
            tokens = stretch.tokens[last : alignment.source_start]
            gap = any(joint.edit is Edit.GAP for joint in joints)
            put = any(joint.edit is Edit.PUT for joint in joints)
            if put or (tokens and (not gap or hidden(inner_of(joints), tokens))):
                found += _at_joints(claim, joints, stretch, last, alignment.source_start)
        if alignment is None:
            found.append(Difference(_slice(claim.text, fragment), None))
            continue
        last = alignment.source_end
        for step in alignment.steps:
            if not step.equal:
                ours = fragment[step.claimed_start : step.claimed_end]
                theirs = stretch.place(step.source_start, step.source_end)
                found.append(differ(_slice(claim.text, ours) if ours else None, theirs, stretch))
    return tuple(found)


def differ(claimed: str | None, place: Span | None, stretch: Stretch) -> Difference:
    """The source's words are those at `place` of its document; None for none."""
    return Difference(claimed, place.of(stretch.document.text) if place else None, place)


def _within(text: str, fragment: Sequence[Token], stretch: Stretch, start: int, end: int) -> Iterator[Difference]:
    source = stretch.document.text
    beside = list(zip(fragment, stretch.tokens[start:end], strict=True))
    for index, (ours, theirs) in enumerate(beside):
        if index:
            before, across = beside[index - 1]
            yield from _between(
                (text, before.start, before.end, ours.start, ours.end),
                (source, across.start, across.end, theirs.start, theirs.end),
                stretch,
            )
        if text[ours.start : ours.end] != source[theirs.start : theirs.end]:
            yield differ(text[ours.start : ours.end], Span(theirs.start, theirs.end), stretch)


def _between(
    ours: tuple[str, int, int, int, int], theirs: tuple[str, int, int, int, int], stretch: Stretch
) -> Iterator[Difference]:
    """Of the marks between two tokens; (text, start and end of the token before, start and end of the one behind)."""
    claimed, source = (text[end:start] for text, _, end, start, _ in (ours, theirs))
    if claimed == source:
        return
    if claimed.strip() == source.strip():  # white space alone can't be seen: with the words around it it can
        text, first, _, _, last = ours
        yield differ(text[first:last], Span(theirs[1], theirs[4]), stretch)
    else:
        yield differ(claimed.strip() or None, _inked(theirs[2], theirs[3], stretch), stretch)


def _inked(start: int, end: int, stretch: Stretch) -> Span | None:
    """What is no white space of [start, end) of the document."""
    return Span(start, end).trimmed(stretch.document.text) if start < end else None


def _at_joints(claim: Claim, joints: Sequence[Joint], stretch: Stretch, end: int, start: int) -> Iterator[Difference]:
    if not joints:
        return
    shown = claim.text[joints[0].span.start : joints[-1].span.end]
    left_out = stretch.place(end, start)
    if left_out is None and end > 0 and start < len(stretch.tokens):
        left_out = _inked(stretch.tokens[end - 1].end, stretch.tokens[start].start, stretch)
    difference = differ(shown, left_out, stretch)
    if difference.source != shown:
        yield difference


def _before(claim: Claim, standing: Standing) -> Iterator[Difference]:
    """Of what the quote has before its first word."""
    ahead = claim.text[: claim.fragments[0][0].start]
    if claim.outer and claim.outer[0].span.start == 0:
        return
    start = standing.stretch.tokens[standing.places[0][0]].start
    if standing.stretch.document.text[max(start - len(ahead), 0) : start] != ahead and ahead.strip():
        yield Difference(ahead.strip(), None)


def _behind(claim: Claim, standing: Standing) -> Iterator[Difference]:
    rest = claim.text[claim.fragments[-1][-1].end :]
    if claim.outer and claim.outer[-1].span.start > 0:
        return
    end = standing.stretch.tokens[standing.places[-1][1] - 1].end
    if standing.stretch.document.text[end : end + len(rest)] != rest and rest.strip():
        yield Difference(rest.strip(), None)


def _slice(text: str, tokens: Sequence[Token]) -> str:
    return text[tokens[0].start : tokens[-1].end]

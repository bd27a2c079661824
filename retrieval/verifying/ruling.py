"""From a quote and the places where it could stand to a verdict: tokens compared, nothing scored.

The rules are those of `contract.py`, tried from the strictest on; the first that holds is the verdict.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from retrieval.remarks import Fragments, Remark
from retrieval.spans import Span, subtract
from retrieval.verdicts import Difference, Flag, Ruling
from retrieval.verifying import differences
from retrieval.verifying.alignment import Alphabet
from retrieval.verifying.comparing import Compared, compared, content_words
from retrieval.verifying.editing import Claim, Edit
from retrieval.verifying.flags import Words, brought_in, flags, names_in, words
from retrieval.verifying.liberties import hidden, inner_of, liberties
from retrieval.verifying.splicing import Fragment, fragments
from retrieval.verifying.standing import Standing, literal, standing
from retrieval.verifying.stretches import Stretch

MOST_CONSIDERED = 40
"""Places; a quote of three common words may stand in hundreds."""
FEW_EDITS = 4
"""Words: a quote that so few edits turn into the source was altered there, wherever its parts may stand besides."""
LONGEST_GAP_SHOWN = 60
"""Words: what is left out between two fragments is shown where it is not longer."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it stands, or what comes nearest, and all that is to be said of the quote beside it."""

    stretch: Stretch
    pieces: tuple[Span, ...]
    ruling: Ruling
    differences: tuple[Difference, ...] = ()
    """Of the quote and this place: where they have one, it is in this document."""
    flags: tuple[Flag, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """Smaller is better."""
        return self.ruling is Ruling.ALTERED, self.ruling is not Ruling.EXACT, len(self.differences)


def stands(claim: Claim, stretches: Sequence[Stretch], everywhere: bool = False) -> tuple[Place, ...]:
    """EXACT or TYPOGRAPHY, or ALTERED by what an editor put in or left out; none where its words stand nowhere in
    these. Best first; where it stands as it is, only those places, unless `everywhere`.
    """
    exact = [Place(stretch, (span,), Ruling.EXACT) for stretch in stretches for span in literal(claim.text, stretch)]
    if exact and not everywhere:
        return _distinct(exact)
    alphabet = Alphabet()
    found = [_edited(claim, each) for stretch in stretches for each in standing(claim, stretch, alphabet)]
    known = {(_identity(place), place.pieces[0].start) for place in exact}
    found = [place for place in found if (_identity(place), place.pieces[0].start) not in known]
    return _distinct(sorted([*exact, *found], key=lambda place: place.rank))


def resembles(claim: Claim, stretches: Sequence[Stretch]) -> tuple[Place, ...]:
    """ALTERED or SPLICED, of a quote that does not stand in these; none where it is neither."""
    alphabet = Alphabet()
    spelled = [alphabet.spelled(stretch.tokens) for stretch in stretches]
    beside = [compared(claim, stretch, source, alphabet) for stretch, source in zip(stretches, spelled, strict=True)]
    known = [each for each in beside if each.is_recognised(claim)]
    known.sort(key=lambda each: (each.edits, -each.kept))
    if known and known[0].edits <= FEW_EDITS:
        return _altered(claim, known)
    whole = alphabet.spelled(claim.tokens)
    spliced = fragments(whole, spelled, lambda start, end: content_words(claim.tokens[start:end]) >= 2)
    if spliced:
        return _spliced(spliced, stretches)
    return _altered(claim, known) if known else ()


def _altered(claim: Claim, known: Sequence[Compared]) -> tuple[Place, ...]:
    return _distinct([_altered_at(claim, each) for each in known if each.edits == known[0].edits])


def _altered_at(claim: Claim, found: Compared) -> Place:
    source = found.stretch.tokens
    names = names_in(claim.tokens, source)
    pairs = [
        (words(fragment, step.claimed_start, step.claimed_end), words(source, step.source_start, step.source_end))
        for fragment, alignment in zip(claim.fragments, found.alignments, strict=True)
        for step in (alignment.steps if alignment else ())
        if not step.equal
    ]
    lost = [fragment for fragment, each in zip(claim.fragments, found.alignments, strict=True) if each is None]
    pairs += [(Words(fragment), Words(())) for fragment in lost]
    raised = {*flags(pairs, names), *_raised_between(claim, found, names)}
    spans = [found.stretch.span(part.source_start, part.source_end) for part in found.alignments if part]
    return Place(
        found.stretch,
        tuple(_body(found.stretch, spans)),
        Ruling.ALTERED,
        differences.of_words(claim, found.alignments, found.stretch),
        tuple(flag for flag in Flag if flag in raised),
    )


def _raised_between(claim: Claim, found: Compared, names: Collection[str]) -> Iterator[Flag]:
    """By the source's words that stand where the quote has an editor's mark."""
    last: int | None = None
    for index, alignment in enumerate(found.alignments):
        if alignment is None:
            continue
        if index and last is not None:
            joints, between = claim.joints[index - 1], words(found.stretch.tokens, last, alignment.source_start)
            inner = inner_of(joints)
            if any(joint.edit is Edit.GAP for joint in joints):
                yield from hidden(inner, between.tokens)
            elif inner:
                yield from flags([(Words(inner, between.behind), between)], brought_in(inner, between.tokens))
            else:
                yield from flags([(Words(()), between)], names)
        last = alignment.source_end


def _edited(claim: Claim, found: Standing) -> Place:
    """Token for token equal; what an editor left out or put in may still turn it round."""
    places = found.places
    pieces = [found.stretch.span(places[0][0], places[0][1])]
    for (_, end), (start, last) in itertools.pairwise(places):
        if start == end:
            pieces[-1] = Span(pieces[-1].start, found.stretch.tokens[last - 1].end)
        else:
            pieces.append(found.stretch.span(start, last))
    taken = liberties(claim, found)
    return Place(
        found.stretch,
        tuple(_body(found.stretch, pieces)),
        Ruling.ALTERED if taken.alters else Ruling.TYPOGRAPHY,
        differences.of_marks(claim, found),
        taken.flags,
        taken.remarks,
    )


def _spliced(found: Sequence[Fragment], stretches: Sequence[Stretch]) -> tuple[Place, ...]:
    shown: list[tuple[int, Difference]] = []
    dropped: set[Flag] = set()
    for one, other in itertools.pairwise(found):
        end = one.place + one.end - one.start
        gap = other.place - end
        if one.source == other.source and 0 < gap <= LONGEST_GAP_SHOWN:
            stretch = stretches[one.source]
            shown.append((one.source, differences.differ(None, stretch.span(end, other.place), stretch)))
            dropped.update(hidden((), stretch.tokens[end : other.place]))
    documents = len({stretches[each.source].document.source.id for each in found})
    raised = tuple(flag for flag in Flag if flag in dropped)
    places = []
    for source in dict.fromkeys(each.source for each in found):
        stretch = stretches[source]
        spans = {
            stretch.span(each.place, each.place + each.end - each.start) for each in found if each.source == source
        }
        body = tuple(_body(stretch, _apart(sorted(spans))))
        gaps = tuple(difference for source_of, difference in shown if source_of == source)
        places.append(Place(stretch, body, Ruling.SPLICED, gaps, raised, (Fragments(len(found), documents),)))
    return tuple(places)


def _body(stretch: Stretch, pieces: Sequence[Span]) -> Iterator[Span]:
    """The pieces without the furniture that they run over."""
    holes = sorted(mark.span for mark in stretch.document.furniture)
    for piece in pieces:
        for part in subtract(piece, holes):
            if trimmed := part.trimmed(stretch.document.text):
                yield trimmed


def _apart(spans: Sequence[Span]) -> tuple[Span, ...]:
    """In order, and none inside another."""
    kept: list[Span] = []
    for span in spans:
        if kept and span.start < kept[-1].end:
            kept[-1] = Span(kept[-1].start, max(span.end, kept[-1].end))
        else:
            kept.append(span)
    return tuple(kept)


def _distinct(places: Iterable[Place]) -> tuple[Place, ...]:
    """The first of each; no more than can be told apart by who speaks there."""
    once: dict[tuple[str, tuple[Span, ...]], Place] = {}
    for place in places:
        once.setdefault((_identity(place), place.pieces), place)
    return tuple(once.values())[:MOST_CONSIDERED]


def _identity(place: Place) -> str:
    return place.stretch.document.source.id

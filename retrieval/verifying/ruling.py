"""From a quote and the places where it could stand to a verdict: tokens compared, nothing scored.

The rules are those of `contract.py`, tried from the strictest on; the first that holds is the verdict.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.spans import Span, subtract
from retrieval.verdicts import Difference, Flag, Ruling
from retrieval.verifying import differences
from retrieval.verifying.alignment import Alphabet
from retrieval.verifying.comparing import Compared, compared, content_words
from retrieval.verifying.editing import Claim, Edit
from retrieval.verifying.flags import Words, denies, flags, names_in, numbers_in, words
from retrieval.verifying.splicing import Fragment, fragments
from retrieval.verifying.standing import Standing, left_out, literal, standing
from retrieval.verifying.stretches import Stretch

MOST_MATCHES = 5
FEW_EDITS = 4
"""Words: a quote that so few edits turn into the source was altered there, wherever its parts may stand besides."""
LONGEST_GAP_SHOWN = 60
"""Words: what is left out between two fragments is shown where it is not longer."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it stands, or what comes nearest."""

    stretch: Stretch
    pieces: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A ruling, with what it rests on. The differences are those of the quote and the first place."""

    ruling: Ruling
    places: tuple[Place, ...]
    differences: tuple[Difference, ...] = ()
    flags: tuple[Flag, ...] = ()
    reason: str | None = None


def stands(claim: Claim, stretches: Sequence[Stretch]) -> Judged | None:
    """EXACT or TYPOGRAPHY, or ALTERED by what an editor put in; None where its words stand nowhere in these."""
    exact = [Place(stretch, (span,)) for stretch in stretches for span in literal(claim.text, stretch)]
    if exact:
        return Judged(Ruling.EXACT, _distinct(exact))
    alphabet = Alphabet()
    found = [each for stretch in stretches for each in standing(claim, stretch, alphabet)]
    if not found:
        return None
    rulings = [_edited(claim, each) for each in found]
    rulings.sort(key=lambda judged: (judged.ruling is Ruling.ALTERED, len(judged.differences)))
    first = rulings[0]
    alike = [judged.places[0] for judged in rulings if judged.ruling is first.ruling]
    return Judged(first.ruling, _distinct(alike), first.differences, first.flags, first.reason)


def resembles(claim: Claim, stretches: Sequence[Stretch]) -> Judged | None:
    """ALTERED or SPLICED, of a quote that does not stand in these; None where it is neither."""
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
    return _altered(claim, known) if known else None


def _altered(claim: Claim, known: Sequence[Compared]) -> Judged:
    first = known[0]
    names = names_in(claim.tokens, first.stretch.tokens)
    pairs = [
        (
            words(fragment, step.claimed_start, step.claimed_end),
            words(first.stretch.tokens, step.source_start, step.source_end),
        )
        for fragment, alignment in zip(claim.fragments, first.alignments, strict=True)
        for step in (alignment.steps if alignment else ())
        if not step.equal
    ]
    lost = [fragment for fragment, each in zip(claim.fragments, first.alignments, strict=True) if each is None]
    pairs += [(Words(fragment), Words(())) for fragment in lost]
    places = []
    for each in (each for each in known if each.edits == first.edits):
        spans = [each.stretch.span(part.source_start, part.source_end) for part in each.alignments if part]
        places.append(Place(each.stretch, tuple(_body(each.stretch, spans))))
    return Judged(
        Ruling.ALTERED,
        _distinct(places),
        differences.of_words(claim, first.alignments, first.stretch),
        flags(pairs, names),
    )


def _edited(claim: Claim, found: Standing) -> Judged:
    """Token for token equal; what an editor left out or put in may still turn it round."""
    names = names_in(found.stretch.tokens)
    cut: list[tuple[Words, Words]] = []
    put: list[tuple[Words, Words]] = []
    for index, tokens in left_out(found):
        joints = claim.joints[index]
        inner = [token for joint in joints for token in joint.inner]
        if any(joint.edit is Edit.PUT for joint in joints) and [t.key for t in inner] != [t.key for t in tokens]:
            put.append((Words(inner), Words(tokens)))
        elif joints and not any(token.opens for token in tokens):
            cut.append((Words(()), Words(tokens)))
    put += [(Words(joint.inner), Words(())) for joint in claim.outer if joint.edit is Edit.PUT]
    places = found.places
    pieces = [found.stretch.span(places[0][0], places[0][1])]
    for (_, end), (start, last) in itertools.pairwise(places):
        if start == end:
            pieces[-1] = Span(pieces[-1].start, found.stretch.tokens[last - 1].end)
        else:
            pieces.append(found.stretch.span(start, last))
    body = tuple(_body(found.stretch, pieces))
    marks = differences.of_marks(claim, found)
    turned = [pair for pair in put if _says_another_thing(*pair)]
    if turned:
        return Judged(
            Ruling.ALTERED,
            (Place(found.stretch, body),),
            marks,
            flags(turned, names),
            "What stands in brackets denies or counts what the source does not.",
        )
    hidden = _turning(cut)
    reason = f"The ellipsis leaves out a {' and a '.join(hidden)}." if hidden else None
    return Judged(Ruling.TYPOGRAPHY, (Place(found.stretch, body),), marks, hidden, reason)


def _spliced(found: Sequence[Fragment], stretches: Sequence[Stretch]) -> Judged:
    shown: list[Difference] = []
    dropped: list[tuple[Words, Words]] = []
    for one, other in itertools.pairwise(found):
        end = one.place + one.end - one.start
        gap = other.place - end
        if one.source == other.source and 0 < gap <= LONGEST_GAP_SHOWN:
            stretch = stretches[one.source]
            shown.append(differences.differ(None, stretch.span(end, other.place), stretch))
            dropped.append((Words(()), words(stretch.tokens, end, other.place)))
    places = []
    for source in dict.fromkeys(each.source for each in found):
        stretch = stretches[source]
        spans = {
            stretch.span(each.place, each.place + each.end - each.start) for each in found if each.source == source
        }
        places.append(Place(stretch, tuple(_body(stretch, _apart(sorted(spans))))))
    documents = len({place.stretch.document.source.id for place in places})
    whose = "one document" if documents == 1 else f"{documents} documents"
    return Judged(
        Ruling.SPLICED,
        tuple(places),
        tuple(shown),
        _turning(dropped),
        f"These are {len(found)} fragments of {whose} that do not stand together.",
    )


def _says_another_thing(put: Words, replaced: Words) -> bool:
    """No editor's use of brackets: a “not” more or less, or a number for another one."""
    counted = numbers_in(replaced)
    return denies(put.tokens) != denies(replaced.tokens) or (bool(counted) and numbers_in(put) != counted)


def _turning(pairs: Sequence[tuple[Words, Words]]) -> tuple[Flag, ...]:
    """Of words that are left out openly: names and numbers among them are nothing to warn of."""
    return tuple(flag for flag in flags(pairs, ()) if flag in (Flag.NEGATION, Flag.HEDGE))


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


def _distinct(places: Sequence[Place]) -> tuple[Place, ...]:
    once = {(place.stretch.document.source.id, place.pieces): place for place in places}
    return tuple(once.values())[:MOST_MATCHES]

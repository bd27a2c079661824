"""From a quote to its verdict, against one snapshot: candidates, comparison, and whether the rest of the claim fits."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from retrieval.answering import document_of
from retrieval.answers import Searched
from retrieval.errors import QuestionError
from retrieval.filters import Filter, filter_key
from retrieval.quotations import match_at, said_there
from retrieval.records import Document, Passage, Source
from retrieval.splitting import cut_passages
from retrieval.store.protocol import Snapshot
from retrieval.verdicts import Ruling, Verified
from retrieval.verifying import (
    Claim,
    Judged,
    Place,
    Shingles,
    Speaker,
    hidden_in_a_word,
    names_in_words,
    read_quote,
    related,
    resembles,
    speaker,
    stands,
    stretches,
    title_with,
    too_short,
    unfit,
)

READ_WHOLE = 400
"""Passages: a document that is named with the quote is compared whole where it has no more."""
_REAL = (Ruling.EXACT, Ruling.TYPOGRAPHY)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A quote, and what is claimed of it."""

    quote: str
    said_by: str | None = None
    document: str | None = None
    """Its id, path or title."""


def verify(claimed: Claimed, where: Filter, snapshot: Snapshot | None, searched: Searched) -> Verified:
    """Raises QuestionError where `document` names none, IndexDamaged."""
    checked = Verified(claimed.quote, Ruling.CANNOT_CHECK, searched, said_by=claimed.said_by)
    claim = read_quote(claimed.quote) if (reason := unfit(claimed.quote)) is None else None
    reason = reason or (too_short(claim) if claim else None) or _nothing_to_search(searched)
    if claim is None or snapshot is None or reason is not None:
        return dataclasses.replace(checked, reason=reason)
    wanted = _named(claimed.document, snapshot) if claimed.document else None
    judged, near = _judged(claim, wanted, where, snapshot)
    if judged is not None:
        return _with_the_claim(checked, judged, wanted)
    if hidden_in_a_word(claim):
        reason = "Its script has no spaces, and the index knows only whole runs of it."
        return dataclasses.replace(checked, reason=reason)
    title = title_with(claim, (document.source.title for _, document in near))
    reason = f"These are words of a title, “{title}”, and of no text." if title is not None else None
    return dataclasses.replace(checked, ruling=Ruling.ABSENT, reason=reason, related=related(claim, near, snapshot))


def _nothing_to_search(searched: Searched) -> str | None:
    if not searched.indexed:
        return "Nothing is indexed yet."
    return None if searched.passages else "No document matches these filters."


def _judged(
    claim: Claim, wanted: Document | None, where: Filter, snapshot: Snapshot
) -> tuple[Judged | None, list[tuple[Passage, Document]]]:
    """The verdict on the words alone, and where it was looked for."""
    documents = cache(lambda document_id: document_of(snapshot, document_id))
    shingles = Shingles(claim, snapshot, where)
    own = cut_passages(wanted)[:READ_WHOLE] if wanted else ()
    likely = dict.fromkeys((*own, *_passages(shingles.whole(), snapshot)))
    judged = stands(claim, stretches(claim, likely, documents))
    if judged is None:
        likely |= dict.fromkeys(_passages(shingles.parts(), snapshot))
        found = stretches(claim, likely, documents)
        judged = stands(claim, found) or resembles(claim, found)
    return judged, [(passage, documents(passage.document_id)) for passage in likely]


def _passages(keys: Sequence[int], snapshot: Snapshot) -> list[Passage]:
    held = snapshot.passages(keys)
    return [held[key] for key in keys]


def _with_the_claim(checked: Verified, judged: Judged, wanted: Document | None) -> Verified:
    """ELSEWHERE where the words are real and the rest of the claim is not; the places that bear it out come first."""
    ruling, reason, places = judged.ruling, judged.reason, judged.places
    if wanted is not None:
        places = tuple(sorted(places, key=lambda place: _identity(place) != wanted.source.id))
        if _identity(places[0]) != wanted.source.id:
            ruling = Ruling.ELSEWHERE if ruling in _REAL else ruling
            title = places[0].stretch.document.source.title
            reason = f"It stands in “{title}”, not in “{wanted.source.title}”."
    if checked.said_by is not None:
        places, told, why = _by_speaker(checked.said_by, places)
        if told is Speaker.ANOTHER and ruling in _REAL:
            ruling = Ruling.ELSEWHERE
        reason = " ".join(part for part in (reason, why) if part) or None
    matches = tuple(match_at(place) for place in places)
    return dataclasses.replace(
        checked,
        ruling=ruling,
        matches=matches,
        differences=judged.differences,
        flags=judged.flags,
        reason=reason,
    )


def _by_speaker(said_by: str, places: Sequence[Place]) -> tuple[tuple[Place, ...], Speaker, str | None]:
    """The places, those that name the speaker first; what the first of them tells, and a sentence about it."""
    order = (Speaker.SAME, Speaker.UNTOLD, Speaker.ANOTHER)
    heard = [(place, said_there(place)) for place in places]
    judged = [(place, said, speaker(said_by, said)) for place, said in heard]
    judged.sort(key=lambda each: order.index(each[2]))
    _, said, told = judged[0]
    words = names_in_words(said)
    why = {
        Speaker.SAME: None,
        Speaker.UNTOLD: f"The text there says only: {words}." if words else "The text there does not say who says it.",
        Speaker.ANOTHER: f"The text there says: {words}.",
    }[told]
    return tuple(place for place, _, _ in judged), told, why


def _identity(place: Place) -> str:
    return place.stretch.document.source.id


def _named(name: str, snapshot: Snapshot) -> Document:
    """By its id, else by its title, its path or the end of it; case and width don't count."""
    wanted = filter_key(name)
    source = snapshot.source(name.strip()) or next(
        (each for each in snapshot.sources() if _is_called(each, wanted)), None
    )
    if source is None:
        shown = name.strip()[:80]
        raise QuestionError(f"no document in the archive is called “{shown}”")
    return document_of(snapshot, source.id)


def _is_called(source: Source, wanted: str) -> bool:
    return wanted == filter_key(source.title) or f"/{filter_key(source.path)}".endswith(f"/{wanted}")

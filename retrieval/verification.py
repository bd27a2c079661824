"""From a quote to its verdict, against one snapshot: candidates, comparison, and whether the rest of the claim fits."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from retrieval.answers import Attribution, Searched
from retrieval.errors import QuestionError
from retrieval.excerpting import has_first_name
from retrieval.filters import Filter, filter_key
from retrieval.quotations import match_at, said_there
from retrieval.records import Document, Passage, Source
from retrieval.remarks import Remark, StandsElsewhere, TextSays, TextSaysOnly, Uncheckable, WordsOfATitle
from retrieval.splitting import cut_passages
from retrieval.store.lookups import document_of
from retrieval.store.protocol import Snapshot
from retrieval.verdicts import Ruling, Verified
from retrieval.verifying import (
    Claim,
    Place,
    Shingles,
    Speaker,
    can_be_a_name,
    is_unspaced,
    read_quote,
    related,
    resembles,
    speaker,
    stands,
    stretches,
    title_with,
    too_scattered,
    too_short,
    unfit,
)

READ_WHOLE = 400
"""Passages: a document that is named with the quote is compared whole where it has no more."""
MOST_MATCHES = 5
_REAL = (Ruling.EXACT, Ruling.TYPOGRAPHY)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A quote, and what is claimed of it."""

    quote: str
    said_by: str | None = None
    document: str | None = None
    """Its id, path or title."""


def verify(claimed: Claimed, where: Filter, snapshot: Snapshot | None, searched: Searched) -> Verified:
    """Raises QuestionError where `document` names none or `said_by` is no name, IndexDamaged."""
    said_by = _speaker_named(claimed.said_by)
    checked = Verified(claimed.quote, Ruling.CANNOT_CHECK, searched, said_by=said_by)
    claim = read_quote(claimed.quote) if (why := unfit(claimed.quote)) is None else None
    remark = why or (too_short(claim) or too_scattered(claim) if claim else None) or _nothing_to_search(searched)
    if claim is None or snapshot is None or remark is not None:
        return dataclasses.replace(checked, remarks=(remark,) if remark else ())
    wanted = _named(claimed.document, where, snapshot) if claimed.document else None
    places, near = _places(claim, wanted, said_by, where, snapshot)
    if places:
        return _with_the_claim(checked, places, wanted)
    if is_unspaced(claim):
        return dataclasses.replace(checked, remarks=(Uncheckable.UNSPACED,))
    title = title_with(claim, (document.source.title for _, document in near))
    remarks = (WordsOfATitle(title),) if title is not None else ()
    return dataclasses.replace(checked, ruling=Ruling.ABSENT, remarks=remarks, related=related(claim, near, snapshot))


def _speaker_named(said_by: str | None) -> str | None:
    if said_by is None or not said_by.strip():
        return None
    if not can_be_a_name(said_by):
        raise QuestionError(f"“{' '.join(said_by.split())[:80]}” is no name")
    return said_by


def _nothing_to_search(searched: Searched) -> Uncheckable | None:
    if not searched.indexed:
        return Uncheckable.NOTHING_INDEXED
    return None if searched.passages else Uncheckable.NOTHING_MATCHES_FILTERS


def _places(
    claim: Claim, wanted: Document | None, said_by: str | None, where: Filter, snapshot: Snapshot
) -> tuple[tuple[Place, ...], list[tuple[Passage, Document]]]:
    """Where the words stand, or what comes nearest, by the words alone; and where they were looked for."""
    documents = cache(lambda document_id: document_of(snapshot, document_id))
    shingles = Shingles(claim, snapshot, where)
    own = cut_passages(wanted)[:READ_WHOLE] if wanted else ()
    likely = dict.fromkeys((*own, *_passages(shingles.whole(), snapshot)))
    everywhere = wanted is not None or said_by is not None
    places = stands(claim, stretches(claim, likely, documents), everywhere)
    if not places:
        likely |= dict.fromkeys(_passages(shingles.parts(), snapshot))
        found = stretches(claim, likely, documents)
        places = stands(claim, found, everywhere) or resembles(claim, found)
    return places, [(passage, documents(passage.document_id)) for passage in likely]


def _passages(keys: Sequence[int], snapshot: Snapshot) -> list[Passage]:
    held = snapshot.passages(keys)
    return [held[key] for key in keys]


@dataclass(frozen=True, slots=True)
class _Heard:
    """A place, and who says it there."""

    place: Place
    said: tuple[Attribution, ...] = ()
    told: Speaker = Speaker.UNTOLD


def _with_the_claim(checked: Verified, places: Sequence[Place], wanted: Document | None) -> Verified:
    """ELSEWHERE where the words are real and the rest of the claim is not; the places that bear it out come first.

    All that is said of the quote is said of the place that comes first.
    """
    heard = [_heard(place, checked.said_by) for place in places]
    order = (Speaker.SAME, Speaker.UNTOLD, Speaker.ANOTHER)
    heard.sort(key=lambda each: (not _is_real(each.place), not _is_in(wanted, each.place), order.index(each.told)))
    first = heard[0].place
    ruling, remarks = first.ruling, [*first.remarks]
    if wanted is not None and not _is_in(wanted, first):
        ruling = Ruling.ELSEWHERE if _is_real(first) else ruling
        there, claimed = first.stretch.document.source, wanted.source
        here, asked = (there.path, claimed.path) if there.title == claimed.title else (there.title, claimed.title)
        remarks.append(StandsElsewhere(here, asked))
    if checked.said_by is not None:
        if heard[0].told is Speaker.ANOTHER and _is_real(first):
            ruling = Ruling.ELSEWHERE
        remarks += _of_the_speaker(heard[0])
    alike = [each.place for each in heard if each.place.ruling is first.ruling][:MOST_MATCHES]
    return dataclasses.replace(
        checked,
        ruling=ruling,
        matches=tuple(match_at(place) for place in alike),
        differences=first.differences,
        flags=first.flags,
        remarks=tuple(remarks),
    )


def _heard(place: Place, said_by: str | None) -> _Heard:
    if said_by is None:
        return _Heard(place)
    said = said_there(place)
    return _Heard(place, said, speaker(said_by, said, has_first_name(said_by)))


def _of_the_speaker(heard: _Heard) -> Iterator[Remark]:
    match heard.told:
        case Speaker.ANOTHER:
            yield TextSays(_identity(heard.place), heard.said)
        case Speaker.UNTOLD:
            yield TextSaysOnly(_identity(heard.place), heard.said)


def _is_real(place: Place) -> bool:
    return place.ruling in _REAL


def _is_in(wanted: Document | None, place: Place) -> bool:
    return wanted is None or _identity(place) == wanted.source.id


def _identity(place: Place) -> str:
    return place.stretch.document.source.id


def _named(name: str, where: Filter, snapshot: Snapshot) -> Document:
    """By its id, else by its title, its path or the end of it; case and width don't count. One that the filters leave
    out is none, and of two with one name neither is meant.
    """
    by_id = snapshot.source(name.strip())
    wanted = filter_key(name)
    called = [by_id] if by_id else [each for each in snapshot.sources() if _is_called(each, wanted)]
    found = [source for source in called if where.matches(source)]
    shown = name.strip()[:80]
    if not found:
        raise QuestionError(f"no document that may be searched is called “{shown}”")
    if len(found) > 1:
        paths = ", ".join(source.path for source in found[:5])
        raise QuestionError(f"{len(found)} documents are called “{shown}”; name one by its path: {paths}")
    return document_of(snapshot, found[0].id)


def _is_called(source: Source, wanted: str) -> bool:
    return wanted == filter_key(source.title) or f"/{filter_key(source.path)}".endswith(f"/{wanted}")

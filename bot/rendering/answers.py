"""Answers, lookups and passages as replies. Pure: no library, no Discord."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.catalogue import Line
from bot.rendering.reply import Block, Cut, Meta, Part, Quote, ReceiptOf, Reply, Row, Say
from retrieval import (
    GAP,
    Abstained,
    Answer,
    Copy,
    Excerpt,
    Found,
    Landmark,
    LandmarkKind,
    Listing,
    NearMiss,
    Reason,
    Role,
    Searched,
    Span,
    Understood,
)

MOST_ATTRIBUTIONS = 4
"""Of one excerpt that are listed under it."""
MOST_COPIES = 5
MOST_UNDERSTOOD = 6
_SILENCE = {
    Reason.NOTHING_INDEXED: Line.NOTHING_INDEXED,
    Reason.NOTHING_MATCHES_FILTERS: Line.NOTHING_MATCHES_FILTERS,
    Reason.NOTHING_RELEVANT: Line.NOTHING_RELEVANT,
    Reason.NOT_A_QUESTION: Line.NOT_A_QUESTION,
}


def render_answer(answer: Answer, *, private: bool = False) -> Reply:
    match answer:
        case Found(_, excerpts, searched):
            blocks = [block for excerpt in excerpts for block in excerpt_blocks(excerpt)]
            return Reply((*blocks, *_understood(answer.understood), searched_row(searched)), private)
        case Abstained(_, reason, searched, nearest):
            rows = [Row((Say(_SILENCE[reason]),)), *_understood(answer.understood), searched_row(searched)]
            return Reply((*rows, *nearest_rows(nearest)), private)


def render_listing(listing: Listing, *, private: bool = False) -> Reply:
    blocks = [block for excerpt in listing.excerpts for block in excerpt_blocks(excerpt)]
    page = Meta(str(listing.page))
    if not listing.excerpts:
        blocks.append(Row((Say(_no_hits(listing), {"page": page}),)))
    elif listing.more:
        blocks.append(Row((Say(Line.MORE_HITS, {"page": page, "next": Meta(str(listing.page + 1))}),), small=True))
    elif listing.page > 1:
        blocks.append(Row((Say(Line.LAST_HITS, {"page": page}),), small=True))
    return Reply((*blocks, searched_row(listing.searched)), private)


def _no_hits(listing: Listing) -> Line:
    if not listing.searched.documents:
        return Line.NOTHING_MATCHES_FILTERS if listing.searched.filters else Line.NOTHING_INDEXED
    return Line.NO_HITS if listing.page == 1 else Line.NO_SUCH_PAGE


_LANDMARKS = {
    LandmarkKind.PAGE: Line.PAGE,
    LandmarkKind.CHAPTER: Line.CHAPTER,
    LandmarkKind.PARAGRAPH: Line.PARAGRAPH,
    LandmarkKind.MESSAGE: Line.MESSAGE,
    LandmarkKind.LINE: Line.LINE,
}


def landmark_said(landmark: Landmark) -> Say:
    return Say(_LANDMARKS[landmark.kind], {"number": Meta(str(landmark.number))})


def excerpt_blocks(excerpt: Excerpt) -> Iterator[Block]:
    yield _quote(excerpt)
    # Whatever a title says, its line is never taken for one of ours.
    yield Row(tuple(_source(excerpt)), Say(Line.FROM))
    if excerpt.source.status is not None:
        note = (Meta(excerpt.source.status_note, whole=True),) if excerpt.source.status_note else ()
        yield Row(note, Say(Line.STATUS, {"status": Meta(excerpt.source.status)}))
    if excerpt.attribution_shown:
        identity = excerpt.source.id
        cuts = tuple(Cut(identity, mark.span, mark.words) for mark in excerpt.attribution_shown[:MOST_ATTRIBUTIONS])
        yield Row(cuts, Say(Line.IN_THE_TEXT))
    yield Row((Meta(excerpt.code),), Say(Line.CODE), small=True)
    yield ReceiptOf(excerpt.code)
    if excerpt.copies:
        yield Row(tuple(_copies(excerpt.copies)), Say(Line.COPIES), small=True)


def _copies(copies: Sequence[Copy]) -> Iterator[Part]:
    for copy in copies[:MOST_COPIES]:
        source = copy.source
        said = (source.title, source.publisher, source.published.isoformat() if source.published else None, copy.code)
        yield Meta(", ".join(part for part in said if part))
    if len(copies) > MOST_COPIES:
        yield Say(Line.AND_MORE, {"count": Meta(str(len(copies) - MOST_COPIES))})


def _quote(excerpt: Excerpt) -> Quote:
    """Each sentence with the white space up to the next, so that the cuts of a piece join to it exactly."""
    cuts: list[Cut] = []
    bold: set[int] = set()
    gaps: set[int] = set()
    at = 0
    for piece in excerpt.pieces:
        words = excerpt.text[at : at + len(piece)]
        at += len(piece) + len(GAP)
        if cuts:
            gaps.add(len(cuts))
        inside = [clipped for s in excerpt.sentences if (clipped := s.clip(piece))]
        starts = [piece.start, *(sentence.start for sentence in inside[1:]), piece.end]
        for start, end in pairwise(starts):
            span = Span(start, end)
            if any(answer.overlaps(span) for answer in excerpt.answer):
                bold.add(len(cuts))
            cuts.append(Cut(excerpt.source.id, span, words[start - piece.start : end - piece.start]))
    return Quote(tuple(cuts), frozenset(bold), frozenset(gaps))


def _source(excerpt: Excerpt) -> Iterator[Part]:
    source, landmark = excerpt.source, excerpt.landmark
    yield Meta(source.title, source.url)
    for said in (source.publisher, source.author):
        if said:
            yield Meta(said)
    yield Meta(source.published.isoformat()) if source.published else Say(Line.UNDATED)
    if landmark is not None:
        yield landmark_said(landmark)
    if excerpt.has_paragraphs:
        yield Say(Line.PARAGRAPH, {"number": Meta(str(excerpt.passage.paragraph))})
    yield Meta(source.path)


def searched_row(searched: Searched) -> Row:
    if not searched.documents:
        dates = Say(Line.NONE_DATED)
    elif searched.first is None:
        dates = Say(Line.ALL_UNDATED)
    else:
        dates = Say(Line.DATES, {"first": Meta(str(searched.first)), "last": Meta(str(searched.last))})
    values: dict[str, Meta | Say] = {
        "documents": _counted(searched.documents, Line.ONE_DOCUMENT, Line.DOCUMENTS),
        "passages": _counted(searched.passages, Line.ONE_PASSAGE, Line.PASSAGES),
        "dates": dates,
    }
    if searched.filters:
        filters = ", ".join(f"{name} {value}" for name, value in searched.filters.items())
        return Row((Say(Line.SEARCHED_FILTERED, values | {"filters": Meta(filters)}),), small=True)
    return Row((Say(Line.SEARCHED, values),), small=True)


def _understood(understood: Sequence[Understood]) -> Iterator[Row]:
    """What the question was taken to say beside its words, and how to ask without that."""
    if understood:
        said = [_one_understood(one) for one in understood[:MOST_UNDERSTOOD]]
        yield Row((*said, Say(Line.AS_WRITTEN)), Say(Line.UNDERSTOOD), small=True)


def _one_understood(one: Understood) -> Say:
    if one.field == "phrase":
        return Say(Line.ONLY_PHRASE, {"value": Meta(one.value)})
    line = Line.ONLY if one.role is Role.REQUIRED else Line.PREFERRED
    return Say(line, {"field": Meta(one.field), "value": Meta(one.value), "words": Meta(one.words)})


def _counted(count: int, one: Line, many: Line) -> Say:
    return Say(one) if count == 1 else Say(many, {"count": Meta(f"{count:,}")})


def nearest_rows(nearest: Sequence[NearMiss], label: Line = Line.NEAREST) -> Iterator[Row]:
    if nearest:
        yield Row((Say(label),), small=True)
    for miss in nearest:
        yield Row((Meta(miss.source.title, miss.source.url), Meta(miss.passage.code)), Say(Line.FROM), small=True)

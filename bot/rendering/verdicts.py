"""What became of quotes that were checked, as replies. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.catalogue import Line
from bot.rendering.answers import excerpt_blocks, nearest_rows, searched_row
from bot.rendering.remarks import remark_row
from bot.rendering.reply import Block, Claim, Cut, Meta, Part, Quote, Reply, Row, Say, say
from retrieval import MOST_CHECKED, CheckedMessage, Difference, Flag, Match, Ruling, Verified

MOST_DIFFERENCES = 8
MOST_MATCHES = 2
_RULINGS = {
    Ruling.EXACT: Line.EXACT,
    Ruling.TYPOGRAPHY: Line.TYPOGRAPHY,
    Ruling.ALTERED: Line.ALTERED,
    Ruling.SPLICED: Line.SPLICED,
    Ruling.ELSEWHERE: Line.ELSEWHERE,
    Ruling.ABSENT: Line.ABSENT,
    Ruling.CANNOT_CHECK: Line.CANNOT_CHECK,
}
_FLAGS = {
    Flag.NEGATION: Line.FLAG_NEGATION,
    Flag.NUMBER: Line.FLAG_NUMBER,
    Flag.NAME: Line.FLAG_NAME,
    Flag.UNIT: Line.FLAG_UNIT,
    Flag.HEDGE: Line.FLAG_HEDGE,
}


def render_verified(verified: Verified, *, private: bool = False) -> Reply:
    """One quote, with all that there is to say of it."""
    blocks = [*_verdict(verified), *_matches(verified, MOST_MATCHES), *nearest_rows(verified.related, Line.RELATED)]
    return Reply((*blocks, searched_row(verified.searched)), private)


def render_checked(message: CheckedMessage, *, private: bool = False) -> Reply:
    """The sentences of a message in its order, each with its verdict and the first place where it stands."""
    if not message.checked:
        return say(Line.NOTHING_TO_CHECK, private=True)
    blocks: list[Block] = []
    for one in message.checked:
        blocks += [*_verdict(one), *_matches(one, 1), *nearest_rows(one.related[:1], Line.RELATED)]
    if message.left_out:
        left_out = {"count": Meta(str(message.left_out)), "most": Meta(str(MOST_CHECKED))}
        blocks.append(Row((Say(Line.LEFT_UNCHECKED, left_out),), small=True))
    return Reply((*blocks, searched_row(message.checked[0].searched)), private)


def _verdict(verified: Verified) -> Iterator[Block]:
    yield Claim(verified.quote, verified.said_by)
    yield Row((Say(_RULINGS[verified.ruling]),))
    if verified.flags:
        yield Row(tuple(Say(_FLAGS[flag]) for flag in verified.flags))
    yield from map(remark_row, verified.remarks)
    for difference in verified.differences[:MOST_DIFFERENCES]:
        yield Row((_difference(difference, verified.matches),), small=True)
    more = len(verified.differences) - MOST_DIFFERENCES
    if more > 0:
        yield Row((Say(Line.AND_MORE, {"count": Meta(str(more))}),), small=True)


def _difference(difference: Difference, matches: Sequence[Match]) -> Part:
    claimed = Meta(difference.claimed) if difference.claimed is not None else None
    source: Cut | None = None
    if difference.source is not None and difference.place is not None:
        source = Cut(matches[0].excerpt.source.id, difference.place, difference.source)
    if claimed is not None and source is not None:
        return Say(Line.DIFFERS, {"claimed": claimed, "source": source})
    if claimed is not None:
        return Say(Line.ADDED, {"claimed": claimed})
    return Say(Line.LEFT_AWAY, {"source": source or Meta("")})


def _matches(verified: Verified, most: int) -> Iterator[Block]:
    """Of what is spliced every piece: they are one verdict together, and not a choice of places."""
    matches = verified.matches if verified.ruling is Ruling.SPLICED else verified.matches[:most]
    for match in matches:
        quote, *rest = excerpt_blocks(match.excerpt)
        yield _marked(quote, match) if isinstance(quote, Quote) else quote
        yield from rest
    more = len(verified.matches) - len(matches)
    if more:
        yield Row((Say(Line.MORE_PLACES, {"count": Meta(str(more))}),), small=True)


def _marked(quote: Quote, match: Match) -> Quote:
    """The sentences that hold the words in question are bold, as answers are."""
    places = match.pieces
    bold = {at for at, cut in enumerate(quote.sentences) if any(cut.span.overlaps(place) for place in places)}
    return Quote(quote.sentences, frozenset(bold), quote.gaps)

"""What there is to say of a quote beside its verdict, as rows: the archive's words in them are cuts. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.catalogue import Line
from bot.rendering.answers import MOST_ATTRIBUTIONS
from bot.rendering.reply import Cut, Meta, Part, Row, Say
from retrieval import (
    Attribution,
    Fragments,
    Liberty,
    MarksDiffer,
    NoClarification,
    Remark,
    StandsElsewhere,
    TextSays,
    TextSaysOnly,
    TooLong,
    TooScattered,
    TooShort,
    Uncheckable,
    WordsOfATitle,
)

MOST_MARKS = 5
_UNCHECKABLE = {
    Uncheckable.NO_LETTERS: Line.NO_LETTERS,
    Uncheckable.NOTHING_INDEXED: Line.NOTHING_INDEXED,
    Uncheckable.NOTHING_MATCHES_FILTERS: Line.NOTHING_MATCHES_FILTERS,
    Uncheckable.UNSPACED: Line.UNSPACED,
}
_LIBERTIES = {
    Liberty.HIDES_NEGATION: Line.HIDES_NEGATION,
    Liberty.HIDES_HEDGE: Line.HIDES_HEDGE,
    Liberty.HIDES_NEGATION_AND_HEDGE: Line.HIDES_NEGATION_AND_HEDGE,
    Liberty.ELLIPSIS_ACROSS_SENTENCES: Line.ELLIPSIS_ACROSS_SENTENCES,
    Liberty.BRACKETS_ACROSS_SENTENCES: Line.BRACKETS_ACROSS_SENTENCES,
}


def remark_row(remark: Remark) -> Row:
    match remark:
        case Uncheckable():
            return _row(_UNCHECKABLE[remark])
        case TooLong(most):
            return _row(Line.TOO_LONG, most=Meta(f"{most:,}"))
        case TooShort(words, needed):
            return _row(Line.TOO_SHORT, words=_counted_words(words), needed=_number(needed))
        case TooScattered(pieces, most):
            return _row(Line.TOO_SCATTERED, pieces=_number(pieces), most=_number(most))
        case Liberty():
            return _row(_LIBERTIES[remark])
        case NoClarification(words):
            return _row(Line.NO_CLARIFICATION, bracket=Meta(f"[{words}]"))
        case MarksDiffer(marks):
            return _listed(Line.MARKS_DIFFER, [Say(Line.MARK, {"mark": Meta(mark)}) for mark in marks], MOST_MARKS)
        case Fragments(count, documents):
            line = Line.FRAGMENTS_OF_ONE if documents == 1 else Line.FRAGMENTS_OF_SEVERAL
            return _row(line, count=_number(count), documents=_number(documents))
        case WordsOfATitle(title):
            return _row(Line.WORDS_OF_A_TITLE, title=Meta(title))
        case StandsElsewhere(here, asked):
            return _row(Line.STANDS_ELSEWHERE, here=Meta(here), asked=Meta(asked))
        case TextSays(document_id, said):
            return _listed(Line.TEXT_SAYS, _cuts(document_id, said), MOST_ATTRIBUTIONS)
        case TextSaysOnly(document_id, said):
            cuts = _cuts(document_id, said)
            return _listed(Line.TEXT_SAYS_ONLY, cuts, MOST_ATTRIBUTIONS) if cuts else _row(Line.NOBODY_SAYS)


def _row(line: Line, **values: Part) -> Row:
    return Row((Say(line, values),), small=True)


def _listed(label: Line, parts: Sequence[Part], most: int) -> Row:
    """Each a part of its own, so that no cut is too long for a page; behind `most` of them the rest is counted."""
    more = [Say(Line.AND_MORE, {"count": _number(len(parts) - most)})] if len(parts) > most else []
    return Row((*parts[:most], *more), Say(label), small=True)


def _cuts(document_id: str, said: Sequence[Attribution]) -> list[Cut]:
    return [Cut(document_id, mark.span, mark.words) for mark in said]


def _counted_words(count: int) -> Say:
    match count:
        case 0:
            return Say(Line.NO_WORD)
        case 1:
            return Say(Line.ONE_WORD)
        case _:
            return Say(Line.WORDS, {"count": _number(count)})


def _number(count: int) -> Meta:
    return Meta(str(count))

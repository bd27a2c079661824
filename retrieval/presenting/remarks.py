"""What there is to say of a quote beside its verdict, as sentences: the same ones in JSON and on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from retrieval.answers import Attribution
from retrieval.remarks import (
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
"""That are named; the others are counted."""
_UNCHECKABLE = {
    Uncheckable.NO_LETTERS: "There is nothing to read in it: it has no letters.",
    Uncheckable.NOTHING_INDEXED: "Nothing is indexed yet.",
    Uncheckable.NOTHING_MATCHES_FILTERS: "No document matches these filters.",
    Uncheckable.UNSPACED: "Its script has no spaces, and the index knows only whole runs of it.",
}
_LIBERTIES = {
    Liberty.HIDES_NEGATION: "The ellipsis leaves out a negation.",
    Liberty.HIDES_HEDGE: "The ellipsis leaves out a hedge.",
    Liberty.HIDES_NEGATION_AND_HEDGE: "The ellipsis leaves out a negation and a hedge.",
    Liberty.ELLIPSIS_ACROSS_SENTENCES: "The ellipsis runs over the end of a sentence.",
    Liberty.BRACKETS_ACROSS_SENTENCES: "Brackets stand for words across the end of a sentence.",
}


def remarks_text(remarks: Iterable[Remark]) -> str:
    """A sentence each, joined with spaces; nothing for none."""
    return " ".join(map(_sentence, remarks))


def _sentence(remark: Remark) -> str:
    match remark:
        case Uncheckable():
            return _UNCHECKABLE[remark]
        case TooLong(most):
            return f"It is too long: a quote may have {most:,} characters."
        case TooShort(words, needed):
            return f"It is too short: it has {_counted_words(words)}, and {needed} are needed."
        case TooScattered(pieces, most):
            return f"It is in too many pieces: editor's marks cut it into {pieces}, and {most} are compared."
        case Liberty():
            return _LIBERTIES[remark]
        case NoClarification(words):
            return f"“[{words}]” is no clarification of the source’s words."
        case MarksDiffer(marks):
            return f"Editor’s marks differ: {_listed(marks)}."
        case Fragments(count, documents):
            whose = "one document" if documents == 1 else f"{documents} documents"
            return f"These are {count} fragments of {whose} that do not stand together."
        case WordsOfATitle(title):
            return f"These are words of a title, “{title}”, and of no text."
        case StandsElsewhere(here, asked):
            return f"It stands in “{here}”, not in “{asked}”."
        case TextSays(_, said):
            return f"The text there says: {_quoted(said)}."
        case TextSaysOnly(_, said):
            return (
                f"The text there says only: {_quoted(said)}." if said else "No words were found that say who says it."
            )


def _counted_words(count: int) -> str:
    return "one word" if count == 1 else f"{count} words" if count else "no word"


def _listed(marks: tuple[str, ...]) -> str:
    more = f" and {len(marks) - MOST_MARKS} more" if len(marks) > MOST_MARKS else ""
    return ", ".join(f"“{mark}”" for mark in marks[:MOST_MARKS]) + more


def _quoted(said: tuple[Attribution, ...]) -> str:
    return "; ".join(f"“{' '.join(attribution.words.split())}”" for attribution in said)

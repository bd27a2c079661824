"""Whether an excerpt is word for word what the source says, checked against a reading that the index had no part in."""

from __future__ import annotations

from collections.abc import Mapping

from retrieval.answers import GAP, Excerpt


def is_verbatim(excerpt: Excerpt, texts: Mapping[str, str]) -> bool:
    """False also where a marked part is outside the pieces, or is not the words that it is said to be.

    `texts`: document id -> the text of its line in the corpus file. Slices here by itself instead of calling the code
    that made the excerpt, which it is there to check.
    """
    text = texts.get(excerpt.source.id)
    if text is None or any(piece.end > len(text) for piece in excerpt.pieces):
        return False
    marked = (*excerpt.answer, *(attribution.span for attribution in excerpt.attribution))
    return (
        GAP.join(text[piece.start : piece.end] for piece in excerpt.pieces) == excerpt.text
        and all(any(piece.contains(span) for piece in excerpt.pieces) for span in marked)
        and all(text[mark.span.start : mark.span.end] == mark.words for mark in excerpt.attribution)
    )

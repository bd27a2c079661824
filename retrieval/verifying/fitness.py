"""What of a quote makes it impossible to check."""

from __future__ import annotations

import unicodedata

from retrieval.remarks import TooLong, TooScattered, TooShort, Uncheckable
from retrieval.verifying.editing import Claim

FEWEST_WORDS = 3
MOST_CHARACTERS = 20_000
MOST_PIECES = 60
"""Between the editor's marks of one quote."""


def unfit(quote: str) -> TooLong | Uncheckable | None:
    """Why it is not even read; None where it can be."""
    if len(quote) > MOST_CHARACTERS:
        return TooLong(MOST_CHARACTERS)
    if not any(unicodedata.category(character)[0] == "L" for character in quote):
        return Uncheckable.NO_LETTERS
    return None


def too_short(claim: Claim) -> TooShort | None:
    return TooShort(claim.word_count, FEWEST_WORDS) if claim.word_count < FEWEST_WORDS else None


def too_scattered(claim: Claim) -> TooScattered | None:
    count = len(claim.fragments)
    return TooScattered(count, MOST_PIECES) if count > MOST_PIECES else None


def is_unspaced(claim: Claim) -> bool:
    """Whether most of it is in a script without spaces, of which the word index knows whole runs only."""
    unspaced = sum(token.kind == "unspaced" for token in claim.tokens)
    return unspaced * 2 > len(claim.tokens)

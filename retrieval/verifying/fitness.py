"""What of a quote makes it impossible to check."""

from __future__ import annotations

import unicodedata

from retrieval.verifying.editing import Claim

FEWEST_WORDS = 3
MOST_CHARACTERS = 20_000
MOST_PIECES = 60
"""Between the editor's marks of one quote."""


def unfit(quote: str) -> str | None:
    """Why it is not even read; None where it can be."""
    if len(quote) > MOST_CHARACTERS:
        return f"It is too long: a quote may have {MOST_CHARACTERS:,} characters."
    if not any(unicodedata.category(character)[0] == "L" for character in quote):
        return "There is nothing to read in it: it has no letters."
    return None


def too_short(claim: Claim) -> str | None:
    count = claim.word_count
    if count >= FEWEST_WORDS:
        return None
    counted = "one word" if count == 1 else f"{count} words" if count else "no word"
    return f"It is too short: it has {counted}, and {FEWEST_WORDS} are needed."


def too_scattered(claim: Claim) -> str | None:
    count = len(claim.fragments)
    if count <= MOST_PIECES:
        return None
    return f"It is in too many pieces: editor's marks cut it into {count}, and {MOST_PIECES} are compared."


def is_unspaced(claim: Claim) -> bool:
    """Whether most of it is in a script without spaces, of which the word index knows whole runs only."""
    unspaced = sum(token.kind == "unspaced" for token in claim.tokens)
    return unspaced * 2 > len(claim.tokens)

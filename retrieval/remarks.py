"""What there is to say of a quote beside its verdict: why it can't be checked, or what of the claim does not fit.

Values without a sentence among them: those are put together where they are shown, in the language that is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from retrieval.answers import Attribution


class Uncheckable(StrEnum):
    """Why it can't be checked, where that takes no number."""

    NO_LETTERS = "no_letters"
    NOTHING_INDEXED = "nothing_indexed"
    NOTHING_MATCHES_FILTERS = "nothing_matches_filters"
    UNSPACED = "unspaced"
    """Its script has no spaces, and the index knows only whole runs of it."""


@dataclass(frozen=True, slots=True)
class TooLong:
    most: int
    """Characters that a quote may have."""


@dataclass(frozen=True, slots=True)
class TooShort:
    words: int
    needed: int


@dataclass(frozen=True, slots=True)
class TooScattered:
    """Editor's marks cut it into more pieces than are compared."""

    pieces: int
    most: int


class Liberty(StrEnum):
    """What an editor's mark did to the words."""

    HIDES_NEGATION = "hides_negation"
    """The words that an ellipsis leaves out deny."""
    HIDES_HEDGE = "hides_hedge"
    HIDES_NEGATION_AND_HEDGE = "hides_negation_and_hedge"
    ELLIPSIS_ACROSS_SENTENCES = "ellipsis_across_sentences"
    BRACKETS_ACROSS_SENTENCES = "brackets_across_sentences"


@dataclass(frozen=True, slots=True)
class NoClarification:
    """What stands in brackets is neither the source's own words nor a pronoun or a noun for them."""

    words: str
    """Of the quote, as they are written inside the brackets."""


@dataclass(frozen=True, slots=True)
class MarksDiffer:
    """Editor's marks, as they are written in the quote; each once, and one at least."""

    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fragments:
    """Real ones that do not stand together."""

    count: int
    documents: int
    """How many they are of."""


@dataclass(frozen=True, slots=True)
class WordsOfATitle:
    """They stand in no text, only in this title."""

    title: str


@dataclass(frozen=True, slots=True)
class StandsElsewhere:
    """Titles of the document that it stands in and of the one that was claimed; where these are the same, paths."""

    here: str
    asked: str


@dataclass(frozen=True, slots=True)
class TextSays:
    """Somebody other than the speaker who was claimed: the words of the document that say who."""

    document_id: str
    said: tuple[Attribution, ...]


@dataclass(frozen=True, slots=True)
class TextSaysOnly:
    """Words of the document that leave open whether it is the speaker who was claimed; none where it has none."""

    document_id: str
    said: tuple[Attribution, ...]


Remark = (
    Uncheckable
    | TooLong
    | TooShort
    | TooScattered
    | Liberty
    | NoClarification
    | MarksDiffer
    | Fragments
    | WordsOfATitle
    | StandsElsewhere
    | TextSays
    | TextSaysOnly
)

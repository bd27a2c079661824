"""What became of a quote that was checked against the archive. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from retrieval.answers import Excerpt, NearMiss, Searched
from retrieval.remarks import Remark
from retrieval.spans import Span


class Ruling(StrEnum):
    """The seven that there are, and no eighth."""

    EXACT = "exact"
    TYPOGRAPHY = "typography"
    """Equal but for quote marks, dashes, spaces and case."""
    ALTERED = "altered"
    SPLICED = "spliced"
    """Two or more real fragments that do not stand together."""
    ELSEWHERE = "elsewhere"
    """Real, but not by the speaker or in the document that was claimed."""
    ABSENT = "absent"
    """Not in this archive, which is not to say that it is untrue."""
    CANNOT_CHECK = "cannot_check"


class Flag(StrEnum):
    """What kind of word differs where it matters most."""

    NEGATION = "negation"
    NUMBER = "number"
    NAME = "name"
    UNIT = "unit"
    HEDGE = "hedge"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the claim and the source part."""

    claimed: str | None
    """Words of the quote; None where the source has words that it leaves out."""
    source: str | None
    """Words of the source, a slice of it; None where it has none there."""
    place: Span | None = None
    """Where `source` stands in the document of the first match."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where the archive has it, or what comes nearest to it."""

    excerpt: Excerpt
    """Whole sentences around it, with whoever says it: what is shown."""
    pieces: tuple[Span, ...]
    """What corresponds to the quote itself; more than one where it is spliced or has an ellipsis."""
    text: str
    """The pieces as they stand in the document."""


@dataclass(frozen=True, slots=True)
class Verified:
    """One quote, checked."""

    quote: str
    ruling: Ruling
    searched: Searched
    matches: tuple[Match, ...] = ()
    """Best first; none for ABSENT and CANNOT_CHECK."""
    differences: tuple[Difference, ...] = ()
    """Of the quote and the first match, in order."""
    flags: tuple[Flag, ...] = ()
    remarks: tuple[Remark, ...] = ()
    """Why it can't be checked, or what of the claim does not fit."""
    related: tuple[NearMiss, ...] = ()
    """Passages about the same, where the quote itself is absent. Not a match, and every surface says so."""
    said_by: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedMessage:
    """What was checked of a message, in its order."""

    checked: tuple[Verified, ...]
    """Its quotations, and its sentences that have none, as they are written in it."""
    left_out: int = 0
    """Quotations and sentences behind them that were not checked: there are too many."""

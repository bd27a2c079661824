"""What people can ask for, and the one grammar of text for chat, direct messages and the console."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from retrieval import QuestionError, parse_code

MOST_AROUND = 3
"""Paragraphs of context on either side of a passage: what still fits a conversation."""


@dataclass(frozen=True, slots=True)
class Ask:
    question: str
    filters: Mapping[str, str | None] = field(default_factory=dict)
    as_written: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    words: str
    page: int = 1


@dataclass(frozen=True, slots=True)
class Show:
    code: str
    around: int = 0


@dataclass(frozen=True, slots=True)
class Proof:
    """The receipt for what a code stands for."""

    code: str


@dataclass(frozen=True, slots=True)
class Verify:
    """Whether the archive has a quote, and by whom."""

    quote: str
    said_by: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """As Verify, for each sentence or quoted span of a message."""

    message: str


@dataclass(frozen=True, slots=True)
class Share:
    """What a private reply said, openly: the quotes that it checked, or the passages that it showed."""

    claims: tuple[Verify, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Help:
    pass


Request = Ask | Search | Show | Proof | Verify | Check | Share | Help

_VERB = re.compile(r"(ask|search|show|receipt|verify|check|help)\b[:,]?\s*", re.IGNORECASE)
_BRACKETED = re.compile(r"\[\[([^\[\]\n]{1,40})\]\]")
_AS_WRITTEN = re.compile(r"as written[:,]?\s+(\S.*)", re.IGNORECASE | re.DOTALL)
_SENTENCES = re.compile(r"\.\d+(-\d+)?$")
_PAGE = re.compile(r"\s+page:([0-9]{1,4})$", re.IGNORECASE)
_SAID_BY = re.compile(r"\s+said_by:(.{0,200})$", re.IGNORECASE | re.DOTALL)
_AROUND = re.compile(r"\s+around:([0-9]{1,4})$", re.IGNORECASE)


def parse_command(text: str) -> Request | None:
    """As `parse_request`, for text after a prefix: other bots share it, so what is no verb of ours is not for us."""
    words = text.strip()
    return parse_request(words) if _VERB.match(words) or _BRACKETED.fullmatch(words) else None


def parse_request(text: str) -> Request:
    """`ask …`, `ask as written: …`, `search … page:2`, `show CODE around:2`, `receipt CODE`, `verify … said_by:NAME`,
    `check: …`, `help`, `[[CODE]]` anywhere.

    Everything else is a question.

    “Show me the ships” and “help” in a sentence are questions: only a code follows `show` and `receipt`, and nothing
    `help`. “Check the harbour’s depth” is one, too: only after a colon is `check` ours.
    More paragraphs around than `MOST_AROUND` are as many.
    """
    words = text.strip()
    verb = _VERB.match(words)
    bracketed = _BRACKETED.search(words)
    if bracketed is not None and (verb is None or verb[1].lower() not in ("verify", "check")):
        return Show(bracketed[1], _around(words))
    if verb is None:
        return Ask(words) if words else Help()
    rest = words[verb.end() :].strip()
    match verb[1].lower():
        case "ask" if plain := _AS_WRITTEN.fullmatch(rest):
            return Ask(plain[1], as_written=True)
        case "ask" if rest:
            return Ask(rest)
        case "search" if rest:
            page = _PAGE.search(rest)
            return Search(rest[: page.start()], int(page[1])) if page else Search(rest)
        case "show" if _is_code(code := _AROUND.sub("", rest)):
            return Show(code, _around(rest))
        case "receipt" if _is_code(rest):
            return Proof(rest)
        case "verify" if rest:
            speaker = _SAID_BY.search(rest)
            return Verify(rest[: speaker.start()].strip(), speaker[1].strip() or None) if speaker else Verify(rest)
        case "check" if rest and ":" in verb[0]:
            return Check(rest)
        case "help" | "ask" | "search" | "show" | "verify" if not rest:
            return Help()
    return Ask(words)


def _is_code(text: str) -> bool:
    """Of a passage; which of its sentences may be wrong, as the archive then says."""
    try:
        parse_code(_SENTENCES.sub("", text))
    except QuestionError:
        return False
    return True


def _around(words: str) -> int:
    around = _AROUND.search(words)
    return min(int(around[1]), MOST_AROUND) if around else 0

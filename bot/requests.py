"""What people can ask for, and the one grammar of text for chat, direct messages and the console."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ask:
    question: str
    filters: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Search:
    words: str
    page: int = 1


@dataclass(frozen=True, slots=True)
class Show:
    code: str
    around: int = 0


@dataclass(frozen=True, slots=True)
class Help:
    pass


Request = Ask | Search | Show | Help

_VERB = re.compile(r"(ask|search|show|help)\b[:,]?\s*", re.IGNORECASE)
_BRACKETED = re.compile(r"\[\[([^\[\]\n]{1,40})\]\]")
_CODE = re.compile(r"[0-9A-Za-z]{10}(\.\d+(-\d+)?)?")


def parse_command(text: str) -> Request | None:
    """As `parse_request`, for text after a prefix: other bots share it, so what is no verb of ours is not for us."""
    words = text.strip()
    return parse_request(words) if _VERB.match(words) or _BRACKETED.fullmatch(words) else None


def parse_request(text: str) -> Request:
    """`ask …`, `search …`, `show CODE`, `help`, `[[CODE]]` anywhere, and everything else is a question.

    “Show me the ships” and “help” in a sentence are questions: only a code follows `show`, and nothing `help`.
    """
    words = text.strip()
    bracketed = _BRACKETED.search(words)
    if bracketed is not None:
        return Show(bracketed[1])
    verb = _VERB.match(words)
    if verb is None:
        return Ask(words) if words else Help()
    rest = words[verb.end() :].strip()
    match verb[1].lower():
        case "ask" if rest:
            return Ask(rest)
        case "search" if rest:
            return Search(rest)
        case "show" if _CODE.fullmatch(rest):
            return Show(rest)
        case "help" | "ask" | "search" | "show" if not rest:
            return Help()
    return Ask(words)

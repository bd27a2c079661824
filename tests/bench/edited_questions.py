"""Questions changed so that the text they were written for no longer answers them: the hardest to refuse.

As people write them on purpose (Rajpurkar et al. 2018, "Know What You Don't Know"): a name, a number or another word is
exchanged, a word becomes its opposite, the question is negated.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Sequence

from retrieval.searching.vocabulary import word_pairs

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_WORD = re.compile(r"(?<=\w )[a-z]{4,}\b")
_AUXILIARY = re.compile(r"\b(did|does|do|is|are|was|were|has|have|had|can|could|would|will)\b")
_NEGATION = re.compile(r"n[’']t\b| not\b| never\b")
_FUNCTION = {
    "what",
    "when",
    "where",
    "which",
    "whom",
    "whose",
    "with",
    "from",
    "that",
    "this",
    "their",
    "there",
    "were",
}

FROM_THE_PASSAGE = 0.65

Edit = Callable[[str, Sequence[str], random.Random], str | None]


def edit(text: str, passage: str, others: Sequence[str], random_: random.Random) -> str | None:
    """The question with one change; None where none could be made.

    `passage` is what answers it, `others` are questions of the same archive. What is put in comes from the passage more
    often than not: a question that nobody can answer and whose every word is there is the hardest to refuse.
    """
    kinds = list(_KINDS)
    for kind in random_.choices(kinds, [_KINDS[kind] for kind in kinds], k=8):
        some = [passage] if random_.random() < FROM_THE_PASSAGE else random_.sample(others, min(len(others), 30))
        changed = kind(text, some, random_)
        if changed is not None and changed not in others:
            return changed
    return None


def _exchanged(pattern: re.Pattern[str]) -> Edit:
    def exchange(text: str, others: Sequence[str], random_: random.Random) -> str | None:
        found = [match for match in pattern.finditer(text) if match[0] not in _FUNCTION]
        instead = [w for other in others for w in pattern.findall(other) if w not in text and w not in _FUNCTION]
        if not found or not instead:
            return None
        place = random_.choice(found)
        alike = [word for word in instead if _ending(word) == _ending(place[0])] or instead
        return text[: place.start()] + random_.choice(alike) + text[place.end() :]

    return exchange


def _ending(word: str) -> str:
    """So that a verb is exchanged for a verb more often than not."""
    return next((end for end in ("ed", "ing", "ly", "s") if word.endswith(end)), "")


def _turned(text: str, _others: Sequence[str], random_: random.Random) -> str | None:
    opposites = defaultdict(list)
    for one, other in word_pairs():
        opposites[one].append(other)
        opposites[other].append(one)
    found = [match for match in re.finditer(r"\b[a-z]+\b", text) if match[0] in opposites]
    if not found:
        return None
    place = random_.choice(found)
    return text[: place.start()] + random_.choice(opposites[place[0]]) + text[place.end() :]


def _negated(text: str, _others: Sequence[str], random_: random.Random) -> str | None:
    if _NEGATION.search(text):
        return _NEGATION.sub("", text, count=1)
    place = _AUXILIARY.search(text)
    if place is None:
        return None
    if place[0] not in ("can", "will") and random_.random() < 0.5:
        return f"{text[: place.end()]}n't{text[place.end() :]}"
    behind = [match.start() for match in _WORD.finditer(text, place.end())]
    at = random_.choice(behind) if behind else place.end() + 1
    return f"{text[:at]}{random_.choice(('not', 'never'))} {text[at:]}"


_KINDS: dict[Edit, float] = {
    _exchanged(_NAME): 0.3,
    _exchanged(_NUMBER): 0.1,
    _exchanged(_WORD): 0.25,
    _turned: 0.2,
    _negated: 0.15,
}
"""How often each is tried first."""

"""Whether the one who is said to have said it is the one whom the text names. Names are compared word by word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

from retrieval.answers import Attribution
from retrieval.verifying.tokens import Token, tokenise
from retrieval.verifying.wording import english

_SAME_STEM = 5
"""Letters that “Ukraine” and “Ukrainian” share: enough not to call them two, too little to call them one."""


class Speaker(Enum):
    """What an attribution says of a claimed speaker."""

    SAME = "same"
    ANOTHER = "another"
    UNTOLD = "untold"


def speaker(said_by: str, attributions: Sequence[Attribution], is_person: bool = False) -> Speaker:
    """SAME where any of them names `said_by`, ANOTHER where each names somebody else, else UNTOLD. `is_person`: has a
    first name, and is no company.
    """
    told = {_told(said_by, attribution, is_person) for attribution in attributions}
    if Speaker.SAME in told:
        return Speaker.SAME
    return Speaker.UNTOLD if Speaker.UNTOLD in told or not told else Speaker.ANOTHER


def can_be_a_name(words: str) -> bool:
    """Neither a pronoun nor nothing but “and”, “the” and “said”; “Will” can."""
    known = english()
    tokens = tokenise(words)
    telling = [token for token in tokens if token.key not in known.function or token.written[:1].isupper()]
    return any(token.is_word and token.key not in known.pronouns | known.articles for token in telling)


def _told(said_by: str, attribution: Attribution, is_person: bool) -> Speaker:
    wanted = [token.key for token in _stems(tokenise(said_by)) if token.key not in english().titles] or [
        token.key for token in tokenise(said_by)
    ]
    there = _stems(_outside_its_cue(attribution))
    keys = [token.key for token in there]
    if wanted and wanted[-1] in keys:
        given = keys.index(wanted[-1]) - 1
        before = there[given] if given >= 0 else None
        return Speaker.SAME if _one_person(wanted[:-1], keys, before) else Speaker.ANOTHER
    names = [token.key for token in there if _is_name(token)]
    if not names:
        by_an_organisation = is_person and english().organisations.intersection(keys)
        return Speaker.ANOTHER if by_an_organisation else Speaker.UNTOLD
    return Speaker.UNTOLD if _perhaps(wanted, names) else Speaker.ANOTHER


def _one_person(given: Sequence[str], there: Sequence[str], before: Token | None) -> bool:
    """The last name is the same: no first name that stands before it may be another."""
    if not given or any(name in there for name in given):
        return True
    if before is None or not _is_name(before):
        return True
    return any(name[0] == before.key[0] and 1 in (len(name), len(before.key)) for name in given)


def _perhaps(wanted: Sequence[str], names: Sequence[str]) -> bool:
    return any(
        ours[:_SAME_STEM] == theirs[:_SAME_STEM] for ours in wanted for theirs in names if len(ours) >= _SAME_STEM
    )


def _outside_its_cue(attribution: Attribution) -> list[Token]:
    cue = {token.key for token in tokenise(attribution.cue)}
    return [token for token in tokenise(attribution.words) if token.key not in cue]


def _is_name(token: Token) -> bool:
    without_a_verb, _, _ = token.key.partition("'")  # “She'll” is no name
    return token.written[:1].isupper() and without_a_verb not in english().nameless


def _stems(tokens: Sequence[Token]) -> list[Token]:
    return [replace(token, key=token.key.removesuffix("'s")) for token in tokens]

"""What kind of words differ: negation, number, name, unit, hedge. Rules over `words_en.toml`; nothing is guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from retrieval.verdicts import Flag
from retrieval.verifying.tokens import Token
from retrieval.verifying.wording import english

_MOSTLY = 0.6
"""Of its words with a capital, a quote is a headline or shouted, and a capital shows no name."""


@dataclass(frozen=True, slots=True)
class Words:
    """A run of tokens, and the token behind it: “about 400” is told by what follows “about”."""

    tokens: Sequence[Token]
    behind: Token | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(token.key for token in self.tokens)


def words(tokens: Sequence[Token], start: int, end: int) -> Words:
    return Words(tokens[start:end], tokens[end] if end < len(tokens) else None)


def flags(pairs: Iterable[tuple[Words, Words]], names: Collection[str]) -> tuple[Flag, ...]:
    """Of each (words of the quote, words of the source) that differ; in the order of `Flag`."""
    raised = {flag for claimed, source in pairs for flag in _raised(claimed, source, names)}
    return tuple(flag for flag in Flag if flag in raised)


def names_in(*texts: Sequence[Token]) -> frozenset[str]:
    """Keys of words that have a capital inside a sentence, in a text that is not all capitals; possessives without
    their ending."""
    known = english()
    found: set[str] = set()
    for tokens in texts:
        spoken = [token for token in tokens if token.kind in ("word", "initials")]
        capitals = [token for token in spoken if token.written[:1].isupper()]
        if len(spoken) > 3 and len(capitals) > _MOSTLY * len(spoken):
            continue
        inside = (token for token in capitals if not _begins(token) or _all_capitals(token))
        found |= {_stem(token.key) for token in inside if token.key not in known.function}
    return frozenset(found)


def brought_in(claimed: Iterable[Token], source: Iterable[Token]) -> frozenset[str]:
    """Names among words that somebody put into a quote, and that the source's words there do not have."""
    there = {_stem(token.key) for token in source}
    capitals = (token for token in claimed if token.written[:1].isupper() and token.key not in english().function)
    return frozenset(stem for token in capitals if (stem := _stem(token.key)) not in there)


def denies(tokens: Iterable[Token]) -> int:
    """How many of them deny."""
    known = english()
    return sum(token.key in known.negations or token.key.endswith(known.negation_ending) for token in tokens)


def numbers_in(of: Words) -> Counter[str]:
    """Numbers in digits and in words, as they are written."""
    return Counter(token.key for token in of.tokens if token.is_number or token.key in english().numbers)


def _raised(claimed: Words, source: Words, names: Collection[str]) -> Iterator[Flag]:
    if denies(claimed.tokens) != denies(source.tokens) or _opposites(claimed, source):
        yield Flag.NEGATION
    if numbers_in(claimed) != numbers_in(source):
        yield Flag.NUMBER
    if _of(claimed, names) != _of(source, names):
        yield Flag.NAME
    if _units(claimed) != _units(source):
        yield Flag.UNIT
    if _hedges(claimed) != _hedges(source):
        yield Flag.HEDGE


def _units(of: Words) -> Counter[str]:
    units = english().units
    return Counter(units[key] for key in of.keys if key in units)


def _of(of: Words, names: Collection[str]) -> Counter[str]:
    return Counter(stem for key in of.keys if (stem := _stem(key)) in names)


def _hedges(of: Words) -> int:
    known = english()
    followed = [*of.tokens, of.behind][1:]
    bounds = sum(
        token.key in known.hedges_of_numbers and behind is not None and _counts(behind)
        for token, behind in zip(of.tokens, followed, strict=False)
    )
    return bounds + sum(_hedging(token) for token in of.tokens) + len(known.bounds.findall(" ".join(of.keys)))


def _hedging(token: Token) -> bool:
    """“may”, but not the month."""
    return token.key in english().hedges and (token.opens or not token.written.istitle())


def _counts(token: Token) -> bool:
    """A number, or the sign of its currency."""
    known = english()
    return token.is_number or token.key in known.numbers or (token.kind == "sign" and token.key in known.units)


def _opposites(claimed: Words, source: Words) -> bool:
    """“confirmed” beside “unconfirmed”."""
    known, ours, theirs = english(), set(claimed.keys), set(source.keys)
    return any(
        prefix + word in others and len(word) >= fewest and word not in known.no_opposites
        for those, others in ((ours, theirs), (theirs, ours))
        for word in those
        for prefix, fewest in known.opposite_prefixes.items()
    )


def _stem(key: str) -> str:
    return key.removesuffix("'s")


def _all_capitals(token: Token) -> bool:
    return len(token.written) > 1 and token.written.isupper()


def _begins(token: Token) -> bool:
    """Where any word has a capital: a sentence, or what somebody says."""
    return token.opens or any(mark in token.before for mark in '":')

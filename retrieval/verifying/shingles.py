"""Where a quote could stand: passages that hold runs of its words, and those that hold its rarest ones.

Runs of words ("shingles", Broder 1997) are looked up as phrases in the word index. What is found is only a place to
compare at: no score of it has a say in the verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from retrieval.filters import Filter
from retrieval.store.protocol import Snapshot, WordQuery
from retrieval.verifying.editing import Claim
from retrieval.verifying.tokens import Token

LONGEST_PHRASE = 24
"""Words looked up as one phrase; a longer fragment is looked up by its beginning, middle and end."""
PART = 8
"""Words of each of those."""
SHINGLE = 4
MOST_SHINGLES = 8
RARE_WORDS = 8
RARE, FEW_PASSAGES = 1.0, 1000
"""A word in more than a third of the passages (its rarity is below 1) tells none of them from the others, and to look
it up costs most; among few passages it costs nothing."""
OF_A_PHRASE = 10
"""Passages taken for a whole fragment, best first by its rarest words."""
OF_A_SHINGLE = 4
OF_RARE_WORDS = 8


class Shingles:
    """What to look up for one claim. The rarity of its words is asked once."""

    def __init__(self, claim: Claim, snapshot: Snapshot, where: Filter) -> None:
        self._fragments = claim.fragments
        self._snapshot = snapshot
        self._where = where
        words = {token.key: token.written for token in claim.tokens if token.is_word}
        terms = {key: snapshot.terms(written, None) for key, written in words.items()}
        rarity = snapshot.rarity(term for each in terms.values() for term in each)
        self._rarity = {key: max((rarity[term] for term in each), default=0.0) for key, each in terms.items()}
        rarest = sorted(words, key=lambda key: -self._rarity[key])[:RARE_WORDS]
        least = RARE if snapshot.manifest.passages > FEW_PASSAGES else 0.0
        self._rare_words = " ".join(words[key] for key in rarest if self._rarity[key] >= least)

    def whole(self) -> list[int]:
        """Keys of passages that hold one of the longest two fragments, or parts of it, word for word."""
        longest = sorted(self._fragments, key=len, reverse=True)[:2]
        return _distinct(self._holding(phrase, OF_A_PHRASE) for part in longest for phrase in _phrases(part))

    def parts(self) -> list[int]:
        """Keys of passages that hold some of the words in a row, or the rarest of them in any order."""
        by_words = self._snapshot.by_words(WordQuery(self._rare_words), self._where, OF_RARE_WORDS)
        found = [self._holding(_written(shingle), OF_A_SHINGLE) for shingle in self._shingles()]
        return _distinct([*found, [key for key, _ in by_words]])

    def _holding(self, phrase: str, limit: int) -> list[int]:
        # Its own words too: the rest of the quote may be nobody's, and one of the words has to be there.
        query = WordQuery(f"{self._rare_words} {phrase}" if self._rare_words else "", phrases=(phrase,))
        return [key for key, _ in self._snapshot.by_words(query, self._where, limit)]

    def _shingles(self) -> Iterator[Sequence[Token]]:
        """The rarest of each part of the quote, so that whatever was changed leaves some untouched."""
        every = [shingle for fragment in self._fragments for shingle in _runs(fragment)]
        share = max(1, -(-len(every) // MOST_SHINGLES))
        for start in range(0, len(every), share):
            yield max(every[start : start + share], key=self._weight)

    def _weight(self, shingle: Sequence[Token]) -> float:
        return sum(self._rarity.get(token.key, 0.0) for token in shingle)


def _phrases(fragment: Sequence[Token]) -> Iterator[str]:
    if len(fragment) <= LONGEST_PHRASE:
        yield _written(fragment)
        return
    middle = len(fragment) // 2
    for part in (fragment[:PART], fragment[middle : middle + PART], fragment[-PART:]):
        yield _written(part)


def _runs(fragment: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Of a short fragment shorter ones, so that one changed word does not spoil them all."""
    length = min(SHINGLE, max(2, len(fragment) // 2))
    yield from (fragment[start : start + length] for start in range(len(fragment) - length + 1))


def _written(tokens: Sequence[Token]) -> str:
    return " ".join(token.written for token in tokens)


def _distinct(keys: Iterable[Sequence[int]]) -> list[int]:
    return list(dict.fromkeys(key for each in keys for key in each))

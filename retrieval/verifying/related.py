"""Passages that share a quote's rarer words without having it: named beside “absent”, and never a match."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retrieval.answers import NearMiss
from retrieval.records import Document, Passage
from retrieval.store.protocol import Snapshot
from retrieval.verifying.alignment import Alphabet
from retrieval.verifying.editing import Claim
from retrieval.verifying.tokens import tokenise
from retrieval.verifying.wording import english

MOST = 3
SHARE = 0.5
"""Of the quote's content words, by their stems, that such a passage has; two at least."""


def related(claim: Claim, held: Sequence[tuple[Passage, Document]], snapshot: Snapshot) -> tuple[NearMiss, ...]:
    """Most shared words first."""
    written = {token.key: token.written for token in claim.tokens if token.is_word}
    content = [word for key, word in written.items() if key not in english().function]
    counted: list[tuple[int, NearMiss]] = []
    for passage, document in held:
        language = document.source.language
        there = set(snapshot.terms(passage.span.of(document.text), language))
        shared = sum(bool(there.intersection(snapshot.terms(word, language))) for word in content)
        if shared >= max(2, SHARE * len(content)):
            counted.append((shared, NearMiss(passage, document.source)))
    counted.sort(key=lambda each: -each[0])
    return tuple(miss for _, miss in counted[:MOST])


def title_with(claim: Claim, titles: Iterable[str]) -> str | None:
    """The first of these titles that holds the quote word for word: titles are indexed beside a text, not as one."""
    alphabet = Alphabet()
    wanted = alphabet.spelled(claim.tokens)
    return next((title for title in titles if wanted in alphabet.spelled(tokenise(title))), None)

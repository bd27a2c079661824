"""Near-identical passages, as a wire story has in every paper that ran it: one is shown, the others are named.

Two passages are copies where the sets of their five-word runs overlap by COPY (Broder 1997, "On the resemblance and
containment of documents"), and whose numbers, negations and status are the same. Nothing is compared by meaning: a
paraphrase is a text of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from retrieval.searching.ranking import Judged
from retrieval.searching.wording import english

RUN = 5
"""Words."""
COPY = 0.8
"""Of the runs of both together, the share that both have."""


@dataclass(frozen=True, slots=True)
class Group:
    """One passage that is shown, and the copies of it that are not. Best first, as they came."""

    first: Judged
    copies: tuple[Judged, ...] = ()


def choose(judged: Sequence[Judged], most: int, most_of_a_document: int = 0) -> list[Group]:
    """At most so many groups, in the order of `judged`, with all the copies that there are of each.

    At most `most_of_a_document` of them show one document; 0 is no limit. A copy in the same document is a passage of
    its own: its place differs.
    """
    groups: list[tuple[_Text, list[Judged]]] = []
    shown: Counter[str] = Counter()
    for one in judged:
        text, document = _Text(one), one.passage.source.id
        copied = next((copies for first, copies in groups if first.is_copy(text)), None)
        if copied is not None:
            copied.append(one)
        elif len(groups) < most and not (most_of_a_document and shown[document] >= most_of_a_document):
            groups.append((text, []))
            shown[document] += 1
    return [Group(first.judged, tuple(copies)) for first, copies in groups]


class _Text:
    """A passage; its runs are made when another is as long, which few are."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self._length = sum([len(sentence.terms) for sentence in judged.passage.sentences])

    @cached_property
    def _denials(self) -> tuple[bool, ...]:
        """The same, and quickly told: few passages have as many sentences."""
        return tuple(sentence.is_negated for sentence in self.judged.passage.sentences)

    @cached_property
    def _figures(self) -> tuple[object, ...]:
        """What must be the same in a copy to the letter: nobody may be shown 23 in place of 32, or a retracted text."""
        sentences, source = self.judged.passage.sentences, self.judged.passage.source
        numbers = frozenset().union(*[sentence.numbers for sentence in sentences])
        words = frozenset().union(*[sentence.words & english().number_words for sentence in sentences])
        return numbers, words, source.status, source.status_note

    @cached_property
    def _runs(self) -> frozenset[tuple[str, ...]]:
        terms = [term for sentence in self.judged.passage.sentences for term in sentence.terms]
        return frozenset(tuple(terms[at : at + RUN]) for at in range(max(len(terms) - RUN + 1, 1)))

    def is_copy(self, other: _Text) -> bool:
        if self.judged.passage.source.id == other.judged.passage.source.id:
            return False
        shorter, longer = sorted((self._length, other._length))
        if shorter < COPY * longer - RUN or self._denials != other._denials or self._figures != other._figures:
            return False
        return len(self._runs & other._runs) >= COPY * len(self._runs | other._runs)

"""Whether a quote is put together of real fragments that do not stand together."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

SHORTEST_FRAGMENT = 4
"""Words: shorter runs stand in any archive."""
MOST_FRAGMENTS = 4


@dataclass(frozen=True, slots=True)
class Fragment:
    """Tokens [start, end) of the quote, which stand in stretch `source` from its token `place` on."""

    start: int
    end: int
    source: int
    place: int


def fragments(claimed: str, sources: Sequence[str], telling: Callable[[int, int], bool]) -> list[Fragment] | None:
    """The fewest that cover all of `claimed`, each at least SHORTEST_FRAGMENT long; None where none do.

    All are spelled. `telling(start, end)`: whether these words of the quote could tell one passage from another.
    """
    reach = _longest_runs(claimed, sources)
    # fewest[i]: (how many fragments cover the tokens before i, where the last of them begins)
    fewest: list[tuple[int, int] | None] = [(0, 0)] + [None] * len(claimed)
    for start in range(len(claimed)):
        before = fewest[start]
        if before is None or before[0] == MOST_FRAGMENTS:
            continue
        for end in range(start + SHORTEST_FRAGMENT, start + reach[start] + 1):
            held = fewest[end]
            if (held is None or before[0] + 1 < held[0]) and telling(start, end):
                fewest[end] = (before[0] + 1, start)
    if fewest[-1] is None:
        return None
    cuts = [len(claimed)]
    while cuts[-1] > 0:
        last = fewest[cuts[-1]]
        assert last is not None  # noqa: S101 - each end was reached from a start that was
        cuts.append(last[1])
    cuts.reverse()
    return _placed(claimed, sources, cuts)


def _longest_runs(claimed: str, sources: Sequence[str]) -> list[int]:
    """For each token how many from it on stand together in one source; 0 for fewer than SHORTEST_FRAGMENT."""
    runs: list[int] = []
    length = 0
    for start in range(len(claimed)):
        length = max(length - 1, 0)  # without its first token a run still stands there
        while start + length < len(claimed):
            wider = max(length + 1, SHORTEST_FRAGMENT)
            wanted = claimed[start : start + wider]
            if len(wanted) < wider or not any(wanted in source for source in sources):
                break
            length = wider
        runs.append(length if length >= SHORTEST_FRAGMENT else 0)
    return runs


def _placed(claimed: str, sources: Sequence[str], cuts: Sequence[int]) -> list[Fragment]:
    """Each in the source of the one before, and behind it, where it stands there too."""
    placed: list[Fragment] = []
    for start, end in itertools.pairwise(cuts):
        wanted = claimed[start:end]
        if placed:
            last = placed[-1]
            behind = sources[last.source].find(wanted, last.place + last.end - last.start)
            if behind >= 0:
                placed.append(Fragment(start, end, last.source, behind))
                continue
            order = [last.source, *range(len(sources))]
        else:
            order = list(range(len(sources)))
        source = next(index for index in order if wanted in sources[index])
        placed.append(Fragment(start, end, source, sources[source].find(wanted)))
    return placed

"""Questions that arrive while the model is busy are encoded together: ten at once take it less time than ten in turn.

Whoever comes first while it is idle goes at once. Those who come meanwhile wait, and the first of them to have its turn
takes the questions of all along. So nobody waits for company, and nobody longer than two passes.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from retrieval.store.protocol import Vectors

MOST = 64
"""Texts in one pass; a caller's own are not divided."""


@dataclass(slots=True, eq=False)
class _Asked:
    texts: Sequence[str]
    vectors: Vectors | None = None
    error: BaseException | None = None


class Together:
    """Callable from several threads; `encode` is called by one at a time. Rows come in the order of the texts."""

    def __init__(self, encode: Callable[[Sequence[str]], Vectors]) -> None:
        self._encode = encode
        self._waiting: deque[_Asked] = deque()  # its methods are atomic
        self._turn = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Raises what `encode` raised for the pass that these texts were in."""
        mine = _Asked(texts)
        self._waiting.append(mine)
        while mine.vectors is None and mine.error is None:
            with self._turn:
                if mine.vectors is None and mine.error is None:
                    self._take_turn()
        if mine.error is not None:
            raise mine.error
        assert mine.vectors is not None  # noqa: S101 - one of the two is there
        return mine.vectors

    def _take_turn(self) -> None:
        """The texts of those that came first."""
        taken = [self._waiting.popleft()]
        count = len(taken[0].texts)
        while self._waiting and count + len(self._waiting[0].texts) <= MOST:
            taken.append(self._waiting.popleft())
            count += len(taken[-1].texts)
        try:
            vectors = self._encode([text for asked in taken for text in asked.texts])
        except BaseException as error:
            for asked in taken:
                asked.error = error
            return
        at = 0
        for asked in taken:
            asked.vectors = vectors[at : at + len(asked.texts)]
            at += len(asked.texts)
